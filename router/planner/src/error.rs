//! Why an operation has no plan.

use thiserror::Error;

/// Why an operation has no plan.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlanError {
    /// The document has no operation of that name, or several and no name was given.
    #[error("{0}")]
    Operation(String),
    /// A bound of [`Options`](crate::Options) was reached.
    #[error("the operation is too large to plan: more than {bound} {what}")]
    Limit {
        /// What there was too much of.
        what: &'static str,
        /// The bound.
        bound: usize,
    },
    /// It is a large one, and only a small one was wanted ([`Planner::plan_small`](crate::Planner::plan_small)).
    #[error("the plan is large")]
    Large,
    /// No sequence of subgraph requests gives this field: composition lets no such supergraph pass.
    #[error("`{coordinate}` cannot be resolved from any subgraph here")]
    Unresolvable {
        /// `Type.field`.
        coordinate: String,
    },
    /// The operation uses a feature that is not planned.
    #[error("{0}")]
    Unsupported(String),
}
