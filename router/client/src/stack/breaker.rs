//! A subgraph that fails too often is not asked for a while: what would fail anyway fails at once, and the subgraph is left alone to recover.

use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use executor::SubgraphResponse;
use settings::Section;
use tokio::time::Instant;

use super::{Answer, Fetch, Request, is_whole};
use crate::failure::Failure;
use crate::metrics::BreakerMetrics;

/// When a subgraph is not asked any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerConfig {
    /// The share of requests that fail, in percent, from which on it is not asked.
    pub errors: usize,
    /// This many requests are needed for a share.
    pub of: usize,
    /// The time over which they are counted.
    pub within: Duration,
    /// This long it is not asked; then one request tries.
    pub open: Duration,
}

impl BreakerConfig {
    pub(crate) fn read(section: Option<Section<'_>>) -> Option<Self> {
        let section = section?;
        let config = Self {
            errors: section
                .key("errors", "The share of the requests to the subgraph that fail from which on it is not asked for a while: no connection, no answer in time, a status of 500 and above, no GraphQL response. What is not asked fails at once with `SUBREQUEST_CIRCUIT_OPEN`.")
                .percent(50, 1..=100),
            of: section
                .key("of", "The requests within `within` that are needed for a share.")
                .count(20, 1..=100_000),
            within: section
                .key("within", "The time over which requests are counted.")
                .duration(Duration::from_secs(10), Duration::from_millis(10)..=Duration::from_secs(3600)),
            open: section
                .key("open", "How long the subgraph is not asked. After that one request tries: where it succeeds all are sent again, where it fails none for as long once more.")
                .duration(Duration::from_secs(10), Duration::from_millis(1)..=Duration::from_secs(3600)),
        };
        section.end();
        Some(config)
    }
}

/// Whether a subgraph is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// It is.
    Closed,
    /// One request at a time tries.
    HalfOpen,
    /// It is not.
    Open,
}

impl BreakerState {
    /// `closed`, `half-open` or `open`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::HalfOpen => "half-open",
            Self::Open => "open",
        }
    }

    pub(crate) fn as_f64(self) -> f64 {
        match self {
            Self::Closed => 0.0,
            Self::HalfOpen => 1.0,
            Self::Open => 2.0,
        }
    }
}

/// Refuses requests to a subgraph that fails too often.
#[derive(Debug)]
pub(crate) struct Breaker<S> {
    inner: S,
    /// `None` where it is always asked.
    circuit: Option<Circuit>,
}

/// The state of one place.
#[derive(Debug)]
pub(crate) struct Circuit {
    config: BreakerConfig,
    /// A request that was waited for so long, and is given up without an outcome, has failed.
    patience: Duration,
    subgraph: Arc<str>,
    /// Where it is, for the log.
    url: String,
    metrics: BreakerMetrics,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Closed(Window),
    /// Until then.
    Open(Instant),
    /// A request tries.
    Trying,
    /// The one that tried was given up by its client.
    Untried,
}

/// Requests and failures of the current interval, and of the one before: together they are between one and two intervals long, an interval being half of
/// the configured time.
#[derive(Clone, Copy, Debug)]
struct Window {
    /// Whether a request has just tried: what it brought may turn out to be no answer.
    is_tried: bool,
    begun: Instant,
    current: Tally,
    before: Tally,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    requests: usize,
    failures: usize,
}

/// The right to ask the subgraph. Dropped without an outcome it is a failure of the subgraph where that had time enough, and counts as neither otherwise.
struct Admitted<'c> {
    circuit: &'c Circuit,
    tries: bool,
    begun: Instant,
    /// Whether it has ended, or whose fault it is when it does not cannot be known.
    is_over: bool,
}

impl<S> Breaker<S> {
    pub(crate) fn new(inner: S, circuit: Option<Circuit>) -> Self {
        Self { inner, circuit }
    }

    pub(crate) fn inner(&self) -> &S {
        &self.inner
    }

    /// Whether the subgraph is asked; `None` where it always is.
    pub(crate) fn state(&self) -> Option<BreakerState> {
        self.circuit.as_ref().map(Circuit::state)
    }

    /// An answer that was taken for a GraphQL response turns out to be none.
    pub(crate) fn malformed(&self) {
        if let Some(circuit) = &self.circuit {
            circuit.malformed(Instant::now());
        }
    }

    /// What `asking` gives, unless the subgraph is not asked. `waits` where it waits for nobody but the subgraph; `tries` is called where this is the one request that
    /// tries.
    pub(crate) async fn guard<T>(
        &self,
        waits: bool,
        tries: impl FnOnce(),
        asking: impl Future<Output = Result<T, Failure>>,
        failed: impl FnOnce(&T) -> bool,
    ) -> Result<T, Failure> {
        let Some(circuit) = &self.circuit else {
            return asking.await;
        };
        let mut admitted = circuit.admit(Instant::now())?;
        admitted.is_over = !waits;
        if admitted.tries {
            tries();
        }
        let result = asking.await;
        match &result {
            Ok(answer) => admitted.ended(failed(answer)),
            // It may be its client that takes so long to send its files.
            Err(Failure::Timeout(_)) if !waits => {}
            // It can answer again.
            Err(failure) if admitted.tries && failure.is_answer() => admitted.ended(false),
            // As large as it was asked to be.
            Err(Failure::TooLarge(_)) => admitted.is_over = true,
            Err(failure) if failure.is_of_subgraph() => admitted.ended(true),
            // Nobody has the time to wait for the rest.
            Err(Failure::Deadline) => {}
            // That says nothing of the subgraph.
            Err(_) => admitted.is_over = true,
        }
        result
    }
}

