//! Where requests are computed: on a few threads of their own, and in a queue with an end.
//!
//! What takes long must not keep the runtime from probes, scrapes and short requests. So it is computed elsewhere, one request on a thread
//! from beginning to end, as many at once as there are cores; some more wait, and further ones are asked to come back later.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Instant;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// Something to compute.
type Job = Box<dyn FnOnce() + Send>;

/// How many requests are computed at once, and how many may wait. Its threads end with it.
///
/// They are its own, and always the same: an allocator keeps memory for each thread that ever needed some, so that threads that come and go
/// would add up.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    places: Arc<Semaphore>,
    jobs: mpsc::Sender<Job>,
    waiting: Arc<AtomicUsize>,
    queue: usize,
}

/// A place of a thread, taken until it is dropped.
#[derive(Debug)]
pub(crate) struct Free(OwnedSemaphorePermit);

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
    /// A pool of this many threads; fewer when the system has no more.
    pub(crate) fn new(threads: usize, queue: usize) -> Self {
        let (jobs, received) = mpsc::channel::<Job>();
        let received = Arc::new(Mutex::new(received));
        let begun = (0..threads).filter(|_| {
            let received = Arc::clone(&received);
            let thread = std::thread::Builder::new().name("compute".to_owned());
            let begun = thread.spawn(move || work(&received));
            if let Err(error) = &begun {
                tracing::error!(%error, "cannot begin a thread for computing");
            }
            begun.is_ok()
        });
        Self {
            places: Arc::new(Semaphore::new(begun.count())),
            jobs,
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
        self.run_at(place, deadline, compute).await
    }

    /// The same for an event of a stream, which waits however many do: those that are open have their own bound, and what was begun is not ended for a
    /// moment in which much is asked.
    pub(crate) async fn run_of_stream<T: Send + 'static>(
        &self,
        deadline: Instant,
        compute: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let place = self.turn(deadline).await?;
        self.run_at(place, deadline, compute).await
    }

    /// The same at a place that is there already.
    pub(crate) async fn run_at<T: Send + 'static>(
        &self,
        Free(place): Free,
        deadline: Instant,
        compute: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let (done, computed) = oneshot::channel();
        let job = move || {
            let computed = catch_unwind(AssertUnwindSafe(compute));
            drop(place);
            // There is no point when the client has disconnected, or the time is over.
            let _ = done.send(computed);
        };
        if self.jobs.send(Box::new(job)).is_err() {
            return Err(Busy::Full);
        }
        match tokio::time::timeout_at(deadline.into(), computed).await {
            Ok(Ok(Ok(computed))) => Ok(computed),
            Ok(Ok(Err(_)) | Err(_)) => Err(Busy::Panicked),
            Err(_) => Err(Busy::Late),
        }
    }

    /// A place, unless all are taken.
    pub(crate) fn free(&self) -> Option<Free> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        place.ok().map(Free)
    }

    async fn place(&self, deadline: Instant) -> Result<Free, Busy> {
        if let Some(place) = self.free() {
            return Ok(place);
        }
        let _waiting = Waiting::begin(&self.waiting, self.queue).ok_or(Busy::Full)?;
        self.turn(deadline).await
    }

    async fn turn(&self, deadline: Instant) -> Result<Free, Busy> {
        let place = Arc::clone(&self.places).acquire_owned();
        match tokio::time::timeout_at(deadline.into(), place).await {
            Ok(place) => Ok(Free(place.expect("the semaphore is never closed"))),
            Err(_) => Err(Busy::Late),
        }
    }
}

/// Does one job after the other until the pool is gone.
fn work(received: &Mutex<mpsc::Receiver<Job>>) {
    give_way();
    loop {
        // No job panics, and none runs while the lock is held.
        let job = received
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        match job {
            Ok(job) => job(),
            Err(_) => return,
        }
    }
}

/// Lets the threads of the runtime go first, on a core that they share with this one.
fn give_way() {
    /// A level from 0 to 19 at which the others get nine tenths while they need them.
    const NICE: i32 = 10;
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
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
