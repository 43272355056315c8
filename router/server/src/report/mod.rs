//! Findings as programs and as people read them.
//!
//! - [`Finding`]: what composition, the configuration and operations report, in one shape;
//! - [`to_json`]: one object for each finding, the same on standard output and at `/composition`;
//! - [`text`]: the offending lines, underlined.

mod finding;
pub(crate) mod text;

use federation::{Diagnostics, Severity};
use serde_json::{Value, json};

pub(crate) use self::finding::{Finding, Texts};

/// The findings of composition as a list.
pub(crate) fn to_json(diagnostics: &Diagnostics) -> Value {
    diagnostics
        .iter()
        .map(|diagnostic| Finding::from(diagnostic).to_json())
        .collect()
}

/// How many more there are that were counted and not kept: of diagnostics only so many are.
pub(crate) fn omitted(diagnostics: &Diagnostics) -> Value {
    json!({
        "errors": diagnostics.omitted(Severity::Error),
        "hints": diagnostics.omitted(Severity::Hint),
    })
}

/// `{"diagnostics":[…]}`: what a command prints with `--format json`.
pub(crate) fn document(findings: &[Finding]) -> Value {
    json!({ "diagnostics": findings.iter().map(Finding::to_json).collect::<Vec<_>>() })
}
