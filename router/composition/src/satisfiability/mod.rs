//! Can every operation that the API schema allows be resolved by the subgraphs?
//!
//! An object of the response is somewhere: it came out of one subgraph or of one of several, and from each of these further subgraphs
//! can be reached through keys. A [`select::State`] is that knowledge at one place of a query: a type, and the [`reach::Places`] at which the
//! object arrives. The walk starts at the root types and follows each field of an object and each type condition of the API schema,
//! breadth first, so that the first query found to fail is a shortest one.
//!
//! What follows from an arrival is what follows from each of its places alone: the fields of a key or a `@requires` come to one subgraph's
//! object, and that it might also have come from elsewhere is no help. So the question where keys lead is asked once for each place.
//!
//! A state that offers a superset of what a state already walked offers can fail nowhere where the other did not, so
//! it is not walked again. For entities, whose places all lead to the same ones, this leaves about one state a type: the walk
//! grows with the number of fields, not with the number of paths. [`MAX_STATES`] bounds what remains.
//!
//! - [`node`]: what one subgraph resolves of a type, `@provides` included.
//! - [`reach`]: which places follow from one through keys, and what `@requires` can have there.
//! - [`select`]: what becomes of selecting a field there.
//! - [`walk`]: the walk itself; [`path`]: how it came to a state.
//! - [`meeting`]: which subgraphs can meet at a shared field, by a walk of its own.
//! - [`failure`]: what fails and, for each subgraph, why; [`explain`]: the same in words, [`example`]: a query that shows it.

mod example;
mod explain;
mod failure;
mod meeting;
mod node;
mod path;
mod reach;
mod select;
mod walk;

use federation::{Budget, Diagnostics, Severity, Supergraph};

use crate::contexts::Unset;
use crate::merge::SharedField;
use crate::places::Places;

/// How many states are walked at most before the walk gives up with `MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED`.
const MAX_STATES: usize = 250_000;

/// How many of the findings are explained at most; the others are counted.
const MAX_EXPLAINED: usize = 500;

/// Reports each field of the API schema that some operation can select and no subgraph can then resolve, and each of the `shared` fields
/// to which some operation comes in subgraphs that cannot give the same types. What is `unset` counts as not resolved there.
pub(crate) fn check(
    supergraph: &Supergraph,
    budget: &Budget,
    (shared, unset): (&[SharedField], &[Unset]),
    places: &mut Places<'_>,
    diagnostics: &mut Diagnostics,
) {
    let walk = || walk::Walk::new(supergraph, unset, budget);
    let findings = walk().run(diagnostics);
    for (index, finding) in findings.iter().enumerate() {
        match index < MAX_EXPLAINED {
            true => diagnostics.push(explain::explain(supergraph, finding, places)),
            false => diagnostics.omit(Severity::Error, 1),
        }
    }
    if !shared.is_empty() {
        for finding in walk().meet(shared) {
            diagnostics.push(finding);
        }
    }
}
