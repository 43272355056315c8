//! The end of what does not end by itself, in waves: clients that were all sent away in one moment would all come back in the next.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::config::Timeouts;

/// The part of the delay that passes before the first one is ended: until then, a load balancer may not know yet, and would send them
/// back here.
const FIRST: f64 = 0.25;

/// How long it takes to end them where there is no delay, or half of the drain where that is shorter.
const WITHOUT_DELAY: Duration = Duration::from_secs(5);

/// When what does not end by itself has to.
#[derive(Debug)]
pub(crate) struct Ending {
    begun: CancellationToken,
    at: OnceLock<Instant>,
    waves: Mutex<Waves>,
}

/// How long after the beginning the first one is ended, and the last one.
#[derive(Clone, Copy, Debug)]
struct Waves {
    first: Duration,
    last: Duration,
}

/// One moment of the ending, chosen by chance: from 0, when the first one is ended, to 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wave(f64);

impl Wave {
    /// Any of them.
    pub(crate) fn any() -> Self {
        Self(fastrand::f64())
    }
}

impl Waves {
    fn within(timeouts: &Timeouts) -> Self {
        let delay = timeouts.drain_delay;
        match delay.is_zero() {
            // Nothing is accepted any more, so that nobody is sent back here.
            true => Self {
                first: Duration::ZERO,
                last: WITHOUT_DELAY.min(timeouts.drain / 2),
            },
            false => Self {
                first: delay.mul_f64(FIRST),
                last: delay,
            },
        }
    }
}

impl Ending {
    /// One that takes the delay of a shutdown once it has begun, or the beginning of the drain where there is no delay.
    pub(crate) fn new(timeouts: &Timeouts) -> Self {
        Self {
            begun: CancellationToken::new(),
            at: OnceLock::new(),
            waves: Mutex::new(Waves::within(timeouts)),
        }
    }

    /// Other times are configured.
    pub(crate) fn again(&self, timeouts: &Timeouts) {
        *self.waves() = Waves::within(timeouts);
    }

    fn waves(&self) -> MutexGuard<'_, Waves> {
        self.waves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins it.
    pub(crate) fn begin(&self) {
        self.at.get_or_init(Instant::now);
        self.begun.cancel();
    }

    /// Whether it has.
    pub(crate) fn has_begun(&self) -> bool {
        self.begun.is_cancelled()
    }

    /// What is left of so much time since it began.
    pub(crate) fn left_of(&self, time: Duration) -> Duration {
        let passed = self.at.get().map(Instant::elapsed);
        time.saturating_sub(passed.unwrap_or_default())
    }

    /// Resolves when it is this wave's turn. It may be dropped and asked for again.
    pub(crate) async fn reached(&self, wave: Wave) {
        self.begun.cancelled().await;
        if let Some(at) = self.at.get() {
            let Waves { first, last } = *self.waves();
            let after = first + (last - first).mul_f64(wave.0);
            tokio::time::sleep_until(*at + after).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;

    const SECOND: Duration = Duration::from_secs(1);

    fn timeouts(drain_delay: Duration, drain: Duration) -> Timeouts {
        let text = "subgraphs: { a: { url: \"http://a\" } }";
        let parsed = crate::Config::parse(text, "router.yaml".as_ref(), &|_| None);
        let config = parsed.unwrap_or_else(|error| panic!("{error}"));
        Timeouts {
            drain_delay,
            drain,
            ..config.timeouts
        }
    }

    #[tokio::test(start_paused = true)]
    async fn waves_are_spread_over_the_delay_and_none_is_early() {
        let ending = Ending::new(&timeouts(100 * SECOND, SECOND));
        let waves: Vec<Wave> = std::iter::repeat_with(Wave::any).take(100).collect();
        assert!(waves.iter().all(|wave| (0.0..=1.0).contains(&wave.0)));
        let early = waves.iter().filter(|wave| wave.0 < 0.5).count();
        assert!(
            (1..100).contains(&early),
            "{early} of 100 in the first half"
        );
        let mut reached = pin!(ending.reached(Wave(0.0)));
        let waited = tokio::time::timeout(1000 * SECOND, &mut reached).await;
        waited.expect_err("it has not begun");
        ending.begin();
        let begun = Instant::now();
        reached.await;
        assert_eq!(begun.elapsed(), 25 * SECOND);
        ending.reached(Wave(0.6)).await;
        assert_eq!(begun.elapsed(), 70 * SECOND);
        assert_eq!(ending.left_of(80 * SECOND), 10 * SECOND);
        assert_eq!(ending.left_of(60 * SECOND), Duration::ZERO);
        ending.reached(Wave(1.0)).await;
        assert_eq!(begun.elapsed(), 100 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_delay_they_are_spread_over_the_beginning_of_the_drain() {
        for (drain, last) in [
            (25 * SECOND, 5 * SECOND),
            (4 * SECOND, 2 * SECOND),
            (Duration::ZERO, Duration::ZERO),
        ] {
            let ending = Ending::new(&timeouts(Duration::ZERO, drain));
            ending.begin();
            let begun = Instant::now();
            for part in [0.0, 0.5, 1.0] {
                ending.reached(Wave(part)).await;
                assert_eq!(begun.elapsed(), last.mul_f64(part), "{drain:?}");
            }
        }
    }
}
