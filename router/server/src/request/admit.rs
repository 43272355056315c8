//! The right to go on where there are bounds on how many may.

use std::sync::Arc;

use crate::places::{Place, Places};
use crate::refusal::Refusal;
use crate::telemetry::{Metrics, SubscriptionEnd};

/// The subscriptions that may be open.
#[derive(Debug)]
pub(super) struct Subscriptions {
    max: usize,
    open: Places,
    metrics: Arc<Metrics>,
}

/// The right to be open; dropping it gives the place back.
#[derive(Debug)]
pub(super) struct Admission {
    metrics: Arc<Metrics>,
    /// What ends it, as far as that is known.
    end: SubscriptionEnd,
    _place: Place,
}

impl Subscriptions {
    pub(super) fn new(max: usize, metrics: &Arc<Metrics>) -> Self {
        Self {
            max,
            open: Places::default(),
            metrics: Arc::clone(metrics),
        }
    }

    /// Another bound, for those that are open too.
    pub(super) fn again(&self, max: usize) -> Self {
        Self {
            max,
            open: self.open.clone(),
            metrics: Arc::clone(&self.metrics),
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
        let place = self.open.take(self.max);
        let place = place.ok_or(Refusal::TooManySubscriptions(self.max))?;
        self.metrics.subscriptions.increment(1.0);
        self.metrics.subscriptions_opened.increment(1);
        Ok(Admission {
            metrics: Arc::clone(&self.metrics),
            // Who goes says nothing.
            end: SubscriptionEnd::Client,
            _place: place,
        })
    }
}

impl Admission {
    /// It ends, and that is why. The first reason counts.
    pub(super) fn ends_by(&mut self, end: SubscriptionEnd) {
        if self.end == SubscriptionEnd::Client {
            self.end = end;
        }
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        self.metrics.subscriptions.decrement(1.0);
        self.metrics.subscription_ended(self.end);
    }
}
