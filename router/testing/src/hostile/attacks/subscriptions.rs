//! Subscriptions.

use std::time::Duration;

use super::{Attacking, add};
use crate::Random;
use crate::hostile::field::Field;
use crate::hostile::subgraph::Script;
use crate::hostile::wire;

const EVENT: &str = "event: next\ndata: {\"data\":{\"ticks\":{\"__typename\":\"Item\",\"id\":\"1\",\"price\":1}}}\n\n";

fn request() -> Vec<u8> {
    let post = wire::post(&wire::request(
        "subscription { ticks { id name price } }",
        "{}",
    ));
    String::from_utf8_lossy(&post)
        .replace("connection: close", "accept: text/event-stream")
        .into_bytes()
}

fn events(pause: Duration) -> Script {
    let mut script = Script::with("200 OK", "content-type: text/event-stream\r\n", "");
    script.chunk = EVENT.as_bytes().to_vec();
    script.times = usize::MAX;
    script.pause = pause;
    script
}

pub(super) fn many(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        field.bad.answer(events(Duration::from_secs(1)));
        field
            .keep_open(field.many(1_500), &request(), Duration::from_secs(4))
            .await
    })
}

pub(super) fn endless(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        field.bad.answer(events(Duration::ZERO));
        let mut endings = field
            .keep_open(field.many(40), &request(), Duration::from_secs(4))
            .await;
        // An event without an end.
        let mut script = events(Duration::ZERO);
        script
            .head
            .extend_from_slice(b"event: next\ndata: {\"data\":");
        script.chunk = "x".repeat(1 << 16).into_bytes();
        field.bad.answer(script);
        add(
            &mut endings,
            field.keep_open(4, &request(), Duration::from_secs(3)).await,
        );
        endings
    })
}
