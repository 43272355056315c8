//! What the configuration says about subgraphs, and about the headers that they are sent.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, Uri};
use settings::Section;

use crate::gathered::ResponseRules;
use crate::headers::Headers;
use crate::place::Place;
use crate::proxy;
use crate::route::Route;
use crate::stack::{BreakerConfig, RetryConfig};
use crate::tls::{SubgraphTls, TlsError, client_config};

const MILLISECOND: Duration = Duration::from_millis(1);
const HOUR: Duration = Duration::from_secs(3600);
const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// The terms on which every subgraph is asked.
#[derive(Clone, Debug)]
pub struct Config {
    /// One request, from waiting for a permit to the last byte.
    pub timeout: Duration,
    /// What a client's request as a whole may take; no more than that is waited for a subgraph, whatever it is given.
    pub request: Duration,
    /// From sending a request to the head of its answer.
    pub head_timeout: Option<Duration>,
    /// From there to the last byte.
    pub body_timeout: Option<Duration>,
    /// Opening a connection, TLS included.
    pub connect: Duration,
    /// An unused connection is kept that long.
    pub idle: Duration,
    /// A connection carries no new request when it is older.
    pub connection_age: Duration,
    /// How names become addresses.
    pub dns: resolver::Settings,
    /// Of one answer, in bytes.
    pub max_response: usize,
    /// A PEM file of authorities to trust beside the web's.
    pub authorities: Option<PathBuf>,
    /// Whether equal queries that are in flight to a subgraph at once are sent once.
    pub deduplicate_queries: bool,
    /// Whether requests are named after the client's operation.
    pub operation_names: bool,
    /// What every subgraph is sent.
    pub headers: Headers,
    /// What clients are sent of subgraphs' headers.
    pub response: Arc<ResponseRules>,
    /// By which proxy subgraphs are asked.
    pub proxy: proxy::Config,
}

/// The sections in which the keys of [`Config`] stand beside those of others.
pub struct Sections<'s, 'r> {
    /// The whole file.
    pub root: &'s Section<'r>,
    /// `limits`.
    pub limits: &'s Section<'r>,
    /// `timeouts`.
    pub timeouts: &'s Section<'r>,
    /// `tls`.
    pub tls: &'s Section<'r>,
}

impl Config {
    /// Reads the keys.
    pub fn read(sections: &Sections<'_, '_>) -> Self {
        let Sections {
            root,
            limits,
            timeouts,
            tls,
        } = sections;
        let headers = root.section("headers");
        let response = Arc::new(ResponseRules::read(&headers));
        let headers = Headers::read(headers);
        Self {
            request: HOUR,
            timeout: timeouts
                .key("subgraph", "One request to a subgraph, from waiting for its turn to the last byte, with all attempts of a query that is sent again.")
                .duration(seconds(30), MILLISECOND..=HOUR),
            head_timeout: timeouts
                .key("subgraph_head", "From sending a request to a subgraph to the head of its answer, within `subgraph`; each attempt of a query that is sent again has it anew.")
                .duration_opt(MILLISECOND..=HOUR),
            body_timeout: timeouts
                .key("subgraph_body", "From the head of a subgraph's answer to its last byte, within `subgraph`.")
                .duration_opt(MILLISECOND..=HOUR),
            connect: timeouts
                .key("connect", "Opening a connection to a subgraph.")
                .duration(seconds(5), MILLISECOND..=seconds(300)),
            idle: timeouts
                .key("idle", "How long an unused connection to a subgraph is kept. Keep it below what subgraphs keep, so that they do not close first.")
                .duration(seconds(30), MILLISECOND..=HOUR),
            connection_age: timeouts
                .key("connection_age", "How old a connection to a subgraph becomes. An older one carries no new request, so that names are resolved again and replicas that have joined get their share.")
                .duration(seconds(300), seconds(1)..=24 * HOUR),
            dns: read_dns(root.section("dns")),
            max_response: limits
                .key("subgraph_response", "One answer of a subgraph; a longer one is an error of that subgraph.")
                .size(64 * MIB, KIB..=1024 * MIB),
            authorities: tls
                .key("ca", "A PEM file of certificate authorities that are trusted for `https` subgraphs beside the web's.")
                .path(),
            deduplicate_queries: root
                .key("deduplicate_queries", "Whether queries to a subgraph that are equal, with all headers that are passed on, and in flight at once are sent once. What belongs to a mutation is always sent.")
                .switch(true),
            operation_names: root
                .key("operation_names", "Whether the requests of an operation with a name have names that are made of it, such as `Report__products__0`. Equal queries are joined whatever their names are.")
                .switch(true),
            proxy: proxy::Config::read(root.section("proxy")),
            response,
            headers,
        }
    }
}

