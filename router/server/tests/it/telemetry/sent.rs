//! What the spans of requests to subgraphs say of how they were sent.

use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::json;
use tokio::sync::watch;

use super::{exporting, spans};
use crate::collector::{Behaviour, Collector, text};
use crate::kit::{Reply, Running, Subgraph, until};

const DOGS: &str = "type Query { dog: String }";

/// What the spans of requests to subgraphs have as this attribute.
fn all(spans: &[Span], name: &str) -> Vec<Option<String>> {
    let sent = spans.iter().filter(|span| span.name == "POST /graphql");
    let mut all: Vec<_> = sent.map(|span| text(&span.attributes, name)).collect();
    all.sort();
    all
}

#[tokio::test]
async fn a_span_says_how_often_the_request_was_sent_again() {
    let collector = Collector::start(Behaviour::Take).await;
    let mut failures = 2;
    let dogs = Subgraph::start(DOGS, move |_| match failures {
        0 => Reply::Data(json!({ "dog": "Rex" })),
        _ => {
            failures -= 1;
            Reply::Raw(503, "text/plain", "not yet".to_owned())
        }
    })
    .await;
    let router = Running::configured(&format!(
        "subgraphs: {{ dogs: {{ url: \"{}\", retry: {{ attempts: 3, budget: 100% }} }} }}\n{}",
        dogs.url(),
        exporting(&collector, "sample: 100%")
    ))
    .await;
    router.until_ready().await;
    for _ in 0..2 {
        assert_eq!(router.query("{ dog }").await.json()["data"]["dog"], "Rex");
    }
    let spans = spans(&collector, 5).await;
    let again = all(&spans, "http.request.resend_count");
    assert_eq!(again, [None, Some("2".to_owned())]);
    assert_eq!(
        all(&spans, "http.response.status_code"),
        [Some("200".to_owned()), Some("200".to_owned())]
    );
}

#[tokio::test]
async fn a_span_says_whether_the_request_got_the_answer_of_another_one() {
    let collector = Collector::start(Behaviour::Take).await;
    let (open, gate) = watch::channel(false);
    let dogs = Subgraph::start(DOGS, move |_| {
        Reply::Gated(gate.clone(), json!({ "dog": "Rex" }))
    })
    .await;
    let router = Running::start(&[("dogs", &dogs)], &exporting(&collector, "sample: 100%")).await;
    let joined = r#"graphql_subgraph_requests_deduplicated_total{subgraph="dogs"}"#;
    let opening = async {
        until(async || (router.metric(joined).await == 1.0).then_some(()))
            .await
            .expect("one joins");
        open.send(true).expect("the subgraph waits");
    };
    tokio::join!(router.query("{ dog }"), router.query("{ dog }"), opening);
    let spans = spans(&collector, 5).await;
    assert_eq!(
        all(&spans, "abaque.request.joined"),
        [Some("false".to_owned()), Some("true".to_owned())]
    );
}
