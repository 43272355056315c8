//! Types that differ from place to place: narrower ones, hidden ones, interfaces without objects.

use insta::assert_snapshot;

use crate::graph;

/// The field of the interface is wider than those of the objects: what is selected below needs its type again.
#[test]
fn field_of_an_interface_has_the_type_that_it_has_there() {
    let graph = graph(
        r#"
# a
type Query { n: N }
interface N { up: I }
interface I { name: String }
type X implements I { name: String id: ID! }
type Y implements I { name: String }
type A implements N { up: X }
type B implements N { up: X }
"#,
    );
    assert_snapshot!(graph.plan("{ n { ... on A { up { id name } } ... on B { up { id name } } } }"), @r#"
    query: 1 request
    step 1
      fetch 0 from a
        {
          n {
            __typename
            ... on A {
              up {
                id
                name
              }
            }
            ... on B {
              up_1: up {
                id
                name
              }
            }
          }
        }
    "#);
    assert_snapshot!(graph.plan("{ n { up { name ... on X { id } } } }"), @r#"
    query: 1 request
    step 1
      fetch 0 from a
        {
          n {
            up {
              name
              ... on X {
                id
              }
            }
          }
        }
    "#);
}

/// A field requires what clients do not see.
#[test]
fn what_is_required_can_be_of_a_hidden_type() {
    let graph = graph(
        r#"
# a
type Query { b: B }
type B @key(fields: "id") { id: ID! data: Data }
interface Data { x: ID! }
type Shown implements Data { x: ID! }
type Hidden implements Data @inaccessible { x: ID! y: ID! }
# b
type B @key(fields: "id") {
  id: ID!
  data: Data @external
  sum: Int @requires(fields: "data { x ... on Hidden { y } }")
}
interface Data { x: ID! }
type Shown implements Data { x: ID! @external }
type Hidden implements Data @inaccessible { x: ID! @external y: ID! @external }
"#,
    );
    assert_snapshot!(graph.plan("{ b { sum } }"), @r#"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from a
        {
          b {
            id
            data {
              __typename
              x
              ... on Hidden {
                y
              }
            }
          }
        }
    step 2
      fetch 1 from b, after 0
        entities at b by B { id data? { __typename x y (of Hidden) } }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on B {
              sum
            }
          }
        }
    "#);
}

/// `Node` is an interface that nothing implements, and an object where it is an `@interfaceObject`.
#[test]
fn interface_without_objects_stands_for_them() {
    let graph = graph(
        r#"
# a
type Query { a: Node }
interface Node @key(fields: "id") { id: ID! }
# b
type Query { b: Node }
type Node @interfaceObject @key(fields: "id", resolvable: false) { id: ID! field: String }
"#,
    );
    assert_snapshot!(graph.plan("{ b { id field } }"), @r#"
    query: 1 request
    step 1
      fetch 0 from b
        {
          b {
            id
            field
          }
        }
    "#);
    assert_snapshot!(graph.fails("{ a { field } }"), @"`Node.field` cannot be resolved from any subgraph here");
}

/// A subgraph may have another default than the API, or none.
#[test]
fn directives_of_the_client_are_sent_with_their_defaults() {
    let graph = graph(
        r#"
# a
directive @access(scope: Scope! = PUBLIC) on FIELD
enum Scope { PUBLIC PRIVATE }
type Query { a: String }
"#,
    );
    assert_snapshot!(graph.plan("{ a @access }"), @r#"
    query: 1 request
    step 1
      fetch 0 from a
        {
          a @access(scope: PUBLIC)
        }
    "#);
}

/// Each subgraph has a type of which it does not know the id, and no key that leads to the other.
#[test]
fn objects_that_no_subgraph_can_answer_for_are_refused() {
    let graph = graph(
        r#"
# a
type Query { node: Node @shareable }
interface Node { id: ID! }
type Account implements Node @key(fields: "id") { id: ID! name: String }
type Chat implements Node @key(fields: "id") { id: ID! @external topic: String }
# b
type Query { node: Node @shareable }
interface Node { id: ID! }
type Account implements Node @key(fields: "id") { id: ID! @external chats: Int }
type Chat implements Node @key(fields: "id") { id: ID! text: String }
"#,
    );
    assert_snapshot!(graph.fails("{ node { id } }"), @"`Node.id` cannot be resolved from any subgraph here");
    assert_snapshot!(graph.plan("{ node { __typename ... on Chat { id } } }"), @r#"
    query: 1 request
    step 1
      fetch 0 from b
        {
          node {
            __typename
            ... on Chat {
              id
            }
          }
        }
    "#);
}
