//! The task that hears what the sources say, composes when one changed, and publishes what composed.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use abaque_edge::Health;
use federation::{Diagnostics, Severity, Subgraph, Supergraph};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Schemas;
use super::features;
use super::kept::Kept;
use super::serving::{SchemaHash, Serving};
use super::sources::{Watched, configured_sources};
use super::status::{FailureStatus, Origin, SchemaStatus, SourceState, SourceStatus, Status};
use super::watch::{Observation, watch};
use crate::clock::unix_seconds;
use crate::config::Config;
use crate::deep_stack;
use crate::metrics::Metrics;
use crate::report;
use crate::subgraph::Transport;

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
    kept: Option<Kept>,
    /// Where the schema in service comes from.
    origin: Origin,
    failure: Option<FailureStatus>,
}

/// What came of a composition.
enum Made {
    /// The schema that is in service.
    Same,
    /// Another one, ready for service.
    New(Box<Serving>),
}

/// Why nothing came of it.
pub(crate) struct NotMade {
    /// In a sentence.
    pub(crate) error: String,
    pub(crate) diagnostics: Diagnostics,
}

/// What a schema is made from.
enum Ingredients {
    Subgraphs(Vec<Subgraph>),
    Supergraph(Arc<str>),
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
        let kept = Kept::of(&config);
        let origin = match config.supergraph {
            Some(_) => Origin::File,
            None => Origin::Composed,
        };
        Self {
            config,
            transport,
            metrics,
            health,
            schemas,
            sources,
            kept,
            origin,
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
        self.begin_with_kept().await;
        while let Some(first) = observations.recv().await {
            let mut changed = self.hear(first);
            // What came in the meantime is composed with it, not after it.
            while let Ok(next) = observations.try_recv() {
                changed |= self.hear(next);
            }
            if changed && let Some(ingredients) = self.ingredients() {
                self.compose(ingredients).await;
            }
            self.publish();
        }
    }

    /// Serves what an earlier run composed, until the subgraphs have been seen.
    async fn begin_with_kept(&mut self) {
        let Some(kept) = self.kept.clone() else {
            return;
        };
        let config = Arc::clone(&self.config);
        let reading = deep_stack::run(move || kept.read(&config));
        let Ok(Some(sdl)) = reading.await else {
            return;
        };
        if let Ok(Made::New(serving)) = self.make(Ingredients::Supergraph(sdl.into())).await {
            tracing::info!(schema = %serving.hash, "the schema of an earlier run is in service for now");
            self.origin = Origin::Kept;
            self.put(*serving);
            self.publish();
        }
    }

    /// Notes an observation; says whether a text changed.
    fn hear(&mut self, Observation { index, sdl }: Observation) -> bool {
        let Some(watched) = self.sources.get_mut(index) else {
            return false;
        };
        match sdl {
            Ok(sdl) => watched.seen(sdl, SystemTime::now()),
            Err(error) => {
                watched.missed(&error);
                false
            }
        }
    }

    /// The newest texts, once all sources have been seen.
    fn ingredients(&self) -> Option<Ingredients> {
        if self.config.supergraph.is_some() {
            return self
                .sources
                .first()?
                .sdl
                .clone()
                .map(Ingredients::Supergraph);
        }
        let subgraph = |watched: &Watched| {
            Some(Subgraph {
                name: watched.status.name.clone(),
                url: watched.status.url.clone(),
                sdl: watched.sdl.as_ref()?.to_string(),
                file: watched.source.file().map(|path| path.display().to_string()),
            })
        };
        self.sources
            .iter()
            .map(subgraph)
            .collect::<Option<_>>()
            .map(Ingredients::Subgraphs)
    }

    async fn compose(&mut self, ingredients: Ingredients) {
        let begun = Instant::now();
        let made = match self.make(ingredients).await {
            Ok(made) => made,
            Err(failure) => return self.failed(failure),
        };
        self.metrics.composed.increment(1);
        self.metrics.composition_duration.record(begun.elapsed());
        self.metrics.composition_failing.set(0.0);
        if self.failure.take().is_some() {
            tracing::info!("the subgraphs compose again");
        }
        if self.origin == Origin::Kept {
            self.origin = Origin::Composed;
        }
        if let Made::New(serving) = made {
            tracing::info!(
                schema = %serving.hash,
                hints = serving.hints.len(),
                milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
                "a new schema is in service",
            );
            for hint in serving.hints.iter().take(MAX_LOGGED) {
                tracing::debug!(code = hint.code.as_str(), "{}", hint.message);
            }
            if let Some(kept) = self.kept.clone() {
                let sdl = Arc::clone(serving.supergraph.sdl());
                tokio::task::spawn_blocking(move || kept.write(&sdl));
            }
            self.warn_of_strangers(&serving);
            self.warn_of_unknown_fields(&serving);
            self.put(*serving);
        }
    }