fn read_dns(section: Section<'_>) -> resolver::Settings {
    let defaults = resolver::Settings::default();
    let dns = resolver::Settings {
        servers: section
            .key("servers", "Name servers that are asked instead of those of `/etc/resolv.conf`. Search domains and `ndots` are always taken from there, and `/etc/hosts` comes first.")
            .addresses("the address of a name server, such as 10.96.0.10 or 10.96.0.10:5353", 53),
        timeout: section
            .key("timeout", "How long one question to a name server may take before it is asked again, three times in all. `options timeout:` of `/etc/resolv.conf` is not followed: its default is 5 s.")
            .duration(defaults.timeout, MILLISECOND..=seconds(30)),
        stale: section
            .key("stale", "How long the last known addresses of a name are used while they cannot be learned again.")
            .duration(defaults.stale, Duration::ZERO..=24 * HOUR),
        ..defaults
    };
    section.end();
    dns
}

impl Config {
    /// The files whose contents connections to subgraphs depend on.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.authorities.iter().map(PathBuf::as_path)
    }

    /// Reads the authorities that subgraphs' certificates are checked against.
    ///
    /// # Errors
    /// Why they cannot be used.
    pub fn check_authorities(&self) -> Result<(), TlsError> {
        client_config(self.authorities.as_deref()).map(drop)
    }
}

/// The terms on which one subgraph is asked, where they differ.
#[derive(Clone, Debug)]
pub struct SubgraphConfig {
    /// Where it answers; required unless a supergraph names it.
    pub url: Option<Place>,
    /// Instead of [`Config::timeout`].
    pub timeout: Option<Duration>,
    /// Requests in flight at once; more wait for a permit, within their timeout.
    pub max_requests: usize,
    /// Whether fewer are, where latency says that more only wait there.
    pub adapts: bool,
    /// Whether HTTP/2 is spoken without TLS.
    pub http2: bool,
    /// Whether it may compress its answers.
    pub compression: bool,
    /// The certificate that it is shown, and the authorities that its own must be from.
    pub tls: SubgraphTls,
    /// Other places for some requests.
    pub routes: Vec<Route>,
    /// Whether queries are sent again.
    pub retry: Option<RetryConfig>,
    /// Whether it is left alone when it fails too often.
    pub breaker: Option<BreakerConfig>,
    /// Sent to it in addition to what all get.
    pub headers: Headers,
    /// How its events are obtained.
    pub subscriptions: SubscriptionSource,
}

/// Unless the configuration says otherwise.
const MAX_REQUESTS: usize = 512;

impl Default for SubgraphConfig {
    fn default() -> Self {
        Self {
            url: None,
            timeout: None,
            max_requests: MAX_REQUESTS,
            adapts: false,
            http2: false,
            compression: false,
            tls: SubgraphTls::default(),
            routes: Vec::new(),
            retry: None,
            breaker: None,
            headers: Headers::default(),
            subscriptions: SubscriptionSource::default(),
        }
    }
}

impl SubgraphConfig {
    /// Reads the keys of a section of `subgraphs`.
    pub fn read(section: &Section<'_>) -> Self {
        let max_requests = section
            .key("max_requests", "Requests in flight to it at once. More wait for their turn, within their timeout. `auto` finds by latency how many it takes, from 8 to 512.")
            .count_or("auto", MAX_REQUESTS, 1..=65_536);
        let config = Self {
            adapts: max_requests.is_none(),
            max_requests: max_requests.unwrap_or(MAX_REQUESTS),
            http2: section
                .key("http2", "Whether it is asked by HTTP/2 where its URL has no TLS (prior knowledge). With TLS that is negotiated anyway.")
                .switch(false),
            compression: section
                .key("compression", "Whether it may compress its answers (`br`, `zstd` or `gzip`). What comes of one is bounded by `limits.subgraph_response`.")
                .switch(false),
            tls: SubgraphTls::read(section.section("tls")),
            routes: Route::read_all(section),
            url: Place::read(section.key("url", "Where the subgraph answers GraphQL over HTTP: `http://` or `https://`, without credentials; or a Unix socket of the machine, `http+unix://` with its file and, after a colon, the path (`/graphql` when left out). Required, unless `supergraph` names the subgraph; then it replaces the URL there. With `discovery`, an entry without it holds settings for a subgraph that is discovered.")),
            timeout: section
                .key("timeout", "Instead of `timeouts.subgraph`.")
                .duration_opt(MILLISECOND..=HOUR),
            retry: RetryConfig::read(section.optional_section("retry")),
            breaker: BreakerConfig::read(section.optional_section("breaker")),
            headers: Headers::read(section.section("headers")),
            subscriptions: SubscriptionSource::read(section.section("subscriptions")),
        };
        if config.http2 && matches!(config.url, Some(Place::Socket(..))) {
            section.report_key(
                "http2",
                "HTTP/2 is not spoken over Unix sockets",
                "a URL with http://, or no http2",
            );
        }
        if !config.tls.is_empty() && config.is_plain() {
            section.report_key(
                "tls",
                "it is asked without TLS, so that these files are for nothing",
                "a URL with https://, or no tls",
            );
        }
        config
    }
}

