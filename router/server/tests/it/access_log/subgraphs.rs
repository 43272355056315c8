//! What the binary logs of subgraphs that fail.

use serde_json::{Value, json};

use super::{JSON, Serving, find};
use crate::kit::{Reply, Subgraph, post};

const DOGS: &str = "type Query { dog: String }";

/// The line about a request to a subgraph.
async fn problem(serving: &mut Serving) -> Value {
    let message = "a request to a subgraph brought errors";
    find(&mut serving.lines, |line| line["message"] == message).await
}

async fn ask(serving: &Serving, id: &str) {
    let body = json!({ "query": "{ dog }" }).to_string();
    post(&serving.url, &[JSON, ("x-request-id", id)], body).await;
}

#[tokio::test]
async fn errors_of_a_subgraph_are_told_with_as_much_of_them_as_clients_see() {
    let reply = json!({ "data": { "dog": null }, "errors": [
        { "message": "bone 4711", "path": ["dog"], "extensions": { "code": "NO_BONE" } },
        { "message": "bone 4712", "path": ["dog"], "extensions": { "code": "NO_BONE" } },
    ] });
    let subgraph = Subgraph::start(DOGS, move |_| Reply::Response(reply.clone())).await;
    for (more, code, is_shown) in [
        ("", "SUBGRAPH_ERROR", false),
        ("include_subgraph_errors: true", "NO_BONE", true),
    ] {
        let mut serving = Serving::start_with(&subgraph, "", more).await;
        ask(&serving, "rex-1").await;
        let line = problem(&mut serving).await;
        assert_eq!(line["level"], "WARN", "{line}");
        assert_eq!(
            (&line["subgraph"], &line["request_id"], &line["errors"]),
            (&json!("dogs"), &json!("rex-1"), &json!(2))
        );
        assert_eq!(line["code"], code);
        let error = line["error"].as_str().unwrap_or_default();
        assert_eq!(error.contains("bone 4711"), is_shown, "{line}");
        assert_eq!(line.to_string().contains("bone 4711"), is_shown, "{line}");
    }
}

#[tokio::test]
async fn each_line_about_a_request_without_an_answer_has_the_reason() {
    let mut subgraph = Subgraph::with_data(DOGS, json!({ "dog": "Rex" })).await;
    let mut serving = Serving::start(&subgraph).await;
    subgraph.stop().await;
    for id in ["rex-1", "rex-2"] {
        ask(&serving, id).await;
        let line = problem(&mut serving).await;
        assert_eq!(line["request_id"], id);
        assert_eq!(line["code"], "SUBREQUEST_CONNECTION_ERROR");
        let reason = line["reason"].as_str().unwrap_or_default();
        assert!(reason.contains("refused"), "{line}");
    }
}

#[tokio::test]
async fn a_subgraph_that_fails_now_and_then_does_not_fill_the_log() {
    let mut fails = false;
    let subgraph = Subgraph::start(DOGS, move |_| {
        fails = !fails;
        match fails {
            true => Reply::Raw(500, "text/plain", "no".to_owned()),
            false => Reply::Data(json!({ "dog": "Rex" })),
        }
    })
    .await;
    let mut serving = Serving::start(&subgraph).await;
    for _ in 0..60 {
        ask(&serving, "rex").await;
    }
    let (mut requests, mut failing, mut again) = (0, 0, 0);
    while requests < 60 {
        let line = find(&mut serving.lines, |_| true).await;
        match line["message"].as_str().unwrap_or_default() {
            "the subgraph gives no answer" => failing += 1,
            "the subgraph answers again" => again += 1,
            _ if line["target"] == "access" && line["route"] == "/graphql" => requests += 1,
            _ => {}
        }
    }
    // The ten of one interval, or of two where another one has begun meanwhile.
    assert!((1..=20).contains(&failing), "{failing}");
    assert_eq!(failing, again);
}
