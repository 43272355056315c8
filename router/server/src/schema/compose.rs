//! The task that hears what the sources say, composes when one changed, and publishes what composed.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use abaque_edge::Health;
use federation::{Diagnostics, Subgraph, Supergraph};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Schemas;
use super::serving::{SchemaHash, Serving};
use super::source::{Source, SourceError};
use super::status::{FailureStatus, SchemaStatus, SourceState, SourceStatus, Status};
use super::watch::{Observation, watch};
use crate::clock::unix_seconds;
use crate::config::Config;
use crate::metrics::{Metrics, SourceMetrics, SubgraphMetrics};
use crate::report;
use crate::subgraph::{Endpoint, Transport};

/// At most so many diagnostics of one failure go to the log; all are in the status.
const MAX_LOGGED: usize = 20;

/// Composes, again and again.
pub(crate) struct Composer {
    config: Arc<Config>,
    transport: Transport,
    metrics: Arc<Metrics>,
    health: Health,
    schemas: Arc<Schemas>,
    sources: Vec<Watched>,
    failure: Option<FailureStatus>,
}

/// A source and what it last said.
struct Watched {
    source: Arc<Source>,
    metrics: SourceMetrics,
    sdl: Option<Arc<str>>,
    status: SourceStatus,
}

/// What came of a composition.
struct Made {
    supergraph: Supergraph,
    hints: Diagnostics,
}

/// Why nothing came of it.
pub(crate) struct NotMade {
    /// In a sentence.
    pub(crate) error: String,
    pub(crate) diagnostics: Diagnostics,
}

impl Composer {
    pub(crate) fn new(
        config: Arc<Config>,
        transport: Transport,
        metrics: Arc<Metrics>,
        health: Health,
    ) -> Self {
        let sources: Vec<Watched> = configured_sources(&config, &transport, &metrics)
            .into_iter()
            .map(|named| Watched::new(named, &metrics))
            .collect();
        let status = Status {
            schema: None,
            failure: None,
            sources: sources
                .iter()
                .map(|watched| watched.status.clone())
                .collect(),
        };
        let schemas = Arc::new(Schemas::new(status));
        health.not_ready(schemas.status().why_not_ready());
        Self {
            config,
            transport,
            metrics,
            health,
            schemas,
            sources,
            failure: None,
        }
    }

    /// What it publishes to.
    pub(crate) fn schemas(&self) -> Arc<Schemas> {
        Arc::clone(&self.schemas)
    }

    /// Runs until it is dropped.
    pub(crate) async fn run(mut self) {
        let (sender, mut observations) = mpsc::channel(self.sources.len().max(1));
        let mut watchers = JoinSet::new();
        for (index, watched) in self.sources.iter().enumerate() {
            watchers.spawn(watch(
                index,
                Arc::clone(&watched.source),
                self.config.polling.interval,
                self.schemas.refreshes(),
                sender.clone(),
            ));
        }
        drop(sender);
        while let Some(first) = observations.recv().await {
            let mut changed = self.hear(first);
            // What came in the meantime is composed with it, not after it.
            while let Ok(next) = observations.try_recv() {
                changed |= self.hear(next);
            }
            if changed && self.sources.iter().all(|watched| watched.sdl.is_some()) {
                self.compose().await;
            }
            self.publish();
        }
    }

    /// Notes an observation; says whether a text changed.
    fn hear(&mut self, Observation { index, sdl }: Observation) -> bool {
        let Some(watched) = self.sources.get_mut(index) else {
            return false;
        };
        let now = SystemTime::now();
        match sdl {
            Ok(sdl) => watched.seen(sdl, now),
            Err(error) => {
                watched.missed(&error);
                false
            }
        }
    }

    async fn compose(&mut self) {
        let begun = Instant::now();
        let made = match self.make().await {
            Ok(made) => made,
            Err(failure) => return self.failed(failure),
        };
        self.metrics.composed.increment(1);
        self.metrics.composition_duration.record(begun.elapsed());
        self.metrics.composition_failing.set(0.0);
        if self.failure.take().is_some() {
            tracing::info!("the subgraphs compose again");
        }
        self.mark_invalid(&Diagnostics::new());
        let previous = self.schemas.current();
        // The sources may differ in what the supergraph does not show: then prepared operations stay.
        let hash = SchemaHash::of(made.supergraph.sdl());
        if previous
            .as_ref()
            .is_some_and(|serving| serving.hash == hash)
        {
            return;
        }
        let serving = Serving::new(
            made.supergraph,
            made.hints,
            &self.config,
            &self.transport,
            &self.metrics,
            previous.as_deref(),
        );
        tracing::info!(
            schema = %hash,
            hints = serving.hints.len(),
            milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            "a new schema is in service",
        );
        for hint in serving.hints.iter().take(MAX_LOGGED) {
            tracing::debug!(code = hint.code.as_str(), "{}", hint.message);
        }
        self.metrics.schema_hash.set(hash.as_f64());
        self.metrics.cache_entries.set(0.0);
        self.metrics.cache_bytes.set(0.0);
        self.metrics
            .composed_at
            .set(unix_seconds(serving.since) as f64);
        self.schemas.put(serving);
        self.health.ready();
    }

