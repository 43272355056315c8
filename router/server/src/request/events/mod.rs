//! Subscriptions: the event stream of one subgraph, each event completed by the others
//! (<https://spec.graphql.org/September2025/#sec-Subscription>).
//!
//! Everything happens in the stream of messages: the next event is asked for when the client has taken the last one, and a client that goes
//! takes the subgraph's stream with it.
//!
//! - here: what the client is sent next, and how an event is completed;
//! - [`asked`]: the operation, to be planned again;
//! - [`moving`]: from one schema to the next, between two events;
//! - [`resuming`]: a stream that broke is opened again;
//! - [`opening`]: a stream is opened while other things go on.

mod asked;
mod moving;
mod opening;
mod resuming;

use client::{Events, Failure};
use executor::{FetchError, RequestError, SubgraphResponse, request_error_body};
use futures_util::stream;
use http::HeaderMap;
use tokio::sync::watch;
use tokio::time::Instant;

pub(super) use self::asked::Asked;
use self::asked::Source;
use self::moving::Moving;
use self::resuming::Resuming;
use super::Pipeline;
use super::admit::Admission;
use super::ending::Wave;
use super::execution::{Execution, GRACE};
use super::reply::{Answer, Message, Messages, outcome};
use crate::refusal::{Code, Refusal};
use crate::telemetry::{Outcome, SubscriptionEnd};

/// One subscription of a client.
struct Subscription {
    execution: Execution,
    asked: Asked,
    source: Source,
    phase: Phase,
    moving: Moving,
    /// When the token of the client expires.
    expires: Option<Instant>,
    /// Signals that there is a new schema.
    schemas: watch::Receiver<u64>,
    /// Whether events may be missing before the next one.
    resumed: bool,
    admission: Admission,
}

enum Phase {
    Open(Box<Events>),
    /// The stream broke and is opened again.
    Resuming(Resuming),
    /// It ended, with a failure or without, while another place is being opened that goes on.
    Left(Option<Failure>),
    /// The subgraph failed; the client does not know it yet.
    Failed(FetchError),
    /// The schema has no place for it any more; the client does not know it yet.
    Refused(Refusal),
    /// The client gets the last message.
    Completing,
    Over,
}

/// What is waited for.
enum Came {
    End,
    /// The token has expired.
    Expired,
    Event(Option<Result<bytes::Bytes, Failure>>),
    Opened(Result<Events, Failure>),
    /// Another place has been opened.
    Moved(Result<Events, Failure>),
    /// It is time to look at the schema in service.
    Due,
    Schema,
    Silence,
}

impl Execution {
    /// Opens the subscription and gives its events.
    pub(super) async fn events(self, asked: Asked) -> Result<Messages, Refusal> {
        let admission = self.pipeline.subscriptions.admit()?;
        // Before the schema of this execution can have been left behind.
        let schemas = self.pipeline.schemas.changes();
        let source = self.source()?;
        let context = &self.context;
        let opened = source
            .subgraph
            .subscribe(source.body.clone(), &context.client, context.deadline, None)
            .await;
        context.summary.fetched(1);
        let phase = match opened {
            Ok(events) => {
                context.summary.came_to(Outcome::Ok);
                Phase::Open(Box::new(events))
            }
            Err(failure) => Phase::Failed(failure.into_fetch_error()),
        };
        // It is the client that ends it, sooner or later.
        context.summary.settle();
        let claims = context.identity.claims();
        let subscription = Subscription {
            expires: claims.map(|claims| Instant::now() + claims.time_left()),
            execution: self,
            asked,
            source,
            phase,
            moving: Moving::at_once(),
            schemas,
            resumed: false,
            admission,
        };
        Ok(Box::pin(stream::unfold(
            subscription,
            |mut subscription| async move {
                let message = subscription.next().await?;
                Some((message, subscription))
            },
        )))
    }
}

impl Drop for Subscription {
    /// What carries it may end all that it carries at once.
    fn drop(&mut self) {
        if self.execution.pipeline.ending.has_begun() {
            self.admission.ends_by(SubscriptionEnd::Shutdown);
        }
    }
}

/// Resolves when the router ends and it is the turn of this one.
async fn ended(pipeline: &Pipeline, wave: Option<Wave>) {
    match wave {
        Some(wave) => pipeline.ending.reached(wave).await,
        None => std::future::pending().await,
    }
}

/// Never, without a time.
async fn reached(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}

