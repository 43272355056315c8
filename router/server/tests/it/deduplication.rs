//! Equal queries to a subgraph that are in flight at once.

use serde_json::{Value, json};
use tokio::sync::watch;

use crate::kit::{Answer, Reply, Running, Subgraph, until};

const DOGS: &str = "type Query { dog(name: String): String } type Mutation { feed: Fed } type Fed { query: Query }";

/// A subgraph that answers when the gate opens, and the gate.
async fn gated() -> (Subgraph, watch::Sender<bool>) {
    let (open, gate) = watch::channel(false);
    let answer = move |_: &Value| Reply::Gated(gate.clone(), json!({ "dog": "Rex", "feed": {} }));
    (Subgraph::start(DOGS, answer).await, open)
}

/// Sends both at once, waits until the subgraph has `sent` of them and the other ones have joined, and lets it answer.
async fn both(more: &str, requests: [(&str, &str); 2], sent: usize) -> [Answer; 2] {
    let (dogs, open) = gated().await;
    let router = Running::start(&[("dogs", &dogs)], more).await;
    let ask = async |(query, tenant): (&str, &str)| {
        let body = json!({ "query": query }).to_string();
        router.ask_with(&[("x-tenant", tenant)], body).await
    };
    let joined = r#"graphql_subgraph_requests_deduplicated_total{subgraph="dogs"}"#;
    let opening = async {
        let all = async || {
            let others = router.metric(joined).await;
            (dogs.requests().len() == sent && others == (2 - sent) as f64).then_some(())
        };
        until(all).await.expect("all are under way");
        open.send(true).expect("the subgraph waits");
    };
    let (one, other, ()) = tokio::join!(ask(requests[0]), ask(requests[1]), opening);
    assert_eq!(dogs.requests().len(), sent);
    [one, other]
}

const PASSED_ON: &str = "headers: { propagate: [x-tenant] }";

#[tokio::test]
async fn equal_queries_are_sent_once_and_answered_to_all() {
    for answer in both(PASSED_ON, [("{ dog }", "a"), ("{ dog }", "a")], 1).await {
        assert_eq!(answer.json(), json!({ "data": { "dog": "Rex" } }));
    }
}

#[tokio::test]
async fn headers_that_are_not_passed_on_make_no_difference() {
    both("", [("{ dog }", "a"), ("{ dog }", "b")], 1).await;
}

#[tokio::test]
async fn headers_that_are_passed_on_keep_queries_apart() {
    both(PASSED_ON, [("{ dog }", "a"), ("{ dog }", "b")], 2).await;
}

#[tokio::test]
async fn arguments_keep_queries_apart() {
    let queries = [("{ dog(name: \"a\") }", ""), ("{ dog(name: \"b\") }", "")];
    both("", queries, 2).await;
}

#[tokio::test]
async fn names_of_operations_do_not_keep_queries_apart() {
    let queries = [("query One { dog }", ""), ("query Other { dog }", "")];
    both("", queries, 1).await;
}

#[tokio::test]
async fn mutations_are_all_sent() {
    let mutation = "mutation { feed { __typename } }";
    both("", [(mutation, ""), (mutation, "")], 2).await;
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let off = "deduplicate_queries: false";
    both(off, [("{ dog }", ""), ("{ dog }", "")], 2).await;
}
