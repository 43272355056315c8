//! What happened to the requests of one execution, and when, for those who asked for it. Without them nothing is recorded and no clock is read.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use executor::{Entities, FetchError, SubgraphRequest, SubgraphResponse};

/// The requests of one execution. As many as its plan has fetches; a subscription observes none.
#[derive(Debug)]
pub struct Observations {
    begun: Instant,
    requests: Mutex<Vec<Observed>>,
}

/// One request to a subgraph. Times are since the [`Observations`] began.
#[derive(Clone, Debug)]
pub struct Observed {
    /// The index of the fetch in the plan.
    pub fetch: u32,
    /// The subgraph's name.
    pub subgraph: String,
    /// When the executor asked for it.
    pub start: Duration,
    /// When it ended, with an answer or without.
    pub end: Duration,
    /// What happened in between.
    pub timing: Arc<Timing>,
    /// What it asks for.
    pub entities: Entities,
    /// The size of the answer's body.
    pub response_bytes: usize,
    /// The HTTP status of the answer; `None` without one.
    pub status: Option<u16>,
    /// The code of what failed.
    pub error: Option<&'static str>,
}

/// The moments within one request. A request that joined an equal one in flight has none of its own.
#[derive(Debug)]
pub struct Timing {
    begun: Instant,
    sent: OnceLock<Duration>,
    first_byte: OnceLock<Duration>,
    attempts: AtomicU32,
    joined: AtomicBool,
    bytes: AtomicUsize,
}

impl Timing {
    /// The body that is sent has this size.
    pub(crate) fn body(&self, bytes: usize) {
        self.bytes.store(bytes, Ordering::Relaxed);
    }

    /// The size of the body that is sent.
    pub fn request_bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// One of its attempts goes out now.
    pub(crate) fn attempt(&self) {
        self.attempts.fetch_add(1, Ordering::Relaxed);
        self.sent.get_or_init(|| self.begun.elapsed());
    }

    /// The head of the answer is there.
    pub(crate) fn answered(&self) {
        self.first_byte.get_or_init(|| self.begun.elapsed());
    }

    /// An equal request in flight is waited for instead.
    pub(crate) fn join(&self) {
        self.joined.store(true, Ordering::Relaxed);
    }

    /// When the first attempt went out; it had waited for a place among the subgraph's requests until then.
    pub fn sent(&self) -> Option<Duration> {
        self.sent.get().copied()
    }

    /// When the head of the answer came.
    pub fn first_byte(&self) -> Option<Duration> {
        self.first_byte.get().copied()
    }

    /// How many times it was sent.
    pub fn attempts(&self) -> u32 {
        self.attempts.load(Ordering::Relaxed)
    }

    /// Whether an equal request in flight was waited for instead.
    pub fn joined(&self) -> bool {
        self.joined.load(Ordering::Relaxed)
    }
}

/// A request under way.
pub(crate) struct Observing {
    request: Observed,
}

impl Observations {
    /// Nothing yet; times count from `begun`.
    pub fn since(begun: Instant) -> Self {
        Self {
            begun,
            requests: Mutex::default(),
        }
    }

    /// What was observed, in the order in which it ended.
    pub fn requests(&self) -> Vec<Observed> {
        let requests = self.requests.lock();
        requests.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn begin(&self, request: &SubgraphRequest<'_>) -> Observing {
        let timing = Timing {
            begun: self.begun,
            sent: OnceLock::new(),
            first_byte: OnceLock::new(),
            attempts: AtomicU32::new(0),
            joined: AtomicBool::new(false),
            bytes: AtomicUsize::new(0),
        };
        Observing {
            request: Observed {
                fetch: request.fetch.0,
                subgraph: request.subgraph_name.to_owned(),
                start: self.begun.elapsed(),
                end: Duration::ZERO,
                timing: Arc::new(timing),
                entities: request.entities,
                response_bytes: 0,
                status: None,
                error: None,
            },
        }
    }

    pub(crate) fn end(&self, observing: Observing, result: &Result<SubgraphResponse, FetchError>) {
        let mut request = observing.request;
        request.end = self.begun.elapsed();
        match result {
            Ok(response) => {
                request.status = Some(response.status);
                request.response_bytes = response.body.len();
            }
            Err(error) => request.error = Some(error.code()),
        }
        let requests = self.requests.lock();
        requests
            .unwrap_or_else(PoisonError::into_inner)
            .push(request);
    }
}

impl Observing {
    pub(crate) fn timing(&self) -> Arc<Timing> {
        Arc::clone(&self.request.timing)
    }
}
