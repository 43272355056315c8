//! The events of one subscription, as the subgraph and the schema make them; for one client or for many.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use bytes::Bytes;
use client::{Events, Failure, GRACE, Keeper};
use executor::{FetchError, RequestError, SubgraphResponse, request_error_body};
use http::HeaderMap;
use memory::{Account, Exhausted};
use tokio::sync::watch;
use tokio::time::Instant;

use super::asked::Source;
use super::event_span::EventSpan;
use super::feed::{Feed, Told};
use super::moving::Moving;
use super::repeats::Repeats;
use super::resuming::{self, Resuming, Trying};
use crate::refusal::{Code, Refusal};
use crate::request::execution::Execution;
use crate::request::reply::{Answer, outcome};
use crate::telemetry::{Outcome, SubscriptionEnd};

/// The stream of a subgraph, and how its events are completed.
pub(super) struct Upstream {
    pub(super) execution: Execution,
    pub(super) source: Source,
    pub(super) phase: Phase,
    pub(super) moving: Moving,
    /// The client that it is for.
    pub(super) feed: Arc<Feed>,
    /// Signals that there is a new schema.
    schemas: watch::Receiver<u64>,
    /// The number of the last event that clients have had, where its subgraph numbers them.
    pub(super) last_id: Option<Arc<str>>,
    /// The last events that clients have had.
    pub(super) recent: Repeats,
    /// Whether the stream was asked for what comes after that one, and has not brought an event yet.
    pub(super) is_asked_after: bool,
    /// Whether events may be missing before the next one.
    pub(super) resumed: bool,
    /// Whether there has been an event.
    pub(super) has_events: bool,
    /// Attempts to open it again since the last one.
    pub(super) trying: Option<Trying>,
    /// Events in a row that were none.
    malformed: usize,
}

/// Events that are no GraphQL responses, in a row: after as many the stream ends. Each is an error for its clients, and none would come of reading on.
const MOST_MALFORMED: usize = 10;

pub(super) enum Phase {
    Open(Box<Events>),
    /// The stream broke and is opened again.
    Resuming(Resuming),
    /// It ended, with a failure or without, while another place is being opened that goes on.
    Left(Option<Failure>),
    /// The subgraph failed; the clients do not know it yet.
    Failed(FetchError),
    /// The schema has no place for it any more; the clients do not know it yet.
    Refused(Refusal),
    Over,
}

/// What is waited for.
enum Came {
    Event(Option<Result<Bytes, Failure>>),
    Opened(Result<Events, Failure>),
    /// Another place has been opened.
    Moved(Result<Events, Failure>),
    /// It is time to look at the schema in service.
    Due,
    Schema,
}

/// What has become of an event.
struct Completed {
    told: Told,
    /// Whether it lacks something because time or memory is short, which there may be more of later.
    may_be_more: bool,
}

/// Whether the event itself could not be read, and not what was asked for it.
fn is_malformed(told: &Told, event: &[u8]) -> bool {
    let code = Code::SubrequestMalformed.as_str();
    told.codes.iter().any(|known| known == code)
        && !abaque_edge::long_work::on(event.len(), || client::is_response(event))
}

impl Upstream {
    /// One that is not open yet.
    pub(super) fn new(execution: Execution, source: Source, feed: Arc<Feed>) -> Self {
        Self {
            schemas: execution.pipeline.schemas.changes(),
            execution,
            source,
            phase: Phase::Over,
            moving: Moving::at_once(),
            feed,
            last_id: None,
            recent: Repeats::default(),
            is_asked_after: false,
            resumed: false,
            has_events: false,
            trying: None,
            malformed: 0,
        }
    }

    /// Opens the stream; whether it is.
    pub(super) async fn open(&mut self) -> bool {
        let context = &self.execution.context;
        let (on_behalf, deadline) = (&context.client, context.deadline);
        let (subgraph, body) = (&self.source.subgraph, self.source.body.clone());
        let opened = subgraph
            .subscribe(body, on_behalf, deadline, client::Opening::First)
            .await;
        // There has to be a stream once, before one may be over.
        let opened = opened.and_then(Events::begun);
        let is_open = opened.is_ok();
        self.phase = match opened {
            Ok(events) => Phase::Open(Box::new(events)),
            Err(failure) => Phase::Failed(failure.into_fetch_error()),
        };
        is_open
    }

    /// What clients get next; `None` when they know everything.
    pub(super) async fn next(&mut self) -> Option<Told> {
        loop {
            let came = match &mut self.phase {
                Phase::Open(_) | Phase::Resuming(_) | Phase::Left(_) => self.wait().await,
                Phase::Failed(error) => {
                    let error = error.clone();
                    self.phase = Phase::Over;
                    // It is no event, and none follows.
                    self.resumed = false;
                    let mut told = self.complete(Err(error)).await.told;
                    told.end = Some(SubscriptionEnd::Failed);
                    return Some(told);
                }
                Phase::Refused(refusal) => {
                    let refusal = refusal.clone();
                    self.phase = Phase::Over;
                    return Some(self.feed.refused(&refusal));
                }
                Phase::Over => return None,
            };
            match came {
                Came::Event(Some(Ok(body))) => {
                    if self.is_doubled(&body) {
                        continue;
                    }
                    if resuming::is_farewell(&body) && self.resume() {
                        continue;
                    }
                    if let Some(told) = self.event(body).await {
                        return Some(told);
                    }
                }
                Came::Event(Some(Err(failure))) => self.broke(failure),
                Came::Event(None) if self.moving.is_under_way() => self.phase = Phase::Left(None),
                Came::Event(None) => self.phase = Phase::Over,
                Came::Opened(opened) => self.reopened(opened),
                Came::Moved(opened) => self.moved(opened),
                Came::Schema => self.moving.soon(),
                Came::Due => self.renew().await,
            }
        }
    }

