//! Can every operation that the API schema allows be resolved by the subgraphs?
//!
//! An object of the response is somewhere: it came out of one subgraph or of one of several, and from there further subgraphs
//! can be reached through keys. A [`State`] is that knowledge at one place of a query: a type, and the set of (type, subgraph)
//! [`Node`]s at which the object can be had. The walk starts at the root types and follows each field
//! and each type condition of the API schema, breadth first, so that the first query found to fail is a shortest one.
//!
//! A state that offers a superset of what a state already walked offers can fail nowhere where the other did not, so
//! it is not walked again. For entities, whose reachable sets saturate, this leaves about one state a type: the walk
//! grows with the number of fields, not with the number of paths. [`MAX_STATES`] bounds what remains.
//!
//! - [`node`]: what one subgraph resolves of a type, `@provides` included.
//! - [`reach`]: which nodes a state reaches through keys and `@requires`.
//! - [`walk`]: the walk itself.
//! - [`failure`]: what fails and, for each subgraph, why; [`explain`]: the same in words, [`example`]: a query that shows it.

mod example;
mod explain;
mod failure;
mod node;
mod reach;
mod walk;

use federation::{Diagnostics, Supergraph};

use crate::places::Places;

/// How many states are walked at the most before the walk gives up with `MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED`.
const MAX_STATES: usize = 250_000;

/// Reports each field of the API schema that some operation can select and no subgraph can then resolve.
pub(crate) fn check(
    supergraph: &Supergraph,
    places: &mut Places<'_>,
    diagnostics: &mut Diagnostics,
) {
    let failures = walk::Walk::new(supergraph).run(diagnostics);
    diagnostics.extend(
        failures
            .iter()
            .map(|failure| explain::explain(supergraph, failure, places)),
    );
}
