//! What `/metrics` exports.

use std::collections::BTreeMap;

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
    // Name and type of each family, with the labels of its series; numbers differ from run to run.
    let mut families: BTreeMap<String, String> = BTreeMap::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        families.insert(line.to_owned(), String::new());
    }
    insta::assert_snapshot!(
        families
            .keys()
            .filter(|line| !line.starts_with("process_") && !line.starts_with("tokio_"))
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    );
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
