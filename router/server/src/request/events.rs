//! Subscriptions: the event stream of one subgraph, each event completed by the others
//! (<https://spec.graphql.org/September2025/#sec-Subscription>).
//!
//! Everything happens in the stream of messages: the next event is asked for when the client has taken the last one, and a client that goes
//! takes the subgraph's stream with it. The schema is the one of the beginning, as with any request.

use std::sync::Arc;

use client::{Events, Failure, Subgraph};
use executor::{FetchError, RequestError, SubgraphResponse, request_error_body};
use futures_util::stream;
use http::HeaderMap;
use tokio::time::Instant;

use super::admit::Admission;
use super::execution::{Execution, GRACE};
use super::reply::{Message, Messages, outcome};
use crate::refusal::{Code, Refusal};
use crate::telemetry::Outcome;

/// One subscription of a client.
struct Subscription {
    execution: Execution,
    subgraph: Arc<Subgraph>,
    phase: Phase,
    _admission: Admission,
}

enum Phase {
    Open(Events),
    /// The subgraph failed; the client does not know it yet.
    Failed(FetchError),
    /// The client gets the last message.
    Completing,
    Over,
}

impl Execution {
    /// Opens the subscription and gives its events.
    pub(super) async fn events(self) -> Result<Messages, Refusal> {
        let admission = self.pipeline.subscriptions.admit()?;
        let (plan, options) = (&self.prepared.plan, &self.serving.options);
        let source = executor::source_request(plan, &self.variables, options);
        let source = source.ok_or_else(|| {
            Refusal::Operation("@skip or @include leaves out the subscription's field".to_owned())
        })?;
        let subgraph = self.serving.subgraphs.get(source.subgraph);
        let subgraph = Arc::clone(subgraph.ok_or(Refusal::NotReady)?);
        let context = &self.context;
        let opened = subgraph
            .subscribe(source.body.write(), &context.client, context.deadline)
            .await;
        context.summary.fetched(1);
        let phase = match opened {
            Ok(source) => {
                context.summary.came_to(Outcome::Ok);
                Phase::Open(source)
            }
            Err(failure) => Phase::Failed(failure.into_fetch_error()),
        };
        // It is the client that ends it, sooner or later.
        context.summary.settle();
        let subscription = Subscription {
            execution: self,
            subgraph,
            phase,
            _admission: admission,
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

impl Subscription {
    /// What the client is sent next; `None` when it has everything.
    async fn next(&mut self) -> Option<Message> {
        loop {
            match &mut self.phase {
                Phase::Open(events) => {
                    let pipeline = &self.execution.pipeline;
                    let heartbeat = pipeline.config.subscriptions.heartbeat;
                    let event = tokio::select! {
                        biased;
                        () = pipeline.ending.cancelled() => {
                            self.phase = Phase::Completing;
                            let code = Code::ShuttingDown.as_str();
                            return Some(self.fatal(code, "the router is shutting down; subscribe again"));
                        }
                        event = events.next() => event,
                        () = tokio::time::sleep(heartbeat) => return Some(Message::Heartbeat),
                    };
                    match event {
                        Some(Ok(body)) => {
                            self.subgraph.event();
                            let event = SubgraphResponse {
                                status: 200,
                                headers: HeaderMap::new(),
                                body,
                            };
                            return Some(self.complete(Ok(event)).await);
                        }
                        Some(Err(failure)) => self.fail(failure),
                        None => self.phase = Phase::Completing,
                    }
                }
                Phase::Failed(error) => {
                    let error = error.clone();
                    self.phase = Phase::Completing;
                    return Some(self.complete(Err(error)).await);
                }
                Phase::Completing => {
                    self.phase = Phase::Over;
                    return Some(Message::Complete);
                }
                Phase::Over => return None,
            }
        }
    }

    fn fail(&mut self, failure: Failure) {
        tracing::warn!(error = %failure, "the subgraph's part of a subscription failed");
        self.phase = Phase::Failed(failure.into_fetch_error());
    }

    fn fatal(&self, code: &'static str, message: &str) -> Message {
        let summary = &self.execution.context.summary;
        summary.errors(&[code.to_owned()]);
        Message::Fatal(request_error_body(&[RequestError::new(code, message)]).into())
    }

    /// Asks the other subgraphs for what the event lacks, and writes the response.
    async fn complete(&self, event: Result<SubgraphResponse, FetchError>) -> Message {
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
        Message::Event(response.body)
    }
}
