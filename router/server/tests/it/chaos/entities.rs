//! Requests for entities that fail.

use serde_json::{Value, json};

use crate::kit::{Reply, Running, Subgraph};

const LINK: &str =
    r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])"#;

/// The second request for the names of dogs is answered.
#[tokio::test]
async fn a_request_for_entities_is_sent_again_as_it_was() {
    let sdl = format!(
        r#"{LINK} type Query {{ dogs: [Dog!] }} type Dog @key(fields: "id") {{ id: ID! }}"#
    );
    let data = json!({ "dogs": [{ "id": "1" }, { "id": "2" }] });
    let dogs = Subgraph::with_data(&sdl, data).await;
    let sdl = format!(r#"{LINK} type Dog @key(fields: "id") {{ id: ID! name: String }}"#);
    let mut is_first = true;
    let names = Subgraph::start(&sdl, move |_| match std::mem::take(&mut is_first) {
        true => Reply::Raw(503, "text/plain", "not yet".to_owned()),
        false => Reply::Data(json!({ "_entities": [{ "name": "Rex" }, { "name": "Bello" }] })),
    })
    .await;
    let router = Running::configured(&format!(
        "subgraphs:\n  dogs: {{ url: \"{}\" }}\n  names: {{ url: \"{}\", retry: {{ attempts: 2, budget: 100% }} }}\n",
        dogs.url(),
        names.url()
    ))
    .await;
    router.until_ready().await;
    let answer = router.query("{ dogs { name } }").await.json();
    let expected = json!({ "data": { "dogs": [{ "name": "Rex" }, { "name": "Bello" }] } });
    assert_eq!(answer, expected);
    let asked: Vec<Value> = names
        .requests()
        .iter()
        .map(|(_, body)| serde_json::from_str(body).expect("JSON"))
        .collect();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0], asked[1]);
    let representations = asked[1]["variables"]["representations"].as_array();
    assert_eq!(representations.map(Vec::len), Some(2), "{asked:?}");
    let retries = r#"graphql_subgraph_retries_total{subgraph="names"}"#;
    assert_eq!(router.metric(retries).await, 1.0);
    assert_eq!(dogs.requests().len(), 1);
}
