//! One request to one subgraph.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use abaque_edge::{Recorder, RequestId, TraceContext, long_work};
use bytes::Bytes;
use executor::{Entities, SubgraphResponse};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, Uri};
use memory::Memory;
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::broken::Broken;
use crate::config::{Config, SubgraphConfig};
use crate::events::{EventTransport, Events};
use crate::failure::Failure;
use crate::headers::{ClientRequest, HeaderRules};
use crate::in_flight::InFlight;
use crate::media;
use crate::metrics::{FetchOutcome, SubgraphMetrics};
use crate::transport::{Answer, Origin, Transport};

/// Where a subgraph answers, and on what terms it is asked.
#[derive(Debug)]
pub struct Subgraph {
    name: Arc<str>,
    /// `None` when nobody said where it is.
    origin: Option<Origin>,
    headers: HeaderRules,
    timeout: Duration,
    max_response: usize,
    /// Whether a failure tells how the answer begins: for those who run the router, not for clients.
    quotes: bool,
    /// What answers are read into; `None` where they are not counted.
    memory: Option<Arc<Memory>>,
    /// Bounds the requests in flight; the others wait within their timeout.
    permits: Semaphore,
    /// Whether the last request failed: a change is logged, each single failure only at level debug.
    failing: AtomicBool,
    metrics: SubgraphMetrics,
    /// Where subscriptions are opened.
    events: EventTransport,
    /// `None` when each is sent by itself.
    in_flight: Option<Arc<InFlight>>,
}

/// What is asked.
#[derive(Debug)]
pub struct Call<'c> {
    /// The GraphQL request, as JSON.
    pub body: Bytes,
    /// Queries may be sent again when a kept connection turns out to be closed; mutations never.
    pub idempotent: bool,
    /// On whose behalf.
    pub client: &'c ClientRequest,
    /// When the client's request must have its answer.
    pub deadline: Option<Instant>,
    /// Whether the answer to an equal query will do.
    pub shared: bool,
}

/// A [`Call`] that borrows nothing.
struct Sending {
    body: Bytes,
    passed_on: HeaderMap,
    id: Option<RequestId>,
    trace: Option<TraceContext>,
    idempotent: bool,
}

impl Subgraph {
    /// The subgraph at `url`, unless the configuration says another.
    pub fn new(
        name: &str,
        url: &str,
        own: &SubgraphConfig,
        config: &Config,
        transport: &Transport,
        recorder: &Recorder,
    ) -> Self {
        let url = own.url.clone().or_else(|| absolute(url));
        let events = own.subscriptions.url.clone().or_else(|| url.clone());
        Self {
            name: name.into(),
            origin: url.map(|url| transport.origin(url)),
            events: EventTransport {
                protocol: own.subscriptions.protocol,
                origin: events.map(|url| transport.origin(url)),
                max_event: config.max_response,
            },
            headers: HeaderRules::new(&config.headers, &own.headers),
            timeout: own.timeout.unwrap_or(config.timeout),
            max_response: config.max_response,
            quotes: false,
            memory: Some(Arc::clone(transport.memory())),
            permits: Semaphore::new(own.max_requests),
            failing: AtomicBool::new(false),
            metrics: SubgraphMetrics::new(recorder, name),
            in_flight: config.deduplicate_queries.then(Arc::default),
        }
    }

    /// The same subgraph on other terms: what its SDL is asked for with.
    pub fn with_bounds(mut self, timeout: Duration, max_response: usize) -> Self {
        self.timeout = timeout;
        self.max_response = max_response;
        self.quotes = true;
        // The schema is not a request's.
        self.memory = None;
        self
    }

    /// Whether both ask the same subgraph at the same place.
    pub(crate) fn is_same_place(&self, other: &Subgraph) -> bool {
        self.name == other.name && self.url() == other.url()
    }

    /// Where it is, for people: without a name and password, and without the query, which can hold others.
    pub fn shown_url(&self) -> Option<String> {
        let url = self.url()?;
        let authority = url.authority()?.as_str();
        let place = authority.rsplit('@').next().unwrap_or(authority);
        let scheme = url.scheme_str().unwrap_or("http");
        Some(format!("{scheme}://{place}{}", url.path()))
    }

    fn url(&self) -> Option<&Uri> {
        self.origin.as_ref().map(Origin::url)
    }

    /// Counts what a request asks for.
    pub fn asked_for(&self, entities: Entities) {
        self.metrics.asked_for(entities);
    }

