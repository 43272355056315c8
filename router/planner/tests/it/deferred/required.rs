//! What deferred fields require is fetched with them.

use insta::assert_snapshot;

use super::plan;
use crate::graph;

const REQUIRED: &str = r#"
# a
type Query { us: [U!]! one: U }
type U @key(fields: "id") { id: ID! here: Int }
# b
type U @key(fields: "id") { id: ID! n: Int bad: Int box: Box far: Int @external near: Int @requires(fields: "far") }
type Box { x: Int y: Int }
# c
type U @key(fields: "id") {
  id: ID!
  bad: Int @external
  here: Int @external
  near: Int @external
  box: Box @external
  w: Int @requires(fields: "bad")
  again: Int @requires(fields: "bad")
  v: Int @requires(fields: "here")
  deep: Int @requires(fields: "near")
  boxed: Int @requires(fields: "box { x }")
}
type Box @external { x: Int }
# d
type U @key(fields: "id") { id: ID! far: Int other: Int }
"#;

/// The requests that the initial response waits for, as text.
fn initial(plan: &str) -> String {
    let fetches = plan.split("\n  fetch ").skip(1);
    let initial = fetches.filter(|fetch| {
        !fetch
            .lines()
            .next()
            .is_some_and(|l| l.ends_with("deferred"))
    });
    initial.collect()
}

#[test]
fn what_a_part_requires_is_not_asked_with_what_is_delivered_at_once() {
    let graph = graph(REQUIRED);
    assert_snapshot!(plan(&graph, "{ us { ... @defer { w } n } }"), @r#"
    query: 4 requests in 3 steps
    step 1
      fetch 0 from a
        {
          us {
            id
          }
        }
    step 2, in parallel
      fetch 1 from b, after 0
        entities at us by U { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on U {
              n
            }
          }
        }
      fetch 2 from b, after 0, deferred
        entities at us by U { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on U {
              bad
            }
          }
        }
    step 3
      fetch 3 from c, after 0 and 2, deferred
        entities at us by U { id bad? }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on U {
              w
            }
          }
        }
    later, at us: after fetch 3
    "#);
    for (operation, required) in [
        ("{ us { n ... @defer { boxed } } }", "box"),
        ("{ us { id ... @defer { v } } }", "here"),
        ("{ us { other n ... @defer { deep } } }", "far"),
        ("{ us { n other ... @defer { w deep boxed v } } }", "bad"),
        ("{ us { n box { y } ... @defer { boxed } } }", "x\n"),
    ] {
        let plan = plan(&graph, operation);
        assert!(!initial(&plan).contains(required), "{plan}");
        assert!(plan.contains(required), "{plan}");
    }
}

/// The one part waits for no more than the other one selects.
#[test]
fn what_a_part_within_a_part_requires_is_not_asked_with_the_outer_one() {
    let graph = graph(REQUIRED);
    assert_snapshot!(plan(&graph, "{ id: __typename ... @defer { us { n ... @defer { w } } } }"), @r#"
    query: 4 requests in 3 steps
    step 1
      fetch 0 from a, deferred
        {
          us {
            id
          }
        }
    step 2, in parallel
      fetch 1 from b, after 0, deferred
        entities at us by U { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on U {
              n
            }
          }
        }
      fetch 2 from b, after 0, deferred
        entities at us by U { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on U {
              bad
            }
          }
        }
    step 3
      fetch 3 from c, after 0 and 2, deferred
        entities at us by U { id bad? }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on U {
              w
            }
          }
        }
    later, at the root: after fetch 1
    later, at us: after fetch 3
    "#);
}

#[test]
fn what_a_part_requires_is_asked_once() {
    let graph = graph(REQUIRED);
    for operation in [
        "{ us { n bad ... @defer { w } } }",
        "{ us { n again ... @defer { w } } }",
        "{ us { n box { x } ... @defer { boxed } } }",
        "{ us { ... @defer { w } ... @defer { again } } }",
        "{ us { ... @defer { w bad } } }",
    ] {
        let plan = plan(&graph, operation);
        let required = |line: &&str| ["bad", "box {"].contains(&line.trim());
        assert_eq!(plan.lines().filter(required).count(), 1, "{plan}");
    }
}
