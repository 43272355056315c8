//! What happened to the requests of one execution, and when, for clients that want to see it and for the spans of the request. Without them nothing is recorded and
//! no clock is read.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use abaque_edge::trace::{OpenSpan, Recording, SpanId, SpanKind};
use executor::{Entities, FetchError, SubgraphRequest, SubgraphResponse};
use http::Uri;

use crate::client_span::{self, Sent};

/// The requests of one execution. As many as its plan has fetches; a subscription observes none.
#[derive(Debug)]
pub struct Observations {
    begun: Instant,
    /// `None` where the client does not want to see them.
    requests: Option<Mutex<Vec<Observed>>>,
    /// Where each has a span.
    recording: Option<Arc<Recording>>,
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

impl Observed {
    fn sent<'s>(&'s self, url: Option<&'s Uri>) -> Sent<'s> {
        Sent {
            subgraph: &self.subgraph,
            url,
            fetch: self.fetch,
            entities: self.entities,
            bytes: self.timing.request_bytes(),
            attempts: self.timing.attempts(),
            joined: self.timing.joined(),
        }
    }
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
    span: Option<SpanId>,
}

impl Timing {
    /// The span whose context the subgraph gets.
    pub(crate) fn span(&self) -> Option<SpanId> {
        self.span
    }

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
pub(crate) struct Observing<'o> {
    observations: &'o Observations,
    /// Until it has ended.
    request: Option<Observed>,
    span: Option<OpenSpan>,
    url: Option<&'o Uri>,
}

impl Observations {
    /// Nothing yet; times count from `begun`. What happened is kept where it is to be shown.
    pub fn since(begun: Instant, are_shown: bool, recording: Option<Arc<Recording>>) -> Self {
        Self {
            begun,
            requests: are_shown.then(Mutex::default),
            recording,
        }
    }

    /// What was observed, in the order in which it ended.
    pub fn requests(&self) -> Vec<Observed> {
        let requests = self.requests.as_ref().map(Mutex::lock);
        let requests = requests.map(|held| held.unwrap_or_else(PoisonError::into_inner).clone());
        requests.unwrap_or_default()
    }

    /// A request that goes to `url`.
    pub(crate) fn begin<'o>(
        &'o self,
        request: &SubgraphRequest<'_>,
        url: Option<&'o Uri>,
    ) -> Observing<'o> {
        let span = self.recording.as_ref().and_then(|recording| {
            let path = url.map_or("/", Uri::path);
            recording.open(format!("POST {path}"), SpanKind::Client)
        });
        let timing = Timing {
            begun: self.begun,
            sent: OnceLock::new(),
            first_byte: OnceLock::new(),
            attempts: AtomicU32::new(0),
            joined: AtomicBool::new(false),
            bytes: AtomicUsize::new(0),
            span: span.as_ref().map(OpenSpan::id),
        };
        Observing {
            observations: self,
            request: Some(Observed {
                fetch: request.fetch.0,
                subgraph: request.subgraph_name.to_owned(),
                start: self.begun.elapsed(),
                end: Duration::ZERO,
                timing: Arc::new(timing),
                entities: request.entities,
                response_bytes: 0,
                status: None,
                error: None,
            }),
            span,
            url,
        }
    }
}

impl Observing<'_> {
    pub(crate) fn timing(&self) -> Option<Arc<Timing>> {
        let request = self.request.as_ref();
        request.map(|request| Arc::clone(&request.timing))
    }

    /// It ended so.
    pub(crate) fn end(mut self, result: &Result<SubgraphResponse, FetchError>) {
        let Some(mut request) = self.request.take() else {
            return;
        };
        if let Some(span) = &mut self.span {
            client_span::describe(span, &request.sent(self.url), Some(result));
        }
        let Some(requests) = &self.observations.requests else {
            return;
        };
        request.end = self.observations.begun.elapsed();
        match result {
            Ok(response) => {
                request.status = Some(response.status);
                request.response_bytes = response.body.len();
            }
            Err(error) => request.error = Some(error.code()),
        }
        let requests = requests.lock();
        requests
            .unwrap_or_else(PoisonError::into_inner)
            .push(request);
    }
}

impl Drop for Observing<'_> {
    /// Nobody waits for its end.
    fn drop(&mut self) {
        if let (Some(request), Some(span)) = (self.request.take(), &mut self.span) {
            client_span::describe(span, &request.sent(self.url), None);
        }
    }
}
