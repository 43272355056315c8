//! What is exported follows the configuration, and nothing of what has begun is lost.

use serde_json::json;
use tokio::sync::watch;

use super::{Reloaded, dogs_after, yaml};
use crate::collector::{Behaviour, Collector};
use crate::kit::{Reply, until};

const QUERY: &str = "query";

fn exporting(collector: &Collector, more: &str) -> String {
    let endpoint = collector.endpoint();
    format!(
        "telemetry: {{ otlp: {{ endpoint: \"{endpoint}\", delay: 1ms, sample: 100%, {more} }} }}"
    )
}

/// Waits until a collector has had this many spans of requests, and no more.
async fn has_spans(collector: &Collector, count: usize) {
    let find = collector.until(|received| {
        let spans = received.spans.iter();
        let spans = spans.filter(|(_, span)| span.name == QUERY).count();
        (spans >= count).then_some(spans)
    });
    assert_eq!(find.await, count);
}

#[tokio::test]
async fn spans_go_to_the_collector_of_the_configuration_that_their_request_began_with() {
    let (gate, gated) = watch::channel(false);
    let dogs = dogs_after(Reply::Gated(gated, json!({ "dog": "Rex" }))).await;
    let of = |more: &str| yaml(&[("dogs", &dogs)], more);
    let (one, other) = (
        Collector::start(Behaviour::Take).await,
        Collector::start(Behaviour::Take).await,
    );
    let router = Reloaded::start(&of("")).await;
    router
        .take_over(&of(&exporting(&one, "metrics: true")))
        .await;
    let began_before = router.router.query("query before { dog }");
    let meanwhile = async {
        let asked = async || (dogs.requests().len() == 1).then_some(());
        until(asked).await.expect("it is asked");
        router
            .take_over(&of(&exporting(&other, "metrics: true")))
            .await;
        // Of another text, or it would wait for the answer to the first.
        let after = router.router.query("query after { other: dog }").await;
        assert_eq!(after.status, 200);
        has_spans(&other, 1).await;
        gate.send(true).expect("it waits");
    };
    let (before, ()) = tokio::join!(began_before, meanwhile);
    assert_eq!(before.status, 200);
    has_spans(&one, 1).await;
    router.only_one_is_held().await;
    has_spans(&other, 1).await;
    let status = router.router.status().await;
    assert_eq!(status["configuration"]["needsRestart"], json!([]));

    // Another share of the requests is exported from the next one on.
    let none = exporting(&other, "").replace("100%", "0%");
    router.take_over(&of(&none)).await;
    router.router.query("query unsampled { dog }").await;
    router.take_over(&of(&exporting(&other, ""))).await;
    router.router.query("query sampled { dog }").await;
    has_spans(&other, 2).await;
}
