//! How often something is said that could be said all the time.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// So often within [`INTERVAL`].
const MAX: usize = 10;
const INTERVAL: Duration = Duration::from_secs(10);

/// Lets something be said this many times in a while, and counts what is not said.
#[derive(Debug, Default)]
pub(crate) struct Sampled {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    begun: Option<Instant>,
    said: usize,
    unsaid: usize,
}

impl Sampled {
    /// Whether it may be said now, and how often it was not since it was said last.
    pub(crate) fn take(&self, now: Instant) -> Option<usize> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = |begun| now.saturating_duration_since(begun) >= INTERVAL;
        if state.begun.is_none_or(is_over) {
            state.begun = Some(now);
            state.said = 0;
        }
        if state.said == MAX {
            state.unsaid += 1;
            return None;
        }
        state.said += 1;
        Some(std::mem::take(&mut state.unsaid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_bounded_and_what_is_not_is_counted() {
        let sampled = Sampled::default();
        let begun = Instant::now();
        for _ in 0..MAX {
            assert_eq!(sampled.take(begun), Some(0));
        }
        for _ in 0..3 {
            assert_eq!(sampled.take(begun), None);
        }
        assert_eq!(sampled.take(begun + INTERVAL), Some(3));
        assert_eq!(sampled.take(begun + INTERVAL), Some(0));
    }
}
