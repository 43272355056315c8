//! What the log has of a composition: errors at level ERROR, hints at DEBUG, of each a number. All that were kept are in the status.

use federation::{Diagnostic, Diagnostics, Severity};

use super::making::NotComposed;

/// Diagnostics of one composition that go to the log, of each severity.
const MAX: usize = 20;
/// Bytes of a message.
const MAX_MESSAGE: usize = 1_000;

/// Logs a composition that failed. `kept` says what is served instead.
pub(super) fn failure(failure: &NotComposed, kept: &str) {
    let diagnostics = &failure.diagnostics;
    tracing::error!(
        errors = diagnostics.count(Severity::Error),
        "{}; {kept}",
        failure.error
    );
    for error in of(diagnostics, Severity::Error) {
        let place = error.locations.first();
        tracing::error!(
            code = error.code.as_str(),
            subgraph = error.about(),
            line = place.map(|place| place.line),
            column = place.map(|place| place.column),
            "{}",
            message(error),
        );
    }
    hints(diagnostics);
}

/// Logs what a person may want to know.
pub(super) fn hints(diagnostics: &Diagnostics) {
    for hint in of(diagnostics, Severity::Hint) {
        tracing::debug!(
            code = hint.code.as_str(),
            subgraph = hint.about(),
            "{}",
            message(hint)
        );
    }
}

fn of(diagnostics: &Diagnostics, severity: Severity) -> impl Iterator<Item = &Diagnostic> {
    let found = diagnostics.iter();
    found
        .filter(move |found| found.severity == severity)
        .take(MAX)
}

fn message(diagnostic: &Diagnostic) -> &str {
    let message = &diagnostic.message;
    &message[..message.floor_char_boundary(MAX_MESSAGE)]
}
