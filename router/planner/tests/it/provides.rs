//! `@provides`: fields that a subgraph has on some paths only.

use crate::check;

#[test]
fn provided_fields_are_taken_on_their_path_only() {
    insta::assert_snapshot!(check(r#"
# reviews
type Query { reviews: [Review!]! }
type Review { body: String author: User @provides(fields: "name") editor: User }
type User @key(fields: "id") { id: ID! name: String @external }
# users
type User @key(fields: "id") { id: ID! name: String @shareable }
"#, "{ reviews { author { name } editor { name } } }"), @r"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from reviews
        {
          reviews {
            author {
              name
            }
            editor {
              id
            }
          }
        }
    step 2
      fetch 1 from users, after 0
        entities at reviews.editor by User { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on User {
              name
            }
          }
        }
    ");
}

/// Each fragment provides something for its own type; together they have all of `line`.
const RIDES: &str = r#"
# trips
type Query { trip: Trip! }
type Trip @key(fields: "id") { id: ID! legs: [Ride!]! @provides(fields: "... on Tram { line stop } ... on Ferry { line }") }
interface Ride { id: ID! line: String }
type Tram implements Ride @key(fields: "id") { id: ID! line: String @external stop: String @external }
type Ferry implements Ride @key(fields: "id") { id: ID! line: String @external }
type Bus implements Ride @key(fields: "id") { id: ID! line: String @external }
# fleet
type Tram @key(fields: "id") { id: ID! line: String @shareable stop: String @shareable seats: Int }
type Ferry @key(fields: "id") { id: ID! line: String @shareable seats: Int }
type Bus @key(fields: "id") { id: ID! line: String @shareable seats: Int }
"#;

#[test]
fn fragments_that_provide_a_field_for_all_types_together_provide_it() {
    let rides = RIDES.replace(
        "type Bus implements Ride @key(fields: \"id\") { id: ID! line: String @external }\n",
        "",
    );
    insta::assert_snapshot!(check(
        &rides,
        "{ trip { legs { line ... on Tram { stop } } } }"
    ));
}

#[test]
fn a_field_that_is_provided_for_some_types_is_fetched_for_the_others_only() {
    insta::assert_snapshot!(check(
        RIDES,
        "{ trip { legs { line ... on Tram { stop } } } }"
    ));
}