    /// Sends a request and gives the body of its answer, which is JSON by its content type only.
    pub async fn call(self: &Arc<Self>, call: Call<'_>) -> Result<SubgraphResponse, Failure> {
        let sending = Sending {
            body: call.body,
            passed_on: self.headers.passed_on(call.client),
            id: call.client.id.clone(),
            trace: call.client.trace.clone(),
            idempotent: call.idempotent,
        };
        let in_flight = self.in_flight.as_ref();
        let Some(in_flight) = in_flight.filter(|_| call.shared && call.idempotent) else {
            return self.send_within(sending, call.deadline).await;
        };
        let (body, passed_on) = (sending.body.clone(), sending.passed_on.clone());
        let (sent, joined) = in_flight.join(&body, &passed_on, || {
            let subgraph = Arc::clone(self);
            // Who joins may have more time left than who sent it.
            async move { subgraph.send_within(sending, None).await }
        });
        if joined {
            self.metrics.joined.increment(1);
        }
        match call.deadline {
            Some(deadline) => tokio::time::timeout_at(deadline, sent)
                .await
                .unwrap_or(Err(Failure::Deadline)),
            None => sent.await,
        }
    }

    /// Opens the event stream of a subscription, within the bounds of any request: one of the permits, the subgraph's timeout and the deadline. How
    /// long it lives after that is up to the reader. Subgraphs that number their events are asked for those `after` one.
    pub async fn subscribe(
        &self,
        body: Bytes,
        client: &ClientRequest,
        deadline: Instant,
        after: Option<&str>,
    ) -> Result<Events, Failure> {
        let passed_on = self.headers.passed_on(client);
        let (id, trace) = (client.id.as_ref(), client.trace.as_ref());
        let headers = self.headers.complete(&passed_on, id, trace);
        let opening = async {
            let _permit = self.permit().await;
            self.events.open(headers, body, after).await
        };
        self.within(Some(deadline), opening, |_| 200).await
    }

    /// Whether an event stream of one is an event stream of the other.
    pub fn has_events_of(&self, other: &Subgraph) -> bool {
        self.is_same_place(other) && self.events.is_same_place(&other.events)
    }

    /// Counts an event of a subscription.
    pub fn event(&self) {
        self.metrics.events.increment(1);
    }

    async fn send_within(
        &self,
        sending: Sending,
        deadline: Option<Instant>,
    ) -> Result<SubgraphResponse, Failure> {
        // In a box: all futures that this one is in, which are moved as they are made, are smaller without it.
        let exchange = Box::pin(self.exchange(&sending));
        self.within(deadline, exchange, |response| response.status)
            .await
    }

    /// What `asking` gives, if it does so in time; that is counted and, where it changes, logged.
    async fn within<T>(
        &self,
        deadline: Option<Instant>,
        asking: impl Future<Output = Result<T, Failure>>,
        status: impl FnOnce(&T) -> u16,
    ) -> Result<T, Failure> {
        let mut watch = Watch::start(&self.metrics);
        let (limit, by_deadline) = self.time_limit(watch.begun, deadline);
        let result = match tokio::time::timeout_at(watch.begun + limit, asking).await {
            Ok(result) => result,
            Err(_) if by_deadline => Err(Failure::Deadline),
            Err(_) => Err(Failure::Timeout(limit)),
        };
        match &result {
            Ok(answer) => {
                watch.outcome = FetchOutcome::status(status(answer));
                if self.failing.swap(false, Ordering::Relaxed) {
                    tracing::info!(subgraph = %self.name, "the subgraph answers again");
                }
            }
            Err(failure) => {
                watch.outcome = FetchOutcome::of(failure);
                // That the client was given little time says nothing of the subgraph.
                let is_ours = matches!(failure, Failure::Deadline | Failure::Memory);
                if !is_ours && !self.failing.swap(true, Ordering::Relaxed) {
                    tracing::warn!(subgraph = %self.name, error = %failure, "the subgraph gives no answer");
                } else {
                    tracing::debug!(subgraph = %self.name, error = %failure, "no answer");
                }
            }
        }
        result
    }

