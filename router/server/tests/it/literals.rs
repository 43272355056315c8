//! Operations that differ in their literals only.

use serde_json::{Value, json};

use crate::kit::{Reply, Running, Subgraph};

const SDL: &str = r#"
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
    scalar Decimal
    type Query { dogs(first: Int!, name: String, weight: Decimal, ids: [ID!]): [Dog!] }
    type Dog { name: String! }
"#;

async fn dogs() -> Subgraph {
    let reply = |_: &Value| Reply::Data(json!({ "dogs": [{ "name": "Rex" }] }));
    Subgraph::start(SDL, reply).await
}

/// The bodies of the requests.
fn sent(subgraph: &Subgraph) -> Vec<String> {
    let requests = subgraph.requests();
    requests.into_iter().map(|(_, body)| body).collect()
}

#[tokio::test]
async fn the_third_text_is_neither_parsed_nor_kept() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "").await;
    for first in 1..=20 {
        let query = format!("{{ dogs(first: {first}, weight: 0.{first}0) {{ name }} }}");
        let answer = router.query(&query).await;
        assert_eq!(answer.text(), r#"{"data":{"dogs":[{"name":"Rex"}]}}"#);
    }
    // The first text, and one for all others.
    assert_eq!(router.metric("router_plan_cache_entries").await, 2.0);
    assert_eq!(router.metric("router_plan_cache_misses_total").await, 2.0);
    assert_eq!(router.metric("router_plan_cache_hits_total").await, 18.0);
    let sent = sent(&a);
    assert_eq!(sent[0], r#"{"query":"{dogs(first:1,weight:0.10){name}}"}"#);
    let shared = "query($_0:Int!,$_1:Decimal!){dogs(first:$_0,weight:$_1){name}}";
    for (first, body) in (1..).zip(&sent).skip(1) {
        // A number keeps its digits.
        let variables = format!("{{\"_0\":{first},\"_1\":0.{first}0}}");
        let expected = format!("{{\"query\":\"{shared}\",\"variables\":{variables}}}");
        assert_eq!(*body, expected);
    }
}

#[tokio::test]
async fn a_mistake_is_told_where_it_stands_in_the_text_that_was_sent() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "").await;
    for first in 1..4 {
        let query = format!("{{ dogs(first: {first}, name: \"Rex\") {{ name }} }}");
        assert_eq!(router.query(&query).await.status, 200);
    }
    let wrong = "{ dogs(first: 1234567, name: 89) { name } }";
    for _ in 0..2 {
        let answer = router.query(wrong).await;
        assert_eq!(answer.code(), "GRAPHQL_VALIDATION_FAILED");
        let json = answer.json();
        assert_eq!(
            json["errors"][0]["locations"],
            json!([{ "line": 1, "column": 30 }])
        );
    }
    let answer = router
        .query("{ dogs(first: 12345678901, name: \"Rex\") { name } }")
        .await;
    assert_eq!(answer.code(), "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(a.requests().len(), 3);
}

#[tokio::test]
async fn a_client_cannot_set_the_value_of_a_literal() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "").await;
    for first in 1..4 {
        let request = json!({
            "query": format!("query($name: String) {{ dogs(first: {first}, name: $name) {{ name }} }}"),
            "variables": { "_0": 99, "name": "Rex" },
        });
        assert_eq!(router.ask(&request).await.status, 200);
    }
    // An operation is not shared with who sends its variables; what is not declared is ignored.
    let sent = sent(&a);
    assert!(sent[2].contains("first:3"), "{}", sent[2]);
    assert!(!sent[2].contains("99"), "{}", sent[2]);
}

#[tokio::test]
async fn lists_of_any_length_are_one_operation_and_count_as_tokens() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "limits: { tokens: 100 }").await;
    for length in 1..10 {
        let ids = vec!["7"; length].join(", ");
        let query = format!("{{ dogs(first: 2, ids: [{ids}]) {{ name }} }}");
        assert_eq!(router.query(&query).await.status, 200);
    }
    assert_eq!(router.metric("router_plan_cache_entries").await, 2.0);
    let ids = vec!["7"; 100].join(", ");
    let answer = router
        .query(&format!("{{ dogs(first: 2, ids: [{ids}]) {{ name }} }}"))
        .await;
    assert_eq!(answer.code(), "OPERATION_TOO_LARGE");
}
