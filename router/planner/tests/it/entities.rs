//! Keys: how entities are fetched from one subgraph after another.

use planner::FetchTarget;

use crate::{check, graph};

#[test]
fn a_composite_and_nested_key_is_fetched_whole() {
    insta::assert_snapshot!(check(r#"
# a
type Query { user: User }
type User @key(fields: "id org { id }") { id: ID! org: Org name: String }
type Org @shareable { id: ID! title: String }
# b
type User @key(fields: "id org { id }") { id: ID! org: Org age: Int }
type Org @shareable { id: ID! }
"#, "{ user { age org { title } } }"), @r"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from a
        {
          user {
            org {
              title
              id
            }
            id
          }
        }
    step 2
      fetch 1 from b, after 0
        entities at user by User { id org? { id } }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on User {
              age
            }
          }
        }
    ");
}

#[test]
fn a_key_can_come_from_a_third_subgraph() {
    insta::assert_snapshot!(check(r#"
# a
type Query { user: User }
type User @key(fields: "id") { id: ID! }
# b
type User @key(fields: "id") @key(fields: "email") { id: ID! email: String! }
# c
type User @key(fields: "email") { email: String! age: Int }
"#, "{ user { age } }"), @r"
    query: 3 requests in 3 steps
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
              email
            }
          }
        }
    step 3
      fetch 2 from c, after 1
        entities at user by User { email }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on User {
              age
            }
          }
        }
    ");
}

#[test]
fn a_composite_key_can_come_from_two_subgraphs() {
    insta::assert_snapshot!(check(r#"
# a
type Query { user: User }
type User @key(fields: "id") { id: ID! x: ID! @shareable }
# b
type User @key(fields: "id") { id: ID! y: ID! @shareable }
# c
type User @key(fields: "x y") { x: ID! y: ID! age: Int }
"#, "{ user { age } }"), @r"
    query: 3 requests in 3 steps
    step 1
      fetch 0 from a
        {
          user {
            id
            x
          }
        }
    step 2
      fetch 1 from b, after 0
        entities at user by User { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on User {
              y
            }
          }
        }
    step 3
      fetch 2 from c, after 0 and 1
        entities at user by User { x y }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on User {
              age
            }
          }
        }
    ");
}

#[test]
fn a_shared_value_type_is_merged_from_both() {
    insta::assert_snapshot!(check(r#"
# a
type Query { viewer: Viewer @shareable }
type Viewer { name: String @shareable a: Int }
# b
type Query { viewer: Viewer @shareable }
type Viewer { name: String @shareable b: Int }
"#, "{ viewer { name a b } }"), @r"
    query: 2 requests in 1 step
    step 1, in parallel
      fetch 0 from a
        {
          viewer {
            name
            a
          }
        }
      fetch 1 from b
        {
          viewer {
            b
          }
        }
    ");
}

#[test]
fn the_fewest_requests_are_sent() {
    insta::assert_snapshot!(check(r#"
# a
type Query { x: Int @shareable y: Int @shareable }
# b
type Query { x: Int @shareable z: Int @shareable }
# c
type Query { x: Int @shareable y: Int @shareable z: Int @shareable }
"#, "{ x y z }"), @r"
    query: 1 request
    step 1
      fetch 0 from c
        {
          x
          y
          z
        }
    ");
}

#[test]
fn a_key_that_is_not_resolvable_is_no_way_in() {
    insta::assert_snapshot!(check(r#"
# a
type Query { review: Review }
type Review { product: Product }
type Product @key(fields: "id", resolvable: false) { id: ID! }
# b
type Query { product: Product }
type Product @key(fields: "id") { id: ID! name: String }
"#, "{ review { product { id name } } product { id } }"), @r"
    query: 3 requests in 2 steps
    step 1, in parallel
      fetch 0 from a
        {
          review {
            product {
              id
            }
          }
        }
      fetch 1 from b
        {
          product {
            id
          }
        }
    step 2
      fetch 2 from b, after 0
        entities at review.product by Product { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              name
            }
          }
        }
    ");
}

#[test]
fn a_parent_is_fetched_anew_when_a_value_type_has_no_key() {
    insta::assert_snapshot!(check(r#"
# a
type Query { product: Product }
type Product @key(fields: "id") { id: ID! details: Details @shareable }
type Details { size: Int @shareable }
# b
type Product @key(fields: "id") { id: ID! details: Details @shareable }
type Details { size: Int @shareable weight: Int }
"#, "{ product { details { size weight } } }"), @r"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from a
        {
          product {
            id
          }
        }
    step 2
      fetch 1 from b, after 0
        entities at product by Product { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              details {
                size
                weight
              }
            }
          }
        }
    ");
}

#[test]
fn places_share_an_entity_only_where_data_keys_mean_the_same_below() {
    let subgraphs = r#"
# a
type Query { x: Box y: Box }
type Box @key(fields: "id") { id: ID! }
# b
type Box @key(fields: "id") { id: ID! item: Item }
type Item @key(fields: "id") { id: ID! }
# c
type Item @key(fields: "id") { id: ID! price(in: String): Int }
"#;
    let paths = |operation: &str| {
        let plan = graph(subgraphs).plan(operation);
        let FetchTarget::Entities(entities) = &plan.fetches[1].target else {
            panic!("entities");
        };
        entities
            .iter()
            .map(|entity| entity.paths.len())
            .collect::<Vec<_>>()
    };
    let same = "{ x { item { price(in: \"EUR\") } } y { item { price(in: \"EUR\") } } }";
    assert_eq!(paths(same), [2], "one field for both");
    let different = "{ x { item { price(in: \"EUR\") } } y { item { price(in: \"USD\") } } }";
    assert_eq!(paths(different), [1, 1], "one for each");
}
