//! The stages of a request, from its body on.
//!
//! 1. [`parameters`]: query, operation name and variables, borrowed from the body;
//! 2. [`crate::prepare`]: the operation, prepared: found in the cache of the present schema, or made now;
//! 3. [`execution`]: variables coerced, plan executed.
//!
//! A subscription leaves this way after the second stage: [`events`] opens it. So does an operation with `@defer`, for a client that takes
//! responses in parts: [`parts`] executes it.

mod events;
mod execution;
pub(crate) mod parameters;
mod parts;

use std::sync::Arc;

use abaque_edge::{RequestId, TraceContext, long_work};
use apollo_compiler::ast::OperationType;
use axum::response::Response;
use client::ClientRequest;
use http::{Method, request};
use memory::{Account, Memory};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::parameters::Parameters;
use self::parts::Delivering;
use crate::config::Config;
use crate::http::body;
use crate::http::guard;
use crate::http::respond::Answer;
use crate::prepare::Preparations;
use crate::refusal::Refusal;
use crate::schema::Schemas;
use crate::telemetry::Metrics;

/// What all requests share.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) config: Arc<Config>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) schemas: Arc<Schemas>,
    pub(crate) memory: Arc<Memory>,
    /// Bounds the operations that are prepared at once, and those that wait for that.
    pub(crate) preparations: Preparations,
    /// Bounds the subscriptions that are open.
    pub(crate) subscriptions: Arc<Semaphore>,
    /// Ends the subscriptions, which do not end by themselves.
    pub(crate) ending: CancellationToken,
}

impl Pipeline {
    pub(crate) fn new(
        config: Arc<Config>,
        metrics: Arc<Metrics>,
        schemas: Arc<Schemas>,
        memory: Arc<Memory>,
        ending: CancellationToken,
    ) -> Self {
        let subscriptions = Arc::new(Semaphore::new(config.subscriptions.max));
        let preparations = Preparations::new(&config.limits);
        Self {
            config,
            metrics,
            schemas,
            memory,
            preparations,
            subscriptions,
            ending,
        }
    }
}

/// What a request comes to.
pub(crate) enum Reply {
    Answer(Answer),
    /// The events of a subscription, or the parts of a response.
    Stream(Response),
}

impl Pipeline {
    pub(crate) async fn answer(
        self: &Arc<Self>,
        head: request::Parts,
        body: axum::body::Body,
        accepted: guard::Accepted,
        deadline: Instant,
        account: &Arc<Account>,
    ) -> Result<Reply, Refusal> {
        guard::check(&head, &self.config)?;
        let body = match head.method {
            Method::GET => body::Body::Query(head.uri.query().unwrap_or_default().to_owned()),
            _ => {
                body::read(
                    &head.headers,
                    body,
                    self.config.limits.request_body,
                    deadline,
                    account,
                )
                .await?
            }
        };
        let parameters = match &body {
            body::Body::Query(text) => Parameters::from_query_string(text)?,
            body::Body::Json(bytes) => long_work::on(bytes.len(), || Parameters::from_body(bytes))?,
        };
        let serving = self.schemas.current().ok_or(Refusal::NotReady)?;
        let prepared = self.prepare(&serving, &parameters, None, deadline).await?;
        guard::permit(&head.method, prepared.operation_type(), accepted)?;
        let client = ClientRequest {
            trace: head.extensions.get::<TraceContext>().cloned(),
            id: head.extensions.get::<RequestId>().cloned(),
            headers: head.headers,
        };
        if prepared.operation_type() == OperationType::Subscription {
            let stream_type = accepted.stream.ok_or(Refusal::Subscription)?;
            // In a box: what all other requests have to carry along is smaller without it.
            let opening =
                self.subscribe(serving, prepared, &parameters, client, stream_type, account);
            return Box::pin(opening).await.map(Reply::Stream);
        }
        if let (true, Some(deciding)) = (accepted.parts, &prepared.deferred) {
            let variables = self.coerce(&serving, &prepared, &parameters, account)?;
            let off = parts::switched_off(deciding, &variables);
            let preparing = self.prepare(&serving, &parameters, Some(off), deadline);
            let in_parts = Box::pin(preparing).await?;
            if !in_parts.plan.deferred.is_empty() {
                let account = Arc::clone(account);
                let delivery = Delivering {
                    serving,
                    prepared: in_parts,
                    variables,
                    client,
                    deadline,
                    account,
                };
                return Ok(self.deliver(delivery));
            }
        }
        let executing = self.execute(&serving, &prepared, &parameters, &client, deadline, account);
        executing.await.map(Reply::Answer)
    }
}
