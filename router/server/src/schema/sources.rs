//! The sources that the configuration names, and what each last said.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use client::{SchemaBounds, Subgraph, Transport};
use discovery::Discovered;
use tokio::task::AbortHandle;

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
    let each = config.placed().map(|(name, subgraph)| {
        let url = subgraph.terms.url.as_ref().map(ToString::to_string);
        let source = match &subgraph.sdl {
            Some(path) => Source::File {
                path: path.clone(),
                max,
            },
            None => live(
                name,
                url.as_deref().unwrap_or_default(),
                &subgraph.terms,
                config,
                transport,
                metrics,
            ),
        };
        NamedSource {
            name: name.clone(),
            url,
            source,
        }
    });
    each.collect()
}

/// The subgraph itself.
fn live(
    name: &str,
    url: &str,
    terms: &client::SubgraphConfig,
    config: &Config,
    transport: &Transport,
    metrics: &Metrics,
) -> Source {
    let max = config.limits.sdl;
    let asked = Subgraph::for_schema(
        name,
        url,
        terms,
        &config.client,
        transport,
        &metrics.recorder,
        SchemaBounds {
            timeout: config.timeouts.sdl,
            max_response: json_size(max),
        },
    );
    Source::Live {
        subgraph: Arc::new(asked),
        max,
    }
}

/// A Service of a cluster, ready to be looked at.
pub(super) fn discovered_source(
    found: &Discovered,
    config: &Config,
    transport: &Transport,
    metrics: &Metrics,
) -> NamedSource {
    let url = found.url.to_string();
    let subgraph = config.subgraph(&found.name);
    let source = match subgraph.sdl {
        Some(path) => Source::File {
            path,
            max: config.limits.sdl,
        },
        None => live(
            &found.name,
            &url,
            &subgraph.terms,
            config,
            transport,
            metrics,
        ),
    };
    NamedSource {
        name: found.name.clone(),
        url: Some(url),
        source,
    }
}

impl Watched {
    /// Whether that is the same place.
    pub(super) fn is_at(&self, named: &NamedSource) -> bool {
        self.status.url == named.url
            && self.source.kind() == named.source.kind()
            && self.source.file() == named.source.file()
    }

    pub(super) fn new(
        id: u64,
        NamedSource { name, url, source }: NamedSource,
        service: Option<String>,
        metrics: &Metrics,
    ) -> Self {
        Self {
            id,
            watcher: None,
            metrics: SourceMetrics::new(&metrics.recorder, &name),
            sdl: None,
            good: None,
            status: SourceStatus {
                name,
                url,
                kind: source.kind(),
                service,
                file: source.file().map(Path::to_owned),
                sdl: None,
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

/// The bytes that a text of `size` bytes takes as a JSON string at most, except for control characters, which SDL has few of.
fn json_size(size: usize) -> usize {
    size.saturating_mul(2).saturating_add(1024)
}

/// A source and what it last said.
pub(super) struct Watched {
    /// Its number among all that there ever were.
    pub(super) id: u64,
    /// The task that looks at it.
    pub(super) watcher: Option<AbortHandle>,
    pub(super) source: Arc<Source>,
    metrics: SourceMetrics,
    /// The last text that was obtained.
    pub(super) sdl: Option<Arc<str>>,
    /// The text in the last composition that succeeded.
    pub(super) good: Option<Arc<str>>,
    pub(super) status: SourceStatus,
}

impl Watched {
    /// Notes a text; says whether it is another one.
    pub(super) fn seen(&mut self, sdl: Arc<str>, now: SystemTime) -> bool {
        if self.status.state == SourceState::Unreachable {
            tracing::info!(subgraph = self.status.name, "the SDL is available again");
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
                "no SDL is available; {kept}"
            );
        }
        self.metrics.up.set(0.0);
        self.metrics.failed.increment(1);
        self.status.state = SourceState::Unreachable;
        self.status.last_error = Some(text);
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(watcher) = &self.watcher {
            watcher.abort();
        }
        // A subgraph that is gone is not in trouble.
        self.metrics.up.set(1.0);
    }
}
