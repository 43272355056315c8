//! What the work on one set of schemas may cost, in units that do not depend on the machine, and how it is called off.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Counts work against a bound, and hears when nobody wants the result any more.
///
/// A unit is one step of a loop that can take more steps than the schemas have elements: some ten nanoseconds of work. When the
/// units are used up, or the work is called off, [`spend`](Self::spend) refuses; loops then end early, and who started them asks
/// [`stopped`](Self::stopped) before the result is used.
#[derive(Debug)]
pub struct Budget {
    left: Cell<u64>,
    stopped: Cell<Option<Stop>>,
    cancelled: Cancellation,
}

/// Calls work off, from any thread.
#[derive(Clone, Debug, Default)]
pub struct Cancellation(Arc<AtomicBool>);

/// Why work ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The units are used up.
    Exhausted,
    /// The work was called off.
    Cancelled,
}

impl Cancellation {
    /// Calls the work off; it ends soon.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was called off.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Budget {
    /// Enough for every graph of a reasonable shape: a few seconds of work.
    pub const DEFAULT_UNITS: u64 = 100_000_000;

    /// A number of units, for work that `cancelled` can call off.
    pub fn new(units: u64, cancelled: Cancellation) -> Self {
        Self {
            left: Cell::new(units),
            stopped: Cell::new(None),
            cancelled,
        }
    }

    /// For work that nobody bounds or calls off.
    pub fn unbounded() -> Self {
        Self::new(u64::MAX, Cancellation::default())
    }

    /// Takes units; says whether the work may go on.
    pub fn spend(&self, units: u64) -> bool {
        if self.stopped.get().is_some() {
            return false;
        }
        if self.cancelled.is_cancelled() {
            self.stopped.set(Some(Stop::Cancelled));
            return false;
        }
        match self.left.get().checked_sub(units) {
            Some(left) => self.left.set(left),
            None => self.stopped.set(Some(Stop::Exhausted)),
        }
        self.stopped.get().is_none()
    }

    /// As [`spend`](Self::spend), one unit for each of a number of things.
    pub fn spend_each(&self, things: usize) -> bool {
        self.spend(u64::try_from(things).unwrap_or(u64::MAX))
    }

    /// Takes all that is left: the work has come to a place from which it cannot go on.
    pub fn exhaust(&self) {
        self.left.set(0);
        self.spend(1);
    }

    /// Why the work ended early, if it did.
    pub fn stopped(&self) -> Option<Stop> {
        self.stopped.get()
    }

    /// The units that are left.
    pub fn left(&self) -> u64 {
        self.left.get()
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(Self::DEFAULT_UNITS, Cancellation::default())
    }
}
