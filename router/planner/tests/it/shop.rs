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
