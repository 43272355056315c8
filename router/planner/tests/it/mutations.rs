//! The root fields of mutations: who executes them, and in which order.

use crate::{check, graph};

const METER: &str = r#"
# a
type Query { x: Int }
type Mutation { bump: Meter @shareable first: Int last: Int }
type Meter @key(fields: "id") { id: ID! fromA: Int shared: Int @shareable }
# b
type Query { y: Int }
type Mutation { bump: Meter @shareable other: Int }
type Meter @key(fields: "id") { id: ID! fromB: Int shared: Int @shareable }
"#;

#[test]
fn a_shared_field_is_executed_by_one_subgraph_and_the_rest_comes_by_its_entity() {
    insta::assert_snapshot!(check(METER, "mutation { bump { fromA fromB shared } }"), @r#"
    mutation: 2 requests in 2 steps
    step 1
      fetch 0 from a
        mutation {
          bump {
            fromA
            shared
            id
          }
        }
    step 2
      fetch 1 from b, after 0
        entities at bump by Meter { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Meter {
              fromB
            }
          }
        }
    "#);
}

#[test]
fn a_shared_field_is_executed_where_the_fewest_requests_follow() {
    insta::assert_snapshot!(check(METER, "mutation { bump { fromB shared } }"), @r#"
    mutation: 1 request
    step 1
      fetch 0 from b
        mutation {
          bump {
            fromB
            shared
          }
        }
    "#);
}

#[test]
fn each_alias_of_a_shared_field_is_executed_once() {
    insta::assert_snapshot!(check(METER, "mutation { one: bump { fromB } two: bump { fromA shared } three: bump { fromA } }"), @r#"
    mutation: 2 requests in 2 steps
    step 1
      fetch 0 from b
        mutation {
          one: bump {
            fromB
          }
        }
    step 2
      fetch 1 from a, after 0
        mutation {
          two: bump {
            fromA
            shared
          }
          three: bump {
            fromA
          }
        }
    "#);
}

#[test]
fn a_field_waits_for_all_that_is_below_the_one_before() {
    insta::assert_snapshot!(check(METER, "mutation { first bump { fromA fromB } last }"), @r#"
    mutation: 3 requests in 3 steps
    step 1
      fetch 0 from a
        mutation {
          first
          bump {
            fromA
            id
          }
        }
    step 2
      fetch 1 from b, after 0
        entities at bump by Meter { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Meter {
              fromB
            }
          }
        }
    step 3
      fetch 2 from a, after 0 and 1
        mutation {
          last
        }
    "#);
}

#[test]
fn a_shared_field_is_executed_beside_its_neighbours_where_it_can_be() {
    insta::assert_snapshot!(check(METER, "mutation { other bump { shared } first last }"), @r#"
    mutation: 2 requests in 2 steps
    step 1
      fetch 0 from b
        mutation {
          other
        }
    step 2
      fetch 1 from a, after 0
        mutation {
          bump {
            shared
          }
          first
          last
        }
    "#);
}

#[test]
fn a_shared_field_of_a_value_is_executed_where_all_of_it_is() {
    let subgraphs = r#"
# a
type Query { x: Int }
type Mutation { first: Int pay: Receipt @shareable }
type Receipt { total: Int @shareable }
# b
type Query { y: Int }
type Mutation { pay: Receipt @shareable }
type Receipt { total: Int @shareable tax: Int }
"#;
    insta::assert_snapshot!(check(subgraphs, "mutation { first pay { total tax } }"), @r#"
    mutation: 2 requests in 2 steps
    step 1
      fetch 0 from a
        mutation {
          first
        }
    step 2
      fetch 1 from b, after 0
        mutation {
          pay {
            total
            tax
          }
        }
    "#);
}

#[test]
fn a_key_at_several_places_is_executed_at_the_first_that_is_included() {
    insta::assert_snapshot!(check(METER, "mutation($a: Boolean!, $b: Boolean!) { n: first @include(if: $a) other n: first @include(if: $b) }"), @r#"
    mutation: 3 requests in 3 steps
    step 1
      fetch 0 from a, if $a
        mutation {
          n: first
        }
    step 2
      fetch 1 from b, after 0
        mutation {
          other
        }
    step 3
      fetch 2 from a, after 1, if not $a and $b
        mutation {
          n: first
        }
    "#);
}

#[test]
fn what_is_deferred_does_not_hold_up_the_next_field() {
    let graph = graph(METER);
    let plan = crate::deferred::plan(
        &graph,
        "mutation { bump { fromA ... @defer { fromB } } first }",
    );
    insta::assert_snapshot!(plan, @r#"
    mutation: 3 requests in 2 steps
    step 1
      fetch 0 from a
        mutation {
          bump {
            fromA
            id
          }
        }
    step 2, in parallel
      fetch 1 from b, after 0, deferred
        entities at bump by Meter { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Meter {
              fromB
            }
          }
        }
      fetch 2 from a, after 0
        mutation {
          first
        }
    later, at bump: after fetch 1
    "#);
}

#[test]
fn a_mutation_below_the_root_is_executed_by_one_subgraph() {
    let subgraphs = r#"
# a
type Query { me: Me @shareable }
type Mutation { bump: Meter @shareable }
type Me { change: Mutation @shareable }
type Meter @key(fields: "id") { id: ID! fromA: Int }
# b
type Query { me: Me @shareable }
type Mutation { bump: Meter @shareable }
type Me { change: Mutation @shareable }
type Meter @key(fields: "id") { id: ID! fromB: Int }
"#;
    insta::assert_snapshot!(check(subgraphs, "{ me { change { bump { fromA fromB } } } }"), @r#"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from a
        {
          me {
            change {
              bump {
                fromA
                id
              }
            }
          }
        }
    step 2
      fetch 1 from b, after 0
        entities at me.change.bump by Meter { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Meter {
              fromB
            }
          }
        }
    "#);
}
