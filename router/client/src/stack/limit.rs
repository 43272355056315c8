//! This many requests to a subgraph are in flight at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use metrics::Gauge;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::gradient::Gradient;
use super::{Answer, Expiry, Fetch, Request, is_whole};
use crate::failure::Failure;

/// Bounds the requests in flight; the others wait within their time.
#[derive(Debug)]
pub(crate) struct Limit<S> {
    inner: S,
    permits: Semaphore,
    /// How many there are.
    most: Gauge,
    /// `None` where the number is fixed.
    adaptive: Option<Adaptive>,
}

/// A number that latency says.
#[derive(Debug)]
struct Adaptive {
    gradient: Mutex<Gradient>,
    in_flight: AtomicUsize,
    /// A request that was waited for so long has been held up, when nobody waits for it any more.
    patience: Duration,
    /// Permits that go when they are given back.
    surplus: AtomicUsize,
}

/// The turn of a request.
pub(crate) struct Turn<'l> {
    permit: Option<SemaphorePermit<'l>>,
    adaptive: Option<&'l Adaptive>,
}

impl<S> Limit<S> {
    /// At most `max_requests`; fewer where latency says so, or requests are given up that were waited for with that `patience`.
    pub(crate) fn new(
        inner: S,
        max_requests: usize,
        patience: Option<Duration>,
        most: Gauge,
    ) -> Self {
        let gradient = patience.map(|patience| (Gradient::new(max_requests), patience));
        let permits = gradient.as_ref().map(|(gradient, _)| gradient.limit());
        let permits = permits.unwrap_or(max_requests);
        most.set(permits as f64);
        Self {
            inner,
            permits: Semaphore::new(permits),
            most,
            adaptive: gradient.map(|(gradient, patience)| Adaptive {
                patience,
                gradient: Mutex::new(gradient),
                in_flight: AtomicUsize::new(0),
                surplus: AtomicUsize::new(0),
            }),
        }
    }

    /// The turn of a request.
    pub(crate) async fn permit(&self, expiry: &Expiry) -> Result<Turn<'_>, Failure> {
        let permit = match self.permits.try_acquire() {
            Ok(permit) => permit,
            Err(_) => match tokio::time::timeout_at(expiry.at, self.permits.acquire()).await {
                Ok(permit) => permit.expect("the semaphore is never closed"),
                // The subgraph has not been asked: this says nothing of it.
                Err(_) => return Err(Failure::Turn),
            },
        };
        if let Some(adaptive) = &self.adaptive {
            adaptive.in_flight.fetch_add(1, Ordering::Relaxed);
        }
        Ok(Turn {
            permit: Some(permit),
            adaptive: self.adaptive.as_ref(),
        })
    }

    /// A request took this long: the number of permits follows.
    fn took(&self, adaptive: &Adaptive, latency: Duration, failed: bool) {
        let in_flight = adaptive.in_flight.load(Ordering::Relaxed);
        let mut gradient = adaptive
            .gradient
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let before = gradient.limit();
        gradient.sample(latency, in_flight, failed);
        let after = gradient.limit();
        if after != before {
            self.most.set(after as f64);
        }
        if after > before {
            let mut more = after - before;
            let order = Ordering::Relaxed;
            let spared = |surplus: usize| Some(surplus.saturating_sub(more));
            if let Ok(surplus) = adaptive.surplus.fetch_update(order, order, spared) {
                more -= surplus.min(more);
            }
            self.permits.add_permits(more);
        } else {
            adaptive
                .surplus
                .fetch_add(before - after, Ordering::Relaxed);
        }
    }
}

impl<S: Fetch> Fetch for Limit<S> {
    async fn fetch(&self, request: &Request) -> Answer {
        let _turn = self.permit(&request.expiry).await?;
        let Some(adaptive) = &self.adaptive else {
            return self.inner.fetch(request).await;
        };
        let mut held = Held {
            limit: self,
            adaptive,
            begun: Instant::now(),
            is_over: !request.waits_for_subgraph(),
        };
        let answer = self.inner.fetch(request).await;
        match &answer {
            Ok(answer) if answer.status < 400 && is_whole(&answer.body) => held.ended(false),
            Err(Failure::Timeout(_)) => held.ended(true),
            // Nobody has the time to wait for the rest.
            Err(Failure::Deadline) => {}
            // How soon it refuses or fails does not say how long its work takes.
            _ => held.is_over = true,
        }
        answer
    }
}

/// A request that is under way. Given up without an outcome, it counts as one that took too long where it was waited for long enough.
struct Held<'l, S> {
    limit: &'l Limit<S>,
    adaptive: &'l Adaptive,
    begun: Instant,
    /// Whether it has ended, or lasts for other reasons.
    is_over: bool,
}

impl<S> Held<'_, S> {
    fn ended(&mut self, failed: bool) {
        if !std::mem::replace(&mut self.is_over, true) {
            let latency = self.begun.elapsed();
            self.limit.took(self.adaptive, latency, failed);
        }
    }
}

impl<S> Drop for Held<'_, S> {
    fn drop(&mut self) {
        if !self.is_over && self.begun.elapsed() >= self.adaptive.patience {
            self.ended(true);
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let Some(adaptive) = self.adaptive else {
            return;
        };
        adaptive.in_flight.fetch_sub(1, Ordering::Relaxed);
        let order = Ordering::Relaxed;
        let one_less = |surplus: usize| surplus.checked_sub(1);
        let is_surplus = adaptive.surplus.fetch_update(order, order, one_less);
        if is_surplus.is_ok()
            && let Some(permit) = self.permit.take()
        {
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests;
