//! The right to go on where there are bounds on how many may.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::refusal::Refusal;
use crate::telemetry::Metrics;

/// The subscriptions that may be open.
#[derive(Debug)]
pub(super) struct Subscriptions {
    max: usize,
    permits: Arc<Semaphore>,
    metrics: Arc<Metrics>,
}

/// The right to be open; dropping it gives the place back.
#[derive(Debug)]
pub(super) struct Admission {
    metrics: Arc<Metrics>,
    _permit: OwnedSemaphorePermit,
}

impl Subscriptions {
    pub(super) fn new(max: usize, metrics: &Arc<Metrics>) -> Self {
        Self {
            max,
            permits: Arc::new(Semaphore::new(max)),
            metrics: Arc::clone(metrics),
        }
    }

    /// Admits one more.
    ///
    /// # Errors
    /// When as many are open as may, or there may be none.
    pub(super) fn admit(&self) -> Result<Admission, Refusal> {
        if self.max == 0 {
            return Err(Refusal::SubscriptionsOff);
        }
        let permit = Arc::clone(&self.permits).try_acquire_owned();
        let permit = permit.map_err(|_| Refusal::TooManySubscriptions(self.max))?;
        self.metrics.subscriptions.increment(1.0);
        Ok(Admission {
            metrics: Arc::clone(&self.metrics),
            _permit: permit,
        })
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        self.metrics.subscriptions.decrement(1.0);
    }
}
