//! What subgraphs are called in the supergraph: any name of a subgraph has a value of `join__Graph`.

use apollo_compiler::ast::{Definition, Document};
use composition::compose;
use federation::{Subgraph, Supergraph};

/// The values of `join__Graph` where the subgraphs have these names, in their order.
fn graphs(names: &[&str]) -> Vec<String> {
    let subgraph = |(index, name): (usize, &&str)| {
        Subgraph::new(*name, format!("type Query {{ field{index}: Int }}"))
            .with_url("http://graph.example")
    };
    let subgraphs: Vec<Subgraph> = names.iter().enumerate().map(subgraph).collect();
    let composed = compose(&subgraphs).unwrap_or_else(|error| panic!("{names:?}: {error}"));
    let sdl = composed.supergraph_sdl;
    Supergraph::parse(&sdl).unwrap_or_else(|error| panic!("{names:?}: {error}"));
    let document = Document::parse(&sdl, "supergraph.graphql").expect("a supergraph is GraphQL");
    let definitions = document.definitions.iter();
    let graphs = definitions.filter_map(|definition| match definition {
        Definition::EnumTypeDefinition(graphs) if graphs.name == "join__Graph" => Some(graphs),
        _ => None,
    });
    graphs
        .flat_map(|graphs| &graphs.values)
        .map(|value| value.value.to_string())
        .collect()
}

#[test]
fn every_name_of_a_subgraph_has_a_value() {
    assert_eq!(graphs(&["products"]), ["PRODUCTS"]);
    assert_eq!(graphs(&["0-stock"]), ["_0_STOCK"]);
    assert_eq!(graphs(&["_p"]), ["_P"]);
    // What begins with two underscores is GraphQL's own.
    assert_eq!(graphs(&["__p"]), ["_P"]);
    assert_eq!(graphs(&["日本"]), ["_"]);
    assert_eq!(graphs(&["--"]), ["_"]);
}

#[test]
fn names_that_differ_in_what_graphql_cannot_write_have_values_of_their_own() {
    assert_eq!(graphs(&["日本", "本日"]), ["_1", "_2"]);
    assert_eq!(graphs(&["__p", "_p"]), ["_P_1", "_P_2"]);
}
