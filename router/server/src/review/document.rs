//! The review for programs: one JSON document, described by `docs/review.schema.json`.

use serde_json::{Value, json};

use super::{Review, ReviewedChange, ReviewedOperation, Verdict};
use diff::Class;

impl Review {
    /// The document, with the findings of composition.
    pub(crate) fn to_json(&self, diagnostics: &Value) -> Value {
        json!({
            "changes": self.changes.iter().map(change).collect::<Vec<_>>(),
            "operations": self.operations.iter().map(operation).collect::<Vec<_>>(),
            "plans": self.plans.iter().map(|plan| json!({
                "operation": plan.operation,
                "before": plan.before,
                "after": plan.after,
                "worse": plan.is_worse(),
            })).collect::<Vec<_>>(),
            "stale_acceptances": self.stale,
            "diagnostics": diagnostics,
            "summary": {
                "verdict": self.verdict,
                "breaking": self.count(Class::Breaking),
                "dangerous": self.count(Class::Dangerous),
                "safe": self.count(Class::Safe),
                "internal": self.count(Class::Internal),
                "operations": self.looked_at,
                "broken_operations": self.broken().count(),
                "worse_plans": self.plans.iter().filter(|plan| plan.is_worse()).count(),
            },
        })
    }
}

fn change(reviewed: &ReviewedChange) -> Value {
    let change = &reviewed.change;
    json!({
        "kind": change.kind,
        "coordinate": change.coordinate,
        "before": change.before,
        "after": change.after,
        "class": change.class,
        "reason": change.reason,
        "verdict": reviewed.verdict,
        "accepted": reviewed.accepted,
        "operations": reviewed.operations,
    })
}

fn operation(reviewed: &ReviewedOperation) -> Value {
    json!({
        "name": reviewed.name,
        "file": reviewed.file,
        "seen": reviewed.seen,
        "clients": reviewed.clients,
        "state": reviewed.state,
        "messages": reviewed.messages,
    })
}

impl Verdict {
    /// One word for people.
    pub(super) fn word(self) -> &'static str {
        match self {
            Verdict::Pass => "passes",
            Verdict::Warn => "passes with warnings",
            Verdict::Fail => "fails",
        }
    }
}
