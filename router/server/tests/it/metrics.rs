//! What `/metrics` exports.

use serde_json::json;

use crate::kit::{Running, Subgraph};

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
    for metric in router::metrics::METRICS {
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
