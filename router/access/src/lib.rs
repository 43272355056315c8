//! What a client may see of an operation: `@authenticated`, `@requiresScopes` and `@policy`
//! (<https://www.apollographql.com/docs/graphos/routing/security/authorization>).
//!
//! - [`Access::of`] reads and numbers the rules of a schema (`load`, `rules`), once;
//! - [`Access::rights`] says which of them a [`Holder`] meets: a set of bits (`rights`), by which plans are shared;
//! - [`Access::filter`] marks what of an operation these rights do not open (`filter`).
//!
//! Rules on interfaces come down to their implementations, since every object has a concrete type: a field that is selected of an interface is open when it
//! is in all types that can be there.
//!
//! **Invariants**
//!
//! - Pure: no IO, no clock, no configuration.
//! - What cannot be read opens nothing.
//! - A field that is not open is marked ([`planner::DENIED`]) and loses its arguments and selections; nothing else of the operation changes.

mod filter;
mod load;
mod rights;
mod rules;

pub use crate::filter::Filtered;
pub use crate::load::Access;
pub use crate::rights::{Holder, Nobody, Rights};
