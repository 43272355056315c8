//! The vocabulary of Apollo Federation, which composition, planning and the server share.
//!
//! - [`Subgraph`]: what composition starts from: a name, a URL, an SDL.
//! - [`Supergraph`]: what it ends with, and what the planner works on: one schema with, for every
//!   type, field and value, the subgraphs that have it.
//! - [`spec`]: the specifications that schemas link, with their names and versions.
//! - [`one_of`]: the definition of `@oneOf`, which the GraphQL parser does not know.
//! - [`literals`]: what it does not check of the values in operations.
//! - [`Diagnostics`]: what went wrong, each with a public [`Code`] and places in the SDL.
//!
//! **Invariants**
//!
//! - No IO, no clock, no async: everything here is data and pure functions over it.
//! - A [`Supergraph`] is immutable and valid; it can only be made by [`Supergraph::parse`].
//! - Composition hands its result over as supergraph SDL, so a graph composed here and one composed
//!   elsewhere take the same way into the planner.

mod bounds;
mod budget;
mod code;
mod conditions;
mod default_cycles;
mod described;
mod diagnostic;
mod field_set;
mod hazards;
pub mod literals;
mod locations;
mod names;
mod nearest;
pub mod one_of;
mod sdl;
mod severity;
pub mod spec;
mod subgraph;
mod supergraph;
mod wording;

pub use crate::budget::{Budget, Cancellation, Stop};
pub use crate::code::Code;
pub use crate::conditions::deciding;
pub use crate::default_cycles::{DefaultCycle, default_cycles};
pub use crate::described::without_descriptions;
pub use crate::diagnostic::{Diagnostic, Diagnostics, Location};
pub use crate::field_set::{FieldSet, FieldSetSelection};
pub use crate::hazards::{Hazard, check_hazards};
pub use crate::locations::is_executable;
pub use crate::names::{MAX_NAME, long_name};
pub use crate::nearest::nearest;
pub use crate::sdl::{is_cut_off, parse_sdl};
pub use crate::severity::Severity;
pub use crate::subgraph::Subgraph;
pub use crate::supergraph::*;
pub use crate::wording::{plain, visible};
