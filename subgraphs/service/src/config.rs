//! The configuration of a service: one table of settings, each an option and an environment variable.

use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use abaque_edge::Bounds;
use abaque_edge::logs::{self, LogFormat};

use axum::http::HeaderValue;

use crate::{Capacity, Limits, Program, cors};

/// Everything that can be set.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where `/graphql` and `/api/v1` are served.
    pub listen: SocketAddr,
    /// Where `/metrics` and `/health` are served.
    pub admin: SocketAddr,
    /// How logs are written; used by [`crate::run`] only.
    pub log_format: LogFormat,
    /// Which events are logged; used by [`crate::run`] only.
    pub log: String,
    /// What one request may cost.
    pub limits: Limits,
    /// What all requests together may hold.
    pub capacity: Capacity,
    /// What the server grants its clients.
    pub bounds: Bounds,
    /// How long requests are still accepted after readiness turned false, so that nobody sends any by then.
    pub drain_delay: Duration,
    /// Whether `__schema` and `__type` are answered. `_service` always is.
    pub introspection: bool,
    /// Whether browsers get the playground at `/graphql`.
    pub playground: bool,
    /// The origins whose pages may call both doors; `*` is all of them.
    pub cors_origins: Vec<HeaderValue>,
}

impl Default for Config {
    /// As [`Config::of`], on ports that the system gives.
    fn default() -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            listen: any,
            admin: any,
            log_format: LogFormat::detect(),
            log: "info".to_owned(),
            limits: Limits::default(),
            capacity: Capacity::default(),
            bounds: Bounds {
                // Each may hold as much as the head of a request may have.
                max_connections: 512,
                ..Bounds::default()
            },
            drain_delay: Duration::ZERO,
            introspection: true,
            playground: true,
            cors_origins: Vec::new(),
        }
    }
}

impl Config {
    /// The defaults of a program.
    #[must_use]
    pub fn of(program: &Program) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, program.ports.public)),
            admin: SocketAddr::from((Ipv4Addr::LOCALHOST, program.ports.admin)),
            ..Self::default()
        }
    }

    /// Sets what was given, each as (key for messages, setting, value), and checks the whole.
    ///
    /// # Errors
    /// Every mistake there is.
    pub(crate) fn set_all<'a>(
        mut self,
        given: impl IntoIterator<Item = (String, &'static Setting, &'a str)>,
    ) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        for (key, setting, value) in given {
            if let Err(expected) = (setting.set)(&mut self, value) {
                mistakes.push(Mistake {
                    key,
                    value: value.to_owned(),
                    expected,
                });
            }
        }
        if self.listen == self.admin && self.listen.port() != 0 {
            mistakes.push(Mistake {
                key: "--admin".to_owned(),
                value: self.admin.to_string(),
                expected: "another address than that of --listen".to_owned(),
            });
        }
        if mistakes.is_empty() {
            Ok(self)
        } else {
            Err(mistakes)
        }
    }
}

/// A value that cannot be.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: `{value}` is not valid: expected {expected}")]
pub(crate) struct Mistake {
    key: String,
    value: String,
    expected: String,
}

/// One setting.
pub(crate) struct Setting {
    /// The long option, and with `_` for `-` in upper case, after the program's prefix, the environment variable.
    pub(crate) name: &'static str,
    /// The placeholder in `--help`.
    pub(crate) value: &'static str,
    /// One sentence.
    pub(crate) help: &'static str,
    /// The heading in `--help`.
    pub(crate) heading: &'static str,
    /// As it would be given.
    pub(crate) get: fn(&Config) -> String,
    /// The error says what was expected.
    pub(crate) set: fn(&mut Config, &str) -> Result<(), String>,
}

const SERVING: &str = "Serving";
const LIMITS: &str = "Limits of a request";
const CAPACITY: &str = "Limits of all requests together";

