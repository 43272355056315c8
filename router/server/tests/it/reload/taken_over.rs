//! What is taken over, what is not, and what is said about it.

use serde_json::{Value, json};

use super::{FAILING, Reloaded, cats, dogs, failure, yaml};
use crate::kit::{Subgraph, get, post, until};

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn subgraphs_join_leave_and_move() {
    let (dogs, cats) = (dogs().await, cats().await);
    let router = Reloaded::start(&yaml(&[("dogs", &dogs)], "")).await;
    router
        .take_over(&yaml(&[("dogs", &dogs), ("cats", &cats)], ""))
        .await;
    let both = async || {
        let answer = router.router.query("{ dog cat }").await.json();
        (answer["data"] == json!({ "dog": "Rex", "cat": "Mimi" })).then_some(())
    };
    until(both).await.expect("the new one has joined");

    let elsewhere = Subgraph::with_data(super::DOGS, json!({ "dog": "Bella" })).await;
    router.take_over(&yaml(&[("dogs", &elsewhere)], "")).await;
    let moved = async || {
        let answer = router.router.query("{ dog }").await.json();
        (answer["data"]["dog"] == "Bella").then_some(())
    };
    until(moved).await.expect("it has moved");
    let left = async || {
        let answer = router.router.query("{ cat }").await;
        (answer.code() == "GRAPHQL_VALIDATION_FAILED").then_some(())
    };
    until(left).await.expect("the other one has left");
    router.only_one_is_held().await;
    // Nothing is exported of it any more; that waits for what is in use of older schemas.
    let forgotten = async || {
        let exported = router.router.metrics().await;
        assert!(exported.contains(r#"subgraph="dogs""#), "{exported}");
        (!exported.contains("cats")).then_some(())
    };
    until(forgotten).await.expect("its series leave with it");
    let status = router.router.status().await;
    assert_eq!(status["subgraphs"].as_array().map(Vec::len), Some(1));
    assert_eq!(status["schema"]["missing"], json!([]));
}

#[tokio::test]
async fn limits_headers_paths_and_pages_are_those_of_the_next_request() {
    let dogs = dogs().await;
    let of = |more: &str| yaml(&[("dogs", &dogs)], more);
    let router = Reloaded::start(&of("")).await;
    let ask = async |headers: &[(&str, &str)]| {
        let body = json!({ "query": "{ dog }" }).to_string();
        router.router.ask_with(headers, body).await
    };
    assert_eq!(router.router.query("{ __typename }").await.status, 200);

    router
        .take_over(&of(
            "headers: { insert: { x-of: router } }\nintrospection: false\ncors: { origins: [\"https://a.example\"] }",
        ))
        .await;
    ask(&[]).await;
    let requests = dogs.requests();
    let (headers, _) = requests.last().expect("it was asked");
    assert_eq!(headers["x-of"], "router");
    let refused = router
        .router
        .query("{ __schema { queryType { name } } }")
        .await;
    assert_eq!(refused.code(), "INTROSPECTION_DISABLED");
    let answer = ask(&[("origin", "https://a.example")]).await;
    assert_eq!(
        answer.header("access-control-allow-origin"),
        "https://a.example"
    );

    router
        .take_over(&of("limits: { request_body: 1 KiB }\npath: /api"))
        .await;
    let address = router.router.address();
    let long = json!({ "query": format!("{{ dog }} #{}", "x".repeat(2000)) }).to_string();
    let at = |path: &str| format!("http://{address}{path}");
    assert_eq!(post(&at("/api"), &[JSON], long).await.status, 413);
    assert_eq!(get(&at("/graphql"), &[]).await.status, 404);
}

#[tokio::test]
async fn who_may_ask_and_how_often_is_that_of_the_next_request() {
    let dogs = dogs().await;
    let of = |more: &str| yaml(&[("dogs", &dogs)], more);
    let router = Reloaded::start(&of("")).await;
    assert_eq!(router.router.query("{ dog }").await.status, 200);
    // The key of RFC 8037, appendix A.2.
    let keys = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }] });
    std::fs::write(router.folder.path().join("keys.json"), keys.to_string()).expect("written");
    let required = "authentication: { required: true, jwt: [{ jwks: keys.json }] }";
    router.take_over(&of(required)).await;
    assert_eq!(router.router.query("{ dog }").await.status, 401);

    router.take_over(&of("rate_limit: { requests: 1/h }")).await;
    assert_eq!(router.router.query("{ dog }").await.status, 200);
    assert_eq!(router.router.query("{ dog }").await.status, 429);

    std::fs::write(
        router.folder.path().join("known.json"),
        r#"{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"a","name":"","type":"query","body":"{ dog }"}]}"#,
    )
    .expect("written");
    router
        .take_over(&of(
            "persisted_documents: { files: known.json, required: true }",
        ))
        .await;
    let refused = router.router.query("{ dog }").await;
    assert_eq!(refused.code(), "PERSISTED_DOCUMENT_REQUIRED");
    let by_id = router.router.ask(&json!({ "documentId": "a" })).await;
    assert_eq!(by_id.json()["data"]["dog"], "Rex");
}

