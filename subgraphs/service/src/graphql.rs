//! The GraphQL endpoint: `/graphql` as GraphQL over HTTP asks, <https://graphql.github.io/graphql-over-http/draft/>.
//!
//! The life of a request, a module a stage:
//!
//! 1. `media`: which media type the client accepts;
//! 2. `receive`: content type, bytes and JSON of a POST, or the query string of a GET;
//! 3. `known`: a document that was executed before is parsed already, and may have a `shortcut`, which answers at once;
//! 4. `document`: parsed, with its `lists` and `variables` packed, and bounded before anything is executed; `members` of objects are there once;
//! 5. `execution`: the schema validates and executes it, on the budget of the request;
//! 6. `answer`: codes on errors, status, and the body that `write` makes; `stream` where a client asks for events.
//!
//! A request that is short and cheap takes this path on the runtime, any other from stage 3 on a thread of the pool; `inspection` is what they have in common up to
//! stage 4, and says where a request goes from there.
//!
//! Only `application/json` bodies are read, so that no other site's page can send one without a preflight (CSRF).

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use abaque_edge::Recorder;
use abaque_edge::request::Described;
use abaque_edge::trace::Attribute;
use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts as _, Request};
use axum::http::request::Parts;
use axum::http::{Method, header};
use axum::response::Response;
use console::{Console, Offers, prefers_html};

use self::answer::{Answer, Refusal};
use self::document::types::Types;
use self::inspection::Turn;
use self::known::Documents;
use self::media::MediaType;
use self::observations::Observations;
use self::reading::Readings;
use self::receive::Received;
use self::shortcut::RootFields;
use crate::admission::{Room, client};
use crate::compute::Pool;
use crate::pressure::{Bound, Pressure};
use crate::program::Executable;
use crate::streams::Streams;
use crate::{Config, Limits, RootField, patience};

mod answer;
mod code;
mod document;
mod exact;
mod execution;
mod inspection;
mod known;
mod lists;
mod media;
mod members;
mod nesting;
mod observations;
mod reading;
mod receive;
mod shortcut;
mod size;
mod slow;
mod stream;
mod variables;
mod write;

pub use self::observations::METRICS;
pub(crate) use self::slow::Slow;
pub use self::write::to_json;

/// Where the endpoint is.
pub const PATH: &str = "/graphql";

/// The console's assets, when browsers get one.
pub(crate) fn assets(config: &Config) -> Router {
    match config.playground {
        true => Console::assets(PATH),
        false => Router::new(),
    }
}

/// What the endpoint shares with the rest of the program.
pub(crate) struct Shared {
    pub(crate) pool: Pool,
    pub(crate) pressure: Pressure,
    pub(crate) room: Room,
    pub(crate) streams: Streams,
    pub(crate) slow: Slow,
}

/// What the console shows first.
pub(crate) struct FirstPage {
    pub(crate) title: &'static str,
    pub(crate) default_query: &'static str,
}

/// A longer request is read on the pool, and one of more units of work computed there.
const CHEAP: Bound = Bound {
    bytes: 16 * 1024,
    work: 12_000,
};

/// The same while the runtime is behind: two fields.
const CHEAPEST: Bound = Bound {
    bytes: 512,
    work: 2_500,
};

/// What every request at the endpoint needs.
pub(crate) struct Door {
    schema: Arc<dyn Executable>,
    /// What async-graphql answers to `_service`, and what is answered instead.
    service: (String, String),
    limits: Limits,
    documents: Documents,
    /// The root fields that have a fast path.
    roots: RootFields,
    /// The name of the root type of queries.
    query_type: String,
    types: Types,
    introspection: bool,
    playground: Option<Console<'static>>,
    observations: Observations,
    /// Whether requests have spans.
    is_traced: bool,
    pool: Pool,
    pressure: Pressure,
    readings: Readings,
    pub(crate) room: Room,
    streams: Streams,
    slow: Slow,
    /// Who may open a WebSocket, and how long it may do nothing.
    socket: stream::socket::Terms,
}

/// Answers a request, whatever its method. A page for people; everything else is a GraphQL response.
pub(crate) async fn handle(door: Arc<Door>, request: Request) -> Response {
    use document::Kind::{Mutation, Query, Subscription};
    let (mut parts, body) = request.into_parts();
    match parts.method {
        Method::POST => {
            let received = receive::body(&parts.headers, body, door.limits.body_bytes);
            let allowed = &[Query, Mutation, Subscription];
            door.answer(&parts, received, allowed).await
        }
        Method::GET | Method::HEAD if stream::socket::is_wanted(&parts.headers) => {
            let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &()).await;
            door.socket(&parts.headers, client(&parts.extensions), upgrade)
        }
        Method::GET | Method::HEAD => {
            let page = door.playground.as_ref();
            if let Some(playground) = page.filter(|_| prefers_html(&parts.headers)) {
                return playground.page();
            }
            let received = async { receive::query(parts.uri.query().unwrap_or_default()) };
            // An `EventSource` of a browser can only GET.
            let allowed = &[Query, Subscription];
            door.answer(&parts, received, allowed).await
        }
        ref method => {
            let refusal = Refusal::method(
                format!("{PATH} is asked by GET or POST, not by {method}"),
                "GET, HEAD, POST",
            );
            door.answer(&parts, async { Err(refusal) }, &[]).await
        }
    }
}

