//! Plans an operation over a supergraph as a graph of subgraph fetches.

mod plan;

pub use crate::plan::*;
