//! What an operation costs, estimated before it is executed and measured after.
//!
//! - [`CostModel`]: the weights and list sizes of a schema, from `@cost` and `@listSize`;
//! - [`Formula`]: the cost of one operation, compiled once and evaluated with the variables of each request;
//! - [`Meter`]: what its response did cost, by the same weights.
//!
//! The rules are those of the [GraphQL Cost Directive specification] and of
//! [Apollo's additions](https://www.apollographql.com/docs/graphos/routing/security/demand-control):
//!
//! - an object, interface or union costs 1, a scalar or enum 0, unless the field or its type has `@cost(weight:)`;
//! - a list costs as much as its items; how many they are, `@listSize` says, or a default;
//! - arguments, input fields, and directives cost what their `@cost` says, otherwise nothing;
//! - a mutation costs 10 more;
//! - what nobody is asked for costs nothing, and need not say how long its lists are ([`CostModel::leaving_out`]).
//!
//! **Invariants**
//!
//! - No IO. Compiling and evaluating take time and memory that grow linearly with the operation, fragments counted once, and with the variables, each read once.
//!   A variable is read as JSON text, at any depth; no tree is built from it.
//! - The estimate is an upper bound of the selections: a field that is selected twice under one response name counts twice, and so
//!   do fragments on types that exclude each other.
//! - What is measured counts a response name once, and is at most the estimate where no list is longer than that said.
//! - Numbers saturate.
//!
//! [GraphQL Cost Directive specification]: https://ibm.github.io/graphql-specs/cost-spec.html

mod compile;
mod formula;
mod inputs;
mod json;
mod meter;
mod model;
mod sizes;
mod values;
mod variables;

pub use crate::compile::TooLarge;
pub use crate::formula::Formula;
pub use crate::meter::Meter;
pub use crate::model::CostModel;
pub use crate::values::{CostError, Values};
