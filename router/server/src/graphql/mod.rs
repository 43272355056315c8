//! The GraphQL endpoint: one HTTP request after the other, through these stages.
//!
//! 1. [`guard`]: method, media types, cross-site requests;
//! 2. [`body`]: read within its bound;
//! 3. [`parameters`]: query, operation name and variables, borrowed from the body;
//! 4. [`documents`]: the operation, prepared: found in the cache of the present schema, or made by [`prepare`], which parses,
//!    validates, measures ([`limits`]) and plans, unless an operation that only looks different has a plan ([`plans`]);
//! 5. [`execute`]: variables coerced, plan executed;
//! 6. [`respond`]: status and body.
//!
//! A subscription leaves this way after the fourth stage: [`subscribe`] opens it, and [`stream`] writes its events. So does an operation
//! with `@defer`, for a client that takes responses in parts: [`deliver`] executes it.
//!
//! Specification: <https://graphql.github.io/graphql-over-http/draft/>.

mod body;
mod defer;
mod deliver;
mod documents;
mod execute;
mod guard;
mod limits;
mod overlap;
mod parameters;
mod plans;
mod preparations;
mod prepare;
mod respond;
mod stream;
mod subscribe;
mod weight;

use std::convert::Infallible;
use std::sync::Arc;

use abaque_edge::{RequestId, TraceContext};
use apollo_compiler::ast::OperationType;
use axum::BoxError;
use axum::body::{Body, HttpBody};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use bytes::Bytes;
use futures_util::FutureExt;
use graphiql::Playground;
use http::{Method, Request, request};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tower::{Service, service_fn};

use self::deliver::Delivering;
use self::parameters::Parameters;
use self::respond::Answer;
use crate::config::Config;
use crate::error::Refusal;
use crate::media::ResponseType;
use crate::metrics::{Metrics, Outcome};
use crate::schema::Schemas;
use abaque_edge::long_work;
use client::ClientRequest;
use memory::{Account, Memory};

pub(crate) use self::documents::Documents;
pub(crate) use self::plans::Plans;
use self::preparations::Preparations;
pub(crate) use self::prepare::parse_and_validate;

/// What the playground's first tab holds.
const DEFAULT_QUERY: &str = "# Every field of every subgraph, behind one address. ctrl-space completes.\n\n{ __typename }\n";

/// What all requests share.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) config: Arc<Config>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) schemas: Arc<Schemas>,
    pub(crate) memory: Arc<Memory>,
    /// Bounds the operations that are prepared at once, and those that wait for that.
    preparations: Preparations,
    /// Bounds the subscriptions that are open.
    pub(crate) subscriptions: Arc<Semaphore>,
    /// Ends the subscriptions, which do not end by themselves.
    pub(crate) ending: CancellationToken,
}

impl Endpoint {
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

    /// What answers at `config.path`.
    pub(crate) fn service<B>(
        self,
    ) -> impl Service<Request<B>, Response = Response, Error = Infallible, Future: Send + 'static>
    + Clone
    + Send
    + 'static
    where
        B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        let endpoint = Arc::new(self);
        service_fn(move |request: Request<B>| {
            let answer = handle(Arc::clone(&endpoint), request.map(Body::new));
            // In a box from the start: it is large, and the layers around it would move it.
            Box::pin(answer.map(Ok))
        })
    }
}

/// What answers everywhere else: the playground's assets where it is on.
pub(crate) fn assets(config: &Config) -> axum::Router {
    match config.playground {
        // Relative, for proxies that add a prefix and strip it again.
        true => {
            let page = config.path[1..].to_owned();
            let at_root = get(async move || Redirect::temporary(&page));
            Playground::assets(&config.path).route("/", at_root)
        }
        false => axum::Router::new(),
    }
}

fn playground(config: &Config) -> Playground<'_> {
    Playground {
        title: "Abaque",
        endpoint: &config.path,
        default_query: DEFAULT_QUERY,
    }
}

async fn handle(endpoint: Arc<Endpoint>, request: axum::extract::Request) -> Response {
    let (head, body) = request.into_parts();
    if endpoint.config.playground && guard::wants_playground(&head) {
        return playground(&endpoint.config).page();
    }
    let accepted = match guard::accepted(&head) {
        Ok(accepted) => accepted,
        Err(refusal) => return endpoint.refuse(&refusal, ResponseType::Json),
    };
    // Whoever takes streams only is told mistakes in JSON.
    let response_type = accepted.response_type.unwrap_or(ResponseType::Json);
    let deadline = Instant::now() + endpoint.config.timeouts.request;
    let account = Arc::new(endpoint.memory.request());
    let answering = endpoint.answer(head, body, accepted, deadline, &account);
    match answering.await {
        Ok(Reply::Answer(answer)) => match answer.reserve(&account) {
            Ok(()) => {
                endpoint.count(&answer);
                answer.into_response(response_type, account)
            }
            Err(refusal) => endpoint.refuse(&refusal, response_type),
        },
        Ok(Reply::Stream(response)) => response,
        Err(refusal) => endpoint.refuse(&refusal, response_type),
    }
}

/// What a request comes to.
enum Reply {
    Answer(Answer),
    /// The events of a subscription, or the parts of a response.
    Stream(Response),
}

impl Endpoint {
    async fn answer(
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
            let off = deliver::switched_off(deciding, &variables);
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

    fn count(&self, answer: &Answer) {
        self.metrics.request(answer.outcome);
        for code in &answer.codes {
            self.metrics.error(*code);
        }
        if answer.codes.iter().any(|code| code.is_fault()) {
            self.metrics.faulted.increment(1);
        }
    }

    fn refuse(&self, refusal: &Refusal, response_type: ResponseType) -> Response {
        if let Refusal::Internal(internal) = refusal {
            tracing::error!(error = %internal, "a request failed by a mistake of the router");
        }
        self.metrics.request(Outcome::Refused);
        self.metrics.error(refusal.code());
        if refusal.is_fault() {
            self.metrics.faulted.increment(1);
        }
        respond::refusal(refusal, response_type).into_response()
    }
}
