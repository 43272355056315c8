//! How many messages a client may send that ask for nothing. A ping costs the router as much as the client, and no limit on requests counts it.

use std::time::Duration;

use tokio::time::Instant;

use super::message::End;

/// For which one more is allowed.
const EACH: Duration = Duration::from_nanos(1_000_000_000 / 256);
/// How far ahead of that a client may be: 4,096 of them.
const MOST: Duration = Duration::from_secs(16);

/// What one client has left of pings, pongs, and ends of what has not begun.
#[derive(Debug)]
pub(super) struct Allowance {
    /// When it will be as it was in the beginning.
    whole_at: Instant,
}

impl Allowance {
    pub(super) fn new(now: Instant) -> Self {
        Self { whole_at: now }
    }

    /// Takes one.
    ///
    /// # Errors
    /// How the socket is closed, where there is none left.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), End> {
        self.whole_at = self.whole_at.max(now) + EACH;
        match self.whole_at - now > MOST {
            true => Err(End::closed(
                1008,
                "REQUEST_RATE_LIMITED: more than 4096 pings, pongs and completes, or 256 per second",
            )),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_are_allowed_at_once_and_then_some_each_second() {
        let mut now = Instant::now();
        let mut allowance = Allowance::new(now);
        let mut count = |now: Instant| {
            (0..100_000)
                .take_while(|_| allowance.take(now).is_ok())
                .count()
        };
        assert_eq!(count(now), 4_096);
        assert_eq!(count(now), 0);
        now += Duration::from_secs(1);
        // Those that were refused count, too.
        assert!((250..=256).contains(&count(now)));
        now += Duration::from_secs(3_600);
        assert_eq!(count(now), 4_096);
    }
}