    async fn permit(&self) -> SemaphorePermit<'_> {
        let permit = self.permits.acquire().await;
        permit.expect("the semaphore is never closed")
    }

    /// How long the request may take, and whether that is because of the client's deadline.
    fn time_limit(&self, begun: Instant, deadline: Option<Instant>) -> (Duration, bool) {
        let left = deadline.map(|at| at.saturating_duration_since(begun));
        match left {
            Some(left) if left < self.timeout => (left, true),
            _ => (self.timeout, false),
        }
    }

    async fn exchange(&self, sending: &Sending) -> Result<SubgraphResponse, Failure> {
        let _permit = self.permit().await;
        let mut answer = self.send(sending).await?;
        let status = answer.status();
        if let Some(coding) = answer.headers().get(CONTENT_ENCODING)
            && !coding.as_bytes().eq_ignore_ascii_case(b"identity")
        {
            let coding = String::from_utf8_lossy(coding.as_bytes()).into_owned();
            let failure = Failure::ContentEncoding {
                status: status.as_u16(),
                found: shortened(coding),
            };
            return Err(failure);
        }
        let content_type = answer.headers().get(CONTENT_TYPE).cloned();
        let graphql = content_type
            .as_ref()
            .is_some_and(media::is_graphql_response);
        if !graphql {
            let found = content_type.map_or_else(
                || "none".to_owned(),
                |other| shortened(String::from_utf8_lossy(other.as_bytes()).into_owned()),
            );
            let mut failure = match status.is_success() {
                true => Failure::ContentType {
                    status: status.as_u16(),
                    found: found.clone(),
                },
                false => Failure::Status(status.as_u16()),
            };
            // Nothing of the body can be used; dropping it closes the connection, which is rare enough.
            if self.quotes {
                let beginning = answer.beginning(QUOTED_BYTES).await;
                failure = quoting(failure, &found, &beginning);
            }
            return Err(failure);
        }
        let headers = answer.take_headers();
        let reading = match &self.memory {
            Some(memory) => {
                let deadline = Instant::now() + self.timeout;
                answer
                    .read_within(self.max_response, memory, deadline)
                    .await
            }
            None => answer.read(self.max_response).await,
        };
        let body = reading.map_err(|unread| unread.into_failure(self.max_response))?;
        // A GraphQL response may come with any status; another JSON body only explains a status to people.
        if !status.is_success() && !long_work::on(body.len(), || is_response(&body)) {
            let mut failure = Failure::Status(status.as_u16());
            if self.quotes {
                failure = quoting(failure, "JSON", &body);
            }
            return Err(failure);
        }
        Ok(SubgraphResponse {
            status: status.as_u16(),
            headers,
            body,
        })
    }

    async fn send(&self, sending: &Sending) -> Result<Answer, Failure> {
        let origin = self.origin.as_ref().ok_or(Failure::NoUrl)?;
        let mut again = sending.idempotent;
        loop {
            let (id, trace) = (sending.id.as_ref(), sending.trace.as_ref());
            let headers = self.headers.complete(&sending.passed_on, id, trace);
            match origin.post(headers, sending.body.clone()).await {
                Ok(answer) => return Ok(answer),
                Err(Broken::Closed(cause)) if again => {
                    tracing::debug!(subgraph = %self.name, cause, "sending a query again");
                    again = false;
                }
                Err(broken) => return Err(broken.into_failure()),
            }
        }
    }
}

/// How much of an answer is read to tell how it begins.
const QUOTED_BYTES: usize = 400;

/// A failure with what was answered.
fn quoting(failure: Failure, content_type: &str, body: &[u8]) -> Failure {
    let told = match beginning(body) {
        Some(beginning) => {
            format!("its body, of content type {content_type}, begins with {beginning}")
        }
        None => "its body is empty".to_owned(),
    };
    Failure::Quoted {
        failure: Box::new(failure),
        told,
    }
}

/// The beginning of a text that another server sent, on one line and in quotes; `None` when nothing in it is visible.
pub fn beginning(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(&body[..body.len().min(QUOTED_BYTES)]);
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    (!words.is_empty()).then(|| format!("{:?}", shortened(words.join(" "))))
}

/// A URL with scheme and host.
fn absolute(url: &str) -> Option<Uri> {
    let uri: Uri = url.parse().ok()?;
    (matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()).then_some(uri)
}

/// What a server says of itself is quoted, but not at any length.
fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(80) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Whether a body is a [GraphQL response](https://spec.graphql.org/September2025/#sec-Response-Format).
fn is_response(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Members {
        data: Option<IgnoredAny>,
        errors: Option<Vec<IgnoredAny>>,
    }
    serde_json::from_slice::<Members>(body)
        .is_ok_and(|members| members.data.is_some() || members.errors.is_some())
}

/// Records one request, also when its future is dropped.
struct Watch<'m> {
    metrics: &'m SubgraphMetrics,
    begun: Instant,
    outcome: FetchOutcome,
}

impl<'m> Watch<'m> {
    fn start(metrics: &'m SubgraphMetrics) -> Self {
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
