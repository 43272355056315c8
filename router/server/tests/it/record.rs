//! The operations that clients send are recorded, and nothing else of their requests.

use serde_json::{Value, json};

use crate::cli::run;
use crate::kit::{Numbered, Running, Subgraph, Ticks, stream, until};

const SDL: &str =
    "type Query { dog(name: String, age: Int): Dog } type Dog { name: String age: Int }";

async fn dogs() -> Subgraph {
    let data = json!({ "dog": { "name": "Rex", "age": 7 } });
    Subgraph::with_data(SDL, data).await
}

async fn operations(router: &Running) -> Vec<Value> {
    let answer = router.admin("/operations").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/json");
    let document = answer.json();
    document["operations"].as_array().expect("a list").clone()
}

/// What was recorded, once this many requests are in it: a request counts when its last byte has gone.
async fn recorded(router: &Running, requests: u64) -> Vec<Value> {
    let all = async || {
        let found = operations(router).await;
        let counted: u64 = found.iter().filter_map(|one| one["count"].as_u64()).sum();
        (counted == requests).then_some(found)
    };
    until(all).await.expect("all are counted")
}

#[tokio::test]
async fn operations_are_told_apart_by_more_than_literals_and_spelling() {
    let subgraph = dogs().await;
    let router = Running::start(&[("dogs", &subgraph)], "record: {}").await;
    let client = [
        ("apollographql-client-name", "web"),
        ("apollographql-client-version", "1.2"),
    ];
    for age in 0..10 {
        let query = format!("query Dog {{ dog(age: {age}, name: \"secret{age}\") {{ name }} }}");
        let body = json!({ "query": query }).to_string();
        assert_eq!(router.ask_with(&client, body).await.status, 200);
    }
    let variables = json!({
        "query": "query Dog($n: String) { dog(name: $n)   { age } }",
        "variables": { "n": "secret" },
    });
    router.ask(&variables).await;
    router.query("{ cat }").await;

    let found = recorded(&router, 11).await;
    assert_eq!(found.len(), 2, "{found:#?}");
    let first = &found[0];
    assert_eq!(first["name"], "Dog");
    assert_eq!(first["type"], "query");
    assert_eq!(
        first["text"],
        "query Dog { dog(age: 1, name: \"\") { name } }"
    );
    assert_eq!((&first["count"], &first["errors"]), (&json!(10), &json!(0)));
    assert_eq!(
        first["clients"],
        json!([{ "name": "web", "version": "1.2", "count": 10 }])
    );
    assert!(first["duration"]["p50_ms"].is_number(), "{first:#}");
    assert!(
        first["coordinates"]
            .as_array()
            .expect("a list")
            .contains(&json!("Query.dog(age:)"))
    );
    assert_eq!(
        found[1]["text"],
        "query Dog($n: String) { dog(name: $n) { age } }"
    );
    assert_eq!(found[1]["clients"], json!([]));
    assert!(!router.admin("/operations").await.text().contains("secret"));
}

/// A subscription can be open for days, and is hit by a change of the schema at once.
#[tokio::test]
async fn a_subscription_is_recorded_once_and_when_it_begins() {
    let sdl = "type Query { a: Int } type Subscription { tick: Tick } type Tick { n: Int! }";
    let ticks = Ticks::new();
    let source = Numbered::start(sdl, &ticks, true).await;
    let yaml = format!(
        "subgraphs: {{ source: {{ url: \"{}\" }} }}\nrecord: {{}}",
        source.url()
    );
    let router = Running::configured(&yaml).await;
    router.until_ready().await;
    let headers = [
        ("content-type", "application/json"),
        ("accept", "text/event-stream"),
        ("apollographql-client-name", "web"),
    ];
    let body = json!({ "query": "subscription Tick { tick { n } }" }).to_string();
    let mut answer = stream(&router.url(), &headers, body).await;
    let found = recorded(&router, 1).await;
    assert_eq!(found[0]["name"], "Tick");
    assert_eq!(found[0]["errors"], 0);
    assert_eq!(
        found[0]["clients"],
        json!([{ "name": "web", "version": null, "count": 1 }])
    );
    ticks.tick();
    answer.until(r#"{"n":1}"#).await;
    drop(answer);
    let active = "graphql_subscriptions_active";
    let gone = async || (router.metric(active).await == 0.0).then_some(());
    until(gone).await.expect("it ends");
    // Its line is written with its end.
    let ended = "graphql_requests_total{outcome=\"ok\"}";
    let written = async || (router.metric(ended).await == 1.0).then_some(());
    until(written).await.expect("it is over");
    assert_eq!(recorded(&router, 1).await[0]["count"], 1);
}

#[tokio::test]
async fn what_goes_wrong_is_counted() {
    let mut subgraph = dogs().await;
    let router = Running::start(&[("dogs", &subgraph)], "record: {}").await;
    router.query("{ dog { name } }").await;
    subgraph.stop().await;
    router.query("{ dog { name } }").await;
    let found = recorded(&router, 2).await;
    assert_eq!(found[0]["errors"], 1);
}

#[tokio::test]
async fn nothing_is_recorded_unless_it_is_wanted() {
    let subgraph = dogs().await;
    let router = Running::start(&[("dogs", &subgraph)], "").await;
    router.query("{ dog { name } }").await;
    assert_eq!(router.admin("/operations").await.status, 404);
}

#[tokio::test]
async fn a_recording_outlives_the_router_and_is_checked_and_united() {
    let folder = tempfile::tempdir().expect("a folder");
    let subgraph = dogs().await;
    let more = format!("record: {{ file: {}/a.json }}", folder.path().display());
    for run in 1..=2 {
        let mut router = Running::start(&[("dogs", &subgraph)], &more).await;
        router.query("query Dog { dog { name } }").await;
        recorded(&router, run).await;
        router.shut_down();
        router.ended().await;
    }
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("it can be written");
    };
    write(
        "router.yaml",
        "subgraphs: { dogs: { url: \"http://127.0.0.1:1\", sdl: dogs.graphql } }",
    );
    write("dogs.graphql", SDL);
    write("new.graphql", &SDL.replace("name: String age", "age"));

    let merging = [
        "record",
        "merge",
        "a.json",
        "a.json",
        "--output",
        "both.json",
    ];
    let merged = run(folder.path(), &merging, "");
    assert_eq!(merged.code, 0, "{}", merged.err);
    let checked = run(
        folder.path(),
        &[
            "check",
            "--subgraph",
            "dogs",
            "--sdl",
            "new.graphql",
            "--operations",
            "both.json",
            "--format",
            "json",
        ],
        "",
    );
    assert_eq!(checked.code, 1, "{}", checked.err);
    let review: Value = serde_json::from_str(&checked.out).expect("it is JSON");
    assert_eq!(review["operations"][0]["name"], "Dog");
    assert_eq!(review["operations"][0]["seen"], 4);

    let nothing = run(folder.path(), &["record", "merge", "router.yaml"], "");
    assert_eq!(nothing.code, 2, "{}", nothing.err);
}
