//! What of a request and an answer is HTTP: <https://graphql.github.io/graphql-over-http/draft/>.
//!
//! - [`guard`]: method, media types, cross-site requests; [`media`]: which media types are meant;
//! - [`body`]: read within its bound;
//! - [`respond`]: status and body; [`wire`]: events and parts;
//! - [`cors`]: which pages may call.

pub(crate) mod body;
pub(crate) mod cors;
pub(crate) mod guard;
pub(crate) mod media;
pub(crate) mod respond;
pub(crate) mod wire;

use std::convert::Infallible;
use std::sync::Arc;

use axum::BoxError;
use axum::body::{Body, HttpBody};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use bytes::Bytes;
use futures_util::FutureExt;
use graphiql::Playground;
use http::Request;
use tokio::time::Instant;
use tower::{Service, service_fn};

use self::media::ResponseType;
use self::respond::Answer;
use crate::config::Config;
use crate::refusal::Refusal;
use crate::request::{Pipeline, Reply};
use crate::telemetry::Outcome;

/// What the playground's first tab holds.
const DEFAULT_QUERY: &str = "# Every field of every subgraph, behind one address. ctrl-space completes.\n\n{ __typename }\n";

/// What answers at `config.path`.
pub(crate) fn service<B>(
    pipeline: Pipeline,
) -> impl Service<Request<B>, Response = Response, Error = Infallible, Future: Send + 'static>
+ Clone
+ Send
+ 'static
where
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    let pipeline = Arc::new(pipeline);
    service_fn(move |request: Request<B>| {
        let answer = handle(Arc::clone(&pipeline), request.map(Body::new));
        // In a box from the start: it is large, and the layers around it would move it.
        Box::pin(answer.map(Ok))
    })
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

async fn handle(pipeline: Arc<Pipeline>, request: axum::extract::Request) -> Response {
    let (head, body) = request.into_parts();
    if pipeline.config.playground && guard::wants_playground(&head) {
        return playground(&pipeline.config).page();
    }
    let accepted = match guard::accepted(&head) {
        Ok(accepted) => accepted,
        Err(refusal) => return pipeline.refuse(&refusal, ResponseType::Json),
    };
    // Whoever takes streams only is told mistakes in JSON.
    let response_type = accepted.response_type.unwrap_or(ResponseType::Json);
    let deadline = Instant::now() + pipeline.config.timeouts.request;
    let account = Arc::new(pipeline.memory.request());
    let answering = pipeline.answer(head, body, accepted, deadline, &account);
    match answering.await {
        Ok(Reply::Answer(answer)) => match answer.reserve(&account) {
            Ok(()) => {
                pipeline.count(&answer);
                answer.into_response(response_type, account)
            }
            Err(refusal) => pipeline.refuse(&refusal, response_type),
        },
        Ok(Reply::Stream(response)) => response,
        Err(refusal) => pipeline.refuse(&refusal, response_type),
    }
}

impl Pipeline {
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
