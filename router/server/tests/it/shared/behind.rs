//! Clients of one stream that take its events at different times.

use std::time::Duration;

use serde_json::json;

use super::{ACTIVE, Graph, MULTIPART, SSE, STREAMS};
use crate::kit::{Socket, Streaming, until};

const PADDED: &str = "subscription { tick { n pad } }";
/// More than all buffers between hold.
const EVENTS: u64 = 250;
/// A machine that has much else to do takes long for them.
const PATIENT: &str = "timeouts: { write: 5m }";

/// Takes events up to a number, of which none is missing.
async fn take(answer: &mut Streaming, last: u64) {
    for n in 1..=last {
        answer.until(&format!(r#""tick":{{"n":{n},"#)).await;
        answer.until("\n\n").await;
    }
}

#[tokio::test]
async fn a_slow_client_goes_on_alone_after_its_last_event_and_slows_nobody() {
    let graph = Graph::start(true, PATIENT).await;
    let mut slow = graph.subscribe(SSE, "", PADDED).await;
    let mut fast = graph.subscribe(SSE, "", PADDED).await;
    for _ in 0..EVENTS {
        graph.ticks.tick();
    }
    take(&mut fast, EVENTS).await;
    take(&mut slow, EVENTS).await;
    assert_eq!(graph.source.opened_so_far(), 2);
    let alone = "graphql_subscriptions_behind_total{how=\"alone\"}";
    assert_eq!(graph.router.metric(alone).await, 1.0);
}

#[tokio::test]
async fn a_client_that_has_caught_up_shares_the_stream_again_and_nothing_is_lost_or_doubled() {
    let graph = Graph::start(true, PATIENT).await;
    let mut slow = graph.subscribe(SSE, "", PADDED).await;
    let mut fast = graph.subscribe(SSE, "", PADDED).await;
    for _ in 0..EVENTS {
        graph.ticks.tick();
    }
    take(&mut fast, EVENTS).await;
    take(&mut slow, EVENTS).await;
    // With an event that both have had they come together, sooner or later.
    let together = until(async || {
        let n = graph.ticks.tick();
        for client in [&mut fast, &mut slow] {
            expect_next(client, n).await;
        }
        (graph.router.metric(STREAMS).await == 1.0).then_some(n)
    });
    let last = together.await.expect("they share a stream again");
    assert_eq!(graph.source.opened_so_far(), 2);
    for _ in 0..10 {
        graph.ticks.tick();
    }
    for n in last + 1..=last + 10 {
        for client in [&mut fast, &mut slow] {
            expect_next(client, n).await;
        }
    }
}

/// The very next event of a client.
async fn expect_next(client: &mut Streaming, n: u64) {
    let mut said = client.until("\n\n").await;
    // Other than a sign of life.
    while !said.contains("tick") {
        said = client.until("\n\n").await;
    }
    let tick = format!(r#""tick":{{"n":{n},"#);
    assert!(said.contains(&tick), "no event {n}: {said}");
}

#[tokio::test]
async fn slow_clients_of_every_transport_go_on_alone_and_a_fast_one_is_not_held() {
    // A client that does not read answers no pings either.
    let more = format!("{PATIENT}\nsubscriptions: {{ websocket: true, heartbeat: 5m }}");
    let graph = Graph::start(true, &more).await;
    let mut by_sse = graph.subscribe(SSE, "", PADDED).await;
    let mut by_multipart = graph.subscribe(MULTIPART, "", PADDED).await;
    let headers = [("authorization", "")];
    let mut socket = Socket::open(&graph.router.url(), &headers)
        .await
        .expect("it is opened");
    socket.say(&json!({ "type": "connection_init" })).await;
    assert_eq!(socket.hear().await, json!({ "type": "connection_ack" }));
    socket.subscribe("slow", PADDED).await;
    let mut fast = graph.subscribe(SSE, "", PADDED).await;
    graph.until(ACTIVE, 4.0).await;
    graph.until(STREAMS, 1.0).await;
    for _ in 0..EVENTS {
        graph.ticks.tick();
    }
    take(&mut fast, EVENTS).await;
    take(&mut by_sse, EVENTS).await;
    for n in 1..=EVENTS {
        by_multipart
            .until(&format!(r#"{{"payload":{{"data":{{"tick":{{"n":{n},"#))
            .await;
        let next = socket.hear().await;
        assert_eq!(next["payload"]["data"]["tick"]["n"], n);
    }
    let alone = "graphql_subscriptions_behind_total{how=\"alone\"}";
    assert_eq!(graph.router.metric(alone).await, 3.0);
    assert_eq!(graph.source.opened_so_far(), 4);
}

#[tokio::test]
async fn a_slow_client_of_events_without_numbers_ends_and_slows_nobody() {
    let graph = Graph::start(false, PATIENT).await;
    let slow = graph.subscribe(SSE, "", PADDED).await;
    let mut fast = graph.subscribe(SSE, "", PADDED).await;
    for _ in 0..EVENTS {
        graph.ticks.tick();
    }
    take(&mut fast, EVENTS).await;
    let said = slow.rest().await;
    assert!(said.contains("SUBSCRIPTION_BEHIND"));
    assert!(said.ends_with("event: complete\ndata: \n\n"));
    graph.until(STREAMS, 1.0).await;
}

#[tokio::test]
async fn who_reads_a_moment_later_than_others_is_not_left_behind_by_a_burst() {
    let graph = Graph::start(false, PATIENT).await;
    let mut late = graph.subscribe(SSE, "", PADDED).await;
    let mut fast = graph.subscribe(SSE, "", PADDED).await;
    graph.until(ACTIVE, 2.0).await;
    for _ in 0..EVENTS {
        graph.ticks.tick();
    }
    let (had, mut having) = tokio::sync::watch::channel(0);
    let reading = async {
        for n in 1..=EVENTS {
            fast.until(&format!(r#""tick":{{"n":{n},"#)).await;
            fast.until("\n\n").await;
            had.send_replace(n);
        }
    };
    let following = async {
        // Until the other one gets nothing for a moment: it waits for this one, or has all.
        let moment = Duration::from_millis(100);
        while tokio::time::timeout(moment, having.changed())
            .await
            .is_ok_and(|more| more.is_ok())
        {}
        take(&mut late, EVENTS).await;
    };
    tokio::join!(reading, following);
    let ended = "graphql_subscriptions_behind_total{how=\"ended\"}";
    assert_eq!(graph.router.metric(ended).await, 0.0);
}
