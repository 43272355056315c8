//! Texts of subgraphs, with NULs between: composed, and what composes is loaded and planned over.

#![no_main]

use std::sync::Arc;

use apollo_compiler::ExecutableDocument;
use federation::{Subgraph, Supergraph};
use libfuzzer_sys::fuzz_target;
use planner::{Options, Planner};

fuzz_target!(|text: &str| {
    let subgraphs: Vec<Subgraph> = text
        .split('\0')
        .take(4)
        .enumerate()
        .map(|(index, sdl)| Subgraph::new(format!("s{index}"), sdl))
        .collect();
    let Ok(composed) = composition::compose(&subgraphs) else {
        return;
    };
    let Ok(supergraph) = Supergraph::parse(&composed.supergraph_sdl) else {
        // A scalar or a directive of the join specification may be among the subgraphs' own names.
        return;
    };
    let planner = Planner::new(Arc::new(supergraph), Options::default());
    let schema = planner.supergraph().api_schema();
    let document = ExecutableDocument::parse_and_validate(schema, "{ __typename }", "operation");
    let document = document.expect("every schema has a name for its query type");
    planner.plan(&document, None).expect("it has a plan");
});
