//! Subscriptions over HTTP: the event stream of one subgraph, each event completed by the others
//! (<https://spec.graphql.org/September2025/#sec-Subscription>).
//!
//! Everything happens in the stream that is the response's body: the next event is asked for when the client has taken the last
//! one, and a client that goes takes the subgraph's stream with it. The schema is the one of the beginning, as with any request.

use std::convert::Infallible;
use std::sync::Arc;

use axum::response::Response;
use bytes::Bytes;
use executor::{
    ExecutionRequest, FetchError, RequestError, SubgraphResponse, Variables, request_error_body,
};
use futures_util::stream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use super::Pipeline;
use super::execution::GRACE;
use super::parameters::Parameters;
use crate::http::media::StreamType;
use crate::http::wire;
use crate::prepare::Prepared;
use crate::refusal::{Code, Refusal};
use crate::schema::Serving;
use crate::telemetry::{Metrics, Outcome};
use client::{ClientRequest, Events, Failure, RequestClient, Subgraph};
use memory::Account;

/// One subscription of a client.
struct Subscription {
    endpoint: Arc<Pipeline>,
    serving: Arc<Serving>,
    prepared: Arc<Prepared>,
    variables: Variables,
    client: ClientRequest,
    stream_type: StreamType,
    subgraph: Arc<Subgraph>,
    phase: Phase,
    _active: Active,
    /// What the variables take.
    _account: Arc<Account>,
}

enum Phase {
    Open(Events),
    /// The subgraph failed; the client does not know it yet.
    Failed(FetchError),
    /// The client gets the last message.
    Completing,
    Over,
}

/// Counts a subscription for as long as it is open.
struct Active {
    metrics: Arc<Metrics>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Active {
    fn drop(&mut self) {
        self.metrics.subscriptions.decrement(1.0);
    }
}

impl Pipeline {
    pub(crate) async fn subscribe(
        self: &Arc<Self>,
        serving: Arc<Serving>,
        prepared: Arc<Prepared>,
        parameters: &Parameters<'_>,
        client: ClientRequest,
        stream_type: StreamType,
        account: &Arc<Account>,
    ) -> Result<Response, Refusal> {
        let variables = self.coerce(&serving, &prepared, parameters, account)?;
        let active = self.enter()?;
        let source = executor::source_request(&prepared.plan, &variables, &serving.options);
        let source = source.ok_or_else(|| {
            Refusal::Operation("@skip or @include leaves out the subscription's field".to_owned())
        })?;
        let subgraph = serving.subgraphs.get(source.subgraph);
        let subgraph = Arc::clone(subgraph.ok_or(Refusal::NotReady)?);
        let phase = match subgraph.subscribe(source.body, &client).await {
            Ok(source) => Phase::Open(source),
            Err(failure) => Phase::Failed(failure.into_fetch_error()),
        };
        self.metrics.request(Outcome::Ok);
        let subscription = Subscription {
            endpoint: Arc::clone(self),
            serving,
            prepared,
            variables,
            client,
            stream_type,
            subgraph,
            phase,
            _active: active,
            _account: Arc::clone(account),
        };
        let events = stream::unfold(subscription, |mut subscription| async move {
            let message = subscription.next().await?;
            Some((Ok::<_, Infallible>(message), subscription))
        });
        Ok(wire::respond(stream_type, events))
    }

    fn enter(&self) -> Result<Active, Refusal> {
        let max = self.config.subscriptions.max;
        if max == 0 {
            return Err(Refusal::SubscriptionsOff);
        }
        let permit = Arc::clone(&self.subscriptions).try_acquire_owned();
        let permit = permit.map_err(|_| Refusal::TooManySubscriptions(max))?;
        self.metrics.subscriptions.increment(1.0);
        Ok(Active {
            metrics: Arc::clone(&self.metrics),
            _permit: permit,
        })
    }
}

impl Subscription {
    /// What the client is sent next; `None` when it has everything.
    async fn next(&mut self) -> Option<Bytes> {
        let stream_type = self.stream_type;
        loop {
            match &mut self.phase {
                Phase::Open(source) => {
                    let heartbeat = self.endpoint.config.subscriptions.heartbeat;
                    let event = tokio::select! {
                        biased;
                        () = self.endpoint.ending.cancelled() => {
                            self.phase = Phase::Completing;
                            let error = RequestError::new(
                                Code::ShuttingDown.as_str(),
                                "the router is shutting down; subscribe again",
                            );
                            return Some(wire::fatal(stream_type, &request_error_body(&[error])));
                        }
                        event = source.next() => event,
                        () = tokio::time::sleep(heartbeat) => {
                            return Some(wire::heartbeat(stream_type));
                        }
                    };
                    match event {
                        Some(Ok(body)) => {
                            self.subgraph.event();
                            let event = SubgraphResponse { status: 200, body };
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
                    return Some(wire::complete(stream_type));
                }
                Phase::Over => return None,
            }
        }
    }

    fn fail(&mut self, failure: Failure) {
        tracing::warn!(error = %failure, "the subgraph's part of a subscription failed");
        self.phase = Phase::Failed(failure.into_fetch_error());
    }

    /// Asks the other subgraphs for what the event lacks, and writes the response.
    async fn complete(&self, event: Result<SubgraphResponse, FetchError>) -> Bytes {
        let (serving, prepared) = (&self.serving, &self.prepared);
        let deadline = Instant::now() + self.endpoint.config.timeouts.request;
        let account = self.endpoint.memory.request();
        let client = RequestClient {
            operation_type: prepared.operation_type(),
            subgraphs: &serving.subgraphs,
            client: &self.client,
            deadline,
            revealed: &serving.options.reveal_errors,
            account: &account,
        };
        let request = ExecutionRequest {
            plan: &prepared.plan,
            supergraph: &serving.supergraph,
            variables: &self.variables,
            client: &client,
            options: &serving.options,
        };
        let bytes = event.as_ref().map_or(0, |event| event.body.len());
        let event = match account.grow(bytes) {
            Ok(()) => event,
            Err(_) => Err(FetchError::Exhausted),
        };
        let executing = executor::execute_event(request, event);
        let Ok(response) = tokio::time::timeout_at(deadline + GRACE, executing).await else {
            let late = Refusal::Timeout;
            self.endpoint.metrics.error(late.code());
            let error = RequestError::new(late.code().as_str(), late.to_string());
            return wire::next(self.stream_type, &request_error_body(&[error]));
        };
        let metrics = &self.endpoint.metrics;
        metrics.fetches.record(response.stats.fetches as f64);
        for code in &response.error_codes {
            metrics.error(Code::of(code));
        }
        wire::next(self.stream_type, &response.body)
    }
}
