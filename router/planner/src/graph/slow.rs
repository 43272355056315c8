//! Fields that take long.

use std::sync::Arc;

/// A field that takes long in one subgraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlowField {
    /// The name of the subgraph.
    pub subgraph: Arc<str>,
    /// A [schema coordinate](https://spec.graphql.org/September2025/#sec-Schema-Coordinates), `Type.field`. That of an interface is for all
    /// types that implement it.
    pub coordinate: Arc<str>,
}
