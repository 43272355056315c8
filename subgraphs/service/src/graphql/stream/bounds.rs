//! What a stream may keep as long as it is open, and which operations have one.

use async_graphql::parser::types::{OperationDefinition, Selection};
use async_graphql::{ServerError, Value, Variables};
use valeurs::Erreur;

use crate::graphql::answer::{error, from_erreur};
use crate::graphql::code;
use crate::graphql::nesting::check_nesting;

/// Bytes of a request that is answered by a stream, or sent as a message of a WebSocket.
pub(in crate::graphql) const MAX_REQUEST: usize = 64 * 1024;

/// Tokens of its document: each is kept, as some hundred bytes.
const MAX_TOKENS: usize = 1_000;

/// Values, members and items in its variables, long lists of numbers apart.
const MAX_NODES: usize = 1_000;

/// Refuses a subscription that keeps too much, and one without exactly one field at its root
/// (<https://spec.graphql.org/September2025/#sec-Single-Root-Field>): the library would go through all of them at once, and passes fragments over.
pub(in crate::graphql) fn check(
    text: &str,
    operation: &OperationDefinition,
    variables: &Variables,
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
    let nodes = variables.values().map(nodes).sum();
    if nodes > MAX_NODES {
        let erreur = Erreur::limit("values in a subscription's variables", MAX_NODES, nodes);
        return Err(from_erreur(erreur, None));
    }
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

/// JSON and documents were read to a bounded depth.
fn nodes(value: &Value) -> usize {
    match value {
        Value::List(items) => 1 + items.iter().map(nodes).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(nodes).sum::<usize>(),
        _ => 1,
    }
}
