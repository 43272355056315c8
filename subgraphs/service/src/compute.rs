//! Where requests are computed: on a few threads of their own, and in a queue with an end.
//!
//! What takes long must not keep the runtime from probes, scrapes and short requests. So it is computed elsewhere, one request on a thread
//! from beginning to end, as many at once as there are cores; some more wait, and further ones are told to come again.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many requests are computed at once, and how many may wait.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    places: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    queue: usize,
}

/// Why something is not computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Busy {
    /// The queue is full.
    Full,
    /// The time was over before the turn came, or before the end.
    Late,
    /// It panicked.
    Panicked,
}

impl Pool {
    pub(crate) fn new(threads: usize, queue: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(threads.min(Semaphore::MAX_PERMITS))),
            waiting: Arc::default(),
            queue,
        }
    }

    /// Computes on a thread of the pool. `compute` ends by itself soon after the deadline: its place is taken until it does.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        deadline: Instant,
        compute: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let place = self.place(deadline).await?;
        let computing = tokio::task::spawn_blocking(move || {
            let _place = place;
            give_way();
            compute()
        });
        match tokio::time::timeout_at(deadline.into(), computing).await {
            Ok(Ok(computed)) => Ok(computed),
            Ok(Err(_)) => Err(Busy::Panicked),
            Err(_) => Err(Busy::Late),
        }
    }

    async fn place(&self, deadline: Instant) -> Result<OwnedSemaphorePermit, Busy> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Ok(place);
        }
        let _waiting = Waiting::begin(&self.waiting, self.queue).ok_or(Busy::Full)?;
        let place = Arc::clone(&self.places).acquire_owned();
        match tokio::time::timeout_at(deadline.into(), place).await {
            Ok(place) => Ok(place.expect("the semaphore is never closed")),
            Err(_) => Err(Busy::Late),
        }
    }
}

/// Lets the threads of the runtime go first, on a core that they share with this one.
fn give_way() {
    /// Of the levels from 0 to 19, one at which the others get nine tenths while they need them.
    const NICE: i32 = 10;
    thread_local! {
        static GIVEN: Cell<bool> = const { Cell::new(false) };
    }
    if !GIVEN.replace(true)
        && let Err(error) = rustix::process::setpriority_process(None, NICE)
    {
        tracing::debug!(%error, "computing has the priority of the rest");
    }
}

/// A place in the queue.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn begin(count: &'a AtomicUsize, most: usize) -> Option<Self> {
        let before = count.fetch_add(1, Ordering::Relaxed);
        // Made before it is asked, so that it is given back in either case.
        let waiting = Self(count);
        (before < most).then_some(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
