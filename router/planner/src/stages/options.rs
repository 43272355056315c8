//! The bounds of planning, and what is planned over.

use std::sync::Arc;

use federation::Supergraph;

use crate::graph::slow::SlowField;
use crate::graph::{Graph, TypeId};

/// The bounds of planning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Selected fields at most, once fragments are expanded and the fields of keys are added.
    pub max_nodes: usize,
    /// The work of looking for the smallest sets of requests, in units as those of `max_work`, all searches of an operation together; then
    /// the best sets found so far are taken. The root fields of a mutation that several subgraphs have are tried out with as much again.
    pub search_budget: usize,
    /// The work of planning an operation in all, in units of some tens of nanoseconds; more is refused. What is left of it when requests are
    /// chosen bounds that search too, which then takes the best set found so far. A plan with deferred parts, or with slow fields asked
    /// apart, that would take more is given up for one without them, which may take as much again.
    pub max_work: usize,
    /// Fields that nothing should wait for which does not need them.
    pub slow: Vec<SlowField>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            // Each takes some 1.5 KB, and several operations may be planned at once.
            max_nodes: 25_000,
            search_budget: 4_000_000,
            max_work: 20_000_000,
            slow: Vec::new(),
        }
    }
}

/// A supergraph, indexed.
pub(crate) struct Indexed {
    pub(crate) supergraph: Arc<Supergraph>,
    pub(crate) graph: Graph,
    pub(crate) options: Options,
    /// The type of mutations, if it is reached below the root too.
    pub(crate) mutation_below: Option<TypeId>,
}