/// Every setting, in the order of `--help`.
pub(crate) const SETTINGS: &[Setting] = &[
    Setting {
        name: "listen",
        value: "ADDRESS",
        help: "Address of /graphql and /api/v1",
        heading: SERVING,
        get: |config| config.listen.to_string(),
        set: |config, text| parse_into(&mut config.listen, text, "an address such as 0.0.0.0:4001"),
    },
    Setting {
        name: "admin",
        value: "ADDRESS",
        help: "Address of /metrics and /health",
        heading: SERVING,
        get: |config| config.admin.to_string(),
        set: |config, text| parse_into(&mut config.admin, text, "an address such as 0.0.0.0:9091"),
    },
    Setting {
        name: "introspection",
        value: "BOOL",
        help: "Whether __schema and __type are answered",
        heading: SERVING,
        get: |config| config.introspection.to_string(),
        set: |config, text| parse_into(&mut config.introspection, text, "`true` or `false`"),
    },
    Setting {
        name: "playground",
        value: "BOOL",
        help: "Whether browsers get GraphiQL at /graphql",
        heading: SERVING,
        get: |config| config.playground.to_string(),
        set: |config, text| parse_into(&mut config.playground, text, "`true` or `false`"),
    },
    Setting {
        name: "cors-origins",
        value: "ORIGINS",
        help: "Origins whose pages may call both doors, separated by commas; * or none",
        heading: SERVING,
        get: |config| {
            let origins = config.cors_origins.iter();
            let origins: Vec<_> = origins.filter_map(|origin| origin.to_str().ok()).collect();
            if origins.is_empty() {
                "none".to_owned()
            } else {
                origins.join(",")
            }
        },
        set: |config, text| {
            config.cors_origins = cors::origins(text)?;
            Ok(())
        },
    },
    Setting {
        name: "log",
        value: "FILTER",
        help: "What is logged: a level, or directives such as info,access=off",
        heading: SERVING,
        get: |config| config.log.clone(),
        set: |config, text| {
            let checked = logs::check_filter(text);
            checked.map_err(|_| {
                "a level such as `info`, or directives such as `info,access=off`".to_owned()
            })?;
            text.clone_into(&mut config.log);
            Ok(())
        },
    },
    Setting {
        name: "log-format",
        value: "FORMAT",
        help: "json, text, or auto: text on a terminal",
        heading: SERVING,
        get: |_| "auto".to_owned(),
        set: |config, text| parse_into(&mut config.log_format, text, "`json`, `text` or `auto`"),
    },
    Setting {
        name: "max-connections",
        value: "COUNT",
        help: "Connections open at once on each port; further ones wait",
        heading: SERVING,
        get: |config| config.bounds.max_connections.to_string(),
        set: |config, text| count_into(&mut config.bounds.max_connections, text),
    },
    Setting {
        name: "header-timeout",
        value: "DURATION",
        help: "Longest time for the head of a request, and for an idle connection",
        heading: SERVING,
        get: |config| show_duration(config.bounds.header_read_timeout),
        set: |config, text| duration_into(&mut config.bounds.header_read_timeout, text),
    },
    Setting {
        name: "drain-delay",
        value: "DURATION",
        help: "After SIGTERM: how long requests are still accepted while not ready",
        heading: SERVING,
        get: |config| show_duration(config.drain_delay),
        set: |config, text| duration_into(&mut config.drain_delay, text),
    },
    Setting {
        name: "drain-timeout",
        value: "DURATION",
        help: "After that: how long requests in flight may take to end",
        heading: SERVING,
        get: |config| show_duration(config.bounds.drain_timeout),
        set: |config, text| duration_into(&mut config.bounds.drain_timeout, text),
    },
    Setting {
        name: "max-depth",
        value: "COUNT",
        help: "Levels of fields below each other",
        heading: LIMITS,
        get: |config| config.limits.depth.to_string(),
        set: |config, text| count_into(&mut config.limits.depth, text),
    },
    Setting {
        name: "max-complexity",
        value: "COUNT",
        help: "Sum of the complexities of the fields, fragments expanded",
        heading: LIMITS,
        get: |config| config.limits.complexity.to_string(),
        set: |config, text| count_into(&mut config.limits.complexity, text),
    },
    Setting {
        name: "max-entities",
        value: "COUNT",
        help: "Representations in one _entities field",
        heading: LIMITS,
        get: |config| config.limits.entities.to_string(),
        set: |config, text| count_into(&mut config.limits.entities, text),
    },
    Setting {
        name: "max-series",
        value: "COUNT",
        help: "Values of one series",
        heading: LIMITS,
        get: |config| config.limits.series_length.to_string(),
        set: |config, text| count_into(&mut config.limits.series_length, text),
    },
    Setting {
        name: "max-tokens",
        value: "COUNT",
        help: "Tokens of a document, without its long lists of numbers: about 2 KiB of memory each while it is parsed",
        heading: LIMITS,
        get: |config| config.limits.tokens.to_string(),
        set: |config, text| count_into(&mut config.limits.tokens, text),
    },
    Setting {
        name: "max-work",
        value: "COUNT",
        help: "Units of work of a request: one is reading a value, at most 0.25 µs",
        heading: LIMITS,
        get: |config| config.limits.work.to_string(),
        set: |config, text| {
            let mut work = 0;
            count_into(&mut work, text)?;
            config.limits.work = work as u64;
            Ok(())
        },
    },
    Setting {
        name: "max-answer",
        value: "SIZE",
        help: "Size of an answer; it is in memory up to three times while it is made",
        heading: LIMITS,
        get: |config| show_size(config.limits.answer_bytes),
        set: |config, text| size_into(&mut config.limits.answer_bytes, text),
    },
    Setting {
        name: "max-body",
        value: "SIZE",
        help: "Size of a body, such as 65536, 64KiB or 1MiB",
        heading: LIMITS,
        get: |config| show_size(config.limits.body_bytes),
        set: |config, text| size_into(&mut config.limits.body_bytes, text),
    },
    Setting {
        name: "request-timeout",
        value: "DURATION",
        help: "From the head of a request until its answer, such as 500ms or 10s",
        heading: LIMITS,
        get: |config| show_duration(config.limits.request_timeout),
        set: |config, text| {
            duration_into(&mut config.limits.request_timeout, text)?;
            if config.limits.request_timeout.is_zero() {
                return Err("more than 0s".to_owned());
            }
            Ok(())
        },
    },
    Setting {
        name: "max-stream-values",
        value: "COUNT",
        help: "Values that a stream may go through",
        heading: LIMITS,
        get: |config| config.limits.stream_values.to_string(),
        set: |config, text| count_into(&mut config.limits.stream_values, text),
    },
    Setting {
        name: "stream-duration",
        value: "DURATION",
        help: "Longest time from the first to the last event of a stream",
        heading: LIMITS,
        get: |config| show_duration(config.limits.stream_duration),
        set: |config, text| duration_into(&mut config.limits.stream_duration, text),
    },
    Setting {
        name: "threads",
        value: "COUNT",
        help: "Longer requests that are computed at once; auto: as many as there are cores",
        heading: CAPACITY,
        get: |_| "auto".to_owned(),
        set: |config, text| match text {
            "auto" => Ok(()),
            text => count_into(&mut config.capacity.threads, text),
        },
    },
    Setting {
        name: "max-queue",
        value: "COUNT",
        help: "Further ones that wait; beyond it the answer is 503",
        heading: CAPACITY,
        get: |config| config.capacity.queue.to_string(),
        set: |config, text| count_into(&mut config.capacity.queue, text),
    },
    Setting {
        name: "max-bodies",
        value: "SIZE",
        help: "Bodies that are received or computed, all together; beyond it the answer is 503",
        heading: CAPACITY,
        get: |config| show_size(config.capacity.bodies_bytes),
        set: |config, text| size_into(&mut config.capacity.bodies_bytes, text),
    },
    Setting {
        name: "max-answers",
        value: "SIZE",
        help: "Answers that are not read yet, all together; beyond it the answer is 503",
        heading: CAPACITY,
        get: |config| show_size(config.capacity.answers_bytes),
        set: |config, text| size_into(&mut config.capacity.answers_bytes, text),
    },
    Setting {
        name: "write-timeout",
        value: "DURATION",
        help: "Longest time that a client may leave the bytes of an answer unread",
        heading: CAPACITY,
        get: |config| show_duration(config.bounds.write_timeout),
        set: |config, text| duration_into(&mut config.bounds.write_timeout, text),
    },
    Setting {
        name: "answer-timeout",
        value: "DURATION",
        help: "Longest time for reading a whole answer",
        heading: CAPACITY,
        get: |config| show_duration(config.capacity.answer_timeout),
        set: |config, text| duration_into(&mut config.capacity.answer_timeout, text),
    },
    Setting {
        name: "max-streams",
        value: "COUNT",
        help: "Subscriptions open at once, and WebSockets; beyond it the answer is 503",
        heading: CAPACITY,
        get: |config| config.capacity.streams.to_string(),
        set: |config, text| count_into(&mut config.capacity.streams, text),
    },
];

