//! The end of what does not end by itself, in waves: clients that were all sent away in one moment would all come back in the next.

use std::sync::OnceLock;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The least part of the time that passes before the first one is ended: until then, a load balancer may not know yet, and would send them
/// back here.
const FIRST: f64 = 0.25;

/// When what does not end by itself has to.
#[derive(Debug)]
pub(crate) struct Ending {
    begun: CancellationToken,
    at: OnceLock<Instant>,
    /// How long it takes from the first to the last.
    over: Duration,
}

/// One moment of the ending, chosen by chance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wave(f64);

impl Wave {
    /// Any of them.
    pub(crate) fn any() -> Self {
        Self(FIRST + (1.0 - FIRST) * fastrand::f64())
    }
}

impl Ending {
    /// One that takes this long once it has begun.
    pub(crate) fn new(over: Duration) -> Self {
        Self {
            begun: CancellationToken::new(),
            at: OnceLock::new(),
            over,
        }
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
            tokio::time::sleep_until(*at + self.over.mul_f64(wave.0)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;

    #[tokio::test(start_paused = true)]
    async fn waves_are_spread_over_the_time_and_none_is_early() {
        let ending = Ending::new(Duration::from_secs(100));
        let waves: Vec<Wave> = std::iter::repeat_with(Wave::any).take(100).collect();
        assert!(waves.iter().all(|wave| (0.25..=1.0).contains(&wave.0)));
        let early = waves.iter().filter(|wave| wave.0 < 0.6).count();
        assert!(
            (1..100).contains(&early),
            "{early} of 100 in the first half"
        );
        let mut reached = pin!(ending.reached(Wave(0.5)));
        let waiting = Duration::from_secs(1000);
        let waited = tokio::time::timeout(waiting, &mut reached).await;
        waited.expect_err("it has not begun");
        ending.begin();
        let begun = Instant::now();
        reached.await;
        assert_eq!(begun.elapsed(), Duration::from_secs(50));
        assert_eq!(
            ending.left_of(Duration::from_secs(60)),
            Duration::from_secs(10)
        );
        assert_eq!(ending.left_of(Duration::from_secs(40)), Duration::ZERO);
    }
}
