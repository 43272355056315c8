//! Permits for preparing new operations: how many at once, and how many may wait.
//!
//! Parsing, validating and planning are the only work of a request whose cost a client chooses freely. What it may take at once is bounded by the
//! operations that are prepared at once, each with the limits on its size and the planner's budget; what waits beyond that is refused, so
//! that a flood of distinct operations neither piles up nor holds up those that are known, which need no permit.
//!
//! Nearly all plans are small. One that turns out to be large is given up and made again when it is its turn, so that large ones hold up each other only, and
//! the process holds one of them at a time.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use super::OperationLimits;
use crate::refusal::Refusal;

/// The turn of the one large plan that is made. It is one for the process, whose memory it takes.
static LARGE: Semaphore = Semaphore::const_new(1);

/// One in this many of the operations that may wait may wait for the turn.
const LARGE_PART: usize = 8;

/// The permits that there are.
#[derive(Debug)]
pub(super) struct Permits {
    /// For those under way.
    running: Arc<Semaphore>,
    /// For those and the ones that wait.
    all: Arc<Semaphore>,
    waiting: usize,
    /// For those that wait for the turn, and the one that has it.
    large: Arc<Semaphore>,
}

/// The right to prepare one operation; it is given back when this is dropped.
#[derive(Debug)]
pub(super) struct Permit {
    _running: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
}

/// The right to make one large plan.
#[derive(Debug)]
pub(super) struct Turn {
    _turn: SemaphorePermit<'static>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Turn {
    /// The turn, if nobody has it or waits for it.
    pub(super) fn if_free() -> Option<Self> {
        Some(Self {
            _turn: LARGE.try_acquire().ok()?,
            _place: None,
        })
    }
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
            large: Arc::new(Semaphore::new(1 + waiting / LARGE_PART)),
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
            _running: running.expect("the semaphore is never closed"),
            _place: place,
        })
    }

    /// Waits for the turn to make a large plan.
    ///
    /// # Errors
    ///
    /// When as many wait for it as may.
    pub(super) async fn turn(&self) -> Result<Turn, Refusal> {
        let most = self.waiting / LARGE_PART;
        let place = Arc::clone(&self.large).try_acquire_owned();
        let place = place.map_err(|_| Refusal::TooManyPreparations(most))?;
        let turn = LARGE.acquire().await;
        Ok(Turn {
            _turn: turn.expect("the semaphore is never closed"),
            _place: Some(place),
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

    #[tokio::test]
    async fn large_plans_are_made_one_after_the_other_and_few_wait() {
        let permits = Permits::of(1, 8);
        let first = permits.turn().await.expect("nobody has it");
        let mut second = Box::pin(permits.turn());
        assert!((&mut second).now_or_never().is_none(), "it waits");
        assert!(Turn::if_free().is_none());
        let third = permits.turn().await;
        assert_eq!(third.err(), Some(Refusal::TooManyPreparations(1)));
        drop(first);
        assert!((&mut second).await.is_ok());
        assert!(permits.acquire().await.is_ok(), "small ones wait for none");
    }
}
