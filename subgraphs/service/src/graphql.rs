//! The GraphQL door: `/graphql` as GraphQL over HTTP asks, <https://graphql.github.io/graphql-over-http/draft/>.
//!
//! The life of a request, a module a stage:
//!
//! 1. `media`: which media type the client accepts;
//! 2. `receive`: content type, bytes and JSON of a POST, or the query string of a GET;
//! 3. `document`: parsed, and bounded before anything is executed;
//! 4. the schema validates and executes it;
//! 5. `answer`: codes on errors, status and body.
//!
//! Only `application/json` bodies are read, so that no other site's page can send one without a preflight (CSRF).

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use abaque_edge::Recorder;
use abaque_edge::playground::{Playground, prefers_html};
use async_graphql::{Response as Executed, Value};
use axum::Router;
use axum::extract::{RawQuery, Request, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use axum::routing::get;
use futures_util::FutureExt;

use self::answer::{Answer, Refusal};
use self::media::MediaType;
use self::observations::Observations;
use crate::program::Executable;
use crate::{Config, Limits};

mod answer;
mod code;
mod document;
mod exact;
mod media;
mod nesting;
mod observations;
mod receive;

pub use self::observations::METRICS;

/// Where the door is.
pub const PATH: &str = "/graphql";

/// The app: `/graphql`, and the playground's assets when browsers get one.
pub(crate) fn app(
    schema: Arc<dyn Executable>,
    page: FirstPage,
    config: &Config,
    recorder: &Recorder,
) -> Router {
    let door = Door::new(schema, page, config, recorder);
    let mut app = Router::new();
    if config.playground {
        app = app.merge(Playground::assets(PATH));
    }
    let methods = get(by_get).post(by_post).fallback(by_other_method);
    app.route(PATH, methods.with_state(Arc::new(door)))
}

/// What the playground shows first.
pub(crate) struct FirstPage {
    pub(crate) title: &'static str,
    pub(crate) default_query: &'static str,
}

/// What every request at the door needs.
struct Door {
    schema: Arc<dyn Executable>,
    /// What async-graphql answers to `_service`, and what is answered instead.
    service: (String, String),
    limits: Limits,
    introspection: bool,
    playground: Option<Playground<'static>>,
    observations: Observations,
}

/// A page for people; everything else is a GraphQL response.
async fn by_get(
    State(door): State<Arc<Door>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    if let Some(playground) = door.playground.as_ref().filter(|_| prefers_html(&headers)) {
        return playground.page();
    }
    let received = receive::from_query(query.as_deref().unwrap_or_default());
    door.answer(&headers, async { received }, &[document::Kind::Query])
        .await
}

async fn by_post(State(door): State<Arc<Door>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let received = receive::from_body(&parts.headers, body, door.limits.body_bytes);
    door.answer(
        &parts.headers,
        received,
        &[document::Kind::Query, document::Kind::Mutation],
    )
    .await
}

async fn by_other_method(
    State(door): State<Arc<Door>>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let refusal = Refusal::method(
        format!("{PATH} is asked by GET or POST, not by {method}"),
        "GET, POST",
    );
    door.answer(&headers, async { Err(refusal) }, &[]).await
}

impl Door {
    fn new(
        schema: Arc<dyn Executable>,
        page: FirstPage,
        config: &Config,
        recorder: &Recorder,
    ) -> Self {
        Self {
            service: (schema.bare_sdl(), schema.sdl()),
            schema,
            limits: config.limits,
            introspection: config.introspection,
            playground: config.playground.then_some(Playground {
                title: page.title,
                endpoint: PATH,
                default_query: page.default_query,
            }),
            observations: Observations::new(recorder),
        }
    }

    /// All stages of a request, in the time it has.
    async fn answer(
        &self,
        headers: &HeaderMap,
        received: impl Future<Output = Result<async_graphql::Request, Refusal>>,
        allowed: &[document::Kind],
    ) -> Response {
        let Some(media) = MediaType::accepted(headers) else {
            return self.finish(
                MediaType::GraphqlResponse,
                None,
                Answer::Refused(Refusal::not_acceptable()),
            );
        };
        let deadline = Instant::now() + self.limits.request_timeout;
        let received = match tokio::time::timeout_at(deadline.into(), received).await {
            Ok(Ok(received)) => received,
            Ok(Err(refusal)) => return self.finish(media, None, Answer::Refused(refusal)),
            Err(_) => return self.finish(media, None, Answer::Refused(Refusal::slow_client())),
        };
        let (kind, answer) = match document::inspect(received, &self.limits, self.introspection) {
            Err(error) => (None, Answer::Rejected(vec![error])),
            Ok(inspected) if !allowed.contains(&inspected.kind) => {
                (Some(inspected.kind), inspected.kind.refusal())
            }
            Ok(inspected) => {
                let kind = inspected.kind;
                (Some(kind), self.execute(inspected, deadline).await)
            }
        };
        self.finish(media, kind, answer)
    }

    /// Executes within the deadline; a panic is an error of the whole request, and logged.
    async fn execute(&self, inspected: document::Inspected, deadline: Instant) -> Answer {
        for entities in &inspected.entities {
            self.observations.entities(*entities);
        }
        let shows_sdl = inspected.shows_sdl;
        let executing = AssertUnwindSafe(self.schema.execute(inspected.request)).catch_unwind();
        match tokio::time::timeout_at(deadline.into(), executing).await {
            Err(_) => Answer::Refused(Refusal::timeout()),
            Ok(Err(panic)) => {
                tracing::error!(
                    panic = panic_message(panic.as_ref()),
                    "an operation panicked"
                );
                Answer::Refused(Refusal::panicked())
            }
            Ok(Ok(mut executed)) => {
                if shows_sdl {
                    self.complete_sdl(&mut executed);
                }
                Answer::executed(executed)
            }
        }
    }

    /// async-graphql leaves `@specifiedBy` out of `_service { sdl }`: the whole SDL takes its place, so that the router
    /// composes what the `schema` command prints.
    fn complete_sdl(&self, executed: &mut Executed) {
        let (bare, whole) = &self.service;
        let Value::Object(root) = &mut executed.data else {
            return;
        };
        for service in root.values_mut() {
            let Value::Object(fields) = service else {
                continue;
            };
            for value in fields.values_mut() {
                if matches!(value, Value::String(text) if text == bare) {
                    *value = Value::String(whole.clone());
                }
            }
        }
    }

    fn finish(&self, media: MediaType, kind: Option<document::Kind>, answer: Answer) -> Response {
        self.observations.answered(kind, &answer);
        answer.into_response(media)
    }
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&'static str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("not a message")
}

#[cfg(test)]
mod tests;
