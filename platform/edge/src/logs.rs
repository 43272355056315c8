//! Logs: one event a line on standard error, JSON for machines or text for people.

use std::fmt;
use std::io::{IsTerminal, Write};
use std::str::FromStr;
use std::sync::OnceLock;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::{DefaultFields, Writer};
use tracing_subscriber::layer::{Layered, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Registry, reload};

use self::json::JsonLines;
use crate::request::current;

mod json;

/// How events are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line: for containers.
    Json,
    /// Readable lines, coloured on a terminal: for people.
    Text,
}

impl LogFormat {
    /// Text when standard error is a terminal, JSON otherwise.
    #[must_use]
    pub fn detect() -> Self {
        if std::io::stderr().is_terminal() {
            Self::Text
        } else {
            Self::Json
        }
    }
}

impl FromStr for LogFormat {
    type Err = LogError;

    /// `json`, `text`, or `auto` for [`LogFormat::detect`].
    fn from_str(text: &str) -> Result<Self, LogError> {
        match text {
            "json" => Ok(Self::Json),
            "text" => Ok(Self::Text),
            "auto" => Ok(Self::detect()),
            _ => Err(LogError::Format(text.to_owned())),
        }
    }
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "json",
            Self::Text => "text",
        })
    }
}

/// Why logs cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// No such format.
    #[error("invalid log format `{0}`: expected `json`, `text` or `auto`")]
    Format(String),
    /// A word of the filter is no level: as a target, it would silence all others.
    #[error(
        "`{word}` in the log filter is no level: expected `error`, `warn`, `info`, `debug`, `trace` or `off`, or `target=level`"
    )]
    Level {
        /// What was given.
        word: String,
    },
    /// The filter does not parse.
    #[error(
        "`{filter}` is no log filter: expected a level such as `info`, or directives such as `info,access=off` ({source})"
    )]
    Filter {
        /// What was given.
        filter: String,
        /// Where it is wrong.
        source: tracing_subscriber::filter::ParseError,
    },
}

/// Checks a filter without installing it: a level (`info`), or directives (`info,access=off`).
///
/// # Errors
/// [`LogError::Filter`] when it does not parse.
pub fn check_filter(filter: &str) -> Result<(), LogError> {
    parse(filter).map(drop)
}

/// What is logged by the subscriber of the process.
static FILTER: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();

/// What events go through first, and how that is changed later.
type Filtered = Layered<reload::Layer<EnvFilter, Registry>, Registry>;

fn filtered(filter: &str) -> Result<(Filtered, reload::Handle<EnvFilter, Registry>), LogError> {
    let (filter, handle) = reload::Layer::new(parse(filter)?);
    Ok((tracing_subscriber::registry().with(filter), handle))
}

/// Another filter for the subscriber that the process has from here; without one it has no effect.
///
/// # Errors
/// [`LogError`] when it does not parse.
pub fn set_filter(filter: &str) -> Result<(), LogError> {
    let filter = parse(filter)?;
    if let Some(handle) = FILTER.get() {
        // The subscriber is that of the process, which is not gone.
        handle.reload(filter).ok();
    }
    Ok(())
}

/// Installs the subscriber of the process. Only the first call in a process has an effect, so that tests and several
/// programs in one process may all call it.
///
/// # Errors
/// [`LogError::Filter`] when `filter` does not parse.
pub fn init(format: LogFormat, filter: &str) -> Result<(), LogError> {
    let (registry, handle) = filtered(filter)?;
    let installed = match format {
        LogFormat::Json => registry
            .with(JsonLines::new(|line: &[u8]| {
                // There is nobody to notify.
                std::io::stderr().lock().write_all(line).ok();
            }))
            .try_init(),
        LogFormat::Text => registry
            .with(
                tracing_subscriber::fmt::layer()
                    .fmt_fields(OfRequest(DefaultFields::new()))
                    .with_ansi(std::io::stderr().is_terminal())
                    .with_writer(std::io::stderr),
            )
            .try_init(),
    };
    // An error means that the process has its subscriber already.
    if installed.is_ok() {
        FILTER.set(handle).ok();
    }
    Ok(())
}

/// The same for a program with lines of its own: `write` gets each event as a line of JSON, with its line feed.
///
/// # Errors
/// [`LogError::Filter`] when `filter` does not parse.
pub fn init_with(
    filter: &str,
    write: impl Fn(&[u8]) + Send + Sync + 'static,
) -> Result<(), LogError> {
    let (registry, handle) = filtered(filter)?;
    if registry.with(JsonLines::new(write)).try_init().is_ok() {
        FILTER.set(handle).ok();
    }
    Ok(())
}

/// The fields of an event, and what is said about the request that the thread works for.
struct OfRequest(DefaultFields);

impl<'w> FormatFields<'w> for OfRequest {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'w>, fields: R) -> fmt::Result {
        self.0.format_fields(writer.by_ref(), fields)?;
        current::with(|request| match request {
            None => Ok(()),
            Some(request) => {
                let (program, id) = (request.program, request.id.as_str());
                let trace = request.trace.trace_id();
                write!(
                    writer,
                    " program={program} request_id={id} trace_id={trace}"
                )
            }
        })
    }
}

fn parse(filter: &str) -> Result<EnvFilter, LogError> {
    let words = filter.split(',').map(str::trim);
    let alone = |word: &&str| word.bytes().all(|byte| byte.is_ascii_alphabetic());
    for word in words.filter(alone).filter(|word| !word.is_empty()) {
        if word.parse::<LevelFilter>().is_err() {
            return Err(LogError::Level {
                word: word.to_owned(),
            });
        }
    }
    EnvFilter::builder()
        .parse(filter)
        .map_err(|source| LogError::Filter {
            filter: filter.to_owned(),
            source,
        })
}

#[cfg(test)]
mod tests;
