//! Several requests in one.

use serde_json::{Value, json};
use tokio::sync::watch;

use crate::kit::{Answer, Reply, Running, Subgraph, until};

const SDL: &str = "type Query { dog: String cat: String } type Mutation { adopt: String } type Subscription { barks: String }";

async fn pets() -> Subgraph {
    Subgraph::with_data(SDL, json!({ "dog": "Rex", "cat": "Tom", "adopt": "Rex" })).await
}

async fn ask(router: &Running, batch: &Value) -> Answer {
    let accept = ("accept", "application/graphql-response+json");
    router.ask_with(&[accept], batch.to_string()).await
}

#[tokio::test]
async fn each_entry_is_answered_in_its_place() {
    let a = pets().await;
    let router = Running::start(&[("pets", &a)], "batching: { max: 5 }").await;
    let batch = json!([
        { "query": "{ dog }" },
        { "query": "{ mouse }" },
        { "query": "mutation { adopt }" },
        { "query": "subscription { barks }" },
        { "invalid": true },
    ]);
    let answer = ask(&router, &batch).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(
        answer.header("content-type"),
        "application/graphql-response+json; charset=utf-8"
    );
    let json = answer.json();
    assert_eq!(json[0], json!({ "data": { "dog": "Rex" } }));
    assert_eq!(json[2], json!({ "data": { "adopt": "Rex" } }));
    for (index, code) in [
        (1, "GRAPHQL_VALIDATION_FAILED"),
        (3, "SUBSCRIPTION_NOT_SUPPORTED"),
        (4, "BAD_REQUEST"),
    ] {
        assert_eq!(
            json[index]["errors"][0]["extensions"]["code"], code,
            "{json}"
        );
    }
    assert_eq!(json.as_array().map(Vec::len), Some(5));
    let answer = ask(&router, &json!({ "query": "{ cat }" })).await;
    assert_eq!(answer.text(), r#"{"data":{"cat":"Tom"}}"#);
}

#[tokio::test]
async fn entries_are_executed_at_the_same_time() {
    let (open, gate) = watch::channel(false);
    let data = json!({ "dog": "Rex", "cat": "Tom" });
    let a = Subgraph::start(SDL, move |_| Reply::Gated(gate.clone(), data.clone())).await;
    let router = Running::start(&[("pets", &a)], "batching: { max: 2 }").await;
    let batch = json!([{ "query": "{ dog }" }, { "query": "{ cat }" }]);
    let asking = ask(&router, &batch);
    let opening = async {
        let both = async || (a.requests().len() == 2).then_some(());
        until(both)
            .await
            .expect("both are there before one is answered");
        open.send(true).expect("the subgraph waits");
    };
    let (answer, ()) = tokio::join!(asking, opening);
    let expected = r#"[{"data":{"dog":"Rex"}},{"data":{"cat":"Tom"}}]"#;
    assert_eq!(answer.text(), expected);
}

#[tokio::test]
async fn batches_are_off_by_default_bounded_and_hold_no_others() {
    let a = pets().await;
    let entry = json!({ "query": "{ dog }" });
    let off = Running::start(&[("pets", &a)], "").await;
    let answer = ask(&off, &json!([entry])).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (400, "BATCH_NOT_SUPPORTED".into())
    );
    let on = Running::start(&[("pets", &a)], "batching: { max: 2 }").await;
    let many: Vec<&Value> = std::iter::repeat_n(&entry, 10_000).collect();
    for (batch, status, code) in [
        (json!([entry, entry, entry]), 422, "BATCH_LIMIT_EXCEEDED"),
        (json!(many), 422, "BATCH_LIMIT_EXCEEDED"),
        (json!([]), 400, "BAD_REQUEST"),
        (json!([[entry], entry]), 400, "BAD_REQUEST"),
        (json!([1]), 400, "BAD_REQUEST"),
    ] {
        let answer = ask(&on, &batch).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (status, code)
        );
    }
    let unfinished = on.ask_with(&[], "[{}".to_owned()).await;
    assert_eq!(
        (unfinished.status.as_u16(), unfinished.code()),
        (400, "BAD_REQUEST".into())
    );
    assert!(a.requests().is_empty());
}
