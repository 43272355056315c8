//! What the configuration says of subgraphs, and of the headers that they are sent.

use std::path::PathBuf;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Uri};

use super::parts::{HOUR, MILLISECOND};
use settings::{Place, Section};

/// One subgraph.
#[derive(Clone, Debug)]
pub struct SubgraphConfig {
    /// Where it answers; required unless a supergraph names it.
    pub url: Option<Uri>,
    /// Its SDL, watched, instead of asking it for `_service`.
    pub sdl: Option<PathBuf>,
    /// Instead of `timeouts.subgraph`.
    pub timeout: Option<Duration>,
    /// Requests in flight at once; more wait for their turn, within their timeout.
    pub max_requests: usize,
    /// Sent to it in addition to what all get.
    pub headers: Headers,
    /// How its events are had.
    pub subscriptions: SubscriptionSource,
    /// The coordinates of fields that nothing should wait for which does not need them.
    pub slow: Vec<String>,
    /// Where its section stands, when the file says nothing of a URL.
    without_url: Option<Place>,
}

impl Default for SubgraphConfig {
    fn default() -> Self {
        Self {
            url: None,
            sdl: None,
            timeout: None,
            max_requests: 512,
            headers: Headers::default(),
            subscriptions: SubscriptionSource::default(),
            slow: Vec::new(),
            without_url: None,
        }
    }
}

impl SubgraphConfig {
    pub(super) fn read(section: Section<'_>) -> Self {
        let subgraph = Self {
            without_url: (!section.has("url")).then_some(section.place()),
            url: section
                .key("url", "Where the subgraph answers GraphQL over HTTP: `http://` or `https://`, without credentials. Required, unless `supergraph` names the subgraph; then it replaces the URL there.")
                .url(),
            sdl: section
                .key("sdl", "A file with its SDL, watched for changes. Without it the subgraph is asked for `{ _service { sdl } }`.")
                .path(),
            timeout: section
                .key("timeout", "Instead of `timeouts.subgraph`.")
                .duration_opt(MILLISECOND..=HOUR),
            max_requests: section
                .key("max_requests", "Requests in flight to it at once. More wait for their turn, within their timeout.")
                .count(512, 1..=65_536),
            headers: Headers::read(section.section("headers")),
            subscriptions: SubscriptionSource::read(section.section("subscriptions")),
            slow: section
                .key("slow", "Fields that take long there, as `Type.field`. One is asked in a request of its own where another request would wait for it without needing it. Root fields of mutations are not.")
                .texts("a field such as Query.report", is_coordinate),
        };
        section.end();
        subgraph
    }

    pub(super) fn check_url(&self, root: &Section<'_>, name: &str) {
        if let Some(place) = self.without_url {
            root.report_at(
                format!("subgraphs.{name}.url"),
                place,
                "this is missing",
                "a URL such as http://127.0.0.1:4001/graphql",
            );
        }
    }
}

/// Whether a text is the coordinate of a field.
fn is_coordinate(text: &str) -> bool {
    let is_name = |part: &str| apollo_compiler::Name::new(part).is_ok();
    text.split_once('.')
        .is_some_and(|(ty, field)| is_name(ty) && is_name(field))
}

/// How a subgraph sends the events of subscriptions.
#[derive(Clone, Debug, Default)]
pub struct SubscriptionSource {
    /// By which protocol.
    pub protocol: SubscriptionProtocol,
    /// Where; `None` where it answers requests.
    pub url: Option<Uri>,
}

/// A protocol for subscriptions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SubscriptionProtocol {
    /// `text/event-stream`, distinct connections mode.
    #[default]
    Sse,
    /// `graphql-transport-ws` over WebSocket.
    WebSocket,
}

impl SubscriptionProtocol {
    /// As the configuration has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sse => "sse",
            Self::WebSocket => "websocket",
        }
    }
}

impl SubscriptionSource {
    fn read(section: Section<'_>) -> Self {
        let (sse, websocket) = (SubscriptionProtocol::Sse, SubscriptionProtocol::WebSocket);
        let source = Self {
            protocol: section
                .key("protocol", "How its subscriptions are opened: `sse` posts to it and reads `text/event-stream` (GraphQL over SSE, distinct connections mode); `websocket` speaks `graphql-transport-ws`.")
                .choice(sse.name(), &[(sse.name(), sse), (websocket.name(), websocket)]),
            url: section
                .key("url", "Where its subscriptions are opened, when not at its `url`. A WebSocket is opened there too: `http://` is `ws://`, `https://` is `wss://`.")
                .url(),
        };
        section.end();
        source
    }
}

/// Headers of requests to subgraphs.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    /// Passed on from the client's request.
    pub propagate: Vec<HeaderName>,
    /// Set to these values; they win over what is propagated.
    pub insert: Vec<(HeaderName, HeaderValue)>,
    /// Not sent, although a more general rule would.
    pub remove: Vec<HeaderName>,
}

impl Headers {
    pub(super) fn read(section: Section<'_>) -> Self {
        let headers = Self {
            propagate: section
                .key(
                    "propagate",
                    "Headers of the client's request that are passed on. None are by default.",
                )
                .header_names(),
            insert: section
                .key(
                    "insert",
                    "Headers that are set to these values; they win over what is passed on.",
                )
                .headers(),
            remove: section
                .key(
                    "remove",
                    "Headers that are not sent although a more general rule would.",
                )
                .header_names(),
        };
        for name in headers
            .propagate
            .iter()
            .chain(headers.insert.iter().map(|(name, _)| name))
        {
            if crate::subgraph::is_reserved(name) {
                section.report(
                    format!("the header {name} belongs to the connection or the protocol"),
                    "a header of the application",
                );
            }
        }
        section.end();
        headers
    }
}
