//! Selection sets that are there, though all that they select is wrong.
//!
//! Fields that a type does not have are left out of a document before it is validated. A selection set of nothing else is then empty, and its field is reported as though
//! it had none.

use apollo_compiler::ast::{Definition, Document, Selection};
use apollo_compiler::parser::LineColumn;
use apollo_compiler::response::GraphQLError;
use rustc_hash::FxHashSet;

/// What is said of a field of a composite type without a selection set.
const MISSING: &str = "interface, union and object types must have a subselection set";

/// Whether this may be said of a field that has one.
pub(super) fn is_about_a_selection_set(error: &GraphQLError) -> bool {
    error.message.contains(MISSING)
}

/// The mistakes without those that say of a field that it has no selection set, when it has one; all of them when nothing else is wrong.
pub(super) fn without_emptied(text: &str, errors: Vec<GraphQLError>) -> Vec<GraphQLError> {
    let selecting = selecting(text);
    let is_true = |error: &GraphQLError| {
        let stands = |place: &LineColumn| selecting.contains(&(place.line, place.column));
        !is_about_a_selection_set(error) || !error.locations.iter().any(stands)
    };
    match errors.iter().any(is_true) {
        true => errors.into_iter().filter(is_true).collect(),
        false => errors,
    }
}

/// The places of all fields that have a selection set.
fn selecting(text: &str) -> FxHashSet<(usize, usize)> {
    let Ok(document) = Document::parse(text, "operation.graphql") else {
        return FxHashSet::default();
    };
    let mut found = FxHashSet::default();
    let mut rest: Vec<&Selection> = Vec::new();
    for definition in &document.definitions {
        match definition {
            Definition::OperationDefinition(operation) => rest.extend(&operation.selection_set),
            Definition::FragmentDefinition(fragment) => rest.extend(&fragment.selection_set),
            _ => {}
        }
    }
    while let Some(selection) = rest.pop() {
        match selection {
            Selection::Field(field) => {
                let place = field.line_column_range(&document.sources);
                if let Some(place) = place.filter(|_| !field.selection_set.is_empty()) {
                    found.insert((place.start.line, place.start.column));
                }
                rest.extend(&field.selection_set);
            }
            Selection::InlineFragment(fragment) => rest.extend(&fragment.selection_set),
            Selection::FragmentSpread(_) => {}
        }
    }
    found
}
