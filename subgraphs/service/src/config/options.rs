//! The options of a service: each is read here and nowhere else, and `--help`, `config show` and every message about a value follow from that.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use abaque_edge::logs::{self, LogFormat};
use axum::http::Uri;
use otlp::{Otlp, Protocol, Sample};
use settings::{Finding, KeyDoc, Section, Shown};
use valeurs::MAX_SERIE;

use crate::config::Config;
use crate::cors;

/// Options under a heading of `--help`.
pub(crate) struct Group {
    /// The heading.
    pub(crate) heading: &'static str,
    read: fn(&Section<'_>, Config) -> Config,
}

/// Every option, in the order of `--help`.
pub(crate) const GROUPS: &[Group] = &[
    Group {
        heading: "Serving",
        read: serving,
    },
    Group {
        heading: "Telemetry",
        read: telemetry,
    },
    Group {
        heading: "Limits of a request",
        read: request,
    },
    Group {
        heading: "Limits of all requests together",
        read: capacity,
    },
];

impl Group {
    /// Its options, with the defaults of a program.
    pub(crate) fn options(&self, defaults: &Config) -> Vec<KeyDoc> {
        settings::keys(|root| (self.read)(&root, defaults.clone()))
    }
}

/// A value that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    /// The name of the option.
    pub(crate) name: String,
    /// Where it came from, for messages: `--max-depth`, or `CALCULATRICE_MAX_DEPTH`.
    pub(crate) origin: String,
    /// As it was given.
    pub(crate) text: String,
}

/// A value that cannot be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    origin: String,
    message: String,
    expected: Option<String>,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.message)?;
        match &self.expected {
            Some(expected) => write!(f, ": expected {expected}"),
            None => Ok(()),
        }
    }
}

/// The configuration with what was given in the place of `defaults`, and what is in effect then.
///
/// # Errors
/// Every mistake there is.
pub(crate) fn read(defaults: Config, given: &[Given]) -> Result<(Config, Shown), Vec<Mistake>> {
    let values = given
        .iter()
        .map(|given| (given.name.clone(), given.text.clone()));
    let read = settings::values(values, |root| {
        let config = GROUPS
            .iter()
            .fold(defaults, |config, group| (group.read)(&root, config));
        if config.listen == config.admin && config.listen.port != 0 {
            let message = format!("{} is taken by `listen`", config.admin);
            root.report_key("admin", message, "another address");
        }
        root.end();
        config
    });
    read.map_err(|findings| {
        let told = |finding: Finding| Mistake {
            origin: given
                .iter()
                .find(|given| given.name == finding.key)
                .map_or_else(
                    || format!("--{}", finding.key),
                    |given| given.origin.clone(),
                ),
            message: finding.message,
            expected: finding.expected,
        };
        findings.into_iter().map(told).collect()
    })
}

/// No count is larger: what it bounds is kept in memory, and this is beyond all of it.
const MOST: RangeInclusive<usize> = 1..=1_000_000_000;
const SIZES: RangeInclusive<usize> = 1..=1 << 30;
const TIMES: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_secs(3600);
const SOME_TIME: RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_secs(3600);
const THREADS: RangeInclusive<usize> = 1..=1024;

fn serving(root: &Section<'_>, config: Config) -> Config {
    let (listen, admin) = (config.listen.to_string(), config.admin.to_string());
    let mut bounds = config.bounds;
    let read = Config {
        listen: root
            .key("listen", "Address of /graphql and /api/v1")
            .listen(&listen),
        admin: root
            .key("admin", "Address of /metrics and /health")
            .listen(&admin),
        introspection: root
            .key("introspection", "Whether __schema and __type are answered")
            .switch(config.introspection),
        playground: root
            .key("playground", "Whether browsers get the console at /graphql")
            .switch(config.playground),
        cors_origins: origins(root),
        log: root.key("log", "What is logged").text(
            &config.log,
            "a level such as `info`, or directives such as `info,access=off`",
            |text| logs::check_filter(text).is_ok(),
        ),
        log_format: root
            .key(
                "log-format",
                "How it is written; auto is text on a terminal",
            )
            .choice(
                "auto",
                &[
                    ("json", LogFormat::Json),
                    ("text", LogFormat::Text),
                    ("auto", LogFormat::detect()),
                ],
            ),
        ..config
    };
    bounds.max_connections = root
        .key(
            "max-connections",
            "Connections open at once on each port; a further one takes the place of the one idle longest, or waits",
        )
        .count(bounds.max_connections, MOST);
    bounds.header_read_timeout = root
        .key(
            "header-timeout",
            "Longest time for the head of a request, and for an idle connection",
        )
        .duration(bounds.header_read_timeout, TIMES);
    let drain_delay = root
        .key(
            "drain-delay",
            "After SIGTERM: how long requests are still accepted while not ready",
        )
        .duration(read.drain_delay, TIMES);
    bounds.drain_timeout = root
        .key(
            "drain-timeout",
            "After that: how long requests in flight may take to end",
        )
        .duration(bounds.drain_timeout, TIMES);
    Config {
        bounds,
        drain_delay,
        ..read
    }
}

fn origins(root: &Section<'_>) -> Vec<axum::http::HeaderValue> {
    let key = root.key("cors-origins", "Origins whose pages may call both APIs");
    let given = key.text("none", cors::EXPECTED, |text| cors::origins(text).is_some());
    cors::origins(&given).unwrap_or_default()
}