    /// An event has come: what clients get of it, unless it is asked for again.
    async fn event(&mut self, body: Bytes) -> Option<Told> {
        self.forget_attempts();
        let before = self.last_id.clone();
        self.had(&body);
        self.source.subgraph.event();
        self.renew_before_event().await;
        let resumed = self.resumed;
        let event = SubgraphResponse {
            status: 200,
            headers: HeaderMap::new(),
            body: body.clone(),
        };
        let mut completed = self.complete(Ok(event)).await;
        if is_malformed(&completed.told, &body) {
            self.malformed += 1;
            if self.malformed >= MOST_MALFORMED {
                tracing::warn!(
                    events = self.malformed,
                    "a subgraph sends what is no GraphQL response, and its part of a subscription ends"
                );
                self.phase = Phase::Over;
                completed.told.end = Some(SubscriptionEnd::Failed);
            }
            return Some(completed.told);
        }
        self.malformed = 0;
        if completed.may_be_more && self.asks_again(before) {
            self.resumed = resumed;
            return None;
        }
        self.has_events = true;
        self.trying = None;
        Some(completed.told)
    }

    /// Waits for whatever comes first.
    async fn wait(&mut self) -> Came {
        let is_held = self.moving.is_held();
        let (due, opening) = self.moving.wait();
        let coming = async {
            match &mut self.phase {
                Phase::Open(events) => Came::Event(events.next().await),
                Phase::Resuming(resuming) => Came::Opened((&mut resuming.opening).await),
                _ => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            // Before the events of the place that is left: no more of them are taken once the other is open.
            opened = opening => Came::Moved(opened),
            // Before further events: where they come without a pause there would be no other time for it.
            () = due => Came::Due,
            came = coming, if !is_held => came,
            Ok(()) = self.schemas.changed() => Came::Schema,
        }
    }

    /// Asks the other subgraphs for what the event lacks, and writes the response.
    async fn complete(&mut self, event: Result<SubgraphResponse, FetchError>) -> Completed {
        let span = EventSpan::begin(&self.execution);
        let completed = self.complete_in(span.as_ref(), event).await;
        if let Some(span) = span {
            span.came_to(&self.execution, &completed.told);
        }
        completed
    }

    async fn complete_in(
        &mut self,
        span: Option<&EventSpan>,
        event: Result<SubgraphResponse, FetchError>,
    ) -> Completed {
        let execution = &self.execution;
        if let Some(recorded) = &execution.prepared.recorded {
            recorded.touch();
        }
        let pipeline = &execution.pipeline;
        let deadline = Instant::now() + pipeline.config.timeouts.request;
        let account = Arc::new(pipeline.memory.request());
        let observations = span.and_then(EventSpan::observations);
        let mut client = execution.client(&account, deadline);
        if let Some(span) = span {
            client.trace = Some(span.trace());
            client.observations = observations.as_ref();
        }
        let bytes = event.as_ref().map_or(0, |event| event.body.len());
        let event = match account.grow(bytes) {
            Ok(()) => event,
            Err(_) => Err(FetchError::Exhausted),
        };
        let executing = executor::execute_event(execution.request(&client), event);
        let Ok(response) = tokio::time::timeout_at(deadline + GRACE, executing).await else {
            let late = Refusal::Timeout;
            let code = late.code().as_str();
            let error = RequestError::new(code, late.to_string());
            let body = request_error_body(&[error]).into();
            return Completed {
                told: self.told(body, vec![code.to_owned()], Outcome::Failed, 0),
                may_be_more: true,
            };
        };
        let exhausted = Code::MemoryExhausted.as_str();
        // What is more than the share of one event is so at any time.
        let may_be_more = account.refusal() == Some(Exhausted::All)
            && response.error_codes.iter().any(|code| code == exhausted);
        let came_to = match response.executed {
            true => outcome(&response.body, response.error_codes.len(), true),
            false => Outcome::Failed,
        };
        let mut answer = Answer::new(&response, Keeper::None);
        if std::mem::take(&mut self.resumed) {
            answer.extend(&[br#""resumed":true"#]);
        }
        // What is reserved for it until the last client has it.
        account.keep(answer.body.len());
        let body = Account::hold(account, answer.body);
        // The event itself is among them.
        let fetches = response.stats.fetches.saturating_sub(1);
        Completed {
            told: self.told(body, response.error_codes, came_to, fetches),
            may_be_more,
        }
    }

    fn told(&self, body: Bytes, codes: Vec<String>, outcome: Outcome, fetches: usize) -> Told {
        Told {
            body,
            is_fatal: false,
            end: None,
            codes,
            outcome: Some(outcome),
            fetches: AtomicUsize::new(fetches),
            id: self.last_id.clone(),
            generation: self.feed.generation(),
        }
    }
}
