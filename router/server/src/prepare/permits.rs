//! Permits for preparing new operations: how many at once, and how many may wait.
//!
//! Parsing, validating and planning are the only work of a request whose cost a client chooses freely. What it may take at once is bounded by the
//! operations that are prepared at once, each with the limits on its size and the planner's budget; what waits beyond that is refused, so
//! that a flood of distinct operations neither piles up nor holds up those that are known, which need no permit. Of those that are prepared at once, one
//! may have a large plan.

use std::sync::Arc;

use planner::Turns;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::OperationLimits;
use crate::refusal::Refusal;

/// The permits that there are.
#[derive(Debug)]
pub(super) struct Permits {
    /// For those under way.
    running: Arc<Semaphore>,
    /// For those and the ones that wait.
    all: Arc<Semaphore>,
    waiting: usize,
    large: Turns,
}

/// The right to prepare one operation; it is given back when this is dropped.
#[derive(Debug)]
pub(super) struct Permit {
    /// Whose turn it is to make a large plan.
    pub(super) large: Turns,
    _running: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
}

impl Permits {
    /// As many as the configuration allows.
    pub(super) fn new(limits: &OperationLimits) -> Self {
        Self::of(limits.preparations, limits.preparations_waiting)
    }

    fn of(running: usize, waiting: usize) -> Self {
        Self {
            running: Arc::new(Semaphore::new(running)),
            all: Arc::new(Semaphore::new(running + waiting)),
            waiting,
            large: Turns::default(),
        }
    }

    /// Waits for a permit. It goes with the work: who gives up waiting for the result does not make room for more of it.
    ///
    /// # Errors
    ///
    /// When as many wait as may.
    pub(super) async fn acquire(&self) -> Result<Permit, Refusal> {
        let place = Arc::clone(&self.all)
            .try_acquire_owned()
            .map_err(|_| Refusal::TooManyPreparations(self.waiting))?;
        let running = Arc::clone(&self.running).acquire_owned().await;
        Ok(Permit {
            large: self.large.clone(),
            _running: running.expect("the semaphore is never closed"),
            _place: place,
        })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn who_finds_the_queue_full_is_refused_and_the_others_get_a_permit() {
        let permits = Permits::of(1, 1);
        let first = permits.acquire().await.expect("a place is free");
        let mut second = Box::pin(permits.acquire());
        assert!((&mut second).now_or_never().is_none(), "it waits");
        let third = permits.acquire().await;
        assert_eq!(third.err(), Some(Refusal::TooManyPreparations(1)));
        drop(first);
        assert!((&mut second).await.is_ok());
    }

    #[tokio::test]
    async fn who_gives_up_waiting_leaves_a_place() {
        let permits = Permits::of(1, 1);
        let first = permits.acquire().await.expect("a place is free");
        assert!(permits.acquire().now_or_never().is_none());
        assert!(
            permits.acquire().now_or_never().is_none(),
            "none was refused"
        );
        drop(first);
    }
}