    fn put(&self, serving: Serving) {
        self.metrics.schema_hash.set(serving.hash.as_f64());
        self.metrics.cache_entries.set(0.0);
        self.metrics.cache_bytes.set(0.0);
        self.metrics
            .composed_at
            .set(unix_seconds(serving.since) as f64);
        self.schemas.put(serving);
        self.health.ready();
    }

    /// Composes, loads and indexes, away from the threads that serve.
    async fn make(&self, ingredients: Ingredients) -> Result<Made, NotMade> {
        let (config, transport) = (Arc::clone(&self.config), self.transport.clone());
        let (metrics, previous) = (Arc::clone(&self.metrics), self.schemas.current());
        let making = deep_stack::run(move || {
            let (supergraph, hints) = load(&ingredients)?;
            features::check(&supergraph, &config.delegated_features).map_err(|diagnostics| {
                let error = "the schema relies on what the router does not carry out".to_owned();
                NotMade { error, diagnostics }
            })?;
            // The sources may differ in what the supergraph does not show: then prepared operations stay.
            let hash = SchemaHash::of(supergraph.sdl());
            if previous
                .as_ref()
                .is_some_and(|serving| serving.hash == hash)
            {
                return Ok(Made::Same);
            }
            let previous = previous.as_deref();
            let serving = Serving::new(supergraph, hints, &config, &transport, &metrics, previous);
            Ok(Made::New(Box::new(serving)))
        });
        making.await.unwrap_or_else(|failed| {
            tracing::error!(%failed, "composition did not end well");
            let error = "composition failed by a mistake of the router".to_owned();
            Err(NotMade {
                error,
                diagnostics: Diagnostics::new(),
            })
        })
    }

    /// Settings for subgraphs that a supergraph does not have are most likely misspelt.
    fn warn_of_strangers(&self, serving: &Serving) {
        let known = serving.supergraph.subgraphs();
        for name in self.config.subgraphs.keys() {
            if !known.iter().any(|subgraph| *subgraph.name == **name) {
                tracing::warn!(
                    subgraph = name,
                    "the configuration names a subgraph that the schema does not have"
                );
            }
        }
    }

    /// So are slow fields that no subgraph resolves as the configuration says.
    fn warn_of_unknown_fields(&self, serving: &Serving) {
        for field in serving.planners.unknown_slow() {
            tracing::warn!(
                subgraph = %field.subgraph,
                coordinate = %field.coordinate,
                "the configuration calls a field slow that the subgraph does not resolve"
            );
        }
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
        self.failure = Some(FailureStatus {
            since: self
                .failure
                .as_ref()
                .map_or_else(SystemTime::now, |before| before.since),
            error: failure.error,
            diagnostics: failure.diagnostics,
        });
    }

    fn publish(&self) {
        let status = Status {
            schema: self.schemas.current().map(|serving| SchemaStatus {
                hash: serving.hash.to_string(),
                since: serving.since,
                origin: self.origin,
                hints: serving.hints.clone(),
                unknown_slow: serving.planners.unknown_slow().to_vec(),
            }),
            failure: self.failure.clone(),
            sources: self
                .sources
                .iter()
                .map(|watched| self.status_of(watched))
                .collect(),
        };
        if status.schema.is_none() {
            self.health.not_ready(status.why_not_ready());
        }
        self.schemas.publish(status);
    }

    /// A source that could be had is invalid while errors of the last composition are about it.
    fn status_of(&self, watched: &Watched) -> SourceStatus {
        let mut status = watched.status.clone();
        let blamed = self.failure.as_ref().is_some_and(|failure| {
            failure
                .diagnostics
                .iter()
                .filter(|d| d.severity == Severity::Error)
                .any(|d| report::subgraph(d) == Some(&status.name))
        });
        if blamed && status.state == SourceState::Fetched {
            status.state = SourceState::Invalid;
        }
        status
    }
}

/// Composes; what is wrong comes as a sentence and as diagnostics.
pub(crate) fn compose_sources(subgraphs: &[Subgraph]) -> Result<composition::Composed, NotMade> {
    composition::compose(subgraphs).map_err(|diagnostics| NotMade {
        error: "the subgraphs do not compose".to_owned(),
        diagnostics,
    })
}

fn load(ingredients: &Ingredients) -> Result<(Supergraph, Diagnostics), NotMade> {
    let (sdl, hints) = match ingredients {
        Ingredients::Supergraph(sdl) => (sdl.to_string(), Diagnostics::new()),
        Ingredients::Subgraphs(subgraphs) => {
            let composed = compose_sources(subgraphs)?;
            (composed.supergraph_sdl, composed.hints)
        }
    };
    match Supergraph::parse(&sdl) {
        Ok(supergraph) => Ok((supergraph, hints)),
        Err(diagnostics) => Err(NotMade {
            error: "the supergraph cannot be loaded".to_owned(),
            diagnostics,
        }),
    }
}
