//! Plans an operation over a supergraph as a graph of subgraph fetches: the fewest sequential steps, then the fewest requests, then the
//! least data.
//!
//! Once per supergraph, `graph` turns the join annotations into lanes: for each object type, where its fields resolve and by which
//! keys it is entered; `signature` numbers what behaves alike. Then, for each operation (`stages`):
//!
//! 1. `operation`. `normalise`: fragments are inlined, fields merged (`collect`), conditions folded (`condition`), into a `tree` of positions
//!    and uses; `classify` finds types that are alike, and fields that need no search because a subgraph that has them has all below.
//! 2. `search`. `reach`: the entries (objects × subgraph) and how each is had, inline or by an entity fetch; keys and `@requires` become
//!    `needs` (`demand`), `@fromContext` becomes `context`, `@provides` becomes `provides`; what is selected of types that not all
//!    subgraphs know is left out where several lead (`partial`).
//! 3. `steps`: the earliest step for everything: the number of steps is the least there is.
//! 4. `choose`: the fewest requests (a subgraph and a step are one) that still bring everything in that many steps; `refine`: as many
//!    that bring less.
//! 5. `assign`: which of them brings what, adding the least to what is fetched anyway.
//! 6. `emit`. `assemble`: fetches out of that, with their selections (`select`), representations (`represent`) and text
//!    (`print`); conditions that a whole fetch has are taken off its fields (`hoist`).
//! 7. `shape`: how the response is read out of the merged data.
//!
//! A mutation goes through 2 to 6 once for each run of root fields of one subgraph, each run waiting for the one before (`serial`).
//!
//! A fragment with `@defer` has a position of its own (`defer`). 3 to 5 are done for what is delivered at once, then for the rest, whose
//! requests join the others. A list with `@stream` is planned like any other; 6 then divides the requests that its items need (`divide`), into those for
//! the first ones and those for the others.
//!
//! **What is minimised, and how surely**
//!
//! - *Steps*: always the fewest. Everything that can be asked for is asked for as early as it can be; the step of a value is then the
//!   longest of the shortest ways to what it needs, and the plan ends with the last value that is wanted.
//! - *Requests*, for that many steps: the fewest, while the search lasts. Which requests suffice is monotone: more of them never bring less. So
//!   one without which the others do not suffice is in every plan, and branch and bound over the rest leaves nothing out that could be
//!   smaller. `Options::search_budget` bounds it; when that is used up, the plan is the smallest found so far, which is at most what a
//!   greedy descent from all requests leaves: no request of it can be spared. The property test compares with a brute-force minimum.
//!   What a request is: one subgraph at one step, and one part of the response where parts are deferred. Objects of a root type below
//!   the root take one for each place.
//! - *Data*, for that many requests: for each object that is expected, itself and every field that is selected of it; and for each object that
//!   is sent, three and every field of its representation. Ten items are expected of a list, of an abstract type each possible type as
//!   often as the others (`expect`). What is fetched after the first step counts twice: its subgraph has to find the objects anew, and what
//!   waits for them waits for it. Values are served one after the other, each where it adds least. An object whose key is known is
//!   asked for by it rather than brought once more below its parent. A request is exchanged for another one as long as that helps. So this
//!   is what a descent finds, not always the least over all sets of requests, which would be another search. The property test compares
//!   with a brute-force minimum: at most one plan in fifty moves more, none more than half as much again.
//!
//! **Invariants**
//!
//! - Folders and files import each other in one direction: `stages` → `emit` → `search` → `operation` → `graph` and `plan`.
//! - Pure and synchronous: no IO, no clock, no randomness, no async. The same operation gives the same plan.
//! - Bounded: the size of the tree, its depth, the terms of conditions, the text of requests and the trials of the search have limits;
//!   going over one is an error that names it, or, for the search, the best plan so far.
//! - Root fields are always asked in the first step, entities and root objects below the root after that: a request is never put
//!   off to share it with a later one.
//! - No fetch names a variable, key or `__typename` that nothing needs.
//! - A plan never depends on the values of variables: `@skip` and `@include` become conditions in it.
//!
//! Operations that differ in their literals only can share a plan, in which variables stand for the literals (`literals`): a cache of plans asks for
//! that. Planning itself compares arguments and never reads them.
//!
//! Fields that the options call *slow* (`slow`) come last in this order: where a later request waits for what is beside one, but not for the
//! field, it is asked in a request more, so that the former need not wait.
//!
//! ```
//! use std::sync::Arc;
//! use apollo_compiler::ExecutableDocument;
//! use federation::{Subgraph, Supergraph};
//! use planner::{Options, Planner};
//!
//! let dogs = Subgraph::new("dogs", "type Query { dog: String }");
//! let composed = composition::compose(&[dogs]).expect("this composes");
//! let supergraph = Supergraph::parse(&composed.supergraph_sdl).expect("a supergraph");
//! let planner = Planner::new(Arc::new(supergraph), Options::default());
//!
//! let schema = planner.supergraph().api_schema();
//! let document = ExecutableDocument::parse_and_validate(schema, "{ dog }", "query").expect("valid");
//! let plan = planner.plan(&document, None).expect("a plan");
//! assert_eq!(&*plan.fetches[0].operation, "{dog}");
//! ```

mod emit;
mod error;
mod graph;
mod literals;
mod operation;
mod plan;
mod planner;
mod search;
mod stages;
mod text;
mod work;

pub use crate::error::PlanError;
pub use crate::graph::slow::SlowField;
pub use crate::literals::{Literals, NormalForm};
pub use crate::operation::collect::DENIED;
pub use crate::operation::defer::Defer;
pub use crate::plan::*;
pub use crate::planner::Planner;
pub use crate::stages::options::Options;
pub use crate::work::Work;
