//! Contracts: a variant of a supergraph in which clients see what `@tag`s say.
//!
//! The rules are the [published ones](https://www.apollographql.com/docs/graphos/platform/schema-management/delivery/contracts/create):
//!
//! 1. [`tagged`]: what has an excluded tag is hidden. Where tags are included, so is every field of an object or an interface, and every union, that has none of
//!    these, by itself or by its type;
//! 2. [`empty`]: a type of which everything is hidden is hidden;
//! 3. [`unreachable`]: where that is wanted, so is a type to which no visible root type leads;
//! 4. what is left must hold by itself, as `@inaccessible` demands.
//!
//! What is hidden is `@inaccessible` in the supergraph: subgraphs are asked for it where keys need it, and clients do not see it.

mod empty;
mod link;
mod mark;
mod tagged;
mod unreachable;

use std::collections::BTreeSet;

use apollo_compiler::Schema;
use federation::{Diagnostics, Supergraph};

use crate::api;

/// The specification of `@tag`.
const TAG: &str = "https://specs.apollo.dev/tag";

/// What a variant shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contract {
    /// Fields and unions need one of these tags; empty: they need none.
    pub include_tags: BTreeSet<String>,
    /// What has one of these is hidden.
    pub exclude_tags: BTreeSet<String>,
    /// Whether types are hidden that clients cannot reach.
    pub hide_unreachable_types: bool,
}

impl Contract {
    /// Whether it hides nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The supergraph SDL of a variant.
///
/// # Errors
/// What is visible and does not hold without what is hidden: a field of a hidden type, a hidden argument that is required, nothing to query. The diagnostics have
/// no places, as elements of the supergraph come from several subgraphs.
pub fn contract(supergraph: &Supergraph, contract: &Contract) -> Result<String, Diagnostics> {
    let mut schema = Schema::clone(supergraph.schema());
    let tag = supergraph.directive_name(TAG, "tag");
    let inaccessible = link::inaccessible(supergraph, &mut schema);
    tagged::by_tags(&mut schema, tag.as_deref(), contract, &inaccessible);
    empty::hide(&mut schema, &inaccessible);
    if contract.hide_unreachable_types {
        unreachable::hide(&mut schema, &inaccessible);
    }
    let mut found = Diagnostics::new();
    api::check_inaccessible(&schema, &inaccessible, &mut found);
    if found.is_empty() {
        return Ok(schema.serialize().to_string());
    }
    const HELP: &str = "The contract hides one and shows the other: give both the same tags.";
    let mut told = Diagnostics::new();
    for diagnostic in found.iter().cloned() {
        told.push(diagnostic.with_help(HELP));
    }
    told.sort();
    Err(told)
}

/// What a specification brings into the supergraph is no part of the API.
fn is_machinery(name: &str) -> bool {
    name.contains("__")
}
