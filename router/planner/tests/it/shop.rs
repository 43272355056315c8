//! The four-subgraph workload that gateways are compared by.

use crate::graph;

const SHOP: &str = r#"
# accounts
type Query { users: [User] }
type User @key(fields: "id") { id: ID! name: String username: String @shareable }
# inventory
type Product @key(fields: "upc") {
  upc: String! weight: Int @external price: Int @external inStock: Boolean
  shippingEstimate: Int @requires(fields: "price weight")
}
# products
type Query { topProducts: [Product] }
type Product @key(fields: "upc") { upc: String! name: String price: Int weight: Int }
# reviews
type Review @key(fields: "id") { id: ID! body: String author: User @provides(fields: "username") product: Product }
type User @key(fields: "id") { id: ID! username: String @external reviews: [Review] }
type Product @key(fields: "upc") { upc: String! reviews: [Review] }
"#;

#[test]
fn the_deep_operation_asks_each_subgraph_once_a_step() {
    let plan = graph(SHOP).plan(
        "{
          users { ...User reviews { ...Review product { ...Product reviews { ...Review author {
            ...User reviews { ...Review product { ...Product } }
          } } } } }
          topProducts { ...Product reviews { ...Review author {
            ...User reviews { ...Review product { ...Product } }
          } } }
        }
        fragment User on User { id username name }
        fragment Review on Review { id body }
        fragment Product on Product { inStock name price shippingEstimate upc weight }",
    );
    let steps = plan.steps();
    let fetches = plan.fetches.iter().zip(&steps);
    let mut asked: Vec<String> = fetches
        .map(|(fetch, step)| format!("{step} {}", fetch.subgraph_name))
        .collect();
    asked.sort();
    insta::assert_snapshot!(asked.join("\n"), @r"
    1 accounts
    1 products
    2 reviews
    3 accounts
    3 products
    4 inventory
    ");
}

/// Both `a` and `b` could be asked for the media; `b` provides a part of what is selected.
#[test]
fn of_equally_many_requests_those_with_less_data_are_sent() {
    let graph = crate::graph(
        r#"
# a
type Query { media: [Media] @shareable }
union Media = Book | Movie
type Book @key(fields: "id") { id: ID! }
type Movie @key(fields: "id") { id: ID! }
# b
type Query { media: [Media] @shareable @provides(fields: "... on Book { title }") }
union Media = Book | Movie
type Book @key(fields: "id") { id: ID! title: String @external }
type Movie @key(fields: "id") { id: ID! }
# c
type Book @key(fields: "id") { id: ID! title: String @shareable }
type Movie @key(fields: "id") { id: ID! title: String }
"#,
    );
    let plan = graph.plan("{ media { ... on Book { id title } ... on Movie { id title } } }");
    insta::assert_snapshot!(plan, @r#"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from b
        {
          media {
            __typename
            ... on Book {
              title
              id
            }
            ... on Movie {
              id
            }
          }
        }
    step 2
      fetch 1 from c, after 0
        entities at media by Movie { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Movie {
              title
            }
          }
        }
    "#);
}

/// `a` and `b` lead to the media in as many requests: by `a`, `c` is asked for all of the animals; by `b`, for the age of the cats alone.
#[test]
fn objects_are_asked_again_for_what_is_missing_only() {
    let graph = crate::graph(
        r#"
# a
type Query { media: Media @shareable }
interface Media { id: ID! animals: [Animal] }
interface Animal { id: ID! }
type Book implements Media @key(fields: "id") { id: ID! animals: [Animal] @shareable }
type Dog implements Animal @key(fields: "id") { id: ID! }
type Cat implements Animal @key(fields: "id") { id: ID! }
# b
type Query { media: Media @shareable @provides(fields: "animals { id name }") }
interface Media { id: ID! animals: [Animal] }
interface Animal { id: ID! name: String }
type Book implements Media { id: ID! @shareable animals: [Animal] @external }
type Dog implements Animal { id: ID! @external name: String @external }
type Cat implements Animal { id: ID! @external name: String @external }
# c
interface Media { id: ID! animals: [Animal] }
interface Animal { id: ID! name: String }
type Book implements Media @key(fields: "id") { id: ID! animals: [Animal] @shareable }
type Dog implements Animal @key(fields: "id") { id: ID! name: String @shareable age: Int }
type Cat implements Animal @key(fields: "id") { id: ID! name: String @shareable age: Int }
"#,
    );
    insta::assert_snapshot!(graph.plan("{ media { id animals { id name ... on Cat { age } } } }"));
}