#[tokio::test]
async fn a_wrong_file_changes_nothing_and_says_why() {
    let dogs = dogs().await;
    let right = yaml(&[("dogs", &dogs)], "headers: { insert: { x-of: router } }");
    let router = Reloaded::start(&right).await;
    for (wrong, why) in [
        ("subgraphs: {", "this is not YAML"),
        ("subgraph: {}", "subgraph: this key is not known"),
        (
            "subgraphs: { a: { url: \"http://a\" } }\nlimits: { depth: many }",
            "limits.depth",
        ),
        (
            "subgraphs: { a: { url: \"http://a\", sdl: nowhere.graphql } }",
            "subgraphs.a.sdl",
        ),
        (
            "subgraphs: { a: { url: \"http://a\" } }\ntls: { ca: nowhere.pem }",
            "tls.ca",
        ),
        (
            "subgraphs: { a: { url: \"http://a\" } }\npersisted_documents: { files: nowhere }",
            "persisted_documents.files",
        ),
    ] {
        router.write(wrong);
        router.file.reload();
        let says = |status: &Value| {
            let error = failure(status)["error"].as_str();
            error.is_some_and(|error| error.contains(why))
        };
        let status = router.router.until_status(says).await;
        assert_eq!(status["configuration"]["generation"], 1, "{wrong}");
        assert_eq!(router.router.metric(FAILING).await, 1.0);
        assert_eq!(router.router.query("{ dog }").await.status, 200, "{wrong}");
    }
    std::fs::remove_file(&router.path).expect("it is there");
    router.file.reload();
    let gone = |status: &Value| {
        let error = failure(status)["error"].as_str();
        error.is_some_and(|error| error.contains("the file cannot be read"))
    };
    router.router.until_status(gone).await;
    router.take_over(&right).await;
    assert_eq!(router.router.metric(FAILING).await, 0.0);
    assert_eq!(
        router
            .router
            .metric(r#"router_configuration_reloads_total{outcome="refused"}"#)
            .await,
        7.0
    );
    let requests = dogs.requests();
    assert!(
        requests
            .iter()
            .all(|(headers, _)| headers.contains_key("x-of"))
    );
}

#[tokio::test]
async fn what_only_a_restart_takes_over_is_named_until_it_is_as_it_was() {
    let dogs = dogs().await;
    let of = |more: &str| yaml(&[("dogs", &dogs)], more);
    let router = Reloaded::start(&of("")).await;
    router
        .take_over(&of(
            "listen: 127.0.0.1:1\nlog: { format: text }\nrecord: { file: operations.json }\nintrospection: false",
        ))
        .await;
    let status = router.router.status().await;
    assert_eq!(
        status["configuration"]["needsRestart"],
        json!(["listen", "log.format", "record"])
    );
    assert_eq!(
        router
            .router
            .metric("router_configuration_restart_keys")
            .await,
        3.0
    );
    // The rest is taken over.
    let answer = router.router.query("{ __schema { queryType { name } } }");
    assert_eq!(answer.await.code(), "INTROSPECTION_DISABLED");
    router.take_over(&of("introspection: false")).await;
    let status = router.router.status().await;
    assert_eq!(status["configuration"]["needsRestart"], json!([]));
}

#[tokio::test]
async fn a_schema_that_does_not_compose_leaves_the_last_good_one_with_the_subgraphs_as_they_were() {
    let (dogs, cats) = (dogs().await, cats().await);
    let sent = "headers: { insert: { x-of: router } }";
    let both = yaml(&[("dogs", &dogs), ("cats", &cats)], sent);
    let router = Reloaded::start(&both).await;
    let bad = Subgraph::with_data("type Query { dog: Int }", json!({ "dog": 1 })).await;
    for round in 0..3 {
        let more = format!("{sent}\nlimits: {{ depth: {} }}", 100 + round);
        router
            .take_over(&yaml(&[("dogs", &dogs), ("bad", &bad)], &more))
            .await;
    }
    let fails = |status: &Value| !status["failure"].is_null();
    router.router.until_status(fails).await;
    let answer = router.router.query("{ dog cat }").await.json();
    assert_eq!(answer["data"], json!({ "dog": "Rex", "cat": "Mimi" }));
    let asked = cats.requests();
    assert!(
        asked
            .iter()
            .all(|(headers, _)| headers.contains_key("x-of"))
    );
}

#[tokio::test]
async fn a_changed_file_is_taken_over_where_it_is_watched() {
    let dogs = dogs().await;
    let of = |more: &str| {
        let watched = format!("watch: true\npolling: {{ interval: 100ms }}\n{more}");
        yaml(&[("dogs", &dogs)], &watched)
    };
    let router = Reloaded::start(&of("")).await;
    router.write(&of("introspection: false"));
    let taken = |status: &Value| super::generation(status) == 2;
    router.router.until_status(taken).await;
    router.write("subgraphs:");
    let fails = |status: &Value| !failure(status).is_null();
    router.router.until_status(fails).await;
    // What is in service is right, so nothing is wrong any more.
    router.write(&of("introspection: false"));
    let status = router
        .router
        .until_status(|status| failure(status).is_null())
        .await;
    assert_eq!(super::generation(&status), 2);
    let refused = router.router.query("{ __schema { queryType { name } } }");
    assert_eq!(refused.await.code(), "INTROSPECTION_DISABLED");
}
