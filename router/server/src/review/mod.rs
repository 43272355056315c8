//! The review of a schema change: what changed, which operations it hits, what it does to their plans, and the verdict.
//!
//! - [`KnownOperation`]: what clients send, read from files;
//! - [`Accepted`]: changes that were decided on;
//! - [`Review`]: all of it judged, as JSON, Markdown, text or annotations of GitHub.
//!
//! No IO beside reading operations: schemas come from the commands.

mod accepted;
mod document;
mod github;
mod judge;
mod known;
mod markdown;
mod plans;
mod side;
mod text;

use diff::Change;
use serde::Serialize;

pub(crate) use self::accepted::Accepted;
pub(crate) use self::judge::{Judge, Operations, Rules, Severity};
pub(crate) use self::known::{Bounds, KnownOperation, read_operations};
pub(crate) use self::side::Side;

/// How a change is judged, or the whole review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    /// Nothing to look at.
    Pass,
    /// Worth a look.
    Warn,
    /// A finding: the command exits with 1.
    Fail,
}

/// A schema change, judged.
#[derive(Debug)]
pub(crate) struct Review {
    pub(crate) verdict: Verdict,
    /// In the order of the schema.
    pub(crate) changes: Vec<ReviewedChange>,
    /// Those that are valid no more, or were not before; the others are only counted.
    pub(crate) operations: Vec<ReviewedOperation>,
    /// How many operations were looked at; none if no operations were given.
    pub(crate) looked_at: Option<usize>,
    /// Operations with another number of requests or steps, or another cost.
    pub(crate) plans: Vec<PlanChange>,
    /// Entries of the accepted changes that fit nothing, or whose time is over.
    pub(crate) stale: Vec<String>,
    /// The API schemas before and after, as a unified diff.
    pub(crate) api_diff: String,
}

/// A change, with what it hits.
#[derive(Debug)]
pub(crate) struct ReviewedChange {
    pub(crate) change: Change,
    pub(crate) verdict: Verdict,
    /// Why it was accepted.
    pub(crate) accepted: Option<String>,
    /// The operations that use what changed, by name; for breaking and dangerous changes.
    pub(crate) operations: Vec<String>,
}

/// An operation that is refused, before or after.
#[derive(Debug)]
pub(crate) struct ReviewedOperation {
    pub(crate) name: String,
    pub(crate) file: String,
    pub(crate) seen: Option<u64>,
    pub(crate) clients: Vec<String>,
    pub(crate) state: OperationState,
    /// What is wrong with it.
    pub(crate) messages: Vec<String>,
}

impl ReviewedOperation {
    /// Whether it was valid and is refused now.
    pub(crate) fn is_broken(&self) -> bool {
        self.state == OperationState::Broken
    }
}

/// Before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OperationState {
    /// It was valid and is refused now.
    Broken,
    /// It was refused already.
    InvalidBefore,
}

/// How an operation is answered, before and after.
#[derive(Debug)]
pub(crate) struct PlanChange {
    pub(crate) operation: String,
    pub(crate) before: PlanSize,
    pub(crate) after: PlanSize,
}

/// How large a plan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct PlanSize {
    /// Requests to subgraphs.
    pub(crate) requests: usize,
    /// Requests that wait for each other, at most.
    pub(crate) steps: usize,
    /// What the operation is estimated to cost without variables; `None` where it does not say how long a list is.
    pub(crate) cost: Option<u64>,
}

impl PlanChange {
    /// Whether more requests are needed, or more that wait for each other, or it costs more.
    pub(crate) fn is_worse(&self) -> bool {
        let (before, after) = (self.before, self.after);
        let costs_more = after.cost.is_some() && before.cost.is_some() && after.cost > before.cost;
        after.steps > before.steps || after.requests > before.requests || costs_more
    }
}

impl Review {
    fn count(&self, class: diff::Class) -> usize {
        self.changes
            .iter()
            .filter(|reviewed| reviewed.change.class == class)
            .count()
    }

    /// The verdict in one sentence.
    pub(crate) fn headline(&self) -> String {
        let mut parts = Vec::new();
        for (class, one, many) in [
            (diff::Class::Breaking, "breaking change", "breaking changes"),
            (
                diff::Class::Dangerous,
                "dangerous change",
                "dangerous changes",
            ),
            (diff::Class::Safe, "safe change", "safe changes"),
            (diff::Class::Internal, "internal change", "internal changes"),
        ] {
            match self.count(class) {
                0 => {}
                1 => parts.push(format!("1 {one}")),
                n => parts.push(format!("{n} {many}")),
            }
        }
        let mut headline = match parts.is_empty() {
            true => "The schema does not change".to_owned(),
            false => parts.join(", "),
        };
        if let Some(looked_at) = self.looked_at {
            let broken = self.broken().count();
            headline.push_str(&match (broken, looked_at) {
                (0, 0) => "; no operations were found".to_owned(),
                (0, 1) => "; the operation stays valid".to_owned(),
                (0, n) => format!("; all {n} operations stay valid"),
                (1, n) => format!("; 1 of {n} operations breaks"),
                (broken, n) => format!("; {broken} of {n} operations break"),
            });
        }
        headline
    }

    /// The operations that were valid and are refused now.
    fn broken(&self) -> impl Iterator<Item = &ReviewedOperation> {
        let operations = self.operations.iter();
        operations.filter(|operation| operation.is_broken())
    }
}
