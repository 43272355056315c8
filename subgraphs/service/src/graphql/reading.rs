//! How many requests are read on the runtime at once.
//!
//! A document that is parsed may take a thousand times the memory of its text, and the runtime has as many threads as there are cores, whatever memory there is.

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::pressure::Bound;

/// Shorter requests, in bytes, may be read by all threads at once.
const BRIEF: usize = 2 * 1024;

/// Bounds the longer ones.
#[derive(Debug)]
pub(super) struct Readings(Semaphore);

/// A request that is read, and kept until it is executed.
#[derive(Debug)]
pub(super) struct Reading<'r> {
    /// `None` for a brief one.
    _permit: Option<SemaphorePermit<'r>>,
}

impl Readings {
    pub(super) fn new(most: usize) -> Self {
        Self(Semaphore::new(most))
    }

    /// The right to read a request of so many bytes on the runtime; `None` where it is not cheap, or as many others are read as may be.
    pub(super) fn begin(&self, bytes: usize, cheap: Bound) -> Option<Reading<'_>> {
        if bytes > cheap.bytes {
            return None;
        }
        let permit = match bytes > BRIEF {
            true => Some(self.0.try_acquire().ok()?),
            false => None,
        };
        Some(Reading { _permit: permit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_long_requests_are_read_at_once() {
        let readings = Readings::new(1);
        let cheap = Bound {
            bytes: 2 * BRIEF,
            work: 0,
        };
        assert!(readings.begin(2 * BRIEF + 1, cheap).is_none());
        let long = readings.begin(BRIEF + 1, cheap);
        assert!(long.is_some());
        assert!(readings.begin(BRIEF + 1, cheap).is_none());
        assert!(readings.begin(BRIEF, cheap).is_some());
        drop(long);
        assert!(readings.begin(2 * BRIEF, cheap).is_some());
    }
}
