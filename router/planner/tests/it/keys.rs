//! What representations are made of: `__typename` where nothing else is named, and nulls that may be there.

use planner::FetchTarget;

use crate::{check, graph};

#[test]
fn a_key_that_is_only_the_type_name_waits_for_the_object() {
    let subgraphs = r#"
# a
type Query { tally: Tally }
type Tally @key(fields: "__typename") { total: Int! }
# b
type Tally @key(fields: "__typename") { grade: Int! }
"#;
    insta::assert_snapshot!(check(subgraphs, "{ tally { grade } }"), @r#"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from a
        {
          tally {
            __typename
          }
        }
    step 2
      fetch 1 from b, after 0
        entities at tally by Tally { }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Tally {
              grade
            }
          }
        }
    "#);
}

#[test]
fn a_type_name_in_a_key_is_not_sent_twice() {
    let subgraphs = r#"
# a
type Query { all: [Any] }
union Any = Tally | Other
type Other { x: Int }
type Tally @key(fields: "__typename id") { id: ID! total: Int! }
# b
type Tally @key(fields: "__typename id") { id: ID! grade: Int! }
"#;
    insta::assert_snapshot!(check(subgraphs, "{ all { ... on Tally { grade } } }"), @r#"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from a
        {
          all {
            __typename
            ... on Tally {
              id
            }
          }
        }
    step 2
      fetch 1 from b, after 0
        entities at all by Tally { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Tally {
              grade
            }
          }
        }
    "#);
}

#[test]
fn an_object_of_which_only_the_type_name_is_named_is_sent_with_the_name_of_its_type() {
    let subgraphs = r#"
# a
type Query { nest: Nest }
type Nest @key(fields: "id part { __typename }") { id: ID! part: Part @shareable }
type Part @shareable { p: Int }
# b
type Nest @key(fields: "id part { __typename }") { id: ID! part: Part @shareable far: String }
type Part @shareable { p: Int }
"#;
    insta::assert_snapshot!(check(subgraphs, "{ nest { far other: part { p } } }"), @r#"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from a
        {
          nest {
            other: part {
              p
            }
            id
            part {
              __typename
            }
          }
        }
    step 2
      fetch 1 from b, after 0
        entities at nest by Nest { id part? { __typename: "Part" } }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Nest {
              far
            }
          }
        }
    "#);
}

#[test]
fn a_type_name_that_is_required_is_that_of_the_object_where_it_can_be_of_several_types() {
    let subgraphs = r#"
# a
type Query { item: Item }
type Item @key(fields: "id") { id: ID! box: [[Box]] side: Side }
type Box @shareable { x: Int }
interface Side { y: Int }
type Left implements Side @shareable { y: Int }
type Right implements Side @shareable { y: Int }
# b
type Item @key(fields: "id") {
  id: ID!
  box: [[Box]] @external
  side: Side @external
  size: Int @requires(fields: "box { __typename } side { __typename }")
}
type Box @shareable { x: Int }
interface Side { y: Int }
type Left implements Side @shareable { y: Int }
type Right implements Side @shareable { y: Int }
"#;
    insta::assert_snapshot!(check(subgraphs, "{ item { size } }"), @r#"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from a
        {
          item {
            id
            box {
              __typename
            }
            side {
              __typename
            }
          }
        }
    step 2
      fetch 1 from b, after 0
        entities at item by Item { id box? { __typename: "Box" } side? { __typename } }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Item {
              size
            }
          }
        }
    "#);
}

#[test]
fn a_type_name_is_taken_from_an_enclosing_object() {
    let subgraphs = r#"
# a
type Query { user: User }
type User @context(name: "user") { box: Box items: [Item] }
type Box { x: Int }
type Item @key(fields: "id") {
  id: ID!
  own(of: String @fromContext(field: "$user { __typename }")): Int
  boxed(of: String @fromContext(field: "$user { box { __typename } }")): Int
}
"#;
    insta::assert_snapshot!(check(subgraphs, "{ user { items { own boxed } } }"), @r#"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from a
        {
          user {
            items {
              id
            }
            box {
              __typename
            }
          }
        }
    step 2
      fetch 1 from a, after 0
        entities at user.items by Item { id }, with $context_0 from user { __typename: "User" }, with $context_1 from user { box? { __typename: "Box" } }
        query($representations: [_Any!]!, $context_0: String, $context_1: String) {
          _entities(representations: $representations) {
            ... on Item {
              own(of: $context_0)
              boxed(of: $context_1)
            }
          }
        }
    "#);
}

#[test]
fn the_nullable_parts_of_a_key_may_be_null() {
    let subgraphs = r#"
# a
type Query { seats: [Seat] }
type Seat @key(fields: "id zone row { number }") { id: ID! @shareable zone: String @shareable row: Row @shareable }
type Row @shareable { number: Int }
# b
type Seat @key(fields: "id zone row { number }") { id: ID! zone: String row: Row note: String! }
type Row @shareable { number: Int }
"#;
    insta::assert_snapshot!(check(subgraphs, "{ seats { note } }"), @r#"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from a
        {
          seats {
            id
            zone
            row {
              number
            }
          }
        }
    step 2
      fetch 1 from b, after 0
        entities at seats by Seat { id zone? row? { number? } }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Seat {
              note
            }
          }
        }
    "#);
}

#[test]
fn what_is_sent_of_a_float_is_marked() {
    let subgraphs = r#"
# a
type Query { place: Place }
type Place @key(fields: "at") { at: [Float!]! name: String }
# b
type Place @key(fields: "at") { at: [Float!]! name: String @external label: String @requires(fields: "name") }
"#;
    let plan = graph(subgraphs).plan("{ place { label } }");
    let entities = plan.fetches.iter().find_map(|fetch| match &fetch.target {
        FetchTarget::Entities(entities) => entities.first(),
        _ => None,
    });
    let sent = &entities.expect("b is asked").representations[0].fields;
    let mut marks: Vec<(&str, bool)> = sent
        .iter()
        .map(|field| (field.name.as_str(), field.float))
        .collect();
    marks.sort_unstable();
    assert_eq!(marks, [("at", true), ("name", false)]);
}
