//! How requests, subscriptions and new schemas end, with the labels that say so.

/// How a GraphQL request ended; the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Outcome {
    Ok,
    Partial,
    Failed,
    Refused,
    Canceled,
}

impl Outcome {
    /// The label values, in the order of the variants.
    pub const LABELS: &[&str] = &["ok", "partial", "failed", "refused", "canceled"];

    pub(crate) fn label(self) -> &'static str {
        Self::LABELS[self as usize]
    }
}

/// How a subscription ends, in the order of [`SubscriptionEnd`].
pub(super) const SUBSCRIPTION_ENDS: &[&str] = &[
    "client",
    "completed",
    "failed",
    "schema",
    "token",
    "shutdown",
];

/// What ended a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SubscriptionEnd {
    Client,
    Completed,
    Failed,
    Schema,
    Token,
    Shutdown,
}

/// What becomes of a schema at the gate.
pub(super) const GATE_DECISIONS: &[&str] = &["passed", "warned", "refused", "accepted"];
