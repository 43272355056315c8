//! Members of unions and interfaces that not all subgraphs know.

use apollo_compiler::ExecutableDocument;

use crate::graph;

/// The plan. That all of the response is fetched does not hold here.
fn check(subgraphs: &str, operation: &str) -> String {
    let planner = graph(subgraphs).planner;
    let schema = planner.supergraph().api_schema();
    let document = ExecutableDocument::parse_and_validate(schema, operation, "operation");
    let plan = planner.plan(&document.expect("a valid operation"), None);
    plan.expect("a plan").to_string()
}

const PARTIAL: &str = r#"
# a
type Query { rootA: Container shared: Container @shareable onlyA: Wrapper }
type Mutation { change: Wrapper @shareable }
type Container @key(fields: "id") { id: ID! wrapper: Wrapper @shareable nodes: [Node] @shareable }
type Wrapper @shareable { actions: [Action!]! }
union Action = Common | OnlyA
interface Node { id: ID! }
type Common implements Node @shareable { id: ID! label: String }
type OnlyA implements Node { id: ID! @shareable label: String @shareable a: String }
# b
type Query { shared: Container @shareable }
type Mutation { change: Wrapper @shareable }
type Container @key(fields: "id") { id: ID! wrapper: Wrapper @shareable other: Wrapper nodes: [Node] @shareable }
type Wrapper @shareable { actions: [Action!]! }
union Action = Common | OnlyB
interface Node { id: ID! }
type Common implements Node @shareable { id: ID! label: String }
type OnlyB implements Node { id: ID! b: String }
"#;

const ALL_ACTIONS: &str =
    "{ actions { __typename ... on Common { label } ... on OnlyA { a } ... on OnlyB { b } } }";

#[test]
fn members_that_not_all_subgraphs_know_are_left_out_where_several_lead() {
    for root in ["rootA", "shared"] {
        let plan = check(
            PARTIAL,
            &format!("{{ {root} {{ wrapper {ALL_ACTIONS} }} }}"),
        );
        assert!(
            plan.contains("on Common") && !plan.contains("on Only"),
            "{plan}"
        );
        assert!(plan.starts_with("query: 1 request\n"), "{plan}");
    }
    let plan = check(
        PARTIAL,
        "{ rootA { wrapper { actions { ... on OnlyA { a } } } } }",
    );
    insta::assert_snapshot!(plan, @r#"
    query: 1 request
    step 1
      fetch 0 from a
        {
          rootA {
            wrapper {
              actions {
                __typename
              }
            }
          }
        }
    "#);
}

#[test]
fn members_that_not_all_subgraphs_know_are_left_out_of_a_shared_mutation() {
    let plan = check(PARTIAL, &format!("mutation {{ change {ALL_ACTIONS} }}"));
    assert!(
        plan.contains("on Common") && !plan.contains("on Only"),
        "{plan}"
    );
}

#[test]
fn all_members_are_asked_for_where_one_subgraph_leads() {
    insta::assert_snapshot!(check(PARTIAL, &format!("{{ onlyA {ALL_ACTIONS} rootA {{ other {ALL_ACTIONS} }} }}")), @r#"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from a
        {
          onlyA {
            actions {
              __typename
              ... on Common {
                label
              }
              ... on OnlyA {
                a
              }
            }
          }
          rootA {
            id
          }
        }
    step 2
      fetch 1 from b, after 0
        entities at rootA by Container { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Container {
              other {
                actions {
                  __typename
                  ... on Common {
                    label
                  }
                  ... on OnlyB {
                    b
                  }
                }
              }
            }
          }
        }
    "#);
}

#[test]
fn what_an_interface_has_is_asked_of_all_its_objects() {
    insta::assert_snapshot!(check(PARTIAL, "{ rootA { nodes { id ... on OnlyA { id a } ... on Common { label } } } }"), @r#"
    query: 1 request
    step 1
      fetch 0 from a
        {
          rootA {
            nodes {
              __typename
              id
              ... on Common {
                label
              }
            }
          }
        }
    "#);
}
