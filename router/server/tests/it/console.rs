//! What the console relies on: the page, plans without execution, traces, and the schema beside the page.

mod traced;

use serde_json::{Value, json};

use crate::kit::{Running, Subgraph, get};

const HTML: (&str, &str) = ("accept", "text/html,*/*;q=0.8");
const DRY_RUN: (&str, &str) = ("abaque-expose-plan", "dry-run");
const TRACE: (&str, &str) = ("abaque-expose-trace", "true");

async fn dogs() -> Subgraph {
    Subgraph::with_data(
        "type Query { dog: Dog } type Mutation { adopt: Dog } type Dog { name: String }",
        json!({ "dog": { "name": "Rex" } }),
    )
    .await
}

#[tokio::test]
async fn an_operation_in_the_address_fills_a_tab_for_a_browser_and_is_executed_for_a_client() {
    let dogs = dogs().await;
    let router = Running::start(&[("dogs", &dogs)], "").await;
    let link = format!("{}?query=%7B%20dog%20%7B%20name%20%7D%20%7D", router.url());
    let page = get(&link, &[HTML]).await;
    assert!(page.header("content-type").starts_with("text/html"));
    let answer = get(&link, &[("accept", "application/json")]).await;
    assert_eq!(answer.json()["data"]["dog"]["name"], "Rex");
}

#[tokio::test]
async fn the_page_is_called_by_the_schema_unless_the_configuration_names_it() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "").await;
    let page = get(&router.url(), &[HTML]).await.text();
    assert!(page.contains("<title>dogs</title>"), "{page}");
    assert!(
        page.contains("data-default-query=\"{\n  dog {\n    name\n  }\n}"),
        "{page}"
    );
    let more = "console: { title: Kennel, query: \"{ __typename }\" }";
    let named = Running::start(&[("dogs", &a)], more).await;
    let page = get(&named.url(), &[HTML]).await.text();
    assert!(page.contains("<title>Kennel</title>"), "{page}");
    assert!(
        page.contains("data-default-query=\"{ __typename }\""),
        "{page}"
    );
}

#[tokio::test]
async fn a_dry_run_gives_the_plan_of_any_operation_and_asks_no_subgraph() {
    let dogs = dogs().await;
    let router = Running::start(&[("dogs", &dogs)], "expose_plan: true").await;
    for (query, kind) in [
        ("{ dog { name } }", "query"),
        ("mutation { adopt { name } }", "mutation"),
        (
            "query ($yes: Boolean!) { dog { name @include(if: $yes) } }",
            "query",
        ),
    ] {
        let body = json!({ "query": query }).to_string();
        let answer = router.ask_with(&[DRY_RUN], body).await.json();
        assert_eq!(answer["data"], Value::Null);
        assert_eq!(answer.get("errors"), None, "{answer}");
        let plan = &answer["extensions"]["plan"];
        assert_eq!(plan["operationType"], kind);
        assert_eq!(plan["fetches"][0]["subgraph"], "dogs", "{answer}");
    }
    let metrics = get(&router.admin_url("/metrics"), &[]).await.text();
    let asked = metrics.lines().find(|line| {
        line.starts_with("http_client_request_duration_seconds_count") && line.contains("dogs")
    });
    let count = asked.map_or("0", |line| line.rsplit(' ').next().unwrap_or_default());
    // Its SDL was asked for, and nothing else.
    assert!(matches!(count, "0" | "1"), "{asked:?}");
}

#[tokio::test]
async fn a_dry_run_tells_what_is_wrong_with_the_operation() {
    let dogs = dogs().await;
    let router = Running::start(&[("dogs", &dogs)], "expose_plan: true").await;
    let body = json!({ "query": "{ cat }" }).to_string();
    let answer = router.ask_with(&[DRY_RUN], body).await.json();
    assert!(
        answer["errors"][0]["message"]
            .as_str()
            .is_some_and(|m| m.contains("cat")),
        "{answer}"
    );
}

#[tokio::test]
async fn what_is_not_allowed_to_be_shown_is_executed_as_ever() {
    let dogs = dogs().await;
    let router = Running::start(&[("dogs", &dogs)], "").await;
    let body = json!({ "query": "{ dog { name } }" }).to_string();
    let answer = router.ask_with(&[DRY_RUN, TRACE], body).await.json();
    assert_eq!(answer, json!({ "data": { "dog": { "name": "Rex" } } }));
}

#[tokio::test]
async fn a_trace_tells_the_stages_and_each_request_in_the_order_of_time() {
    let dogs = dogs().await;
    let router = Running::start(&[("dogs", &dogs)], "expose_plan: true").await;
    let body = json!({ "query": "{ dog { name } }" }).to_string();
    let answer = router
        .ask_with(&[TRACE, ("abaque-expose-plan", "true")], body)
        .await
        .json();
    assert_eq!(answer["data"]["dog"]["name"], "Rex");
    assert!(answer["extensions"]["plan"].is_object());
    let trace = &answer["extensions"]["trace"];
    assert_eq!(trace["version"], 1);
    let stages: Vec<&str> = trace["stages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|stage| stage["name"].as_str())
        .collect();
    assert_eq!(
        stages,
        ["receive", "parse", "prepare", "variables", "execute"]
    );
    let fetch = &trace["fetches"][0];
    let times: Vec<u64> = ["start", "sent", "firstByte", "end"]
        .iter()
        .filter_map(|name| fetch[name].as_u64())
        .chain(trace["duration"].as_u64())
        .collect();
    assert_eq!(times.len(), 5, "{trace}");
    assert!(times.is_sorted(), "{trace}");
    assert_eq!(
        (
            &fetch["fetch"],
            &fetch["subgraph"],
            &fetch["status"],
            &fetch["attempts"]
        ),
        (&json!(0), &json!("dogs"), &json!(200), &json!(1))
    );
    assert_eq!(fetch["joined"], false);
    assert!(
        fetch["responseBytes"]
            .as_u64()
            .is_some_and(|bytes| bytes > 0)
    );
}

#[tokio::test]
async fn the_public_port_shows_the_schema_and_its_state_only_where_that_is_configured() {
    let a = dogs().await;
    let at = |router: &Running, path: &str| {
        router
            .url()
            .replace("/graphql", &format!("/playground/composition{path}"))
    };
    for (more, graph, state) in [
        ("", 404, 404),
        ("expose_plan: true", 200, 404),
        ("console: { status: true }", 404, 200),
    ] {
        let router = Running::start(&[("dogs", &a)], more).await;
        for (path, status) in [("/supergraph", graph), ("/api", graph), ("", state)] {
            let answer = get(&at(&router, path), &[]).await;
            assert_eq!(answer.status, status, "{more} {path}");
        }
    }
}

#[tokio::test]
async fn the_admin_port_shows_its_page_with_all_that_it_loads() {
    let dogs = dogs().await;
    let router = Running::start(&[("dogs", &dogs)], "playground: false").await;
    let page = get(&router.admin_url("/"), &[HTML]).await.text();
    assert!(page.contains("data-status=\"composition\""), "{page}");
    assert!(page.contains("data-operations=\"\""), "{page}");
    let script = page
        .split("src=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let script = format!("/{}", script.unwrap_or_default());
    assert_eq!(get(&router.admin_url(&script), &[]).await.status, 200);
}
