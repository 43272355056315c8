//! The gate before a new schema: does it break operations that clients send?
//!
//! The comparison is the one of `router check`, with the recorded operations. A schema that breaks none of them passes, whatever else it changes.

pub(crate) mod config;

use std::sync::Arc;
use std::time::SystemTime;

use diff::Class;
use federation::Supergraph;
use serde_json::{Value, json};

use self::config::Mode;
use super::serving::SchemaHash;
use crate::clock;
use crate::config::Config;
use crate::record::{Entry, Recording};
use crate::review::{
    Accepted, Judge, KnownOperation, Operations, Review, ReviewedChange, ReviewedOperation, Rules,
    Side,
};

/// Changes and operations that the status lists, of each; the others are counted.
const MAX_LISTED: usize = 100;
/// Of each that go to the log.
const MAX_LOGGED: usize = 20;

/// What became of a schema at the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Passed,
    Warned,
    Refused,
    Accepted,
}

impl Decision {
    /// In the order of the variants.
    const LABELS: &[&str] = &["passed", "warned", "refused", "accepted"];

    pub(super) fn as_str(self) -> &'static str {
        Self::LABELS[self as usize]
    }
}

/// What a new schema breaks, and what became of it.
#[derive(Debug)]
pub(crate) struct Judgement {
    /// The hash of the new schema.
    pub(crate) hash: String,
    pub(crate) decision: Decision,
    since: SystemTime,
    /// Breaking changes that hit an operation.
    changes: Vec<ReviewedChange>,
    /// Operations that are refused by the new schema.
    operations: Vec<ReviewedOperation>,
    /// How many operations were looked at.
    looked_at: usize,
}

/// The recording that the gate consults, and what it learned.
pub(super) struct Gate<'g> {
    pub(super) config: &'g Config,
    pub(super) recording: Option<&'g Arc<Recording>>,
    /// The hash of the schema that is let through.
    pub(super) accepted: Option<String>,
}

impl Gate<'_> {
    /// Judges a schema that is to follow on another one; `None` where nothing is compared.
    pub(super) fn judge(
        &self,
        old: &Arc<Supergraph>,
        new: &Arc<Supergraph>,
        hash: SchemaHash,
    ) -> Option<Judgement> {
        let gate = self.config.schema.gate;
        let recording = self.recording.filter(|_| gate.mode != Mode::None)?;
        let known: Vec<KnownOperation> = recording
            .within(gate.window)
            .into_iter()
            .map(known)
            .collect();
        let judge = Judge {
            old: &Side::Supergraph(Arc::clone(old)),
            new: &Side::Supergraph(Arc::clone(new)),
            rules: Rules {
                unused_is_allowed: true,
                worse_plans: None,
            },
            today: clock::date(SystemTime::now()),
        };
        let operations = Operations {
            known: &known,
            config: self.config,
        };
        let review = judge.judged(Some(operations), Accepted::default());
        let mut judgement = Judgement::of(review, hash);
        judgement.decision = match (judgement.breaks(), gate.mode) {
            (false, _) => Decision::Passed,
            (true, _) if self.accepted.as_ref() == Some(&judgement.hash) => Decision::Accepted,
            (true, Mode::Refuse) => Decision::Refused,
            (true, _) => Decision::Warned,
        };
        judgement.log();
        Some(judgement)
    }
}

impl Judgement {
    fn of(review: Review, hash: SchemaHash) -> Self {
        let hits = |change: &ReviewedChange| {
            change.change.class == Class::Breaking && !change.operations.is_empty()
        };
        Self {
            hash: hash.to_string(),
            decision: Decision::Passed,
            since: SystemTime::now(),
            looked_at: review.looked_at.unwrap_or_default(),
            changes: review.changes.into_iter().filter(hits).collect(),
            operations: review
                .operations
                .into_iter()
                .filter(ReviewedOperation::is_broken)
                .collect(),
        }
    }

    /// Whether the schema came into service.
    pub(super) fn is_served(&self) -> bool {
        self.decision != Decision::Refused
    }

    fn breaks(&self) -> bool {
        !self.changes.is_empty() || !self.operations.is_empty()
    }

    /// The names of the operations that are hit, each once.
    fn hit(&self) -> Vec<&str> {
        let by_change = self.changes.iter().flat_map(|change| &change.operations);
        let refused = self.operations.iter().map(|operation| &operation.name);
        let mut names: Vec<&str> = by_change.chain(refused).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// What it breaks, in a sentence.
    pub(super) fn sentence(&self) -> String {
        let hit = self.hit().len();
        let noun = if hit == 1 { "operation" } else { "operations" };
        format!("the new schema breaks {hit} {noun} that clients send")
    }

    fn log(&self) {
        if self.decision == Decision::Passed {
            return;
        }
        let decision = self.decision.as_str();
        tracing::warn!(schema = self.hash, decision, "{}", self.sentence());
        for reviewed in self.changes.iter().take(MAX_LOGGED) {
            tracing::warn!(
                kind = %reviewed.change.kind,
                coordinate = reviewed.change.coordinate,
                operations = reviewed.operations.iter().take(MAX_LOGGED).cloned().collect::<Vec<_>>().join(", "),
                "{}",
                reviewed.change.reason
            );
        }
    }

    /// What `/composition` shows of it.
    pub(crate) fn to_json(&self) -> Value {
        let changes = self.changes.iter().take(MAX_LISTED);
        let operations = self.operations.iter().take(MAX_LISTED);
        json!({
            "decision": self.decision.as_str(),
            "hash": self.hash,
            "since": clock::rfc3339(self.since),
            "looked_at": self.looked_at,
            "hit": self.hit().len(),
            "changes": changes.map(|reviewed| json!({
                "kind": reviewed.change.kind,
                "coordinate": reviewed.change.coordinate,
                "before": reviewed.change.before,
                "after": reviewed.change.after,
                "reason": reviewed.change.reason,
                "operations": reviewed.operations.iter().take(MAX_LISTED).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
            "operations": operations.map(|operation| json!({
                "name": operation.name,
                "hash": operation.file,
                "seen": operation.seen,
                "clients": operation.clients,
                "messages": operation.messages,
            })).collect::<Vec<_>>(),
            "omitted": {
                "changes": self.changes.len().saturating_sub(MAX_LISTED),
                "operations": self.operations.len().saturating_sub(MAX_LISTED),
            },
        })
    }
}

/// A recorded operation, as the review takes them.
fn known(entry: Entry) -> KnownOperation {
    let clients = entry
        .clients
        .into_iter()
        .map(|client| match client.version {
            Some(version) => format!("{} {version}", client.name),
            None => client.name,
        });
    KnownOperation {
        file: entry.hash,
        text: entry.text,
        seen: Some(entry.count),
        clients: clients.collect(),
    }
}
