//! Where requests are computed: on a few threads of their own, and in a queue with an end.
//!
//! What takes long must not keep the runtime from probes, scrapes and short requests. So it is computed elsewhere, one request on a thread
//! from beginning to end, as many at once as there are cores; some more wait in a [`line`], and further ones are asked to come back later.

mod line;

use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Instant;

use tokio::sync::oneshot;

use self::line::{Line, What};

pub(crate) use self::line::Free;

/// Something to compute.
type Job = Box<dyn FnOnce() + Send>;

/// How many requests are computed at once, and how many may wait. Its threads end with it.
///
/// They are its own, and always the same: an allocator keeps memory for each thread that ever needed some, so that threads that come and go
/// would add up.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    line: Line,
    jobs: mpsc::Sender<Job>,
}

/// Why something is not computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Busy {
    /// Too many wait already, or the client gave way to others.
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
            line: Line::new(begun.count(), queue),
            jobs,
        }
    }

    /// Computes for a client on a thread of the pool. `compute` ends by itself soon after the deadline: its place is taken until it does.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        client: IpAddr,
        deadline: Instant,
        compute: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let place = self.line.place(client, What::Request, deadline).await?;
        self.run_at(place, deadline, compute).await
    }

    /// The same for an event of a stream, which waits however many do: those that are open have their own bound, and what was begun is not ended for a
    /// moment in which much is asked.
    pub(crate) async fn run_of_stream<T: Send + 'static>(
        &self,
        client: IpAddr,
        deadline: Instant,
        compute: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let place = self.line.place(client, What::Event, deadline).await?;
        self.run_at(place, deadline, compute).await
    }

    /// The same at a place that is there already.
    pub(crate) async fn run_at<T: Send + 'static>(
        &self,
        place: Free,
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
        self.line.free()
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

#[cfg(test)]
mod tests;
