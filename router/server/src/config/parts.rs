//! The sections of the configuration, each with its keys.

use std::time::Duration;

use abaque_edge::logs::LogFormat;
use indexmap::IndexMap;
use otlp::Sample;

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

/// Bounds that several parts of the router keep. Sizes in bytes.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The longest body of a client's request.
    pub request_body: usize,
    /// Of one SDL or supergraph file.
    pub sdl: usize,
    /// The SDLs of all subgraphs together.
    pub sdl_total: usize,
    /// Open client connections.
    pub connections: usize,
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
            connections: section
                .key("connections", "Open client connections. A further one takes the place of the one that has been idle longest, or waits while none is idle. Fewer where the limit of open files does not allow so many.")
                .count(10_000, 1..=1_000_000),
        }
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
                .key("drain_delay", "Accepting requests further at shutdown while not ready, so that load balancers have time to notice. Within it subscriptions end, each at a moment of its own; without it within 5 s, or half of `timeouts.drain` where that is shorter.")
                .duration(Duration::ZERO, Duration::ZERO..=HOUR),
            drain: section
                .key("drain", "Finishing requests in flight after that; what is left then is cut off.")
                .duration(seconds(25), Duration::ZERO..=HOUR),
        }
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

/// How logs look.
#[derive(Clone, Debug)]
pub struct Log {
    /// JSON for containers, text for people; `None` looks whether there is a terminal.
    pub format: Option<LogFormat>,
    /// A `tracing` filter.
    pub level: String,
    /// Which lines are written of requests that were answered as usual.
    pub sample: LogSample,
}

/// How many lines of the access log are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogSample(f64);

impl LogSample {
    /// Reads `10%`, `0.5%`.
    fn parse(text: &str) -> Option<Self> {
        match Sample::parse(text)? {
            Sample::Share(share) => Some(Self(share)),
            Sample::Rate(_) => None,
        }
    }

    /// Whether the next line is written.
    pub(crate) fn takes(self) -> bool {
        self.0 >= 1.0 || fastrand::f64() < self.0
    }
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
            sample: {
                let text = section
                    .key("access_sample", "How many lines of the access log are written of requests that were answered 200 without an error, taken at random. All others have a line each.")
                    .text("100%", "a share such as 10% or 0.5%", |text| LogSample::parse(text).is_some());
                LogSample::parse(&text).unwrap_or(LogSample(1.0))
            },
        };
        section.end();
        log
    }
}
