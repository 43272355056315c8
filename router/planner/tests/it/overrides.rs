//! `@override`: fields that have moved, or are on the move.

use crate::{check, graph_with};

#[test]
fn an_overridden_field_comes_from_its_new_home() {
    let subgraphs = r#"
# a
type Query { user: User }
type User @key(fields: "id") { id: ID! name: String age: Int }
# b
type User @key(fields: "id") { id: ID! name: String @override(from: "a") age: Int @override(from: "a", label: "percent(50)") }
"#;
    insta::assert_snapshot!(check(subgraphs, "{ user { name age } }"), @r"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from a
        {
          user {
            age
            id
          }
        }
    step 2
      fetch 1 from b, after 0
        entities at user by User { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on User {
              name
            }
          }
        }
    ");
    insta::assert_snapshot!(graph_with(subgraphs, &["percent(50)"]).plan("{ user { age } }").to_string(), @r"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from a
        {
          user {
            id
          }
        }
    step 2
      fetch 1 from b, after 0
        entities at user by User { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on User {
              age
            }
          }
        }
    ");
}

const REQUIRED_WHILE_OVERRIDDEN: &str = r#"
# a
type Query { bill: Bill }
type Bill @key(fields: "id") { id: ID! amt: Int }
# b
type Bill @key(fields: "id") { id: ID! amt: Int @override(from: "a", label: "new") }
# c
type Bill @key(fields: "id") { id: ID! amt: Int @external twice: Int @requires(fields: "amt") }
"#;

#[test]
fn what_a_field_requires_comes_from_where_the_label_of_an_override_says() {
    for (labels, expected) in [(&[][..], &["a", "c"][..]), (&["new"], &["a", "b", "c"])] {
        let plan = graph_with(REQUIRED_WHILE_OVERRIDDEN, labels).plan("{ bill { twice } }");
        let asked: Vec<&str> = plan.fetches.iter().map(|f| &*f.subgraph_name).collect();
        assert_eq!(asked, expected, "{labels:?}");
        let gives = |name: &str| {
            let mut fetches = plan.fetches.iter();
            fetches.any(|f| *f.subgraph_name == *name && f.operation.contains("amt"))
        };
        assert_eq!(
            (gives("a"), gives("b")),
            (labels.is_empty(), !labels.is_empty())
        );
    }
}
