//! Clients that are gone, or as good as gone: what they hold is given back.

use std::time::Duration;

use router::Config;
use serde_json::json;

use super::{BARKS, Dogs};
use crate::kit::frames::{Frame, Frames, masked};
use crate::kit::{Numbered, PATIENCE, Running, Ticks, until};

fn subscribe(query: &str) -> Vec<u8> {
    let message = json!({ "id": "a", "type": "subscribe", "payload": { "query": query } });
    masked(0x81, message.to_string().as_bytes())
}

/// Nothing of it is left in the router.
async fn expect_gone(router: &Running) {
    let names = [
        "graphql_websockets_active",
        "graphql_subscriptions_active",
        "graphql_subscription_streams_active",
    ];
    for name in names {
        let is_none = async || (router.metric(name).await == 0.0).then_some(());
        until(is_none).await.expect(name);
    }
}

const PADDED: &str = "subscription { tick { n pad } }";

/// A router whose clients are gone after a second without a sign of life, over a source of large events.
async fn impatient(ticks: &Ticks) -> (Numbered, Running) {
    let sdl =
        "type Query { a: Int } type Subscription { tick: Tick } type Tick { n: Int! pad: String }";
    let source = Numbered::start(sdl, ticks, true).await;
    let yaml = format!(
        "subgraphs: {{ source: {{ url: \"{}\" }} }}\nsubscriptions: {{ websocket: true, heartbeat: 50ms }}\ntimeouts: {{ write: 5m }}",
        source.url()
    );
    let config = Config::parse(&yaml, "router.yaml".as_ref(), &|_| None);
    let mut config = config.unwrap_or_else(|error| panic!("{error}"));
    config.subscriptions.client_silence = Duration::from_secs(1);
    let router = Running::by(config).await;
    router.until_ready().await;
    (source, router)
}

/// Reads to the event with that number, and what it is asked for is answered.
async fn goes_on(frames: &mut Frames, last: u64) {
    let tick = format!("\"tick\":{{\"n\":{last},");
    loop {
        match frames.next().await {
            Some(Frame::Text(text)) if text.contains(&tick) => break,
            // As who answers pings.
            Some(Frame::Text(_) | Frame::Pong(_)) => frames.write(&masked(0x8a, b"")).await,
            other => panic!("it is cut: {other:?}"),
        }
    }
    frames.write(&masked(0x89, b"there?")).await;
    loop {
        match frames.next().await {
            Some(Frame::Pong(payload)) if payload == b"there?" => return,
            Some(Frame::Text(_) | Frame::Pong(_)) => {}
            other => panic!("it is cut: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_client_that_says_something_while_it_takes_its_time_to_read_is_not_gone() {
    let ticks = Ticks::new();
    let (source, router) = impatient(&ticks).await;
    let mut frames = Frames::acknowledged(&router).await;
    frames.write(&subscribe(PADDED)).await;
    source.opened(1).await;
    for _ in 0..250 {
        ticks.tick();
    }
    // Longer than a client may be silent. What it says waits while an event is written.
    for _ in 0..20 {
        frames.write(&masked(0x8a, b"")).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    goes_on(&mut frames, 250).await;
}

#[tokio::test]
async fn a_client_that_is_told_something_without_a_pause_is_heard() {
    let ticks = Ticks::new();
    let (source, router) = impatient(&ticks).await;
    let mut frames = Frames::acknowledged(&router).await;
    frames
        .write(&subscribe("subscription { tick { n } }"))
        .await;
    source.opened(1).await;
    let ticking = tokio::spawn(async move {
        loop {
            ticks.tick();
            tokio::task::yield_now().await;
        }
    });
    for round in 0..20_u8 {
        frames.write(&masked(0x89, &[round])).await;
        loop {
            match frames.next().await {
                Some(Frame::Pong(payload)) if payload == [round] => break,
                Some(Frame::Text(_) | Frame::Pong(_)) => {}
                other => panic!("it is cut: {other:?}"),
            }
        }
    }
    ticking.abort();
    drop(source);
}

/// It reads what it is sent, and its connection stays: that of a laptop that has gone to sleep behind a proxy.
#[tokio::test]
async fn a_client_that_answers_no_ping_is_gone() {
    let dogs = Dogs::start().await;
    let yaml = format!(
        "subgraphs: {{ dogs: {{ url: \"{}\" }} }}\nsubscriptions: {{ websocket: true, heartbeat: 50ms }}",
        dogs.subgraph.url()
    );
    let config = Config::parse(&yaml, "router.yaml".as_ref(), &|_| None);
    let mut config = config.unwrap_or_else(|error| panic!("{error}"));
    config.subscriptions.client_silence = Duration::from_secs(1);
    let router = Running::by(config).await;
    router.until_ready().await;
    let mut frames = Frames::acknowledged(&router).await;
    frames.write(&subscribe(BARKS)).await;
    dogs.opened(1).await;
    // Pings may come for ever, so that each of them is no reason to go on waiting.
    let closed = tokio::time::timeout(PATIENCE, frames.closed()).await;
    assert_eq!(closed, Ok(None));
    expect_gone(&router).await;
    dogs.opened(0).await;
}

/// Nor are there pings by which it would be found out: the next one waits behind what it does not read.
#[tokio::test]
async fn a_client_that_reads_nothing_is_cut_when_the_configuration_says() {
    let sdl =
        "type Query { a: Int } type Subscription { tick: Tick } type Tick { n: Int! pad: String }";
    let ticks = Ticks::new();
    let source = Numbered::start(sdl, &ticks, true).await;
    let yaml = format!(
        "subgraphs: {{ source: {{ url: \"{}\" }} }}\nsubscriptions: {{ websocket: true, heartbeat: 1h }}\ntimeouts: {{ write: 20ms }}",
        source.url()
    );
    let router = Running::configured(&yaml).await;
    router.until_ready().await;
    let mut frames = Frames::acknowledged(&router).await;
    frames.write(&subscribe(PADDED)).await;
    source.opened(1).await;
    // More than all that is between takes.
    for _ in 0..400 {
        ticks.tick();
    }
    expect_gone(&router).await;
    drop(frames);
}
