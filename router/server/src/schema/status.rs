//! What the admin port's `/composition` shows.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use client::{BreakerState, Subgraph};
use discovery::Found;
use federation::Diagnostics;
use planner::SlowField;
use serde_json::{Value, json};

use super::changes::LastChanges;
use super::gate::Judgement;
use crate::clock::rfc3339;
use crate::report::{self, Omitted};

/// The state of the schema and its sources, as of the last observation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Status {
    /// What is served.
    pub(crate) schema: Option<SchemaStatus>,
    /// Why the newest sources are not what is served.
    pub(crate) failure: Option<FailureStatus>,
    /// What the gate said about the newest schema, where it is asked.
    pub(crate) gate: Option<Arc<Judgement>>,
    pub(crate) sources: Vec<SourceStatus>,
    /// What is discovered beside them; `None` where nothing is.
    pub(crate) discovery: Option<Arc<Found>>,
}

/// The schema in service.
#[derive(Clone, Debug)]
pub(crate) struct SchemaStatus {
    pub(crate) hash: String,
    pub(crate) since: SystemTime,
    pub(crate) origin: Origin,
    pub(crate) hints: Arc<Diagnostics>,
    /// How it differs from the one before; `None` for the first one.
    pub(crate) changes: Option<Arc<LastChanges>>,
    /// Fields that the configuration calls slow and that the schema does not have.
    pub(crate) unknown_slow: Vec<SlowField>,
    /// Subgraphs that are configured or discovered, and that it does not have.
    pub(crate) missing: Vec<String>,
}

/// Where a schema comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The subgraphs as they were last seen.
    Composed,
    /// An earlier run of the router: the subgraphs have not all been seen yet.
    Kept,
    /// A sibling: not all subgraphs have been seen here.
    Seed,
    /// Those subgraphs that have been seen, without the others.
    Partial,
    /// A file that was composed elsewhere.
    File,
}

impl Origin {
    /// Every origin, as [`Origin::as_str`] has it.
    pub(crate) const ALL: [Self; 5] = [
        Self::Composed,
        Self::Kept,
        Self::Seed,
        Self::Partial,
        Self::File,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Origin::Composed => "composed",
            Origin::Kept => "kept",
            Origin::Seed => "seed",
            Origin::Partial => "partial",
            Origin::File => "file",
        }
    }
}

/// The last composition, when it failed.
#[derive(Clone, Debug)]
pub(crate) struct FailureStatus {
    pub(crate) since: SystemTime,
    pub(crate) error: String,
    pub(crate) diagnostics: Arc<Diagnostics>,
}

/// One subgraph's source, or the supergraph file.
#[derive(Clone, Debug)]
pub(crate) struct SourceStatus {
    pub(crate) name: String,
    pub(crate) url: Option<String>,
    pub(crate) kind: &'static str,
    /// The Service that it was discovered by.
    pub(crate) service: Option<String>,
    /// The file that it is read from, where it is one.
    pub(crate) file: Option<PathBuf>,
    /// The last text that was obtained. It is not shown: diagnostics point into it.
    pub(crate) sdl: Option<Arc<str>>,
    pub(crate) state: SourceState,
    pub(crate) last_error: Option<String>,
    /// When its text last changed.
    pub(crate) last_change: Option<SystemTime>,
    /// When a look at it last succeeded.
    pub(crate) last_seen: Option<SystemTime>,
}

/// How the last look went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SourceState {
    /// Nobody has looked yet.
    Waiting,
    /// There is an SDL.
    Fetched,
    /// There was none; an older one may be in service.
    Unreachable,
    /// There is one, and errors of the last composition are about it.
    Invalid,
}

impl SourceState {
    fn as_str(self) -> &'static str {
        match self {
            SourceState::Waiting => "waiting",
            SourceState::Fetched => "fetched",
            SourceState::Unreachable => "unreachable",
            SourceState::Invalid => "invalid",
        }
    }
}

