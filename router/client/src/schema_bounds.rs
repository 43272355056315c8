//! The bounds of asking a subgraph for its schema.

use std::time::Duration;

/// The bounds of what is no client's request: the schema that a subgraph is asked for.
#[derive(Clone, Copy, Debug)]
pub struct SchemaBounds {
    /// All that it may take.
    pub timeout: Duration,
    /// The longest answer, in bytes.
    pub max_response: usize,
}
