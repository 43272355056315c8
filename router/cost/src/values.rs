//! What a request brings, and what can be wrong with it.

use std::borrow::Cow;

/// The coerced variables of a request.
pub trait Values {
    /// The value of a variable as JSON, defaults applied; None where it has none.
    fn value(&self, variable: &str) -> Option<Cow<'_, str>>;
}

/// No variables.
impl Values for () {
    fn value(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}

/// Why an operation has no estimate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CostError {
    /// `@listSize(requireOneSlicingArgument: true)`, which is the default, and none or several of the arguments.
    #[error("{coordinate} takes exactly one of its slicing arguments, but {given} are given")]
    SlicingArguments {
        /// The field.
        coordinate: String,
        /// How many there are.
        given: usize,
    },
}
