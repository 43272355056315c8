//! Variables, coerced once however often they are used: <https://spec.graphql.org/September2025/#sec-Coercing-Variable-Values>.
//!
//! Their JSON is read when the document is known: a variable that is declared as a list of decimals is packed, one that is not declared is
//! passed over.

use std::collections::HashMap;

use async_graphql::parser::types::OperationDefinition;
use async_graphql::{ServerError, Value, Variables};
use serde_json::value::RawValue;
use valeurs::{Erreur, Liste};

use super::answer::from_erreur;
use super::lists;

/// Values, members and items, that are not packed, in one variable.
const MAX_NODES: usize = 50_000;

/// The variables of a request as they were sent: a JSON object.
#[derive(Debug, Default)]
pub(super) struct Given<'a>(HashMap<String, &'a RawValue>);

impl<'a> Given<'a> {
    pub(super) fn read(text: &'a str) -> serde_json::Result<Self> {
        serde_json::from_str::<Option<_>>(text).map(|given| Self(given.unwrap_or_default()))
    }

    /// The values of the variables of `operation` that were given.
    ///
    /// # Errors
    /// A value with too many parts.
    pub(super) fn coerce(&self, operation: &OperationDefinition) -> Result<Variables, ServerError> {
        let mut variables = Variables::default();
        for definition in &operation.variable_definitions {
            let variable = &definition.node;
            let name = &variable.name.node;
            let Some(given) = self.0.get(name.as_str()) else {
                continue;
            };
            let packed = lists::is_of_decimals(&variable.var_type.node.base)
                .then(|| packed(given.get()))
                .flatten();
            let value = match packed {
                Some(list) => list.into_packed(),
                None => unpacked(given.get(), name)?,
            };
            variables.insert(name.clone(), value);
        }
        Ok(variables)
    }
}

fn packed(text: &str) -> Option<Liste> {
    let text = text.trim();
    let (list, end) = text.starts_with('[').then(|| lists::read(text, 0))??;
    (end == text.len()).then_some(list)
}

fn unpacked(text: &str, name: &str) -> Result<Value, ServerError> {
    let nodes = 1 + text
        .bytes()
        .filter(|byte| matches!(byte, b',' | b'[' | b'{'))
        .count();
    // Commas in a text count too, as long as there are few.
    if nodes > MAX_NODES && nodes_of(text) > MAX_NODES {
        let erreur = Erreur::limit("values in a variable", MAX_NODES, nodes);
        return Err(from_erreur(erreur.on(name.to_owned()), None));
    }
    Ok(serde_json::from_str(text).expect("a part of a JSON text that was read is JSON"))
}

fn nodes_of(text: &str) -> usize {
    let (mut nodes, mut in_string, mut escaped) = (1, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            b',' | b'[' | b'{' if !in_string => nodes += 1,
            _ => {}
        }
    }
    nodes
}
