//! This many requests to a subgraph are in flight at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::gradient::Gradient;
use super::{Answer, Expiry, Fetch, Request};
use crate::failure::Failure;

/// Bounds the requests in flight; the others wait within their time.
#[derive(Debug)]
pub(crate) struct Limit<S> {
    inner: S,
    permits: Semaphore,
    /// `None` where the number is fixed.
    adaptive: Option<Adaptive>,
}

/// A number that latency says.
#[derive(Debug)]
struct Adaptive {
    gradient: Mutex<Gradient>,
    in_flight: AtomicUsize,
    /// Permits that go when they are given back.
    surplus: AtomicUsize,
}

/// The turn of a request.
pub(crate) struct Turn<'l> {
    permit: Option<SemaphorePermit<'l>>,
    adaptive: Option<&'l Adaptive>,
}

impl<S> Limit<S> {
    /// At most `max_requests`; fewer where it adapts and latency says so.
    pub(crate) fn new(inner: S, max_requests: usize, adapts: bool) -> Self {
        let gradient = adapts.then(|| Gradient::new(max_requests));
        let permits = gradient.as_ref().map_or(max_requests, Gradient::limit);
        Self {
            inner,
            permits: Semaphore::new(permits),
            adaptive: gradient.map(|gradient| Adaptive {
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
                Err(_) => return Err(expiry.failure()),
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
        let begun = Instant::now();
        let answer = self.inner.fetch(request).await;
        let failed = matches!(answer, Err(Failure::Timeout(_)));
        self.took(adaptive, begun.elapsed(), failed);
        answer
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
