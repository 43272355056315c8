//! How long those who are behind are waited for.

use std::time::Duration;

use tokio::time::Instant;

/// What it waits at once, and has saved up at most.
const MOST: Duration = Duration::from_secs(1);

/// What it may wait of the time that passes, after that: one part in so many.
const SHARE: u32 = 16;

/// The time that one stream or connection has for that. A burst finds some later than others, and they catch up; for one that does not read, nobody waits longer than this.
#[derive(Debug)]
pub struct Patience {
    left: Duration,
    since: Instant,
}

impl Default for Patience {
    fn default() -> Self {
        Self::new()
    }
}

impl Patience {
    /// All of it.
    pub fn new() -> Self {
        Self {
            left: MOST,
            since: Instant::now(),
        }
    }

    /// Waits for `room`, no longer than there is time.
    pub async fn wait_for(&mut self, room: impl Future<Output = ()>) {
        let began = Instant::now();
        let saved = began.duration_since(self.since) / SHARE;
        self.left = self.left.saturating_add(saved).min(MOST);
        // Without an answer they are left behind.
        let _ = tokio::time::timeout(self.left, room).await;
        self.since = Instant::now();
        let took = self.since.duration_since(began);
        self.left = self.left.saturating_sub(took);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How long is waited for what never comes.
    async fn waited(patience: &mut Patience) -> Duration {
        let began = Instant::now();
        patience.wait_for(std::future::pending()).await;
        began.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn who_never_reads_is_waited_for_once_and_then_for_a_part_of_the_time() {
        // The clock of the timers counts milliseconds.
        let about = |waited: Duration, expected: Duration| {
            waited >= expected && waited <= expected + Duration::from_millis(2)
        };
        let mut patience = Patience::new();
        assert!(about(waited(&mut patience).await, MOST));
        assert!(about(waited(&mut patience).await, Duration::ZERO));
        tokio::time::advance(Duration::from_secs(8)).await;
        let half = Duration::from_millis(500);
        assert!(about(waited(&mut patience).await, half));
        tokio::time::advance(Duration::from_secs(3600)).await;
        assert!(about(waited(&mut patience).await, MOST));
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_at_once_costs_nothing() {
        let mut patience = Patience::new();
        for _ in 0..1_000 {
            patience.wait_for(std::future::ready(())).await;
        }
        assert_eq!(patience.left, MOST);
    }
}
