//! What of a composition takes effect, and what requests, siblings and operators learn of it.

use std::sync::Arc;
use std::time::SystemTime;

use federation::Severity;

use super::{Composer, Running};
use crate::clock::unix_seconds;
use crate::schema::gate::{Decision, Judgement};
use crate::schema::logged;
use crate::schema::making::NotComposed;
use crate::schema::offer::Offer;
use crate::schema::serving::Serving;
use crate::schema::sources::Watched;
use crate::schema::status::{
    FailureStatus, Origin, SchemaStatus, SourceState, SourceStatus, Status,
};

impl Composer {
    pub(super) fn serve(&mut self, serving: Serving, ended: &Running) {
        tracing::info!(
            schema = %serving.hash,
            hints = serving.hints.total(),
            milliseconds = u64::try_from(ended.begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            "a new schema is in service",
        );
        logged::hints(&serving.hints);
        let kept = self.kept.clone();
        if let Some(kept) = kept.filter(|_| ended.origin != Origin::Partial) {
            let sdl = Arc::clone(serving.supergraph.sdl());
            tokio::task::spawn_blocking(move || kept.write(&sdl));
        }
        self.warn_of_strangers(&serving);
        self.warn_of_unknown_fields(&serving);
        self.put(serving);
    }

    /// Tells when what is served begins or ceases to be all that there is.
    pub(super) fn tell_origin(&self, before: Origin) {
        let missing = self.missing().join(", ");
        match (before, self.origin) {
            (_, Origin::Partial) => {
                tracing::warn!(
                    missing,
                    "a schema without the subgraphs that are missing is in service"
                );
            }
            (Origin::Partial | Origin::Seed, Origin::Composed) => {
                tracing::info!("every subgraph has been seen: the whole schema is in service");
            }
            _ => {}
        }
    }

    /// The subgraphs that there are and that the schema in service does not have.
    fn missing(&self) -> Vec<String> {
        let current = self.schemas.current();
        let (Some(serving), None) = (current, &self.terms.config.supergraph) else {
            return Vec::new();
        };
        let known = serving.supergraph.subgraphs();
        let names = self
            .members
            .watched
            .iter()
            .map(|watched| &watched.status.name);
        let missing = names.filter(|name| !known.iter().any(|known| *known.name == ***name));
        missing.cloned().collect()
    }

    /// Has for siblings what is served, when it is whole.
    pub(super) fn offer(&self) {
        let offered = matches!(self.origin, Origin::Composed | Origin::Kept | Origin::Seed);
        let current = self.schemas.current().filter(|_| offered);
        self.schemas.set_offer(current.map(|serving| Offer {
            hash: serving.hash.to_string(),
            supergraph: Arc::clone(serving.supergraph.sdl()),
            subgraphs: self.members.offered(),
        }));
    }

    /// Puts a schema into service.
    pub(super) fn put(&self, serving: Serving) {
        self.place(serving);
        self.schemas.announce();
    }

    /// The same for one that is in service when its configuration is.
    pub(super) fn place(&self, serving: Serving) {
        self.metrics.schema_hash.set(serving.hash.as_f64());
        serving.operations.tell(&self.metrics);
        self.metrics
            .composed_at
            .set(unix_seconds(serving.since) as f64);
        let serving = Arc::new(serving);
        self.current.put(Arc::clone(&serving));
        self.schemas.put(serving);
        self.health.ready();
    }

    /// Settings for subgraphs that a supergraph does not have are most likely misspelt.
    fn warn_of_strangers(&self, serving: &Serving) {
        let known = serving.supergraph.subgraphs();
        let whole = self.origin != Origin::Partial;
        for name in self.terms.config.subgraphs.keys().filter(|_| whole) {
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

    pub(super) fn failed(&mut self, failure: NotComposed) {
        self.metrics.composition_failed.increment(1);
        self.metrics.composition_failing.set(1.0);
        let kept = match self.schemas.current() {
            Some(_) => "the last good schema stays in service",
            None => "there is nothing to serve",
        };
        logged::failure(&failure, kept);
        self.judged(failure.gate);
        self.failure = Some(FailureStatus {
            since: self
                .failure
                .as_ref()
                .map_or_else(SystemTime::now, |before| before.since),
            error: failure.error,
            diagnostics: failure.diagnostics,
        });
    }

    /// Reports what the gate said about the newest schema.
    pub(super) fn judged(&mut self, judgement: Option<Arc<Judgement>>) {
        let decision = judgement.as_ref().map(|judgement| judgement.decision);
        self.metrics.gate(decision.map(Decision::as_str));
        self.gate = judgement;
    }

    pub(super) fn publish(&self) {
        let status = Status {
            schema: self.schemas.current().map(|serving| SchemaStatus {
                hash: serving.hash.to_string(),
                since: serving.since,
                origin: self.origin,
                hints: Arc::clone(&serving.hints),
                changes: serving.changes.clone(),
                unknown_slow: serving.operations.planners.unknown_slow().to_vec(),
                missing: self.missing(),
            }),
            failure: self.failure.clone(),
            gate: self.gate.clone(),
            sources: self
                .members
                .watched
                .iter()
                .map(|watched| self.status_of(watched))
                .collect(),
            discovery: self.members.found.clone(),
        };
        for origin in Origin::ALL {
            let served = status.schema.as_ref();
            let is_it = served.is_some_and(|schema| schema.origin == origin);
            self.metrics.origin(origin.as_str(), is_it);
        }
        if status.schema.is_none() {
            self.health.not_ready(status.why_not_ready());
        }
        self.schemas.publish(status);
    }

    /// A source that answered is invalid while errors of the last composition are about it.
    fn status_of(&self, watched: &Watched) -> SourceStatus {
        let mut status = watched.status.clone();
        status.sdl.clone_from(&watched.sdl);
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
