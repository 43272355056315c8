//! What comes of a request is counted, and logged where it changes.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::time::Instant;

use super::{Answer, Fetch, Request};
use crate::failure::Failure;
use crate::metrics::{FetchOutcome, PlaceMetrics};
use crate::sampled::Sampled;

/// Counts requests, each once however many attempts it takes.
#[derive(Debug)]
pub(crate) struct Record<S> {
    inner: S,
    subgraph: Arc<str>,
    metrics: Arc<PlaceMetrics>,
    /// Where the subgraph is, for the log. Without it nothing is logged: what asks for the schema reports its failures.
    url: Option<String>,
    /// Whether the last request failed: a change is logged, each single failure only at level debug.
    failing: AtomicBool,
    /// Whether the log has that it fails, and not yet that it answers again.
    is_told: AtomicBool,
    /// One that fails now and then changes all the time.
    changes: Sampled,
}

impl<S> Record<S> {
    pub(crate) fn new(
        inner: S,
        subgraph: Arc<str>,
        metrics: Arc<PlaceMetrics>,
        url: Option<String>,
    ) -> Self {
        Self {
            inner,
            subgraph,
            metrics,
            url,
            failing: AtomicBool::new(false),
            is_told: AtomicBool::new(false),
            changes: Sampled::default(),
        }
    }

    pub(crate) fn inner(&self) -> &S {
        &self.inner
    }

    /// What `asking` gives, counted.
    pub(crate) async fn watch<T>(
        &self,
        asking: impl Future<Output = Result<T, Failure>>,
        status: impl FnOnce(&T) -> u16,
    ) -> Result<T, Failure> {
        let mut watch = Watch::start(&self.metrics);
        let result = asking.await;
        match &result {
            Ok(answer) => {
                watch.outcome = FetchOutcome::status(status(answer));
                self.answers();
            }
            Err(failure) => {
                watch.outcome = FetchOutcome::of(failure);
                self.fails(failure);
            }
        }
        result
    }

    fn answers(&self) {
        let order = Ordering::Relaxed;
        if self.failing.swap(false, order) && self.is_told.swap(false, order) {
            tracing::info!(subgraph = %self.subgraph, url = self.url, "the subgraph answers again");
        }
    }

    fn fails(&self, failure: &Failure) {
        if let Some(url) = &self.url
            && failure.is_of_subgraph()
            && !self.failing.swap(true, Ordering::Relaxed)
            && let Some(unlogged) = self.changes.take(Instant::now())
        {
            self.is_told.store(true, Ordering::Relaxed);
            let unlogged = (unlogged > 0).then_some(unlogged);
            tracing::warn!(subgraph = %self.subgraph, url, error = %failure, unlogged, "the subgraph gives no answer");
        } else {
            tracing::debug!(subgraph = %self.subgraph, error = %failure, "no answer");
        }
    }
}

impl<S: Fetch> Fetch for Record<S> {
    async fn fetch(&self, request: &Request) -> Answer {
        let asking = pin!(self.inner.fetch(request));
        self.watch(asking, |answer| answer.status).await
    }
}

/// Records one request, also when its future is dropped.
struct Watch<'m> {
    metrics: &'m PlaceMetrics,
    begun: Instant,
    outcome: FetchOutcome,
}

impl<'m> Watch<'m> {
    fn start(metrics: &'m PlaceMetrics) -> Self {
        metrics.active.increment(1.0);
        Self {
            metrics,
            begun: Instant::now(),
            outcome: FetchOutcome::Canceled,
        }
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.metrics.active.decrement(1.0);
        self.metrics.ended(self.outcome, self.begun.elapsed());
    }
}
