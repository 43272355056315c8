//! Mistakes that only follow from others. A field whose every selection is a mistake is left without any by the compiler, which then asks for some,
//! although the document has them.

use std::collections::HashSet;

use apollo_compiler::ast::{Definition, Document, Selection};
use apollo_compiler::parser::LineColumn;
use apollo_compiler::validation::{DiagnosticData, DiagnosticList};

/// Where fields are that have selections in the document; empty when no mistake is about a field without.
pub(super) fn selecting(document: &Document, errors: &DiagnosticList) -> HashSet<LineColumn> {
    if !errors.iter().any(|error| asks_for_selections(error.error)) {
        return HashSet::new();
    }
    // A stack of its own: what nests deeply has been parsed, and has not been measured yet.
    let mut left: Vec<&[Selection]> = Vec::new();
    for definition in &document.definitions {
        match definition {
            Definition::OperationDefinition(operation) => left.push(&operation.selection_set),
            Definition::FragmentDefinition(fragment) => left.push(&fragment.selection_set),
            _ => {}
        }
    }
    let mut found = HashSet::new();
    while let Some(selections) = left.pop() {
        for selection in selections {
            match selection {
                Selection::Field(field) if !field.selection_set.is_empty() => {
                    let place = field.line_column_range(&document.sources);
                    found.extend(place.map(|range| range.start));
                    left.push(&field.selection_set);
                }
                Selection::InlineFragment(fragment) => left.push(&fragment.selection_set),
                Selection::Field(_) | Selection::FragmentSpread(_) => {}
            }
        }
    }
    found
}

/// Whether the mistake is that a field selects nothing of its composite type.
pub(super) fn asks_for_selections(error: &DiagnosticData) -> bool {
    error.unstable_error_name() == Some("MissingSubselection")
}

#[cfg(test)]
mod tests;
