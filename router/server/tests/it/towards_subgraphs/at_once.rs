//! How many requests are sent at once.

use serde_json::json;

use crate::kit::{Reply, Running, Subgraph};

use super::DOGS;

#[tokio::test]
async fn how_many_requests_are_sent_at_once_is_exported_and_survives_another_schema() {
    let dogs = Subgraph::start(DOGS, |_| Reply::Never).await;
    let cats = Subgraph::with_data("type Query { cat: String }", json!({ "cat": "Tom" })).await;
    let router = Running::configured(&format!(
        "subgraphs:\n  dogs: {{ url: \"{}\", max_requests: auto, timeout: 20ms }}\n  cats: {{ url: \"{}\", max_requests: 7 }}\n",
        dogs.url(),
        cats.url()
    ))
    .await;
    router.until_ready().await;
    let most = async |subgraph: &str| {
        let series = format!("graphql_subgraph_max_requests{{subgraph=\"{subgraph}\"}}");
        router.metric(&series).await
    };
    assert_eq!((most("dogs").await, most("cats").await), (32.0, 7.0));
    for _ in 0..2 {
        assert_eq!(router.query("{ dog }").await.code(), "SUBREQUEST_TIMEOUT");
    }
    let found = most("dogs").await;
    assert!(found < 32.0, "{found}");
    let changed = "type Query { cat: String mouse: String }";
    router.changes(|| cats.set_sdl(changed)).await;
    assert_eq!((most("dogs").await, most("cats").await), (found, 7.0));
}
