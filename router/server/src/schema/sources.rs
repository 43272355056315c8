//! The sources that the configuration names, and what each last said.

use std::sync::Arc;
use std::time::SystemTime;

use client::{Subgraph, Transport};

use super::source::{Source, SourceError};
use super::status::{SourceState, SourceStatus};
use crate::config::Config;
use crate::telemetry::{Metrics, SourceMetrics};

/// A source of the configuration.
pub(crate) struct NamedSource {
    pub(crate) name: String,
    pub(crate) url: Option<String>,
    pub(crate) source: Source,
}

/// What the configuration names, each ready to be looked at.
pub(crate) fn configured_sources(
    config: &Config,
    transport: &Transport,
    metrics: &Metrics,
) -> Vec<NamedSource> {
    let max = config.limits.sdl;
    if let Some(path) = &config.supergraph {
        let source = Source::File {
            path: path.clone(),
            max: config.limits.sdl_total,
        };
        return vec![NamedSource {
            name: SUPERGRAPH.to_owned(),
            url: None,
            source,
        }];
    }
    let each = config.subgraphs.iter().map(|(name, subgraph)| {
        let url = subgraph.terms.url.as_ref().map(ToString::to_string);
        let source = match &subgraph.sdl {
            Some(path) => Source::File {
                path: path.clone(),
                max,
            },
            None => {
                let asked = Subgraph::new(
                    name,
                    url.as_deref().unwrap_or_default(),
                    &subgraph.terms,
                    &config.client,
                    transport,
                    &metrics.recorder,
                );
                Source::Live {
                    subgraph: Arc::new(asked.with_bounds(config.timeouts.sdl, json_size(max))),
                    max,
                }
            }
        };
        NamedSource {
            name: name.clone(),
            url,
            source,
        }
    });
    each.collect()
}

impl Watched {
    pub(super) fn new(NamedSource { name, url, source }: NamedSource, metrics: &Metrics) -> Self {
        Self {
            metrics: SourceMetrics::new(&metrics.recorder, &name),
            sdl: None,
            good: None,
            status: SourceStatus {
                name,
                url,
                kind: source.kind(),
                state: SourceState::Waiting,
                last_error: None,
                last_change: None,
                last_seen: None,
            },
            source: Arc::new(source),
        }
    }
}

/// How a supergraph file is called among the sources.
const SUPERGRAPH: &str = "supergraph";

/// The bytes that a text of `size` bytes takes as a JSON string at most, but for control characters, which SDL has few of.
fn json_size(size: usize) -> usize {
    size.saturating_mul(2).saturating_add(1024)
}

/// A source and what it last said.
pub(super) struct Watched {
    pub(super) source: Arc<Source>,
    metrics: SourceMetrics,
    /// The last text that could be had.
    pub(super) sdl: Option<Arc<str>>,
    /// The text in the last composition that succeeded.
    pub(super) good: Option<Arc<str>>,
    pub(super) status: SourceStatus,
}

impl Watched {
    /// Notes a text; says whether it is another one.
    pub(super) fn seen(&mut self, sdl: Arc<str>, now: SystemTime) -> bool {
        if self.status.state == SourceState::Unreachable {
            tracing::info!(subgraph = self.status.name, "the SDL can be had again");
        }
        let changed = self.sdl.as_deref() != Some(&*sdl);
        self.metrics.up.set(1.0);
        if changed {
            &self.metrics.changed
        } else {
            &self.metrics.unchanged
        }
        .increment(1);
        self.status.last_seen = Some(now);
        self.status.last_error = None;
        if changed {
            self.sdl = Some(sdl);
            self.status.last_change = Some(now);
        }
        self.status.state = SourceState::Fetched;
        changed
    }

    /// Notes that there was none.
    pub(super) fn missed(&mut self, error: &SourceError) {
        let text = error.to_string();
        // Once for each change of state, not for each look.
        if self.status.state != SourceState::Unreachable {
            let kept = if self.sdl.is_some() {
                "the last one is kept"
            } else {
                "there is none yet"
            };
            tracing::warn!(
                subgraph = self.status.name,
                error = text,
                "no SDL can be had; {kept}"
            );
        }
        self.metrics.up.set(0.0);
        self.metrics.failed.increment(1);
        self.status.state = SourceState::Unreachable;
        self.status.last_error = Some(text);
    }
}
