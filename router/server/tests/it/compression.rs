//! Answers in fewer bytes.

use std::io::Read;

use serde_json::json;

use crate::kit::{Answer, Reply, Running, Subgraph, stream, until};

const SDL: &str = "type Query { name: String } type Subscription { barks: String }";

async fn dogs(name: &str) -> Subgraph {
    let data = json!({ "name": name });
    let event = "event: next\ndata: {\"data\":{\"barks\":\"woof\"}}\n\nevent: complete\n\n";
    Subgraph::start(SDL, move |request| {
        let is_subscription = request["query"]
            .as_str()
            .is_some_and(|query| query.starts_with("subscription"));
        match is_subscription {
            true => Reply::Raw(200, "text/event-stream", event.to_owned()),
            false => Reply::Data(data.clone()),
        }
    })
    .await
}

async fn ask(router: &Running, accepted: &str) -> Answer {
    let body = r#"{"query":"{ name }"}"#.to_owned();
    router
        .ask_with(&[("accept-encoding", accepted)], body)
        .await
}

fn vary(answer: &Answer) -> Vec<&str> {
    let values = answer.headers.get_all("vary").iter();
    values.map(|value| value.to_str().expect("text")).collect()
}

fn decoded(answer: &Answer) -> String {
    let (body, mut text) = (&answer.body[..], String::new());
    let read = match answer.header("content-encoding") {
        "br" => brotli::Decompressor::new(body, 4096).read_to_string(&mut text),
        "zstd" => zstd::Decoder::new(body)
            .expect("a frame")
            .read_to_string(&mut text),
        "gzip" => flate2::read::GzDecoder::new(body).read_to_string(&mut text),
        "" => {
            text = answer.text();
            Ok(0)
        }
        other => panic!("{other}"),
    };
    read.expect("it reads back");
    text
}

#[tokio::test]
async fn answers_are_not_compressed_unless_the_configuration_says_so() {
    let dogs = dogs(&"x".repeat(5000)).await;
    let router = Running::start(&[("dogs", &dogs)], "").await;
    let answer = ask(&router, "br, zstd, gzip").await;
    assert_eq!(answer.header("content-encoding"), "");
    assert_eq!(vary(&answer), ["accept"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_has_the_coding_that_its_client_takes() {
    for length in [5_000, 3_000_000] {
        let name = "x".repeat(length);
        let dogs = dogs(&name).await;
        let router = Running::start(&[("dogs", &dogs)], "compression: true").await;
        let expected = json!({ "data": { "name": name } }).to_string();
        for (accepted, coding) in [
            ("gzip, deflate, br, zstd", "br"),
            ("gzip, zstd", "zstd"),
            ("gzip", "gzip"),
            ("deflate", ""),
            ("br;q=0, *;q=0", ""),
        ] {
            let answer = ask(&router, accepted).await;
            assert_eq!(answer.status, 200);
            assert_eq!(answer.header("content-encoding"), coding, "{accepted}");
            assert_eq!(vary(&answer), ["accept", "accept-encoding"]);
            assert_eq!(
                answer.header("content-length"),
                answer.body.len().to_string()
            );
            assert!(coding.is_empty() || answer.body.len() < length / 10);
            assert!(decoded(&answer) == expected, "{accepted}");
        }
        let held = "router_memory_held_bytes";
        let given_back = until(async || (router.metric(held).await == 0.0).then_some(())).await;
        given_back.expect("nothing stays reserved");
    }
}

#[tokio::test]
async fn short_answers_and_refusals_are_sent_as_they_are() {
    let dogs = dogs(&"x".repeat(200)).await;
    let router = Running::start(&[("dogs", &dogs)], "compression: true").await;
    let answer = ask(&router, "gzip").await;
    assert_eq!(answer.header("content-encoding"), "");
    // Unless a client takes nothing else.
    let only = ask(&router, "gzip, identity;q=0").await;
    assert_eq!(only.header("content-encoding"), "gzip");
    assert_eq!(decoded(&only), answer.text());
    let headers = [("accept-encoding", "gzip")];
    let refused = router.ask_with(&headers, "{".to_owned()).await;
    assert_eq!(
        (refused.status.as_u16(), refused.header("content-encoding")),
        (400, "")
    );
    assert_eq!(vary(&refused), ["accept", "accept-encoding"]);
}

#[tokio::test]
async fn events_are_sent_as_they_come() {
    let dogs = dogs("Rex").await;
    let router = Running::start(&[("dogs", &dogs)], "compression: true").await;
    for accept in ["text/event-stream", "multipart/mixed;subscriptionSpec=1.0"] {
        let headers = [
            ("content-type", "application/json"),
            ("accept", accept),
            ("accept-encoding", "gzip"),
        ];
        let body = json!({ "query": "subscription { barks }" }).to_string();
        let events = stream(&router.url(), &headers, body).await;
        assert!(!events.headers.contains_key("content-encoding"));
        assert!(events.rest().await.contains("woof"));
    }
}
