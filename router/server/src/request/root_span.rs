//! What the span of a request, or of an event, says about its operation: <https://opentelemetry.io/docs/specs/semconv/graphql/graphql-spans/>.

use abaque_edge::trace::{Attribute, Recording};

use super::context::RequestContext;
use crate::prepare::Prepared;
use crate::refusal::Codes;
use crate::telemetry::Outcome;

/// How a request finished.
pub(super) struct Finished<'e> {
    pub(super) operation: Option<&'e Prepared>,
    pub(super) outcome: Outcome,
    pub(super) codes: Codes,
    pub(super) fetches: usize,
    pub(super) cost: Option<u64>,
}

/// Names it by the kind of its operation, and never by a name that a client chose.
pub(super) fn describe(recording: &Recording, context: &RequestContext, finished: &Finished<'_>) {
    if let Some(operation) = finished.operation {
        recording.name(operation.operation_type().name());
    }
    describe_end(recording, finished);
    let summary = &context.summary;
    let named = [
        ("abaque.client.name", summary.client_name()),
        ("abaque.client.version", summary.client_version()),
    ];
    for (name, text) in named {
        recording.describe(text.map(|text| Attribute::text(name, text.to_owned())));
    }
    let address = context.address.map(|address| address.to_string());
    recording.describe(address.map(|address| Attribute::text("client.address", address)));
}

/// The same of anything that an operation came to: an answer, or an event.
pub(super) fn describe_end(recording: &Recording, finished: &Finished<'_>) {
    if let Some(operation) = finished.operation {
        let kind = operation.operation_type().name();
        recording.describe([
            Attribute::text("graphql.operation.type", kind),
            Attribute::text("abaque.operation.hash", operation.hash.to_string()),
        ]);
        if let Some(name) = &operation.operation.name {
            let name = name.as_str().to_owned();
            recording.describe([Attribute::text("graphql.operation.name", name)]);
        }
    }
    recording.describe([
        Attribute::text("abaque.outcome", finished.outcome.label()),
        Attribute::number("abaque.fetches", finished.fetches),
    ]);
    recording.describe(
        finished
            .cost
            .map(|cost| Attribute::number("abaque.cost", cost)),
    );
    if !finished.codes.is_empty() {
        let codes = finished.codes.to_string();
        recording.describe([Attribute::text("abaque.error.codes", codes.clone())]);
        recording.has_error();
        if finished.codes.has_fault() {
            recording.describe([Attribute::text("error.type", codes)]);
            recording.fail();
        }
    }
}
