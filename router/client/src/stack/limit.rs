//! So many requests to a subgraph are in flight at once.

use tokio::sync::{Semaphore, SemaphorePermit};

use super::{Answer, Expiry, Fetch, Request};
use crate::failure::Failure;

/// Bounds the requests in flight; the others wait within their time.
#[derive(Debug)]
pub(crate) struct Limit<S> {
    inner: S,
    permits: Semaphore,
}

impl<S> Limit<S> {
    pub(crate) fn new(inner: S, max_requests: usize) -> Self {
        Self {
            inner,
            permits: Semaphore::new(max_requests),
        }
    }

    /// The turn of a request.
    pub(crate) async fn permit(&self, expiry: &Expiry) -> Result<SemaphorePermit<'_>, Failure> {
        if let Ok(permit) = self.permits.try_acquire() {
            return Ok(permit);
        }
        match tokio::time::timeout_at(expiry.at, self.permits.acquire()).await {
            Ok(permit) => Ok(permit.expect("the semaphore is never closed")),
            Err(_) => Err(expiry.failure()),
        }
    }
}

impl<S: Fetch> Fetch for Limit<S> {
    async fn fetch(&self, request: &Request) -> Answer {
        let _permit = self.permit(&request.expiry).await?;
        self.inner.fetch(request).await
    }
}
