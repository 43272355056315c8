//! Plans an operation over a supergraph as a graph of subgraph fetches.

mod assemble;
mod assign;
mod choose;
mod condition;
mod display;
mod error;
mod graph;
mod json;
mod needs;
mod normalise;
mod plan;
mod planner;
mod print;
mod reach;
mod select;
mod shape;
mod steps;
mod tree;

pub use crate::error::PlanError;
pub use crate::plan::*;
pub use crate::planner::{Options, Planner};
