//! Fetches and the shape of the response, out of what the search has found.

pub(crate) mod assemble;
pub(crate) mod divide;
pub(crate) mod group;
pub(crate) mod hoist;
mod merge;
pub(crate) mod print;
pub(crate) mod represent;
pub(crate) mod select;
pub(crate) mod selection;
pub(crate) mod shape;
pub(crate) mod twins;
pub(crate) mod variables;
