//! Findings as programs and as people read them.
//!
//! - [`Finding`]: what composition, the configuration and operations report, in one shape;
//! - [`to_json`]: one object for each finding, the same on standard output and at `/composition`;
//! - [`github`]: annotations of GitHub Actions;
//! - [`text`]: the offending lines, underlined.

mod finding;
pub(crate) mod github;
pub(crate) mod text;

use federation::Diagnostics;
use serde_json::{Value, json};

pub(crate) use self::finding::{Finding, Omitted, Texts};

/// The findings of composition as a list.
pub(crate) fn to_json(diagnostics: &Diagnostics) -> Value {
    diagnostics
        .iter()
        .map(|diagnostic| Finding::from(diagnostic).to_json())
        .collect()
}

/// `{"diagnostics":[…]}`: what a command prints with `--format json`.
///
/// Where not all findings were kept, `omitted` has the number of the others.
pub(crate) fn document(findings: &[Finding], omitted: Omitted) -> Value {
    let listed = findings.iter().map(Finding::to_json);
    let mut document = json!({ "diagnostics": listed.collect::<Vec<_>>() });
    if omitted.errors + omitted.hints > 0 {
        document["omitted"] = omitted.to_json();
    }
    document
}