impl Subscription {
    /// What the client is sent next; `None` when it has everything.
    async fn next(&mut self) -> Option<Message> {
        loop {
            let came = match &mut self.phase {
                Phase::Open(_) | Phase::Resuming(_) | Phase::Left(_) => self.wait().await,
                Phase::Failed(error) => {
                    let error = error.clone();
                    self.admission.ends_by(SubscriptionEnd::Failed);
                    self.phase = Phase::Completing;
                    return Some(self.complete(Err(error)).await);
                }
                Phase::Refused(refusal) => {
                    let refusal = refusal.clone();
                    self.admission.ends_by(SubscriptionEnd::Schema);
                    self.phase = Phase::Completing;
                    return Some(self.refused(&refusal));
                }
                Phase::Completing => {
                    self.admission.ends_by(SubscriptionEnd::Completed);
                    self.phase = Phase::Over;
                    return Some(Message::Complete);
                }
                Phase::Over => return None,
            };
            match came {
                Came::End => {
                    self.admission.ends_by(SubscriptionEnd::Shutdown);
                    self.phase = Phase::Completing;
                    return Some(self.fatal(
                        Code::ShuttingDown,
                        "the router is shutting down; subscribe again",
                    ));
                }
                Came::Expired => {
                    self.admission.ends_by(SubscriptionEnd::Token);
                    self.phase = Phase::Completing;
                    return Some(self.fatal(
                        Code::TokenExpired,
                        "the token has expired; subscribe again with another one",
                    ));
                }
                Came::Silence => return Some(Message::Heartbeat),
                Came::Event(Some(Ok(body))) => {
                    if self.is_doubled() {
                        continue;
                    }
                    if resuming::is_farewell(&body) && self.resume() {
                        continue;
                    }
                    self.source.subgraph.event();
                    self.renew_before_event().await;
                    let event = SubgraphResponse {
                        status: 200,
                        headers: HeaderMap::new(),
                        body,
                    };
                    return Some(self.complete(Ok(event)).await);
                }
                Came::Event(Some(Err(failure))) => self.broke(failure),
                Came::Event(None) if self.moving.is_under_way() => self.phase = Phase::Left(None),
                Came::Event(None) => {
                    self.admission.ends_by(SubscriptionEnd::Completed);
                    self.phase = Phase::Completing;
                }
                Came::Opened(opened) => self.reopened(opened),
                Came::Moved(opened) => self.moved(opened),
                Came::Schema => self.moving.soon(),
                Came::Due => self.renew().await,
            }
        }
    }

    /// Waits for whatever comes first.
    async fn wait(&mut self) -> Came {
        let pipeline = &self.execution.pipeline;
        let heartbeat = pipeline.config.subscriptions.heartbeat;
        let (wave, expires) = (self.execution.context.wave, self.expires);
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
            () = ended(pipeline, wave) => Came::End,
            () = reached(expires) => Came::Expired,
            // Before the events of the place that is left: no more of them are taken once the other is open.
            opened = opening => Came::Moved(opened),
            came = coming => came,
            () = due => Came::Due,
            Ok(()) = self.schemas.changed() => Came::Schema,
            () = tokio::time::sleep(heartbeat) => Came::Silence,
        }
    }

    fn fatal(&self, code: Code, message: &str) -> Message {
        let code = code.as_str();
        let summary = &self.execution.context.summary;
        summary.errors(&[code.to_owned()]);
        Message::Fatal(request_error_body(&[RequestError::new(code, message)]).into())
    }

    /// The last message to a client whose operation the schema in service refuses.
    fn refused(&self, refusal: &Refusal) -> Message {
        let shown = refusal.shown();
        let why = shown.first().map_or("", |shown| &*shown.message);
        let message = format!("the schema has changed, and the operation does not fit it: {why}");
        self.fatal(refusal.code(), &message)
    }

    /// Asks the other subgraphs for what the event lacks, and writes the response.
    async fn complete(&mut self, event: Result<SubgraphResponse, FetchError>) -> Message {
        let execution = &self.execution;
        if let Some(recorded) = &execution.prepared.recorded {
            recorded.touch();
        }
        let (pipeline, summary) = (&execution.pipeline, &execution.context.summary);
        let deadline = Instant::now() + pipeline.config.timeouts.request;
        let account = pipeline.memory.request();
        let client = execution.client(&account, deadline);
        let bytes = event.as_ref().map_or(0, |event| event.body.len());
        let event = match account.grow(bytes) {
            Ok(()) => event,
            Err(_) => Err(FetchError::Exhausted),
        };
        let executing = executor::execute_event(execution.request(&client), event);
        let Ok(response) = tokio::time::timeout_at(deadline + GRACE, executing).await else {
            let late = Refusal::Timeout;
            let code = late.code().as_str();
            summary.errors(&[code.to_owned()]);
            summary.came_to(Outcome::Failed);
            let error = RequestError::new(code, late.to_string());
            return Message::Event(request_error_body(&[error]).into());
        };
        // The event itself is among them.
        summary.fetched(response.stats.fetches.saturating_sub(1));
        summary.errors(&response.error_codes);
        let errors = response.error_codes.len();
        summary.came_to(match response.executed {
            true => outcome(&response.body, errors, true),
            false => Outcome::Failed,
        });
        let mut answer = Answer::new(&response, false);
        if std::mem::take(&mut self.resumed) {
            answer.extend(&[br#""resumed":true"#]);
        }
        Message::Event(answer.body)
    }
}