fn telemetry(root: &Section<'_>, config: Config) -> Config {
    let endpoint = root
        .key(
            "otlp-endpoint",
            "OpenTelemetry collector to which spans are exported",
        )
        .text(
            "none",
            "none, or a URL such as http://collector:4318",
            |text| text == "none" || collector(text).is_some(),
        );
    let protocol = root
        .key("otlp-protocol", "How it is spoken to")
        .choice("http", &Protocol::NAMES);
    let sample = root
        .key(
            "otlp-sample",
            "How many of the traces that start here are exported; a caller's decision is kept",
        )
        .text("10%", Sample::EXPECTED, |text| {
            Sample::parse(text).is_some()
        });
    let metrics = root
        .key(
            "otlp-metrics",
            "Whether what /metrics has is exported there, too, once a minute",
        )
        .switch(false);
    let otlp = collector(&endpoint).map(|endpoint| {
        let defaults = Otlp::at(endpoint);
        Otlp {
            protocol,
            sample: Sample::parse(&sample).unwrap_or(defaults.sample),
            metrics: metrics.then_some(Duration::from_secs(60)),
            ..defaults
        }
    });
    Config {
        telemetry: otlp::Config {
            otlp,
            ..config.telemetry
        },
        ..config
    }
}

/// Where a collector is.
fn collector(text: &str) -> Option<Uri> {
    let url: Uri = text.parse().ok()?;
    let is_http = matches!(url.scheme_str(), Some("http" | "https"));
    let is_plain = url.authority().is_some_and(|it| !it.as_str().contains('@'));
    (is_http && is_plain).then_some(url)
}

fn request(root: &Section<'_>, config: Config) -> Config {
    let mut limits = config.limits;
    limits.depth = root
        .key("max-depth", "Levels of fields below each other")
        .count(limits.depth, MOST);
    limits.complexity = root
        .key(
            "max-complexity",
            "Sum of the complexities of the fields, fragments expanded",
        )
        .count(limits.complexity, MOST);
    limits.entities = root
        .key("max-entities", "Representations in one _entities field")
        .count(limits.entities, MOST);
    limits.series_length = root
        .key("max-series", "Values of one series")
        .count(limits.series_length, 1..=MAX_SERIE);
    limits.tokens = root
        .key(
            "max-tokens",
            "Tokens of a document, without its long lists of numbers: about 2 KiB of memory each while it is parsed",
        )
        .count(limits.tokens, MOST);
    let work = usize::try_from(limits.work).unwrap_or(usize::MAX);
    limits.work = root
        .key(
            "max-work",
            "Units of work of a request: one is reading a value, at most 0.25 µs",
        )
        .count(work, MOST) as u64;
    limits.answer_bytes = root
        .key(
            "max-answer",
            "Size of an answer; it is in memory up to three times while it is made",
        )
        .size(limits.answer_bytes, SIZES);
    limits.kept_bytes = root
        .key(
            "max-kept",
            "Size of what a request keeps: the values of its answer until they are written, the steps of expressions",
        )
        .size(limits.kept_bytes, SIZES);
    limits.body_bytes = root
        .key(
            "max-body",
            "Size of a body; what is made of its variables takes up to sixteen times as much",
        )
        .size(limits.body_bytes, SIZES);
    limits.request_timeout = root
        .key(
            "request-timeout",
            "From the head of a request until its answer",
        )
        .duration(limits.request_timeout, SOME_TIME);
    limits.stream_values = root
        .key("max-stream-values", "Values that a stream may go through")
        .count(limits.stream_values, MOST);
    limits.stream_duration = root
        .key(
            "stream-duration",
            "Longest time from the first to the last event of a stream",
        )
        .duration(limits.stream_duration, TIMES);
    Config { limits, ..config }
}

fn capacity(root: &Section<'_>, config: Config) -> Config {
    let (mut capacity, mut bounds) = (config.capacity, config.bounds);
    let threads = |text: &str| text.parse().ok().filter(|count| THREADS.contains(count));
    let given = root
        .key(
            "threads",
            "Longer requests that are computed at once; auto is as many as there are cores, with 128 MiB of memory for each",
        )
        .text("auto", "`auto`, or a whole number from 1 to 1024", |text| {
            text == "auto" || threads(text).is_some()
        });
    capacity.queue = root
        .key(
            "max-queue",
            "Further ones that wait; beyond it the answer is 503",
        )
        .count(capacity.queue, MOST);
    capacity.bodies_bytes = root
        .key(
            "max-bodies",
            "Bodies that are received or computed, all together; beyond it the answer is 503",
        )
        .size(capacity.bodies_bytes, SIZES);
    capacity.answers_bytes = root
        .key(
            "max-answers",
            "Answers of more than 16 KiB that are not read yet, all together; beyond it slow readers are cut off, then the answer is 503",
        )
        .size(capacity.answers_bytes, SIZES);
    let auto = || capacity.threads_within(memory::limit());
    capacity.threads = threads(&given).unwrap_or_else(auto);
    bounds.write_timeout = root
        .key(
            "write-timeout",
            "Longest time that a client may leave the bytes of an answer unread",
        )
        .duration(bounds.write_timeout, TIMES);
    capacity.answer_timeout = root
        .key("answer-timeout", "Longest time for reading a whole answer")
        .duration(capacity.answer_timeout, TIMES);
    capacity.streams = root
        .key(
            "max-streams",
            "Subscriptions open at once, and WebSockets; beyond it the answer is 503",
        )
        .count(capacity.streams, MOST);
    Config {
        capacity,
        bounds,
        ..config
    }
}

#[cfg(test)]
mod tests;
