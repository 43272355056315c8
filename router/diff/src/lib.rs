//! The changes between two schemas, and what each of them means to clients.
//!
//! - [`diff`]: two API schemas, as clients see them. Every [`Change`] has a [`Kind`], a [schema coordinate], the
//!   [`Class`] that says whether operations can break, and the reason in one sentence.
//! - [`Usage`]: what an operation uses of a schema, so that the changes that hit it can be named.
//! - [`diff_graphs`]: two supergraphs: which subgraph resolves what, which clients cannot see but plans can change
//!   with; and what one must be to read it (`@authenticated`, `@requiresScopes`, `@policy`).
//!
//! **Invariants**
//!
//! - No IO, no clock: pure functions over schemas.
//! - The work grows linearly with the size of both schemas.
//! - An operation that is valid on the old schema and not on the new one uses the coordinate of a
//!   [breaking](Class::Breaking) change, with one exception that [`Class::Breaking`] names.
//!
//! The kinds have the names that graphql-inspector made known.
//!
//! [schema coordinate]: https://spec.graphql.org/September2025/#sec-Schema-Coordinates

mod access;
mod applied;
mod arguments;
mod change;
mod coordinate;
mod descriptions;
mod directives;
mod enums;
mod fields;
mod graph;
mod input_fields;
mod kind;
mod members;
mod pairs;
mod result_types;
mod roots;
mod types;
mod usage;
mod variance;

use apollo_compiler::Schema;

pub use crate::change::{Change, Changes, Class};
pub use crate::graph::diff_graphs;
pub use crate::kind::Kind;
pub use crate::usage::Usage;

/// The changes from `old` to `new`, two API schemas: directives first, then root types, then type by type in the
/// order of `new`, with removed types last.
///
/// ```
/// use apollo_compiler::Schema;
///
/// let old = Schema::parse("type Query { price: Int name: String }", "old").expect("a schema");
/// let new = Schema::parse("type Query { price: Int! }", "new").expect("a schema");
/// let changes = diff::diff(&old, &new);
/// let told: Vec<_> = changes.iter().map(|change| (change.coordinate.as_str(), change.class)).collect();
/// assert_eq!(told, [
///     ("Query.price", diff::Class::Safe),
///     ("Query.name", diff::Class::Breaking),
/// ]);
/// ```
pub fn diff(old: &Schema, new: &Schema) -> Changes {
    let mut changes = Changes::default();
    directives::compare(old, new, &mut changes);
    roots::compare(old, new, &mut changes);
    types::compare(old, new, &mut changes);
    changes
}
