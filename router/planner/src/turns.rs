//! Large plans are made one at a time.
//!
//! What planning holds in memory grows with its [`Work`](crate::Work), so that a plan at its bounds takes some tens of MiB. How many plans are made at once is
//! for the caller to bound; that all of them are large at once is not needed for any throughput, and would multiply that memory.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// The turn of the one plan that may be large. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Turns(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    taken: Mutex<bool>,
    given_back: Condvar,
}

/// The turn itself; it is given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Turn(Turns);

impl Turns {
    /// Blocks until no other plan is large. Each of them ends, as its work is bounded.
    pub(crate) fn take(&self) -> Turn {
        let taken = self.0.taken.lock();
        // A flag cannot be left half written.
        let taken = taken.unwrap_or_else(PoisonError::into_inner);
        let free = self.0.given_back.wait_while(taken, |taken| *taken);
        *free.unwrap_or_else(PoisonError::into_inner) = true;
        Turn(self.clone())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let taken = self.0.0.taken.lock();
        *taken.unwrap_or_else(PoisonError::into_inner) = false;
        self.0.0.given_back.notify_one();
    }
}
