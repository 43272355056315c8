//! Composes subgraph schemas into one supergraph, or says why they do not compose.
//!
//! The stages, in order. A stage reports everything it finds; the next one starts when there is no error:
//!
//! 1. `load`: each SDL is parsed; its links say which specifications it uses and under which names (`names`);
//!    `expand` adds what these define; the result is a valid GraphQL schema.
//! 2. `upgrade`: Federation 1 schemas become Federation 2 schemas.
//! 3. `rules`: each subgraph alone, one file per directive.
//! 4. `reserved`: no type has a name that a specification keeps for itself. `merge`: the types of all subgraphs become those of the supergraph, one file per kind.
//! 5. `api`: what the supergraph shows to clients is consistent.
//! 6. `satisfiability`: each query that the supergraph allows can be resolved; `contexts`: each context it uses is set.
//!
//! Beside them: `field_set` reads the `fields` of `@key`, `@requires` and `@provides`; `facts` is what
//! follows from them for each field; `places` finds again, in the SDL, what is reported about the supergraph.
//!
//! **Invariants**
//!
//! - Pure: no IO, no clock, no randomness. The same subgraphs give the same result, in whatever order they
//!   are given: they count in the order of their names.
//! - No panic, whatever the SDL.
//! - Bounded: work that can grow faster than the schemas takes its steps from a [`Budget`](federation::Budget), and of the diagnostics only so
//!   many are kept.
//! - Every diagnostic has a public code; an error about one subgraph has its place there.
//!
//! ```
//! use federation::Subgraph;
//!
//! let dogs = Subgraph::new("dogs", "type Query { dog: String }");
//! let cats = Subgraph::new("cats", "type Query { cat: String }");
//! let composed = composition::compose(&[dogs, cats]).expect("these compose");
//! assert!(composed.supergraph_sdl.contains("cat: String @join__field(graph: CATS)"));
//! ```

mod api;
mod compose;
mod contexts;
mod contract;
mod expand;
mod facts;
mod field_set;
mod load;
mod merge;
mod names;
mod places;
mod reserved;
mod rules;
mod satisfiability;
mod subgraph;
mod suggest;
mod upgrade;
mod values;
mod weight;

pub use crate::compose::{Composed, compose, compose_within};
pub use crate::contract::{Contract, contract};
