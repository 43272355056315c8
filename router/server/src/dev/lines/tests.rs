use serde_json::json;

use super::*;

fn shown(event: &Value) -> Option<String> {
    of(event.to_string().as_bytes())
}

#[test]
fn a_request_is_one_line_with_its_operation_time_and_fetches() {
    let mut event = json!({
        "target": "access", "level": "INFO", "message": "request", "route": "/graphql", "status": 200,
        "duration_ms": 12.345, "operation_name": "Top", "operation_type": "query", "outcome": "ok", "fetches": 3,
    });
    let line = shown(&event).expect("it is shown");
    assert_eq!(
        line,
        "query Top                              12.3 ms  3 fetches\n"
    );
    event["outcome"] = json!("partial");
    event["error_codes"] = json!("SUBREQUEST_TIMEOUT");
    event["fetches"] = json!(1);
    let line = shown(&event).expect("it is shown");
    assert!(
        line.ends_with(" 1 fetch     partial  SUBREQUEST_TIMEOUT\n"),
        "{line}"
    );
    event["dry_run"] = json!(true);
    assert_eq!(shown(&event), None, "a plan that was only looked at");
}

#[test]
fn a_page_is_not_shown_and_a_refusal_is() {
    let page = json!({ "target": "access", "level": "INFO", "status": 200, "duration_ms": 1.0 });
    assert_eq!(shown(&page), None);
    let refused = json!({
        "target": "access", "level": "INFO", "status": 422, "duration_ms": 1.0, "fetches": 0,
        "outcome": "refused", "error_codes": "GRAPHQL_VALIDATION_FAILED",
    });
    let line = shown(&refused).expect("it is shown");
    assert!(
        line.starts_with("status 422 ") && line.contains("GRAPHQL_VALIDATION_FAILED"),
        "{line}"
    );
}

#[test]
fn warnings_are_shown_with_their_details_and_nonsense_is_not() {
    let event = json!({ "timestamp": "now", "level": "WARN", "message": "no luck", "subgraph": "a", "count": 2, "target": "x" });
    assert_eq!(
        shown(&event).as_deref(),
        Some("warning: no luck count=2 subgraph=a\n")
    );
    assert_eq!(of(b"nonsense"), None);
}
