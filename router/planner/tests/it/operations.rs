//! Root fields, fragments, introspection, mutations, subscriptions.

use crate::{check, graph};

const SHOP: &str = r#"
# products
type Query { product(id: ID!): Product products(first: Int = 5): [Product!]! node: Node }
type Mutation { addProduct(name: String!): Product renameProduct(id: ID!, name: String!): Product }
interface Node { id: ID! }
type Product implements Node @key(fields: "id") { id: ID! name: String price(currency: String): Int maker: Maker }
type Maker implements Node { id: ID! label: String }
# reviews
type Query { reviews: [Review!]! }
type Mutation { addReview(product: ID!, body: String): Review }
type Subscription { reviewAdded: Review }
type Review { body: String product: Product }
type Product @key(fields: "id") { id: ID! reviews: [Review!]! }
"#;

#[test]
fn root_fields_of_several_subgraphs_are_fetched_in_parallel() {
    insta::assert_snapshot!(check(SHOP, "{ products { name } reviews { body } }"), @r"
    query: 2 requests in 1 step
    step 1, in parallel
      fetch 0 from products
        {
          products {
            name
          }
        }
      fetch 1 from reviews
        {
          reviews {
            body
          }
        }
    ");
}

#[test]
fn an_entity_is_completed_by_the_subgraph_that_has_the_field() {
    insta::assert_snapshot!(check(SHOP, "query($n: Int) { products(first: $n) { id name reviews { body } } }"), @r"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from products
        query($n: Int) {
          products(first: $n) {
            id
            name
          }
        }
    step 2
      fetch 1 from reviews, after 0
        entities at products by Product { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              reviews {
                body
              }
            }
          }
        }
    ");
}

#[test]
fn a_fetch_that_only_one_path_needs_goes_there_and_back() {
    insta::assert_snapshot!(check(SHOP, "{ products { reviews { body product { name } } } }"), @r"
    query: 3 requests in 3 steps
    step 1
      fetch 0 from products
        {
          products {
            id
          }
        }
    step 2
      fetch 1 from reviews, after 0
        entities at products by Product { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              reviews {
                body
                product {
                  id
                }
              }
            }
          }
        }
    step 3
      fetch 2 from products, after 1
        entities at products.reviews.product by Product { id }
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
fn fragments_are_inlined_and_merged() {
    insta::assert_snapshot!(check(SHOP, "{ node { ...A ... on Product { name reviews { body } } } } fragment A on Node { id ... on Maker { label } }"), @r"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from products
        {
          node {
            __typename
            id
            ... on Maker {
              label
            }
            ... on Product {
              name
            }
          }
        }
    step 2
      fetch 1 from reviews, after 0
        entities at node by Product { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              reviews {
                body
              }
            }
          }
        }
    ");
}

#[test]
fn aliases_and_arguments_stay_apart() {
    insta::assert_snapshot!(check(SHOP, r#"{ products { id: name a: price(currency: "EUR") price reviews { body } } }"#), @r#"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from products
        {
          products {
            id: name
            a: price(currency: "EUR")
            price
            id_1: id
          }
        }
    step 2
      fetch 1 from reviews, after 0
        entities at products by Product { id: id_1 }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              reviews {
                body
              }
            }
          }
        }
    "#);
}

#[test]
fn typename_and_introspection_need_no_fetch() {
    insta::assert_snapshot!(check(SHOP, "{ __typename t: __typename __schema { queryType { name } } }"), @"query: introspection only");
    insta::assert_snapshot!(check(SHOP, "{ products { __typename } }"), @r"
    query: 1 request
    step 1
      fetch 0 from products
        {
          products {
            __typename
          }
        }
    ");
    insta::assert_snapshot!(check(SHOP, "{ product(id: 1) { name __typename } }"), @r"
    query: 1 request
    step 1
      fetch 0 from products
        {
          product(id: 1) {
            name
          }
        }
    ");
}

#[test]
fn mutations_run_in_order_each_with_its_entity_fetches() {
    insta::assert_snapshot!(check(SHOP, r#"mutation { a: addProduct(name: "x") { reviews { body } } b: renameProduct(id: 1, name: "y") { id } addReview(product: 1) { body product { name } } c: addProduct(name: "z") { name } }"#), @r#"
    mutation: 6 requests in 6 steps
    step 1
      fetch 0 from products
        mutation {
          a: addProduct(name: "x") {
            id
          }
        }
    step 2
      fetch 1 from reviews, after 0
        entities at a by Product { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              reviews {
                body
              }
            }
          }
        }
    step 3
      fetch 2 from products, after 0 and 1
        mutation {
          b: renameProduct(id: 1, name: "y") {
            id
          }
        }
    step 4
      fetch 3 from reviews, after 2
        mutation {
          addReview(product: 1) {
            body
            product {
              id
            }
          }
        }
    step 5
      fetch 4 from products, after 3
        entities at addReview.product by Product { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              name
            }
          }
        }
    step 6
      fetch 5 from products, after 3 and 4
        mutation {
          c: addProduct(name: "z") {
            name
          }
        }
    "#);
}

#[test]
fn a_subscription_is_completed_by_entity_fetches() {
    insta::assert_snapshot!(check(SHOP, "subscription { reviewAdded { body product { id name } } }"), @r"
    subscription: 2 requests in 2 steps
    step 1
      fetch 0 from reviews
        subscription {
          reviewAdded {
            body
            product {
              id
            }
          }
        }
    step 2
      fetch 1 from products, after 0
        entities at reviewAdded.product by Product { id }
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
fn only_the_variables_that_are_used_are_sent() {
    insta::assert_snapshot!(check(SHOP, "query($id: ID!, $c: String = \"EUR\", $r: Boolean!) { product(id: $id) { price(currency: $c) reviews @include(if: $r) { body } } }"), @r#"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from products
        query($id: ID!, $c: String = "EUR") {
          product(id: $id) {
            price(currency: $c)
            id
          }
        }
    step 2
      fetch 1 from reviews, after 0, if $r
        entities at product, if $r by Product { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              reviews {
                body
              }
            }
          }
        }
    "#);
}

#[test]
fn a_plan_is_also_json() {
    let plan = graph(SHOP).plan("{ products { reviews { body } } }");
    insta::assert_snapshot!(serde_json::to_string_pretty(&plan).expect("JSON"), @r#"
    {
      "operationType": "query",
      "introspection": false,
      "steps": 2,
      "fetches": [
        {
          "id": 0,
          "step": 1,
          "subgraph": "products",
          "dependsOn": [],
          "operation": "{products{id}}",
          "variables": []
        },
        {
          "id": 1,
          "step": 2,
          "subgraph": "reviews",
          "dependsOn": [
            0
          ],
          "operation": "query($representations:[_Any!]!){_entities(representations:$representations){...on Product{reviews{body}}}}",
          "variables": [],
          "entities": [
            {
              "responseKey": "_entities",
              "variable": "representations",
              "paths": [
                [
                  "products"
                ]
              ],
              "representations": [
                {
                  "on": [],
                  "fields": "Product { id }"
                }
              ]
            }
          ]
        }
      ]
    }
    "#);
}
