//! What one request may cost.

use std::time::Duration;

/// The bounds of a request. In the data of the schema (`ctx.data::<Limits>()`) and in the extensions of a REST request
/// (`Extension<Limits>`), for those that the domain must keep itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Levels of fields below each other in an operation.
    pub depth: usize,
    /// Sum of the complexities of an operation's fields (1 each unless the schema says otherwise), fragments expanded.
    pub complexity: usize,
    /// Levels of selection sets below each other, those of fragments included.
    pub recursion: usize,
    /// Directives on one field.
    pub directives: usize,
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// Values of one series: kept by the domain.
    pub series_length: usize,
    /// Representations in one `_entities` field.
    pub entities: usize,
    /// From the head of a request until its answer.
    pub request_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 20,
            complexity: 1_000,
            recursion: 32,
            directives: 16,
            body_bytes: 1024 * 1024,
            series_length: 10_000,
            entities: 1_000,
            request_timeout: Duration::from_secs(10),
        }
    }
}
