//! How much a finding weighs.

use serde::Serialize;

/// How much a [`Diagnostic`](crate::Diagnostic) weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// There is no supergraph until this is fixed.
    Error,
    /// The supergraph composes; a person may still want to know.
    Hint,
}
