//! The span of a composition, a trace of its own.

use abaque_edge::TraceContext;
use abaque_edge::trace::{Attribute, SpanKind};

use super::Running;
use crate::schema::making::{Composition, NotComposed};

/// Ends the span with the outcome, where one is recorded.
pub(super) fn end(ended: &Running, made: &Result<Composition, NotComposed>) {
    let Some(recording) = ended.trace.as_ref().and_then(TraceContext::recording) else {
        return;
    };
    let outcome = match made {
        Ok(Composition::New(serving, _)) => {
            let hash = serving.hash.to_string();
            recording.describe([Attribute::text("abaque.schema.hash", hash)]);
            "composed"
        }
        Ok(Composition::Same) => "unchanged",
        Err(failure) => {
            recording.describe([
                Attribute::text("error.type", "composition"),
                Attribute::text("error.message", failure.error.clone()),
            ]);
            recording.fail();
            "failed"
        }
    };
    recording.describe([
        Attribute::text("abaque.composition.outcome", outcome),
        Attribute::number("abaque.composition.subgraphs", ended.texts.len()),
    ]);
    recording.end(|| "compose".to_owned(), SpanKind::Internal);
}