impl Status {
    /// In a word: `starting`, `serving`, or `degraded` when what is served is not what the sources say.
    fn state(&self) -> &'static str {
        let borrowed = self
            .schema
            .as_ref()
            .is_some_and(|schema| matches!(schema.origin, Origin::Seed | Origin::Partial));
        let blind = self
            .discovery
            .as_ref()
            .is_some_and(|found| !found.problems.is_empty());
        let troubled = self.failure.is_some()
            || borrowed
            || blind
            || self
                .sources
                .iter()
                .any(|source| source.state == SourceState::Unreachable);
        match (&self.schema, troubled) {
            (None, _) => "starting",
            (Some(_), false) => "serving",
            (Some(_), true) => "degraded",
        }
    }

    /// Why nothing is served yet.
    pub(crate) fn why_not_ready(&self) -> String {
        if let Some(failure) = &self.failure {
            return format!("no schema: {}", failure.error);
        }
        let missing: Vec<&str> = self
            .sources
            .iter()
            .filter(|source| source.last_seen.is_none())
            .map(|source| source.name.as_str())
            .collect();
        let unlisted = self.discovery.as_ref().filter(|found| !found.listed);
        if let Some(found) = unlisted {
            return match found.problems.first() {
                Some(problem) => {
                    format!("no schema yet: no subgraphs can be discovered: {problem}")
                }
                None => "no schema yet: discovering subgraphs".to_owned(),
            };
        }
        match missing.is_empty() {
            true if self.sources.is_empty() => {
                "no schema yet: no subgraph has been discovered".to_owned()
            }
            true => "no schema yet: composing".to_owned(),
            false => format!("no schema yet: waiting for {}", missing.join(", ")),
        }
    }

    /// The document that the endpoint answers with.
    pub(crate) fn to_json(&self, subgraph: &dyn Fn(&str) -> Option<Arc<Subgraph>>) -> Value {
        json!({
            "state": self.state(),
            "schema": self.schema.as_ref().map(|schema| json!({
                "hash": schema.hash,
                "since": rfc3339(schema.since),
                "origin": schema.origin.as_str(),
                "hints": report::to_json(&schema.hints),
                "omitted": Omitted::of(&schema.hints).to_json(),
                "changes": schema.changes.as_ref().map(|changes| changes.to_json()),
                "missing": schema.missing,
                "unknownSlow": schema.unknown_slow.iter().map(|field| json!({
                    "subgraph": &*field.subgraph,
                    "coordinate": &*field.coordinate,
                })).collect::<Vec<_>>(),
            })),
            "failure": self.failure.as_ref().map(|failure| json!({
                "since": rfc3339(failure.since),
                "error": failure.error,
                "diagnostics": report::to_json(&failure.diagnostics),
                "omitted": Omitted::of(&failure.diagnostics).to_json(),
            })),
            "gate": self.gate.as_ref().map(|judgement| judgement.to_json()),
            "subgraphs": self.sources.iter().map(|source| source.to_json(subgraph(&source.name).as_deref())).collect::<Vec<_>>(),
            "discovery": self.discovery.as_ref().map(|found| json!({
                "listed": found.listed,
                "problems": found.problems,
                "ignored": found.ignored.iter().map(|ignored| json!({
                    "service": ignored.service,
                    "reason": ignored.reason,
                })).collect::<Vec<_>>(),
            })),
        })
    }
}

impl SourceStatus {
    fn to_json(&self, subgraph: Option<&Subgraph>) -> Value {
        let shown = |breaker: Option<BreakerState>| breaker.map(BreakerState::as_str);
        let routes = subgraph.into_iter().flat_map(Subgraph::routes);
        let routes =
            routes.map(|route| json!({ "url": route.url, "breaker": shown(route.breaker) }));
        json!({
            "name": self.name,
            "url": self.url.as_deref().map(settings::without_query),
            "source": self.kind,
            "service": self.service,
            "state": self.state.as_str(),
            "breaker": shown(subgraph.and_then(Subgraph::breaker)),
            "routes": routes.collect::<Vec<_>>(),
            "last_error": self.last_error,
            "last_change": self.last_change.map(rfc3339),
            "last_seen": self.last_seen.map(rfc3339),
        })
    }
}
