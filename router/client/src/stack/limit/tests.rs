use super::*;
use crate::stack::tests::{Scripted, answered};

fn expiry(time: Duration) -> Expiry {
    Expiry::within(time, None)
}

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn what_waits_for_its_turn_waits_within_its_time() {
    let limit = Limit::new(Scripted::new([answered(200)]), 1, false);
    let turn = limit.permit(&expiry(SECOND)).await.expect("a turn");
    let waiting = limit.permit(&expiry(SECOND)).await.map(drop);
    assert_eq!(waiting, Err(Failure::Timeout(SECOND)));
    drop(turn);
    assert!(limit.permit(&expiry(SECOND)).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn there_are_as_many_turns_as_latency_says() {
    let limit = Limit::new(Scripted::new([answered(200)]), 512, true);
    let adaptive = limit.adaptive.as_ref().expect("it adapts");
    let mut turns = Vec::new();
    for _ in 0..32 {
        turns.push(limit.permit(&expiry(SECOND)).await.expect("a turn"));
    }
    for _ in 0..100 {
        limit.took(adaptive, SECOND, true);
    }
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
}
