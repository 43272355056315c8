//! What `/metrics` exports.

use serde_json::json;

use crate::kit::{Reply, Running, Subgraph};

#[tokio::test]
async fn the_export_is_the_catalog() {
    let a = Subgraph::with_data("type Query { dog: String }", json!({ "dog": "Rex" })).await;
    let router = Running::start(&[("dogs", &a)], "").await;
    router.query("{ dog }").await;
    router.query("{ dog }").await;
    router.query("{ cat }").await;
    router.query("{ __schema { queryType { name } } }").await;

    let text = router.metrics().await;
    // Each family with its type and its series; numbers differ from run to run.
    let foreign = |line: &str| {
        ["process_", "tokio_"]
            .iter()
            .any(|prefix| line.starts_with(prefix))
    };
    let mut exported: Vec<String> = Vec::new();
    for line in text.lines() {
        if let Some(family) = line
            .strip_prefix("# TYPE ")
            .filter(|family| !foreign(family))
        {
            exported.push(format!("# {family}"));
        } else if !line.starts_with('#') && !foreign(line) && !line.contains("le=\"") {
            exported.extend(line.rsplit_once(' ').map(|(series, _)| series.to_owned()));
        }
    }
    insta::assert_snapshot!(exported.join("\n"));
    for metric in router::telemetry::catalog() {
        assert!(
            text.contains(&format!("# HELP {} ", metric.name)),
            "{}",
            metric.name
        );
    }
    assert_eq!(
        router
            .metric("graphql_requests_total{outcome=\"ok\"}")
            .await,
        3.0
    );
    assert_eq!(
        router
            .metric("graphql_requests_total{outcome=\"refused\"}")
            .await,
        1.0
    );
    assert_eq!(
        router
            .metric("graphql_errors_total{code=\"GRAPHQL_VALIDATION_FAILED\"}")
            .await,
        1.0
    );
    assert_eq!(router.metric("router_plan_cache_hits_total").await, 1.0);
    let asked = "http_client_request_duration_seconds_count{subgraph=\"dogs\",status=\"2xx\"}";
    assert!(router.metric(asked).await >= 2.0);
    assert_eq!(
        router
            .metric("http_client_active_requests{subgraph=\"dogs\"}")
            .await,
        0.0
    );
    assert!(router.metric("router_schema_hash").await > 0.0);
    assert!(
        router
            .metric("router_composition_last_success_timestamp_seconds")
            .await
            > 1.7e9
    );
}

/// How many requests count as faulted after `{ dog cat }` with this reply of the second subgraph, and a document that is not GraphQL.
async fn faulted(reply: Reply) -> f64 {
    let dogs = "type Query { dog: String }";
    let a = Subgraph::with_data(dogs, json!({ "dog": "Rex" })).await;
    let b = Subgraph::start("type Query { cat: String }", move |_| reply.clone()).await;
    let router = Running::start(&[("dogs", &a), ("cats", &b)], "").await;
    router.query("{ dog cat }").await;
    router.query("{ dog").await;
    router.metric("graphql_requests_faulted_total").await
}

#[tokio::test]
async fn a_request_is_faulted_when_a_subgraph_fails_and_not_when_the_client_errs() {
    let broken = Reply::Raw(502, "text/html", "<html>".to_owned());
    assert_eq!(faulted(broken).await, 1.0);
    let reported =
        json!({ "data": { "cat": null }, "errors": [{ "message": "no cat of that name" }] });
    assert_eq!(faulted(Reply::Response(reported)).await, 0.0);
    assert_eq!(faulted(Reply::Data(json!({ "cat": "Mimi" }))).await, 0.0);
}

/// The manual's table has every metric that is exported, each with its labels.
#[test]
fn the_manual_names_every_metric_with_its_labels() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations.md");
    let manual = std::fs::read_to_string(path).expect("the manual is there");
    for metric in router::telemetry::catalog() {
        let name = format!("`{}`", metric.name);
        let rows = manual.lines().filter(|line| line.starts_with("| `"));
        let cells = rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
        let row = cells
            .filter(|cells| cells.len() > 3)
            .find(|cells| cells[1].split(", ").any(|named| named == name));
        let row = row.unwrap_or_else(|| panic!("{name} is not in docs/operations.md"));
        let labels: Vec<String> = metric
            .labels
            .iter()
            .map(|label| format!("`{}`", label.name))
            .collect();
        assert_eq!(row[2], labels.join(", "), "the labels of {name}");
    }
}
