//! Subscriptions of clients: how many, by which ways, and what becomes of them when something breaks.

use std::time::Duration;

use http::HeaderName;
use http::header::AUTHORIZATION;
use settings::Section;

use super::parts::{HOUR, MILLISECOND};

/// A client that answers two or three signs of life late is slow, and not gone.
const CLIENT_SILENCE: Duration = Duration::from_secs(30);

/// Subscriptions of clients.
#[derive(Clone, Debug)]
pub struct Subscriptions {
    /// Open at once.
    pub max: usize,
    /// Between two signs of life to a client.
    pub heartbeat: Duration,
    /// A client of a WebSocket of which nothing is heard for this long, or for three heartbeats where that is longer, is gone. It has no key: what is to be
    /// longer is the heartbeat.
    pub client_silence: Duration,
    /// Whether clients may open WebSockets.
    pub web_socket: bool,
    /// WebSockets open at once.
    pub sockets: usize,
    /// Operations under way at once on one WebSocket.
    pub operations_per_socket: usize,
    /// How long a WebSocket may be open before the client introduces itself.
    pub init_timeout: Duration,
    /// Members of the `connection_init` payload that are taken as headers.
    pub init_headers: Vec<HeaderName>,
    /// When a subgraph's stream that broke is opened again.
    pub resume: Resume,
    /// For how long that is tried.
    pub resume_within: Duration,
    /// Whether clients that ask for the same share a stream of the subgraph.
    pub share: bool,
}

/// When a subgraph's stream of events that broke is opened again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resume {
    /// Never: the client gets the error.
    Off,
    /// Where its events are numbered, so that none is lost.
    Events,
    /// Always; where they are not numbered, the next event says so.
    Always,
}

impl Subscriptions {
    pub(super) fn read(section: Section<'_>) -> Self {
        let max = section
            .key(
                "max",
                "Subscriptions open at once; one more is refused. `0` switches them off.",
            )
            .count(1_000, 0..=1_000_000);
        let heartbeat = section
            .key("heartbeat", "How often a client gets a sign of life while there is no event, so that nothing between closes the connection.")
            .duration(Duration::from_secs(5), 10 * MILLISECOND..=HOUR);
        let web_socket = section
            .key("websocket", "Whether clients may open WebSockets at `path`, with the subprotocol `graphql-transport-ws`, for operations of all kinds.")
            .switch(false);
        let sockets = section
            .key("sockets", "WebSockets open at once; one more is refused.")
            .count(1_000, 1..=1_000_000);
        let operations_per_socket = section
            .key(
                "operations_per_socket",
                "Operations under way at once on one WebSocket; one more is refused.",
            )
            .count(100, 1..=10_000);
        let init_timeout = section
            .key("init_timeout", "How long a WebSocket may be open without `connection_init`; then it is closed with 4408.")
            .duration(Duration::from_secs(3), 10 * MILLISECOND..=HOUR);
        let mut init_headers = section
            .key("init_headers", "Members of the payload of `connection_init`, or of its member `headers`, that count as headers of the operations, beside `authorization`, the headers of `authentication.sources`, `accept` and the names by which clients introduce themselves. A header that the WebSocket was opened with wins. Name none that a proxy in front sets or removes: it does not see this payload.")
            .header_names();
        init_headers.push(AUTHORIZATION);
        let resume = section
            .key("resume", "When a subgraph's stream of events that broke is opened again, so that its clients need not notice: `events` where it numbers its events (`id:` of server-sent events; those after the last one are asked for by `Last-Event-ID`); `always` elsewhere too, where events may be missing, and the next one has `extensions.resumed: true`; `off` never, so that the client gets an error and the end.")
            .choice(
                "events",
                &[
                    ("off", Resume::Off),
                    ("events", Resume::Events),
                    ("always", Resume::Always),
                ],
            );
        let resume_within = section
            .key("resume_within", "For how long that is tried, with growing waits; then the client gets the error and the end.")
            .duration(Duration::from_secs(60), MILLISECOND..=HOUR);
        let share = section
            .key("share", "Whether clients that ask for the same (operation, variables, rights, headers that are passed on) share one stream of the subgraph. A client that joins gets the events from then on. A slow client is left behind alone: where events are numbered it goes on with a stream of its own until it has caught up; it ends with `SUBSCRIPTION_BEHIND` elsewhere.")
            .switch(true);
        section.end();
        Self {
            max,
            heartbeat,
            client_silence: CLIENT_SILENCE,
            web_socket,
            sockets,
            operations_per_socket,
            init_timeout,
            init_headers,
            resume,
            resume_within,
            share,
        }
    }
}
