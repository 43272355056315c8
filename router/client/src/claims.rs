//! What a client's token says, as far as a route or a header asks for it.

use std::fmt::Debug;

use http::HeaderValue;

/// What the verified token of a client says.
pub trait Claims: Debug + Send + Sync {
    /// Whether a claim, by its name or by the names that lead to it with dots between them, is this text, number or truth value.
    fn is(&self, path: &str, value: &str) -> bool;

    /// The same claim as the value of a header; `None` where there is none that can be one.
    fn header(&self, path: &str) -> Option<HeaderValue>;
}
