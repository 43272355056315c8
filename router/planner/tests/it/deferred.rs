//! Plans with parts that are delivered later.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::name;
use insta::assert_snapshot;
use planner::{Defer, PlanError};

use crate::{Graph, graph};

mod required;

const SHOP: &str = r#"
# products
type Query { top: [Product!] node: Node }
interface Node { id: ID! }
type Product implements Node @key(fields: "id") { id: ID! name: String seller: Seller }
type Seller { city: String }
# prices
type Product @key(fields: "id") { id: ID! price: Int related: [Product] }
# stock
type Product @key(fields: "id") {
  id: ID!
  price: Int @external
  left: Int
  shipping: Int @requires(fields: "price")
}
"#;

#[track_caller]
pub(crate) fn plan(graph: &Graph, operation: &str) -> String {
    planned(graph, operation, &[]).unwrap_or_else(|error| panic!("{error}"))
}

fn planned(
    graph: &Graph,
    operation: &str,
    off: &[apollo_compiler::Name],
) -> Result<String, PlanError> {
    let schema = graph.planner.supergraph().api_schema();
    let document = ExecutableDocument::parse_and_validate(schema, operation, "operation.graphql")
        .unwrap_or_else(|found| panic!("{}", found.errors));
    let plan = graph
        .planner
        .plan_deferring(&document, None, Defer::Unless(off))?;
    Ok(plan.to_string())
}

#[test]
fn other_subgraphs_are_asked_for_the_parts_and_the_same_one_again() {
    let graph = graph(SHOP);
    let operation =
        r#"{ top { name ... @defer(label: "slow") { price } ... @defer { seller { city } } } }"#;
    assert_snapshot!(plan(&graph, operation), @r#"
    query: 3 requests in 2 steps
    step 1
      fetch 0 from products
        {
          top {
            name
            id
          }
        }
    step 2, in parallel
      fetch 1 from prices, after 0, deferred
        entities at top by Product { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              price
            }
          }
        }
      fetch 2 from products, after 0, deferred
        entities at top by Product { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              seller {
                city
              }
            }
          }
        }
    later, "slow", at top: after fetch 1
    later, at top: after fetch 2
    "#);
}

#[test]
fn what_a_part_requires_is_fetched_for_it_alone() {
    let graph = graph(SHOP);
    let operation = "{ top { name ... @defer { shipping } } }";
    assert_snapshot!(plan(&graph, operation), @r#"
    query: 3 requests in 3 steps
    step 1
      fetch 0 from products
        {
          top {
            name
            id
          }
        }
    step 2
      fetch 1 from prices, after 0, deferred
        entities at top by Product { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              price
            }
          }
        }
    step 3
      fetch 2 from stock, after 0 and 1, deferred
        entities at top by Product { id price? }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              shipping
            }
          }
        }
    later, at top: after fetch 2
    "#);
}

#[test]
fn a_part_within_a_part_and_one_of_some_types_only() {
    let graph = graph(SHOP);
    let operation =
        "{ node { id ... on Product @defer { price related { id ... @defer { left } } } } }";
    assert_snapshot!(plan(&graph, operation), @r#"
    query: 3 requests in 3 steps
    step 1
      fetch 0 from products
        {
          node {
            __typename
            id
          }
        }
    step 2
      fetch 1 from prices, after 0, deferred
        entities at node by Product { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              price
              related {
                id
              }
            }
          }
        }
    step 3
      fetch 2 from stock, after 1, deferred
        entities at node.related by Product { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              left
            }
          }
        }
    later, at node: after fetch 1
    later, at node.related: after fetch 2
    "#);
}

#[test]
fn root_fields_are_deferred_by_a_request_of_their_own() {
    let graph = graph(SHOP);
    assert_snapshot!(plan(&graph, "{ node { id } ... @defer { top { name } } }"), @r#"
    query: 2 requests in 1 step
    step 1, in parallel
      fetch 0 from products
        {
          node {
            id
          }
        }
      fetch 1 from products, deferred
        {
          top {
            name
          }
        }
    later, at the root: after fetch 1
    "#);
}

/// No key leads to a seller.
#[test]
fn what_no_key_leads_to_is_not_deferred() {
    let graph = graph(SHOP);
    let deferred = plan(&graph, "{ top { seller { ... @defer { city } } } }");
    assert_eq!(deferred, plan(&graph, "{ top { seller { city } } }"));
}

#[test]
fn what_is_switched_off_is_planned_as_though_it_were_not_there() {
    let graph = graph(SHOP);
    let whole = plan(&graph, "{ top { name price } }");
    let off = "{ top { name ... @defer(if: false) { price } } }";
    assert_eq!(plan(&graph, off), whole);
    let variable = "query($d: Boolean!) { top { name ... @defer(if: $d) { price } } }";
    assert_eq!(planned(&graph, variable, &[name!("d")]), Ok(whole.clone()));
    assert_ne!(planned(&graph, variable, &[]), Ok(whole));
}

/// What is delivered at once is planned as though the rest were not there, except for its keys.
#[test]
fn the_initial_response_has_no_step_more() {
    let graph = graph(SHOP);
    assert_snapshot!(plan(&graph, "{ top { name left ... @defer { related { left } } } }"), @r#"
    query: 4 requests in 3 steps
    step 1
      fetch 0 from products
        {
          top {
            name
            id
          }
        }
    step 2, in parallel
      fetch 1 from stock, after 0
        entities at top by Product { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              left
            }
          }
        }
      fetch 2 from prices, after 0, deferred
        entities at top by Product { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              related {
                id
              }
            }
          }
        }
    step 3
      fetch 3 from stock, after 2, deferred
        entities at top.related by Product { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              left
            }
          }
        }
    later, at top: after fetch 3
    "#);
}

#[test]
fn more_parts_than_there_can_be_are_delivered_at_once() {
    let graph = graph(SHOP);
    let parts = |count: usize, defer: &str| -> String {
        let part = |n| format!("a{n}: top {{ ... {defer} {{ price }} }} ");
        format!("{{ {} }}", (0..count).map(part).collect::<String>())
    };
    assert!(plan(&graph, &parts(32, "@defer")).contains("later, at a31"));
    assert_eq!(
        plan(&graph, &parts(33, "@defer")),
        plan(&graph, &parts(33, ""))
    );
}
