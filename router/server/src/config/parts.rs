//! The sections of the configuration, each with its keys.

use std::time::Duration;

use abaque_edge::logs::LogFormat;
use http::{HeaderName, HeaderValue};
use indexmap::IndexMap;

use settings::Section;

pub(super) const MILLISECOND: Duration = Duration::from_millis(1);
pub(super) const HOUR: Duration = Duration::from_secs(3600);
const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// How often sources are asked.
#[derive(Clone, Debug)]
pub struct Polling {
    /// Between two looks at a source, whether a subgraph or a file.
    pub interval: Duration,
}

impl Polling {
    pub(super) fn read(section: Section<'_>) -> Self {
        let polling = Self {
            interval: section
                .key("interval", "How often each subgraph is asked for its SDL, and each file is looked at. The schema is composed again only when a text changed.")
                .duration(seconds(10), Duration::from_millis(100)..=24 * HOUR),
        };
        section.end();
        polling
    }
}

/// Bounds. Sizes in bytes.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Of a client's request body.
    pub request_body: usize,
    /// Of one SDL or supergraph file.
    pub sdl: usize,
    /// Of the SDLs of all subgraphs.
    pub sdl_total: usize,
    /// Tokens of an operation document.
    pub tokens: usize,
    /// Nested selections, fragments followed.
    pub depth: usize,
    /// Fields selected at the root, fragments followed.
    pub root_fields: usize,
    /// Aliases, fragments followed.
    pub aliases: usize,
    /// Directives, fragments followed.
    pub directives: usize,
    /// Fields in all, fragments followed.
    pub fields: usize,
    /// Open client connections.
    pub connections: usize,
    /// Operations parsed, validated and planned at once.
    pub preparations: usize,
    /// Operations that wait for that.
    pub preparations_waiting: usize,
    /// The work of planning one operation, in units of some tens of nanoseconds.
    pub planning_work: usize,
}

impl Limits {
    pub(super) fn read(section: &Section<'_>) -> Self {
        Self {
            request_body: section
                .key("request_body", "A client's request body; a longer one is answered 413.")
                .size(2 * MIB, KIB..=256 * MIB),
            sdl: section
                .key("sdl", "One subgraph's SDL.")
                .size(2 * MIB, KIB..=256 * MIB),
            sdl_total: section
                .key("sdl_total", "The SDLs of all subgraphs together, or the supergraph file.")
                .size(16 * MIB, KIB..=1024 * MIB),
            tokens: section
                .key("tokens", "Tokens of an operation document; white space and commas count.")
                .count(15_000, 10..=1_000_000),
            depth: section
                .key("depth", "Nested selections, with fragments followed.")
                .count(64, 1..=200),
            root_fields: section
                .key("root_fields", "Fields at the root of an operation, with fragments followed.")
                .count(250, 1..=100_000),
            aliases: section
                .key("aliases", "Aliases, with fragments followed.")
                .count(1_000, 0..=100_000),
            directives: section
                .key("directives", "Directives, with fragments followed.")
                .count(1_000, 0..=100_000),
            fields: section
                .key("fields", "Fields in all, with fragments followed.")
                .count(10_000, 1..=1_000_000),
            connections: section
                .key("connections", "Open client connections. A further one takes the place of the one that has been idle longest, or waits while none is idle. Fewer where the limit of open files does not allow so many.")
                .count(10_000, 1..=1_000_000),
            preparations: section
                .key("preparations", "New operations that are parsed, validated and planned at once. More wait for their turn, within their timeout.")
                .count(4, 1..=1024),
            preparations_waiting: section
                .key("preparations_waiting", "New operations that wait for their turn to be prepared; one more is answered 503, with `Retry-After`. Operations that are known never wait.")
                .count(256, 0..=65_536),
            planning_work: section
                .key("planning_work", "The work of planning one operation, in units that take some tens of nanoseconds each; an operation that needs more is refused. Work is counted rather than timed, so that an operation is planned, or refused, on every machine alike.")
                .count(20_000_000, 1_000..=1_000_000_000),
        }
    }
}

/// Subscriptions of clients.
#[derive(Clone, Debug)]
pub struct Subscriptions {
    /// Open at once.
    pub max: usize,
    /// Between two signs of life to a client.
    pub heartbeat: Duration,
}

impl Subscriptions {
    pub(super) fn read(section: Section<'_>) -> Self {
        let subscriptions = Self {
            max: section
                .key("max", "Subscriptions open at once; one more is refused. `0` switches them off.")
                .count(1_000, 0..=1_000_000),
            heartbeat: section
                .key("heartbeat", "How often a client gets a sign of life while there is no event, so that nothing between closes the connection.")
                .duration(seconds(5), Duration::from_millis(10)..=HOUR),
        };
        section.end();
        subscriptions
    }
}

/// How long things may take.
#[derive(Clone, Debug)]
pub struct Timeouts {
    /// A client's request, from its head to its answer.
    pub request: Duration,
    /// Asking a subgraph for its SDL.
    pub sdl: Duration,
    /// A client sending the head of a request, or being idle.
    pub request_head: Duration,
    /// Accepting requests further at shutdown, while not ready.
    pub drain_delay: Duration,
    /// Finishing what is in flight after that.
    pub drain: Duration,
}