impl SubgraphConfig {
    /// Whether it is known that it is asked without TLS, wherever it is asked.
    fn is_plain(&self) -> bool {
        let is_plain = |url: &Uri| url.scheme_str() != Some("https");
        let place = self.url.as_ref();
        place.is_some_and(|place| is_plain(&place.target()))
            && self.routes.iter().map(Route::url).all(is_plain)
            && self.subscriptions.url.as_ref().is_none_or(is_plain)
    }
}

/// How a subgraph sends the events of subscriptions.
#[derive(Clone, Debug)]
pub struct SubscriptionSource {
    /// By which protocol.
    pub protocol: SubscriptionProtocol,
    /// Where; `None` where it answers requests.
    pub url: Option<Uri>,
    /// How long a stream may bring nothing at all; `None` for a time that only streams are held to which have shown that they give signs of life.
    pub silence: Option<Duration>,
    /// Whether the subscriptions of one identity share a WebSocket.
    pub multiplex: bool,
    /// Whether clients that ask for the same may share a stream.
    pub share: bool,
    /// Members of the payload of `connection_init`, and the headers whose values they have.
    pub init_payload: Vec<(String, HeaderName)>,
}

impl Default for SubscriptionSource {
    fn default() -> Self {
        Self {
            protocol: SubscriptionProtocol::default(),
            url: None,
            silence: None,
            multiplex: true,
            share: true,
            init_payload: Vec::new(),
        }
    }
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
            silence: section
                .key("silence", "How long a stream of its events may bring nothing, not even a sign of life, before it counts as broken and is opened again as `subscriptions.resume` says. WebSockets are pinged within that time. Without this key it is 60 s, for WebSockets and for server-sent events that have brought a second comment: a server that gives such signs of life gives them again.")
                .duration_opt(10 * MILLISECOND..=24 * HOUR),
            multiplex: section
                .key("multiplex", "Whether subscriptions with the same headers share one WebSocket, up to 100 of them.")
                .switch(true),
            share: section
                .key("share", "Whether clients may share a stream of this subgraph, as `subscriptions.share` says. Switch it off where a stream begins anew for each subscriber: with a snapshot, or as the steps of a computation.")
                .switch(true),
            init_payload: section
                .key("init_payload", "Members of the payload of `connection_init`, each with the header of the handshake that it repeats (`Authorization: authorization`): for servers that read who asks from there, as `connectionParams` of `graphql-ws`. A header that is not sent is left out. For `protocol: websocket`.")
                .named_texts("a mapping of members of the payload to header names", |member, header| {
                    Some((member.to_owned(), header.parse().ok()?))
                })
                .into_values()
                .collect(),
        };
        if source.protocol == sse && !source.init_payload.is_empty() {
            section.report_key(
                "init_payload",
                "server-sent events are opened without `connection_init`",
                "protocol: websocket, or no init_payload",
            );
        }
        section.end();
        source
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The terms that a text has.
    pub(crate) fn config(text: &str) -> Config {
        let read = |root: Section<'_>| {
            Config::read(&Sections {
                limits: &root.section("limits"),
                timeouts: &root.section("timeouts"),
                tls: &root.section("tls"),
                root: &root,
            })
        };
        let parsed = settings::parse(text, "router.yaml".as_ref(), &|_| None, read);
        parsed.unwrap_or_else(|error| panic!("{error}")).0
    }
}
