//! Plans of lists whose items are delivered in two parts.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::name;
use insta::assert_snapshot;
use planner::{Defer, QueryPlan};

use crate::deferred::plan;
use crate::{Graph, graph};

const SHOP: &str = r#"
# products
type Query { top(first: Int): [Product!]! node: Node basket: Basket }
interface Node { id: ID! }
type Product implements Node @key(fields: "id") { id: ID! name: String }
type Basket @key(fields: "id") { id: ID! items: [Product!]! }
type Mutation { restock: Basket }
# prices
type Product @key(fields: "id") { id: ID! price: Int related(first: Int): [Product!] }
# stock
type Basket @key(fields: "id") { id: ID! items: [Product!]! @external total: Int @requires(fields: "items { price }") }
type Product @key(fields: "id") {
  id: ID!
  price: Int @external
  left: Int
  shipping: Int @requires(fields: "price")
}
"#;

fn planned(graph: &Graph, operation: &str, off: &[apollo_compiler::Name]) -> QueryPlan {
    let schema = graph.planner.supergraph().api_schema();
    let document = ExecutableDocument::parse_and_validate(schema, operation, "operation.graphql")
        .unwrap_or_else(|found| panic!("{}", found.errors));
    let plan = graph
        .planner
        .plan_deferring(&document, None, Defer::Unless(off));
    plan.unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn what_items_need_is_asked_for_the_first_and_for_the_later_ones() {
    let graph = graph(SHOP);
    let operation =
        r#"{ top(first: 9) @stream(initialCount: 2, label: "rest") { name price shipping } }"#;
    assert_snapshot!(plan(&graph, operation));
}

#[test]
fn a_list_whose_items_need_no_other_request_is_whole() {
    let graph = graph(SHOP);
    let plan = planned(&graph, "{ top @stream(initialCount: 1) { name } }", &[]);
    assert!(plan.deferred.is_empty());
    assert!(plan.shape.fields[0].streamed.is_none());
    assert_eq!(&*plan.fetches[0].operation, "{top{name}}");
}

#[test]
fn a_list_is_whole_where_its_variable_is_false() {
    let graph = graph(SHOP);
    let operation = "query($on: Boolean!) { top @stream(if: $on) { price } }";
    assert_eq!(planned(&graph, operation, &[]).deferred.len(), 1);
    let plan = planned(&graph, operation, &[name!("on")]);
    assert!(plan.deferred.is_empty());
    assert_eq!(plan.fetches.len(), 2);
}

#[test]
fn the_initial_count_may_be_a_variable() {
    let graph = graph(SHOP);
    let operation = "query($n: Int!) { top @stream(initialCount: $n) { price } }";
    let text = plan(&graph, operation);
    assert!(
        text.ends_with("later, the items after the first $n at top: after fetch 2\n"),
        "{text}"
    );
}

#[test]
fn within_later_items_lists_are_whole_and_fragments_have_parts_of_their_own() {
    let graph = graph(SHOP);
    let operation = r#"{
      top @stream(initialCount: 1, label: "outer") {
        related @stream(label: "inner") { left }
        ... @defer(label: "fragment") { shipping }
      }
    }"#;
    assert_snapshot!(plan(&graph, operation));
}

#[test]
fn a_list_in_a_deferred_fragment_is_streamed_after_it() {
    let graph = graph(SHOP);
    let operation = r#"{ basket { id ... @defer { items @stream(initialCount: 1) { price } } } }"#;
    assert_snapshot!(plan(&graph, operation));
}

/// What is only deferred in them does not hold the items up.
#[test]
fn a_list_of_whose_items_all_else_is_deferred_is_whole() {
    let graph = graph(SHOP);
    let operation = "{ top @stream { name ... @defer { price } } }";
    let plan = planned(&graph, operation, &[]);
    assert_eq!(plan.deferred.len(), 1);
    assert!(plan.deferred[0].initial.is_none());
}

/// `total` needs the prices of all items at once.
#[test]
fn what_another_field_requires_of_all_items_is_asked_for_all() {
    let graph = graph(SHOP);
    let operation = "{ basket { total items @stream(initialCount: 1) { price } } }";
    assert_snapshot!(plan(&graph, operation));
}

/// Clients could not know whose items they get.
#[test]
fn a_list_that_several_parts_have_is_whole_in_each() {
    let graph = graph(SHOP);
    let operation = r#"{
      basket {
        items @stream(initialCount: 1) { price }
        ... @defer { items @stream(initialCount: 1) { left } }
      }
    }"#;
    let plan = planned(&graph, operation, &[]);
    assert_eq!(plan.deferred.len(), 1);
    assert!(plan.deferred[0].initial.is_none());
}

#[test]
fn the_list_of_an_abstract_parent_is_streamed() {
    let graph = graph(SHOP);
    let operation =
        "{ node { id ... on Product { related @stream(initialCount: 1) { left price } } } }";
    assert_snapshot!(plan(&graph, operation));
}

#[test]
fn a_list_in_what_a_mutation_answers_is_streamed() {
    let graph = graph(SHOP);
    let operation = "mutation { a: restock { items @stream { price } } b: restock { id } }";
    let plan = planned(&graph, operation, &[]);
    assert_eq!(plan.deferred.len(), 1);
    let later = plan.deferred[0].fetches[0];
    assert!(plan.fetches[later.0 as usize].deferred);
    // What comes next in the mutation does not wait for it.
    assert!(
        !plan
            .fetches
            .iter()
            .any(|fetch| fetch.depends_on.contains(&later))
    );
}

#[test]
fn an_operation_with_more_streams_than_there_may_be_parts_is_whole() {
    let graph = graph(SHOP);
    let streams: String = (0..33)
        .map(|i| format!("t{i}: top @stream {{ price }} "))
        .collect();
    let plan = planned(&graph, &format!("{{ {streams} }}"), &[]);
    assert!(plan.deferred.is_empty());
    assert_eq!(plan.fetches.len(), 2);
    // Fragments have a part for each of the lists that they are in the items of.
    let nested = "{ top @stream { price related @stream { left ... @defer { shipping } } } }";
    assert_eq!(planned(&graph, nested, &[]).deferred.len(), 5);
}

#[test]
fn the_directive_is_not_sent_to_subgraphs() {
    let graph = graph(SHOP);
    for off in [&[][..], &[name!("on")]] {
        let operation = "query($on: Boolean!) { top @stream(if: $on) { price } }";
        for fetch in planned(&graph, operation, off).fetches {
            assert!(!fetch.operation.contains("stream"), "{}", fetch.operation);
        }
    }
}
