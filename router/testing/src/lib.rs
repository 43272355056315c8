//! Is a federated answer the one that a monolith over the same data would give?
//!
//! A *graph* is generated for a seed: subgraphs that use every directive of Federation (`generate`). Its data is not stored but follows from
//! object and field (`world`), so that subgraphs (`subgraph`, over HTTP in `serve`) and the monolith (`monolith`) agree on it.
//! Operations over the API schema are planned and executed against the subgraphs, which complain about what a correct
//! router does not send (`partial`: what only some of them know), and compared with the monolith (`compare`): the answer, and the effects of
//! mutations in their order. What differs is made smaller (`shrink`).
//!
//! For tests only: `cargo run --release -p testing -- --graphs 1000 --operations 20`.
//!
//! [`hostile`] is the other half: what a client or a subgraph can do to harm, done to the real binary.

mod client;
mod compare;
mod deliver;
mod generate;
pub mod hostile;
mod monolith;
mod partial;
mod random;
mod run;
mod serve;
mod shrink;
mod subgraph;
mod world;

pub use crate::compare::{Difference, Graph, differs};
pub use crate::generate::{Operation, Selected, SubgraphText, TypeText, operation, subgraphs};
pub use crate::monolith::{Expected, execute as execute_monolith};
pub use crate::random::Random;
pub use crate::run::{Outcome, run};
pub use crate::serve::Listening;
pub use crate::shrink::Case;
pub use crate::subgraph::{NotServed, ServedSubgraph};
pub use crate::world::{Members, World};