fn parse_into<T: FromStr>(place: &mut T, text: &str, expected: &str) -> Result<(), String> {
    *place = text.parse().map_err(|_| expected.to_owned())?;
    Ok(())
}

/// A whole number from 1.
fn count_into(place: &mut usize, text: &str) -> Result<(), String> {
    match text.parse() {
        Ok(count) if count > 0 => {
            *place = count;
            Ok(())
        }
        _ => Err("a whole number from 1".to_owned()),
    }
}

fn duration_into(place: &mut Duration, text: &str) -> Result<(), String> {
    *place = parse_duration(text).ok_or("a duration such as 500ms, 10s or 2m, at most 1h")?;
    Ok(())
}

/// Whole milliseconds (`ms`), seconds (`s`) or minutes (`m`), at most an hour.
fn parse_duration(text: &str) -> Option<Duration> {
    let (number, unit) = split_unit(text)?;
    let millis = match unit {
        "ms" => Some(number),
        "s" => number.checked_mul(1_000),
        "m" => number.checked_mul(60_000),
        _ => None,
    };
    millis
        .map(Duration::from_millis)
        .filter(|duration| *duration <= Duration::from_secs(3600))
}

fn show_duration(duration: Duration) -> String {
    match duration.as_millis() {
        millis if millis % 1_000 == 0 => format!("{}s", millis / 1_000),
        millis => format!("{millis}ms"),
    }
}

/// Whole bytes, `KiB` or `MiB`; from 1 byte to 1 GiB.
fn parse_size(text: &str) -> Option<usize> {
    let (number, unit) = split_unit(text)?;
    let bytes = match unit {
        "" => Some(number),
        "KiB" => number.checked_mul(1 << 10),
        "MiB" => number.checked_mul(1 << 20),
        _ => None,
    };
    let bytes = bytes.filter(|bytes| (1..=1 << 30).contains(bytes))?;
    usize::try_from(bytes).ok()
}

fn size_into(place: &mut usize, text: &str) -> Result<(), String> {
    *place = parse_size(text).ok_or("a size such as 65536, 64KiB or 1MiB")?;
    Ok(())
}

fn show_size(bytes: usize) -> String {
    match bytes {
        bytes if bytes % (1 << 20) == 0 => format!("{}MiB", bytes >> 20),
        bytes if bytes % (1 << 10) == 0 => format!("{}KiB", bytes >> 10),
        bytes => bytes.to_string(),
    }
}

fn split_unit(text: &str) -> Option<(u64, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Some((number.parse().ok()?, unit))
}

#[cfg(test)]
mod tests;
