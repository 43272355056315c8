//! Plans of operations over composed subgraphs: the plan as text, and what must hold of every plan.

mod abstract_types;
mod bounds;
mod conditions;
mod contexts;
mod deferred;
mod entities;
mod generated;
mod invariants;
mod keys;
mod literals;
mod mutations;
mod operations;
mod overrides;
mod partial;
mod parts;
mod provides;
mod requires;
mod roots;
mod shop;
mod slow;
mod streamed;
mod types;
mod work;

use std::collections::HashMap;
use std::sync::Arc;

use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use federation::{Subgraph, Supergraph};
use planner::{Options, Planner, QueryPlan};

/// A supergraph with the subgraphs it was composed of.
struct Graph {
    planner: Planner,
    /// What each subgraph serves.
    served: HashMap<String, Valid<Schema>>,
}

/// Composes subgraphs, written one after the other, each under a line `# name`.
#[track_caller]
fn graph(text: &str) -> Graph {
    graph_with(text, &[])
}

/// The same, with labels of progressive overrides on.
#[track_caller]
fn graph_with(text: &str, labels: &[&str]) -> Graph {
    let subgraphs: Vec<(String, String)> = text
        .split("\n# ")
        .skip(1)
        .map(|part| {
            let (name, sdl) = part.split_once('\n').expect("a name, then an SDL");
            (name.trim().to_owned(), sdl.to_owned())
        })
        .collect();
    let linked: Vec<Subgraph> = subgraphs
        .iter()
        .map(|(name, sdl)| Subgraph::new(name.as_str(), format!("{}\n{sdl}", invariants::LINK)))
        .collect();
    let composed = match composition::compose(&linked) {
        Ok(composed) => composed,
        Err(found) => panic!("does not compose:\n{found}"),
    };
    let supergraph = match Supergraph::parse(&composed.supergraph_sdl) {
        Ok(supergraph) => Arc::new(supergraph),
        Err(found) => panic!("no supergraph:\n{found}"),
    };
    let labels = labels.iter().map(|&label| Arc::from(label));
    Graph {
        planner: Planner::with_labels(supergraph, Options::default(), labels),
        served: served(&subgraphs),
    }
}

fn served(subgraphs: &[(String, String)]) -> HashMap<String, Valid<Schema>> {
    let served = subgraphs.iter();
    served
        .map(|(name, sdl)| (name.clone(), invariants::served(sdl)))
        .collect()
}

impl Graph {
    /// The plan, after the invariants of plans were checked.
    #[track_caller]
    fn plan(&self, operation: &str) -> QueryPlan {
        let schema = self.planner.supergraph().api_schema();
        let document = match ExecutableDocument::parse_and_validate(schema, operation, "query") {
            Ok(document) => document,
            Err(found) => panic!("no valid operation:\n{}", found.errors),
        };
        let plan = match self.planner.plan(&document, None) {
            Ok(plan) => plan,
            Err(error) => panic!("no plan: {error}"),
        };
        invariants::check(self, &plan);
        plan
    }

    /// Why there is no plan.
    #[track_caller]
    fn fails(&self, operation: &str) -> String {
        let schema = self.planner.supergraph().api_schema();
        let document = match ExecutableDocument::parse_and_validate(schema, operation, "query") {
            Ok(document) => document,
            Err(found) => panic!("no valid operation:\n{}", found.errors),
        };
        match self.planner.plan(&document, None) {
            Ok(plan) => panic!("a plan:\n{plan}"),
            Err(error) => error.to_string(),
        }
    }
}

/// The plan as text.
#[track_caller]
fn check(subgraphs: &str, operation: &str) -> String {
    graph(subgraphs).plan(operation).to_string()
}
