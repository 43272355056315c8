use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::*;
use crate::stack::tests::{Scripted, Silent, answered, query, unreachable};

fn expiry(time: Duration) -> Expiry {
    Expiry::within(time, None)
}

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn what_waits_for_its_turn_waits_within_its_time() {
    let limit = Limit::new(Scripted::new([answered(200)]), 1, None, Gauge::noop());
    let turn = limit.permit(&expiry(SECOND)).await.expect("a turn");
    let waiting = limit.permit(&expiry(SECOND)).await.map(drop);
    assert_eq!(waiting, Err(Failure::Turn));
    drop(turn);
    assert!(limit.permit(&expiry(SECOND)).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn there_are_as_many_turns_as_latency_says() {
    let exported = Arc::new(AtomicU64::new(0));
    let most = Gauge::from_arc(Arc::clone(&exported));
    let most_now = || f64::from_bits(exported.load(Ordering::Relaxed));
    let limit = Limit::new(Scripted::new([answered(200)]), 512, Some(SECOND), most);
    assert_eq!(most_now(), 32.0);
    let adaptive = limit.adaptive.as_ref().expect("it adapts");
    let mut turns = Vec::new();
    for _ in 0..32 {
        turns.push(limit.permit(&expiry(SECOND)).await.expect("a turn"));
    }
    for _ in 0..100 {
        limit.took(adaptive, SECOND, true);
    }
    assert_eq!(most_now(), 8.0);
    turns.truncate(8);
    assert!(
        limit.permit(&expiry(SECOND)).await.is_err(),
        "8 are in flight"
    );
    turns.truncate(7);
    let eighth = limit.permit(&expiry(SECOND)).await.expect("a turn");
    drop((turns, eighth));
    for _ in 0..100_000 {
        limit.took(adaptive, SECOND / 1000, false);
    }
    let now = adaptive.gradient.lock().expect("no panic").limit();
    assert_eq!(limit.permits.available_permits(), now);
    assert_eq!(most_now(), now as f64);
}

/// How many there may be at once after a hundred requests.
async fn after_a_hundred<S: Fetch>(inner: S, request: impl Fn() -> Request) -> usize {
    let limit = Limit::new(inner, 512, Some(SECOND), Gauge::noop());
    for _ in 0..100 {
        let request = request();
        let asking = limit.fetch(&request);
        drop(tokio::time::timeout(2 * SECOND, asking).await);
    }
    let adaptive = limit.adaptive.as_ref().expect("it adapts");
    let gradient = adaptive.gradient.lock().expect("no panic");
    gradient.limit()
}

#[tokio::test(start_paused = true)]
async fn requests_that_are_given_up_lower_the_number() {
    assert_eq!(after_a_hundred(Silent, query).await, 8, "dropped");
    let at_deadline = || Request {
        expiry: Expiry::within(30 * SECOND, Some(Instant::now() + SECOND)),
        ..query()
    };
    assert_eq!(after_a_hundred(Silent, at_deadline).await, 8, "too late");
    let in_a_hurry = || Request {
        expiry: Expiry::within(30 * SECOND, Some(Instant::now() + SECOND / 2)),
        ..query()
    };
    assert_eq!(after_a_hundred(Silent, in_a_hurry).await, 32, "in a hurry");
}

#[tokio::test(start_paused = true)]
async fn how_soon_a_subgraph_fails_does_not_say_how_long_its_work_takes() {
    for failing in [
        unreachable(),
        Err(Failure::Status(503)),
        Err(Failure::Status(404)),
        answered(500),
        answered(429),
    ] {
        let limit = Limit::new(Scripted::new([failing]), 512, Some(SECOND), Gauge::noop());
        for _ in 0..16 {
            drop(limit.fetch(&query()).await);
        }
        let adaptive = limit.adaptive.as_ref().expect("it adapts");
        let gradient = adaptive.gradient.lock().expect("no panic");
        assert!(gradient.is_new(), "a sample was taken");
    }
}