/// Why something is not executed.
type Unanswered = Box<(Option<document::Kind>, Answer)>;

/// What is the same for all stages of a request.
#[derive(Clone, Copy)]
struct Asked {
    media: MediaType,
    allowed: &'static [document::Kind],
    deadline: Instant,
    accepts: Accepts,
    /// Who asks.
    client: IpAddr,
}

/// What a client accepts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Accepts {
    /// One answer.
    Answer,
    /// One answer, or events.
    Both,
    /// Events, also where there is only one.
    Events,
}

impl Door {
    /// The endpoint of a schema, and the fast paths to some of its root fields.
    pub(crate) fn new(
        schema: Arc<dyn Executable>,
        shortcuts: Vec<RootField>,
        page: FirstPage,
        config: &Config,
        recorder: &Recorder,
        shared: Shared,
    ) -> Self {
        let Shared {
            pool,
            pressure,
            room,
            streams,
            slow,
        } = shared;
        Self {
            service: (schema.bare_sdl(), schema.sdl()),
            documents: Documents::new(),
            roots: RootField::by_name(shortcuts, &config.limits),
            types: Types::of(&schema.bare_sdl(), &schema.query_type()),
            query_type: schema.query_type(),
            schema,
            limits: config.limits,
            introspection: config.introspection,
            playground: config.playground.then_some(Console {
                title: page.title,
                endpoint: PATH,
                default_query: page.default_query,
                offers: Offers::OPERATIONS,
            }),
            observations: Observations::new(recorder),
            is_traced: config.telemetry.otlp.is_some(),
            pool,
            pressure,
            readings: Readings::new(config.capacity.readings_within(memory::limit())),
            room,
            streams,
            slow,
            socket: stream::socket::Terms::of(config),
        }
    }

    /// All stages of a request, in the time it has.
    async fn answer(
        self: &Arc<Self>,
        parts: &Parts,
        received: impl Future<Output = Result<Received, Refusal>>,
        allowed: &'static [document::Kind],
    ) -> Response {
        let refused = |media, refusal| self.finish(media, None, Answer::Refused(refusal));
        let headers = &parts.headers;
        let (media, accepts) = match MediaType::accepted(headers) {
            Some(media) if !headers.contains_key(header::ACCEPT) => (media, Accepts::Answer),
            Some(media) if media::accepts_events(headers) => (media, Accepts::Both),
            Some(media) => (media, Accepts::Answer),
            None if media::accepts_events(headers) => (MediaType::GraphqlResponse, Accepts::Events),
            None => return refused(MediaType::GraphqlResponse, Refusal::not_acceptable()),
        };
        let now = Instant::now();
        self.pressure.take_turns(now).await;
        let deadline = now + self.limits.request_timeout;
        let received = match patience::until(deadline, received).await {
            Some(Ok(received)) => received,
            Some(Err(refusal)) => return refused(media, refusal),
            None => return refused(media, Refusal::slow_client()),
        };
        let asked = Asked {
            media,
            allowed,
            deadline,
            accepts,
            client: client(&parts.extensions),
        };
        let cheap = self.cheap();
        // What takes the slow path is boxed, so that the future of a short request stays small.
        let Some(reading) = self.readings.begin(received.len(), cheap) else {
            let inspect = move |door: &Self| door.inspect(&received, asked, CHEAP.work);
            return Box::pin(self.on_pool(asked, None, None, inspect)).await;
        };
        let inspected = match self.inspect(&received, asked, cheap.work) {
            Err(response) => return *response,
            Ok(inspected) => inspected,
        };
        let kind = Some(inspected.kind);
        let turn = Turn::of(inspected, cheap, &self.pool);
        let _reading = matches!(turn, Turn::Now(_)).then_some(reading);
        match turn {
            Turn::Now(inspected) => {
                let budget = self.budget(asked);
                Box::pin(self.execute(inspected, asked, budget)).await
            }
            Turn::OnPool(place, inspected) => {
                let inspected = |_: &Self| Ok(inspected);
                Box::pin(self.on_pool(asked, kind, Some(place), inspected)).await
            }
            Turn::Later => {
                let inspect = move |door: &Self| door.inspect(&received, asked, CHEAP.work);
                Box::pin(self.on_pool(asked, kind, None, inspect)).await
            }
        }
    }

    /// What is computed on the runtime.
    fn cheap(&self) -> Bound {
        self.pressure.bound(CHEAP, CHEAPEST)
    }

    fn finish(&self, media: MediaType, kind: Option<document::Kind>, answer: Answer) -> Response {
        let outcome = self.observations.answered(kind, &answer);
        let mut response = answer.into_response(media);
        if self.is_traced {
            let kind = kind.map(document::Kind::name);
            let attributes = kind.map(|kind| Attribute::text("graphql.operation.type", kind));
            let outcome = Attribute::text("abaque.outcome", outcome);
            response.extensions_mut().insert(Described {
                name: kind.unwrap_or("GraphQL Operation"),
                attributes: attributes.into_iter().chain([outcome]).collect(),
            });
        }
        response
    }
}

#[cfg(test)]
mod tests;