    /// Composes and loads, away from the threads that serve.
    async fn make(&self) -> Result<Made, NotMade> {
        let sdls: Vec<Arc<str>> = self
            .sources
            .iter()
            .filter_map(|watched| watched.sdl.clone())
            .collect();
        let composing = match self.config.supergraph {
            Some(_) => {
                tokio::task::spawn_blocking(move || load(&sdls.concat(), Diagnostics::new()))
            }
            None => {
                let subgraphs = self
                    .sources
                    .iter()
                    .zip(sdls)
                    .map(|(watched, sdl)| Subgraph {
                        name: watched.status.name.clone(),
                        url: watched.status.url.clone(),
                        sdl: sdl.to_string(),
                        file: watched.source.file().map(|path| path.display().to_string()),
                    })
                    .collect::<Vec<_>>();
                tokio::task::spawn_blocking(move || {
                    let composed = compose_sources(&subgraphs)?;
                    load(&composed.supergraph_sdl, composed.hints)
                })
            }
        };
        composing.await.unwrap_or_else(|panic| {
            tracing::error!(%panic, "composition panicked");
            let error = "composition failed by a mistake of the router".to_owned();
            Err(NotMade {
                error,
                diagnostics: Diagnostics::new(),
            })
        })
    }

    fn failed(&mut self, failure: NotMade) {
        self.metrics.composition_failed.increment(1);
        self.metrics.composition_failing.set(1.0);
        let kept = match self.schemas.current() {
            Some(_) => "the last good schema stays in service",
            None => "there is nothing to serve",
        };
        tracing::error!(
            errors = failure.diagnostics.len(),
            "{}; {kept}",
            failure.error
        );
        for diagnostic in failure.diagnostics.iter().take(MAX_LOGGED) {
            let place = diagnostic.locations.first();
            tracing::error!(
                code = diagnostic.code.as_str(),
                subgraph = report::subgraph(diagnostic),
                line = place.map(|place| place.line),
                column = place.map(|place| place.column),
                "{}",
                diagnostic.message,
            );
        }
        self.mark_invalid(&failure.diagnostics);
        self.failure = Some(FailureStatus {
            since: self
                .failure
                .as_ref()
                .map_or_else(SystemTime::now, |before| before.since),
            error: failure.error,
            diagnostics: failure.diagnostics,
        });
    }

    /// Sources that errors are about are invalid, the others that were are not any more.
    fn mark_invalid(&mut self, diagnostics: &Diagnostics) {
        for watched in &mut self.sources {
            let status = &mut watched.status;
            let blamed = diagnostics
                .iter()
                .filter(|d| d.severity == federation::Severity::Error)
                .any(|d| report::subgraph(d) == Some(status.name.as_str()));
            match (blamed, status.state) {
                (true, SourceState::Fetched) => status.state = SourceState::Invalid,
                (false, SourceState::Invalid) => status.state = SourceState::Fetched,
                _ => {}
            }
        }
    }

    fn publish(&self) {
        let status = Status {
            schema: self.schemas.current().map(|serving| SchemaStatus {
                hash: serving.hash.to_string(),
                since: serving.since,
                hints: serving.hints.clone(),
            }),
            failure: self.failure.clone(),
            sources: self
                .sources
                .iter()
                .map(|watched| watched.status.clone())
                .collect(),
        };
        if status.schema.is_none() {
            self.health.not_ready(status.why_not_ready());
        }
        self.schemas.publish(status);
    }
}

impl Watched {
    fn seen(&mut self, sdl: Arc<str>, now: SystemTime) -> bool {
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
        if changed || self.status.state != SourceState::Invalid {
            self.status.state = SourceState::Fetched;
        }
        changed
    }

    fn missed(&mut self, error: &SourceError) {
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
            max,
        };
        return vec![NamedSource {
            name: SUPERGRAPH.to_owned(),
            url: None,
            source,
        }];
    }
    let each = config.subgraphs.iter().map(|(name, subgraph)| {
        let url = subgraph.url.as_ref().map(ToString::to_string);
        let source = match &subgraph.sdl {
            Some(path) => Source::File {
                path: path.clone(),
                max,
            },
            None => {
                let endpoint = Endpoint::new(
                    name,
                    url.as_deref().unwrap_or_default(),
                    subgraph,
                    config,
                    transport,
                    SubgraphMetrics::new(&metrics.recorder, name),
                );
                Source::Live(Box::new(
                    endpoint.with_bounds(config.timeouts.sdl, json_size(max)),
                ))
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
    fn new(NamedSource { name, url, source }: NamedSource, metrics: &Metrics) -> Self {
        Self {
            metrics: SourceMetrics::new(&metrics.recorder, &name),
            sdl: None,
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

/// Composes; what is wrong comes as a sentence and as diagnostics.
pub(crate) fn compose_sources(subgraphs: &[Subgraph]) -> Result<composition::Composed, NotMade> {
    composition::compose(subgraphs).map_err(|diagnostics| NotMade {
        error: "the subgraphs do not compose".to_owned(),
        diagnostics,
    })
}

fn load(sdl: &str, hints: Diagnostics) -> Result<Made, NotMade> {
    match Supergraph::parse(sdl) {
        Ok(supergraph) => Ok(Made { supergraph, hints }),
        Err(diagnostics) => Err(NotMade {
            error: "the supergraph cannot be loaded".to_owned(),
            diagnostics,
        }),
    }
}