impl Timeouts {
    pub(super) fn read(section: &Section<'_>) -> Self {
        Self {
            request: section
                .key("request", "A client's request in all. Fetches still under way then fail, and what is there is answered.")
                .duration(seconds(60), MILLISECOND..=HOUR),
            sdl: section
                .key("sdl", "Asking a subgraph for its SDL.")
                .duration(seconds(10), MILLISECOND..=seconds(300)),
            request_head: section
                .key("request_head", "A client sending the head of a request. It runs while a kept connection is idle too, so it is also how long one is kept.")
                .duration(seconds(60), MILLISECOND..=seconds(300)),
            drain_delay: section
                .key("drain_delay", "Accepting requests further at shutdown while not ready, so that whoever balances the load has time to notice.")
                .duration(Duration::ZERO, Duration::ZERO..=HOUR),
            drain: section
                .key("drain", "Finishing requests in flight after that; what is left then is cut off.")
                .duration(seconds(25), Duration::ZERO..=HOUR),
        }
    }
}

/// Prepared operations: documents that are parsed, validated and planned.
#[derive(Clone, Debug)]
pub struct PlanCache {
    /// Their estimated weight, in bytes.
    pub size: usize,
}

impl PlanCache {
    pub(super) fn read(section: Section<'_>) -> Self {
        let cache = Self {
            size: section
                .key(
                    "size",
                    "Memory for prepared operations (an estimate), half of it by their text and half by their normal form; the least useful go first.",
                )
                .size(64 * MIB, 0..=64 * 1024 * MIB),
        };
        section.end();
        cache
    }
}

/// Whose error messages clients see.
#[derive(Clone, Debug, Default)]
pub struct ErrorMasking {
    /// For subgraphs without an entry.
    pub include: bool,
    /// By subgraph.
    pub by_subgraph: IndexMap<String, bool>,
}

impl ErrorMasking {
    pub(super) fn read(root: &Section<'_>) -> Self {
        let (include, by_subgraph) = root
            .key("include_subgraph_errors", "Whether clients see the messages and extensions of errors that subgraphs report: for all, or by subgraph (others: `false`). Otherwise an error keeps its path and says which subgraph failed, and the message goes to the log at level debug.")
            .switch_or_named(false);
        Self {
            include,
            by_subgraph,
        }
    }

    /// Whether the errors of that subgraph are shown.
    pub fn includes(&self, subgraph: &str) -> bool {
        self.by_subgraph
            .get(subgraph)
            .copied()
            .unwrap_or(self.include)
    }
}

/// Cross-origin calls, off by default.
#[derive(Clone, Debug)]
pub struct Cors {
    /// Empty means off; `*` means any.
    pub origins: Vec<String>,
    /// Headers that a page may send beside `content-type`.
    pub headers: Vec<HeaderName>,
    /// Whether cookies and authorization may be sent.
    pub credentials: bool,
    /// How long a preflight is remembered.
    pub max_age: Duration,
}

impl Cors {
    pub(super) fn read(section: Section<'_>) -> Self {
        let cors = Self {
            origins: section
                .key(
                    "origins",
                    "Origins whose pages may call, or `*` for all. Off when empty.",
                )
                .texts("an origin such as https://example.org, or *", is_origin),
            headers: section
                .key(
                    "headers",
                    "Request headers that pages may send beside `content-type`.",
                )
                .header_names(),
            credentials: section
                .key(
                    "credentials",
                    "Whether pages may send cookies and authorization.",
                )
                .switch(false),
            max_age: section
                .key("max_age", "How long a browser remembers a preflight.")
                .duration(seconds(3600), Duration::ZERO..=24 * HOUR),
        };
        section.end();
        cors
    }

    /// Whether that origin may call.
    pub fn allows(&self, origin: &str) -> bool {
        self.origins
            .iter()
            .any(|allowed| allowed == "*" || allowed == origin)
    }
}

fn is_origin(text: &str) -> bool {
    let with_host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .is_some_and(|host| !host.is_empty() && !host.contains(['/', ' ', '*']));
    text == "*" || (with_host && HeaderValue::from_str(text).is_ok())
}

/// How logs look.
#[derive(Clone, Debug)]
pub struct Log {
    /// JSON for containers, text for people; `None` looks whether there is a terminal.
    pub format: Option<LogFormat>,
    /// A `tracing` filter.
    pub level: String,
}

impl Log {
    pub(super) fn read(section: Section<'_>) -> Self {
        let log = Self {
            format: section
                .key("format", "How log lines look; `auto` is `text` on a terminal and `json` elsewhere.")
                .choice(
                    "auto",
                    &[
                        ("auto", None),
                        ("json", Some(LogFormat::Json)),
                        ("text", Some(LogFormat::Text)),
                    ],
                ),
            level: section
                .key("level", "What is logged: `error`, `warn`, `info`, `debug`, `trace`, or a `tracing` filter such as `info,router=debug`.")
                .text("info", "a level or a tracing filter", |text| {
                    !text.is_empty() && abaque_edge::logs::check_filter(text).is_ok()
                }),
        };
        section.end();
        log
    }
}
