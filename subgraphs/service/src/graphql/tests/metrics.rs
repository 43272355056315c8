//! What is counted.

use super::*;

#[tokio::test]
async fn requests_and_errors_are_counted_by_bounded_labels() {
    let fixture = Fixture::new();
    query(&fixture, "{ hello }").await;
    query(&fixture, "{ fails hello }").await;
    query(&fixture, "{ nothing }").await;
    query(&fixture, "mutation { set(n: 1) }").await;
    query(&fixture, "{").await;
    fixture
        .get("/graphql?query=mutation%7Bset(n:1)%7D", JSON)
        .await;
    let metrics = fixture.metrics().await;
    let counted = metrics.lines().filter(|line| {
        line.starts_with("graphql_server_") && !line.contains("_bucket") && !line.ends_with(" 0")
    });
    let mut counted: Vec<_> = counted.collect();
    counted.sort_unstable();
    insta::assert_snapshot!(counted.join("\n"), @r#"
graphql_server_errors_total{service="example",code="GRAPHQL_PARSE_FAILED"} 1
graphql_server_errors_total{service="example",code="GRAPHQL_VALIDATION_FAILED"} 1
graphql_server_errors_total{service="example",code="METHOD_NOT_ALLOWED"} 1
graphql_server_errors_total{service="example",code="NO_NUMBER"} 1
graphql_server_requests_total{service="example",graphql_operation_type="_unknown",outcome="rejected"} 1
graphql_server_requests_total{service="example",graphql_operation_type="mutation",outcome="refused"} 1
graphql_server_requests_total{service="example",graphql_operation_type="mutation",outcome="success"} 1
graphql_server_requests_total{service="example",graphql_operation_type="query",outcome="field_errors"} 1
graphql_server_requests_total{service="example",graphql_operation_type="query",outcome="rejected"} 1
graphql_server_requests_total{service="example",graphql_operation_type="query",outcome="success"} 1
"#);
}

#[tokio::test]
async fn every_metric_is_in_the_catalog() {
    let fixture = Fixture::new();
    query(&fixture, "{ hello }").await;
    fixture.get("/api/v1/add?a=1&b=2", JSON).await;
    let metrics = fixture.metrics().await;
    let families = metrics.lines().filter(|line| line.starts_with("# "));
    let own = families.filter(|line| !line.contains(" process_") && !line.contains(" tokio_"));
    let mut own: Vec<_> = own.collect();
    own.sort_by_key(|line| line.split(' ').nth(2));
    insta::assert_snapshot!(own.join("\n"), @r#"
    # HELP graphql_server_active_streams Subscriptions that are open, over server-sent events or WebSockets.
    # TYPE graphql_server_active_streams gauge
    # HELP graphql_server_active_websockets WebSockets that are open.
    # TYPE graphql_server_active_websockets gauge
    # HELP graphql_server_entities_batch_size Representations in one _entities field.
    # TYPE graphql_server_entities_batch_size histogram
    # HELP graphql_server_errors_total Errors in GraphQL responses, by extensions.code.
    # TYPE graphql_server_errors_total counter
    # HELP graphql_server_requests_total Requests at /graphql, by what came of them: executed without or with field errors, rejected by GraphQL, refused by HTTP.
    # TYPE graphql_server_requests_total counter
    # HELP graphql_server_stream_events_total Events of subscriptions, and answers that were sent as events.
    # TYPE graphql_server_stream_events_total counter
    # HELP health_ready 1 while traffic is wanted, as /health/ready says.
    # TYPE health_ready gauge
    # HELP http_server_active_requests Requests that are being answered.
    # TYPE http_server_active_requests gauge
    # HELP http_server_request_duration_seconds Time from the head of a request to the last byte of its answer; status 499 counts clients that went away before its head.
    # TYPE http_server_request_duration_seconds histogram
    # HELP telemetry_exports_total Messages to the collector, by what they have and what became of them; one that is sent again counts again.
    # TYPE telemetry_exports_total counter
    # HELP telemetry_spans_dropped_total Spans that were recorded or would have been and are not exported: their request has too many, too many wait, the collector did not take them, or it rejected them.
    # TYPE telemetry_spans_dropped_total counter
    # HELP telemetry_spans_exported_total Spans that the collector has taken.
    # TYPE telemetry_spans_exported_total counter
    "#);
}
