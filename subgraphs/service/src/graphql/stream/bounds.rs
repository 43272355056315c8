//! What a stream may keep as long as it is open, and which operations have one.

use async_graphql::parser::types::{OperationDefinition, Selection};
use async_graphql::{ServerError, Variables};
use valeurs::Erreur;

use crate::Limits;
use crate::graphql::answer::{error, from_erreur};
use crate::graphql::code;
use crate::graphql::document::weight::Weight;
use crate::graphql::nesting::check_nesting;

/// Bytes of a request that is answered by a stream, or sent as a message of a WebSocket.
pub(in crate::graphql) const MAX_REQUEST: usize = 64 * 1024;

/// Tokens of its document: each is kept, as some hundred bytes.
const MAX_TOKENS: usize = 1_000;

/// Bytes of memory of the values in its variables and its arguments: some thousands of numbers.
const MAX_VALUES: usize = 128 * 1024;

/// Bytes of a number that a stream goes through: in its variable, and where that is used.
const NUMBER: usize = 32;

/// Refuses a subscription with too long a document, and one without exactly one field at its root
/// (<https://spec.graphql.org/September2025/#sec-Single-Root-Field>): the library would go through all of them at once, and passes fragments over.
pub(in crate::graphql) fn check(
    text: &str,
    operation: &OperationDefinition,
) -> Result<(), ServerError> {
    if text.len() > MAX_REQUEST {
        let erreur = Erreur::limit(
            "bytes of a subscription's document",
            MAX_REQUEST,
            text.len(),
        );
        return Err(from_erreur(erreur, None));
    }
    check_nesting(text, MAX_TOKENS)?;
    let invalid = |message| Err(error(code::VALIDATION_FAILED, message, None));
    match operation.selection_set.node.items.as_slice() {
        [selection] => match &selection.node {
            Selection::Field(field) if field.node.name.node.starts_with("__") => {
                invalid("the field of a subscription cannot be one of introspection")
            }
            Selection::Field(_) => Ok(()),
            _ => invalid("write the field of a subscription at its root, not in a fragment"),
        },
        _ => invalid("a subscription has exactly one field at its root"),
    }
}

/// Refuses a subscription whose values are too large to be kept: those of its variables, used or not, and of its arguments, of which there are so many bytes.
pub(in crate::graphql) fn check_values(
    of_arguments: u64,
    operation: &OperationDefinition,
    variables: &Variables,
    limits: &Limits,
) -> Result<(), ServerError> {
    let definitions = operation.variable_definitions.iter();
    let defaults = definitions.filter_map(|definition| definition.node.default_value.as_ref());
    let values = variables.values().chain(defaults.map(|one| &one.node));
    let weights = values.map(|value| Weight::of_variable(Some(value)).bytes);
    let bytes = weights.fold(of_arguments, u64::saturating_add);
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    let most = MAX_VALUES.max(limits.stream_values.saturating_mul(NUMBER));
    if bytes <= most {
        return Ok(());
    }
    let what = "bytes of memory for a subscription's values";
    Err(from_erreur(Erreur::limit(what, most, bytes), None))
}
