//! The fragments that an operation uses.

use apollo_compiler::executable::{
    ExecutableDocument, Fragment, Operation, Selection, SelectionSet,
};
use apollo_compiler::{Name, Node};
use indexmap::IndexSet;

/// Each fragment that the operation spreads, or that one of these does, once, in the order of their names.
pub(super) fn used<'d>(
    document: &'d ExecutableDocument,
    operation: &'d Operation,
) -> Vec<&'d Node<Fragment>> {
    let mut used = IndexSet::new();
    spreads(&operation.selection_set, &mut used);
    let mut next = 0;
    while let Some(fragment) = used
        .get_index(next)
        .and_then(|name: &&Name| document.fragments.get(*name))
    {
        next += 1;
        spreads(&fragment.selection_set, &mut used);
    }
    used.sort_unstable();
    let fragments = used.iter();
    fragments
        .filter_map(|name| document.fragments.get(*name))
        .collect()
}

/// The names of the fragments that are spread in a selection set. Its depth is bounded by the limits.
fn spreads<'d>(selections: &'d SelectionSet, found: &mut IndexSet<&'d Name>) {
    for selection in &selections.selections {
        match selection {
            Selection::Field(field) => spreads(&field.selection_set, found),
            Selection::InlineFragment(fragment) => spreads(&fragment.selection_set, found),
            Selection::FragmentSpread(spread) => {
                found.insert(&spread.fragment_name);
            }
        }
    }
}
