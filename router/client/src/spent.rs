//! What the requests to subgraphs of one execution took: the time for which it waited for at least one of them, and how many were sent again.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What was spent so far.
#[derive(Debug, Default)]
pub struct Spent {
    waiting: Mutex<Waiting>,
    retries: AtomicU32,
}

#[derive(Debug, Default)]
struct Waiting {
    under_way: usize,
    since: Option<Instant>,
    total: Duration,
}

/// A request under way; dropping it ends it.
pub(crate) struct UnderWay<'s>(&'s Spent);

impl Spent {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request begins.
    pub(crate) fn begin(&self) -> UnderWay<'_> {
        let mut waiting = self.waiting();
        if waiting.under_way == 0 {
            waiting.since = Some(Instant::now());
        }
        waiting.under_way += 1;
        UnderWay(self)
    }

    /// One is sent again.
    pub(crate) fn again(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    /// What was sent again for a part of the request counts for the whole.
    pub fn absorb_retries(&self, part: &Self) {
        self.retries.fetch_add(part.retries(), Ordering::Relaxed);
    }

    /// For how long at least one was under way, up to the end of the last one.
    pub fn waited(&self) -> Duration {
        self.waiting().total
    }

    /// How often a query was sent again.
    pub fn retries(&self) -> u32 {
        self.retries.load(Ordering::Relaxed)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut waiting = self.0.waiting();
        waiting.under_way -= 1;
        if waiting.under_way == 0
            && let Some(since) = waiting.since.take()
        {
            waiting.total += since.elapsed();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_at_the_same_time_are_waited_for_once() {
        let spent = Spent::default();
        let begun = Instant::now();
        let one = spent.begin();
        let other = spent.begin();
        assert_eq!(spent.waited(), Duration::ZERO);
        drop(one);
        assert_eq!(spent.waited(), Duration::ZERO, "one is still under way");
        drop(other);
        let waited = spent.waited();
        assert!(waited > Duration::ZERO && waited <= begun.elapsed());
        drop(spent.begin());
        assert!(spent.waited() >= waited);
    }
}
