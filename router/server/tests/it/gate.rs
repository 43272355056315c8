//! A new schema that breaks what clients send is reported, or kept from service.

use serde_json::{Value, json};

use crate::kit::{Answer, Running, Subgraph, post, until};

const BEFORE: &str = "type Query { dog: Dog } type Dog { name: String age: Int colour: String }";
const REFUSE: &str = "record: {}\nschema: { gate: refuse }";

async fn dogs() -> Subgraph {
    let data = json!({ "dog": { "name": "Rex", "age": 7, "colour": "brown" } });
    Subgraph::with_data(BEFORE, data).await
}

/// A router whose clients ask for the names of dogs.
async fn in_use(subgraph: &Subgraph, more: &str) -> Running {
    let router = Running::start(&[("dogs", subgraph)], more).await;
    answered(&router, 1).await;
    let counted = async || {
        let document = router.admin("/operations").await.json();
        (document["operations"][0]["count"] == 1).then_some(())
    };
    until(counted).await.expect("it is recorded");
    router
}

async fn ask(router: &Running) -> Answer {
    let body = json!({ "query": "query Names { dog { name } }" }).to_string();
    let client = [
        ("apollographql-client-name", "web"),
        ("apollographql-client-version", "1.2"),
    ];
    router.ask_with(&client, body).await
}

/// Clients go on asking, and get what they ask for.
async fn answered(router: &Running, times: usize) {
    for _ in 0..times {
        let answer = ask(router).await;
        assert_eq!(answer.text(), r#"{"data":{"dog":{"name":"Rex"}}}"#);
    }
}

async fn accept(router: &Running, hash: &str) -> Answer {
    let url = router.admin_url("/composition/accept");
    let body = json!({ "hash": hash }).to_string();
    post(&url, &[("content-type", "application/json")], body).await
}

/// The status, once the gate has said that of a schema.
async fn decided(router: &Running, decision: &str) -> Value {
    router
        .until_status(|status| status["gate"]["decision"] == decision)
        .await
}

#[tokio::test]
async fn a_field_in_use_stays_until_its_removal_is_accepted() {
    let subgraph = dogs().await;
    let router = in_use(&subgraph, REFUSE).await;
    let before = router.status().await["schema"]["hash"].clone();

    subgraph.set_sdl(&BEFORE.replace("name: String", ""));
    router.refresh().await;
    let (status, ()) = tokio::join!(decided(&router, "refused"), answered(&router, 50));
    assert_eq!(status["state"], "degraded");
    assert_eq!(status["schema"]["hash"], before);
    assert_eq!(
        status["failure"]["error"],
        "the new schema breaks 1 operation that clients send"
    );
    let gate = &status["gate"];
    assert_eq!(gate["changes"][0]["coordinate"], "Dog.name");
    assert_eq!(gate["changes"][0]["operations"], json!(["Names"]));
    let seen = gate["operations"][0]["seen"].as_u64();
    assert!(seen >= Some(1), "{gate:#}");
    assert_eq!(gate["operations"][0]["clients"], json!(["web 1.2"]));
    answered(&router, 1).await;
    assert_eq!(router.metric("router_schema_gate_refusing").await, 1.0);
    assert_eq!(router.metric("router_composition_failing").await, 1.0);

    let other = accept(&router, "0123").await;
    assert_eq!(other.status, 409);
    let hash = gate["hash"].as_str().expect("a hash");
    assert!(other.text().contains(hash), "{}", other.text());
    assert_eq!(accept(&router, hash).await.status, 202);
    let status = decided(&router, "accepted").await;
    assert_eq!(status["state"], "serving");
    assert_eq!(status["schema"]["hash"], hash);
    assert_eq!(ask(&router).await.code(), "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(router.metric("router_schema_gate_refusing").await, 0.0);
    assert_eq!(
        router
            .metric("router_schema_gate_total{decision=\"accepted\"}")
            .await,
        1.0
    );
    assert_eq!(accept(&router, hash).await.status, 409);
}

#[tokio::test]
async fn a_change_that_goes_again_leaves_nothing_behind() {
    let subgraph = dogs().await;
    let router = in_use(&subgraph, REFUSE).await;
    subgraph.set_sdl(&BEFORE.replace("name: String", "name: Int"));
    router.refresh().await;
    decided(&router, "refused").await;

    subgraph.set_sdl(BEFORE);
    router.refresh().await;
    let status = router
        .until_status(|status| status["state"] == "serving")
        .await;
    assert_eq!(
        (&status["gate"], &status["failure"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(router.metric("router_schema_gate_refusing").await, 0.0);
}

#[tokio::test]
async fn what_nobody_uses_may_go() {
    let subgraph = dogs().await;
    let router = in_use(&subgraph, REFUSE).await;
    subgraph.set_sdl(&BEFORE.replace("colour: String", ""));
    router.refresh().await;
    let status = decided(&router, "passed").await;
    assert_eq!(status["state"], "serving");
    assert_eq!(status["gate"]["looked_at"], 1);
    assert_eq!(
        router.query("{ dog { colour } }").await.code(),
        "GRAPHQL_VALIDATION_FAILED"
    );
}

#[tokio::test]
async fn a_gate_that_warns_lets_it_through() {
    let subgraph = dogs().await;
    let router = in_use(&subgraph, "record: {}").await;
    subgraph.set_sdl(&BEFORE.replace("name: String", ""));
    router.refresh().await;
    let status = decided(&router, "warned").await;
    assert_eq!(status["state"], "serving");
    assert_eq!(status["gate"]["hit"], 1);
    assert_eq!(ask(&router).await.code(), "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn where_nothing_is_compared_nothing_is_said() {
    let subgraph = dogs().await;
    let router = in_use(&subgraph, "record: {}\nschema: { gate: none }").await;
    let before = router.status().await["schema"]["hash"].clone();
    subgraph.set_sdl(&BEFORE.replace("name: String", ""));
    router.refresh().await;
    let status = router
        .until_status(|status| status["schema"]["hash"] != before)
        .await;
    assert_eq!(status["gate"], Value::Null);
}

#[tokio::test]
async fn accepting_is_not_for_pages_and_says_what_it_needs() {
    let subgraph = dogs().await;
    let router = Running::start(&[("dogs", &subgraph)], "").await;
    let url = router.admin_url("/composition/accept");
    let foreign = post(&url, &[("origin", "http://evil.example")], "").await;
    assert_eq!(foreign.status, 403);
    assert_eq!(post(&url, &[], "").await.status, 400);
    let nothing = post(&format!("{url}?hash=0123"), &[], "").await;
    assert_eq!(nothing.status, 409);
    assert_eq!(nothing.text(), "no schema waits to be accepted\n");
}
