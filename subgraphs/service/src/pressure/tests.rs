//! Tests of [`super`].

use super::*;

const USUAL: Bound = Bound { bytes: 2, work: 2 };
const LEAST: Bound = Bound { bytes: 1, work: 1 };

/// As it is this long after it began, when it ticked last at the beginning, or never.
fn after(time: Duration, has_ticked: bool) -> Pressure {
    let now = Instant::now();
    Pressure(Arc::new(Ticks {
        began: now.checked_sub(time).unwrap_or(now),
        last: AtomicU64::new(if has_ticked { 0 } else { NEVER }),
        wary: AtomicU64::new(0),
    }))
}

#[test]
fn without_ticks_there_is_no_pressure() {
    assert_eq!(Pressure::new().bound(USUAL, LEAST), USUAL);
    let idle = after(Duration::from_secs(1), false);
    assert_eq!(idle.bound(USUAL, LEAST), USUAL);
}

#[test]
fn a_tick_that_does_not_come_leaves_the_runtime_the_least() {
    let late = after(Duration::from_secs(1), true);
    assert_eq!(late.bound(USUAL, LEAST), LEAST);
}

#[test]
fn a_tick_that_came_late_is_remembered_for_a_moment() {
    let late = after(Duration::from_secs(1), true);
    late.0.tick();
    let until = late.0.wary.load(Ordering::Relaxed);
    let ticked = late.0.last.load(Ordering::Relaxed);
    assert_eq!(until, ticked + micros(WARY));
}

#[test]
fn a_tick_in_time_is_not() {
    let first = after(Duration::from_secs(1), false);
    first.0.tick();
    assert_eq!(first.0.wary.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn it_ticks_until_it_is_dropped() {
    let pressure = Pressure::new();
    let ticking = pressure.tick();
    while pressure.0.last.load(Ordering::Relaxed) == NEVER {
        tokio::task::yield_now().await;
    }
    drop(ticking);
}