impl<S: Fetch> Fetch for Breaker<S> {
    async fn fetch(&self, request: &Request) -> Answer {
        let asking = pin!(self.inner.fetch(request));
        let failed = |answer: &SubgraphResponse| answer.status >= 500 || !is_whole(&answer.body);
        let waits = request.waits_for_subgraph();
        let tries = || request.is_probe.store(true, Ordering::Relaxed);
        self.guard(waits, tries, asking, failed).await
    }
}

impl Circuit {
    pub(crate) fn new(
        config: BreakerConfig,
        patience: Duration,
        subgraph: Arc<str>,
        url: String,
        metrics: BreakerMetrics,
    ) -> Self {
        metrics.state.set(BreakerState::Closed.as_f64());
        Self {
            config,
            patience,
            subgraph,
            url,
            metrics,
            state: Mutex::new(State::Closed(Window::new(Instant::now()))),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> BreakerState {
        match *self.lock() {
            State::Closed(_) => BreakerState::Closed,
            State::Open(until) if Instant::now() < until => BreakerState::Open,
            State::Open(_) | State::Trying | State::Untried => BreakerState::HalfOpen,
        }
    }

    fn admit(&self, now: Instant) -> Result<Admitted<'_>, Failure> {
        let mut state = self.lock();
        let tries = match *state {
            State::Closed(_) => false,
            State::Open(until) if now < until => return self.refuse(),
            State::Trying => return self.refuse(),
            State::Open(_) | State::Untried => true,
        };
        if tries {
            *state = State::Trying;
            self.metrics.state.set(BreakerState::HalfOpen.as_f64());
        }
        Ok(Admitted {
            circuit: self,
            tries,
            begun: now,
            is_over: false,
        })
    }

    fn refuse<T>(&self) -> Result<T, Failure> {
        self.metrics.refused.increment(1);
        Err(Failure::Refused)
    }

    /// An answer that counted as one is none. That is found out after it has counted.
    fn malformed(&self, now: Instant) {
        let mut state = self.lock();
        let State::Closed(window) = &mut *state else {
            return;
        };
        window.belie();
        if window.is_tried || window.is_bad(self.config) {
            self.open(&mut state, now);
        }
    }

    fn ended(&self, tried: bool, failed: bool, now: Instant) {
        let mut state = self.lock();
        match &mut *state {
            State::Closed(window) if !tried => {
                window.count(failed, now, self.config.within / 2);
                if !window.is_bad(self.config) {
                    return;
                }
            }
            State::Trying if tried && !failed => {
                *state = State::Closed(Window {
                    is_tried: true,
                    ..Window::new(now)
                });
                self.metrics.state.set(BreakerState::Closed.as_f64());
                tracing::info!(subgraph = %self.subgraph, url = self.url, "the subgraph is asked again");
                return;
            }
            State::Trying if tried => {}
            // It was sent before the subgraph was found to fail.
            _ => return,
        }
        self.open(&mut state, now);
    }

    fn open(&self, state: &mut State, now: Instant) {
        *state = State::Open(now + self.config.open);
        self.metrics.state.set(BreakerState::Open.as_f64());
        tracing::warn!(subgraph = %self.subgraph, url = self.url, open = ?self.config.open, "the subgraph fails too often and is not asked for a while");
    }
}

impl Admitted<'_> {
    fn ended(mut self, failed: bool) {
        self.end(failed, Instant::now());
    }

    fn end(&mut self, failed: bool, now: Instant) {
        let tried = std::mem::replace(&mut self.tries, false);
        self.is_over = true;
        self.circuit.ended(tried, failed, now);
    }
}

impl Drop for Admitted<'_> {
    fn drop(&mut self) {
        if !self.is_over && self.begun.elapsed() >= self.circuit.patience {
            self.end(true, Instant::now());
        }
        if self.tries {
            *self.circuit.lock() = State::Untried;
        }
    }
}

impl Window {
    fn new(begun: Instant) -> Self {
        Self {
            is_tried: false,
            begun,
            current: Tally::default(),
            before: Tally::default(),
        }
    }

    fn count(&mut self, failed: bool, now: Instant, interval: Duration) {
        let age = now.saturating_duration_since(self.begun);
        if age >= interval {
            let is_next = age < 2 * interval;
            self.before = match is_next {
                true => self.current,
                false => Tally::default(),
            };
            self.begun = match is_next {
                true => self.begun + interval,
                false => now,
            };
            self.current = Tally::default();
        }
        self.is_tried = false;
        self.current.requests += 1;
        self.current.failures += usize::from(failed);
    }

    /// One that succeeded has failed.
    fn belie(&mut self) {
        let tallies = [&mut self.current, &mut self.before];
        if let Some(tally) = tallies
            .into_iter()
            .find(|tally| tally.failures < tally.requests)
        {
            tally.failures += 1;
        }
    }

    fn is_bad(&self, config: BreakerConfig) -> bool {
        let requests = self.before.requests + self.current.requests;
        let failures = self.before.failures + self.current.failures;
        requests >= config.of && failures * 100 >= requests * config.errors
    }
}

#[cfg(test)]
mod tests;
