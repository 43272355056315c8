//! The task that hears what the sources say, composes when one changed, and publishes what composed.

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use abaque_edge::Health;
use federation::{Cancellation, Severity, Subgraph};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Schemas;
use super::kept::Kept;
use super::logged;
use super::making::{Ingredients, Made, Making, NotMade};
use super::serving::Serving;
use super::sources::{Watched, configured_sources};
use super::status::{FailureStatus, Origin, SchemaStatus, SourceState, SourceStatus, Status};
use super::watch::{Observation, watch};
use crate::clock::unix_seconds;
use crate::config::Config;
use crate::deep_stack;
use crate::telemetry::Metrics;
use client::Transport;

/// The text of each source, where it has one.
type Texts = Vec<Option<Arc<str>>>;

/// Composes, again and again: one composition at a time, while it goes on hearing what the sources say.
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

/// A composition under way.
struct Running {
    work: Pin<Box<dyn Future<Output = Result<Made, NotMade>> + Send>>,
    cancellation: Cancellation,
    begun: Instant,
    /// The texts it composes, by source.
    texts: Texts,
    /// Whether the last good texts of those stand in whose new ones are wrong by themselves.
    stands_in: bool,
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
        let mut running: Option<Running> = None;
        // Whether a text changed that is not being composed yet.
        let mut changed = false;
        // A composition that follows on one that was called off runs to its end: texts that change all the time must not keep all others from service.
        let mut called_off = false;
        loop {
            if running.is_none() && std::mem::take(&mut changed) {
                running = self.ingredients().map(|made_of| self.begin(made_of));
            }
            tokio::select! {
                observed = observations.recv() => {
                    let Some(first) = observed else {
                        return;
                    };
                    changed |= self.hear(first);
                    // What came in the meantime is composed with it, not after it.
                    while let Ok(next) = observations.try_recv() {
                        changed |= self.hear(next);
                    }
                    match &running {
                        Some(running) if changed && !called_off && !running.stands_in => {
                            running.cancellation.cancel();
                        }
                        Some(_) => {}
                        None if changed && self.sources.iter().all(|watched| watched.sdl.is_some()) => {}
                        None => self.publish(),
                    }
                }
                (ended, made) = end(&mut running) => {
                    called_off = made.is_err() && ended.cancellation.is_cancelled();
                    if !called_off {
                        running = self.ended(&ended, made);
                    }
                    changed |= called_off;
                    self.publish();
                }
            }
        }
    }

    /// Begins a composition, which goes on by itself.
    fn begin(&self, (ingredients, texts): (Ingredients, Texts)) -> Running {
        let cancellation = Cancellation::default();
        let making = Making {
            config: Arc::clone(&self.config),
            transport: self.transport.clone(),
            metrics: Arc::clone(&self.metrics),
            schemas: Arc::clone(&self.schemas),
        };
        Running {
            work: Box::pin(making.run(ingredients, cancellation.clone())),
            cancellation,
            begun: Instant::now(),
            texts,
            stands_in: false,
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
        let mut kept = self.begin((Ingredients::Supergraph(sdl.into()), Vec::new()));
        if let Ok(Made::New(serving)) = kept.work.as_mut().await {
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
    fn ingredients(&self) -> Option<(Ingredients, Texts)> {
        self.made_of(|watched| watched.sdl.clone())
    }

    fn made_of(&self, text: impl Fn(&Watched) -> Option<Arc<str>>) -> Option<(Ingredients, Texts)> {
        let texts: Texts = self.sources.iter().map(text).collect();
        if self.config.supergraph.is_some() {
            let sdl = texts.first()?.clone()?;
            return Some((Ingredients::Supergraph(sdl), texts));
        }
        let subgraph = |(watched, text): (&Watched, &Option<Arc<str>>)| {
            Some(Subgraph {
                name: watched.status.name.clone(),
                url: watched.status.url.clone(),
                sdl: text.as_ref()?.to_string(),
                file: watched.source.file().map(|path| path.display().to_string()),
            })
        };
        let subgraphs = self.sources.iter().zip(&texts).map(subgraph);
        let subgraphs = subgraphs.collect::<Option<_>>()?;
        Some((Ingredients::Subgraphs(subgraphs), texts))
    }

    /// Takes over what a composition made. What it returns is to be composed instead of it.
    fn ended(&mut self, ended: &Running, made: Result<Made, NotMade>) -> Option<Running> {
        let made = match made {
            Ok(made) => made,
            Err(failure) if ended.stands_in => {
                tracing::debug!(
                    error = failure.error,
                    "nor does it compose with the last good texts"
                );
                return None;
            }
            Err(failure) => {
                let instead = self.with_last_good(&failure);
                self.failed(failure);
                return instead;
            }
        };
        for (watched, text) in self.sources.iter_mut().zip(&ended.texts) {
            watched.good.clone_from(text);
        }
        self.metrics.composed.increment(1);
        self.metrics
            .composition_duration
            .record(ended.begun.elapsed());
        if !ended.stands_in {
            self.metrics.composition_failing.set(0.0);
            if self.failure.take().is_some() {
                tracing::info!("the subgraphs compose again");
            }
        }
        if self.origin == Origin::Kept {
            self.origin = Origin::Composed;
        }
        if let Made::New(serving) = made {
            self.serve(*serving, ended);
        }
        None
    }

    /// Where subgraphs are wrong by themselves, the changes of the others are composed with the last good texts of these.
    fn with_last_good(&self, failure: &NotMade) -> Option<Running> {
        let errors = || {
            let found = failure.diagnostics.iter();
            found.filter(|found| found.severity == Severity::Error)
        };
        let blamed: HashSet<&str> = errors()
            .filter_map(|found| found.subgraph.as_deref())
            .collect();
        if blamed.is_empty() || errors().any(|found| found.subgraph.is_none()) {
            return None;
        }
        let is_blamed = |watched: &Watched| blamed.contains(watched.status.name.as_str());
        let changed = |watched: &&Watched| watched.sdl != watched.good;
        if !self
            .sources
            .iter()
            .filter(|watched| !is_blamed(watched))
            .any(|watched| changed(&watched))
        {
            return None;
        }
        let made_of = self.made_of(|watched| match is_blamed(watched) {
            true => watched.good.clone(),
            false => watched.sdl.clone(),
        })?;
        let mut running = self.begin(made_of);
        running.stands_in = true;
        Some(running)
    }

    fn serve(&mut self, serving: Serving, ended: &Running) {
        tracing::info!(
            schema = %serving.hash,
            hints = serving.hints.total(),
            milliseconds = u64::try_from(ended.begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            "a new schema is in service",
        );
        logged::hints(&serving.hints);
        if let Some(kept) = self.kept.clone() {
            let sdl = Arc::clone(serving.supergraph.sdl());
            tokio::task::spawn_blocking(move || kept.write(&sdl));
        }
        self.warn_of_strangers(&serving);
        self.warn_of_unknown_fields(&serving);
        self.put(serving);
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
        for field in serving.operations.planners.unknown_slow() {
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
        logged::failure(&failure, kept);
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
                hints: Arc::clone(&serving.hints),
                unknown_slow: serving.operations.planners.unknown_slow().to_vec(),
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
                .any(|d| d.about() == Some(&status.name))
        });
        if blamed && status.state == SourceState::Fetched {
            status.state = SourceState::Invalid;
        }
        status
    }
}

/// Waits for the composition under way, and takes it away; forever where there is none.
async fn end(running: &mut Option<Running>) -> (Running, Result<Made, NotMade>) {
    let made = match running {
        Some(running) => running.work.as_mut().await,
        None => std::future::pending().await,
    };
    match running.take() {
        Some(ended) => (ended, made),
        None => std::future::pending().await,
    }
}
