//! The configuration of `router dev`: of the command line alone, or of a file and the command line.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use serde_json::{Map, Value, json};
use settings::ConfigError;

use super::Wanted;
use super::mock::Mock;
use super::source::{self, DevSource};
use crate::config::Config;

/// How often subgraphs and files are looked at.
const INTERVAL: Duration = Duration::from_secs(1);

/// How long requests may take to end when the developer wants the router to.
const DRAIN: Duration = Duration::from_secs(1);

/// What is wrong with what was asked for.
#[derive(Debug)]
pub(crate) enum Mistake {
    /// With the command line.
    Usage(String),
    /// With the file.
    Config(ConfigError),
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) => f.write_str(message),
            Self::Config(error) => error.fmt(f),
        }
    }
}

/// Reads both. Everything that helps a developer is on.
pub(super) fn config(wanted: &Wanted<'_>, mocks: &[Mock]) -> Result<Config, Mistake> {
    source::check(wanted.sources).map_err(Mistake::Usage)?;
    let mut config = match wanted.config {
        Some(file) => Config::load(file).map_err(Mistake::Config)?,
        None => named(wanted, mocks)?,
    };
    if wanted.config.is_some() && !wanted.sources.is_empty() {
        for (name, of_line) in named(wanted, mocks)?.subgraphs {
            let subgraph = config.subgraphs.entry(name).or_default();
            subgraph.terms.url = of_line.terms.url;
            subgraph.sdl = of_line.sdl;
        }
    }
    if let Some(port) = wanted.port {
        config.listen.port = port;
    }
    if let Some(port) = wanted.admin_port {
        config.admin.port = port;
    }
    config.introspection = true;
    config.playground = true;
    config.expose_plan = true;
    config.console.status = true;
    config.errors.include = true;
    config.errors.by_subgraph.clear();
    config.polling.interval = config.polling.interval.min(INTERVAL);
    config.timeouts.drain_delay = Duration::ZERO;
    config.timeouts.drain = config.timeouts.drain.min(DRAIN);
    Ok(config)
}

/// What the command line says, as a file would.
fn named(wanted: &Wanted<'_>, mocks: &[Mock]) -> Result<Config, Mistake> {
    let mut subgraphs = Map::new();
    for named in wanted.sources {
        let mocked = mocks.iter().find(|mock| mock.name == named.name);
        let url = match &named.source {
            DevSource::File(_) => mocked.map(Mock::url),
            other => other.url().map(str::to_owned),
        };
        let mut subgraph = json!({ "url": url });
        if let Some(file) = named.source.file() {
            subgraph["sdl"] = json!(file);
        }
        subgraphs.insert(named.name.clone(), subgraph);
    }
    let text = json!({
        // Any port, so that nothing else that runs here is in the way.
        "admin": "127.0.0.1:0",
        "cost": { "mode": "measure" },
        "subscriptions": { "websocket": true },
        "subgraphs": Value::Object(subgraphs),
    });
    Config::parse(&text.to_string(), Path::new(""), &|_| None).map_err(|error| {
        let mistakes = error
            .findings
            .iter()
            .map(|finding| match &finding.expected {
                Some(expected) => format!("{}; expected {expected}", finding.sentence()),
                None => finding.sentence(),
            });
        Mistake::Usage(mistakes.collect::<Vec<_>>().join("\n"))
    })
}
