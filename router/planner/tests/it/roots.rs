//! Root types below the root.

use crate::check;

const ROOTS: &str = r#"
# a
type Query { me: User users: [User] viewer: String @shareable }
type User @key(fields: "id") { id: ID! root: Query }
type Mutation { rename: Renamed }
type Renamed { ok: Boolean query: Query }
# b
type Query { other: String viewer: String @shareable }
# c
type User @key(fields: "id") { id: ID! name: String boss: Query }
type Query { third: User }
"#;

#[test]
fn a_root_below_the_root_is_asked_by_an_operation_of_its_own() {
    insta::assert_snapshot!(check(ROOTS, "{ me { root { other viewer } } }"), @r#"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from a
        {
          me {
            root {
              viewer
            }
          }
        }
    step 2
      fetch 1 from b, after 0
        root at me.root
        {
          other
        }
    "#);
}

#[test]
fn a_root_below_an_entity_is_asked_after_the_entity() {
    insta::assert_snapshot!(check(ROOTS, "{ users { boss { other third { root { viewer } } } } }"), @r#"
    query: 4 requests in 3 steps
    step 1
      fetch 0 from a
        {
          users {
            id
          }
        }
    step 2
      fetch 1 from c, after 0
        entities at users by User { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on User {
              boss {
                third {
                  id
                }
              }
            }
          }
        }
    step 3, in parallel
      fetch 2 from a, after 1
        entities at users.boss.third by User { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on User {
              root {
                viewer
              }
            }
          }
        }
      fetch 3 from b, after 1
        root at users.boss
        {
          other
        }
    "#);
}

#[test]
fn a_query_in_the_payload_of_a_mutation_comes_after_the_mutation() {
    insta::assert_snapshot!(check(ROOTS, "mutation { rename { query { other } } }"), @r#"
    mutation: 2 requests in 2 steps
    step 1
      fetch 0 from a
        mutation {
          rename {
            query {
              __typename
            }
          }
        }
    step 2
      fetch 1 from b, after 0
        root at rename.query
        {
          other
        }
    "#);
}
