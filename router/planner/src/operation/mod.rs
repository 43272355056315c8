//! The operation as a tree of positions and uses, and what can be said about it before any search.

pub(crate) mod agree;
pub(crate) mod arguments;
pub(crate) mod classify;
pub(crate) mod collect;
pub(crate) mod condition;
pub(crate) mod defer;
pub(crate) mod ids;
pub(crate) mod introspection;
pub(crate) mod normalise;
pub(crate) mod position;
pub(crate) mod provides;
pub(crate) mod stream;
pub(crate) mod tree;
