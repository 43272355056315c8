//! `@requires`: what a field needs of other subgraphs.

use crate::check;

#[test]
fn a_requirement_is_met_where_the_only_key_that_leads_back_is_not_resolvable() {
    insta::assert_snapshot!(check(r#"
# a
type Query { product: Product }
type Product @key(fields: "id", resolvable: false) { id: ID! weight: Int @external shipping: Int @requires(fields: "weight") }
# b
type Product @key(fields: "id") { id: ID! weight: Int }
"#, "{ product { shipping } }"), @r"
    query: 3 requests in 3 steps
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
              weight
            }
          }
        }
    step 3
      fetch 2 from a, after 0 and 1
        entities at product by Product { id weight? }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              shipping
            }
          }
        }
    ");
}

#[test]
fn what_requires_waits_for_what_it_requires() {
    insta::assert_snapshot!(check(r#"
# products
type Query { products: [Product!]! }
type Product @key(fields: "upc") { upc: String! price: Int weight: Int dimensions: Dimensions }
type Dimensions { size: String weight: Float }
# inventory
type Product @key(fields: "upc") { upc: String! price: Int @external dimensions: Dimensions @external inStock: Boolean shippingEstimate: Int @requires(fields: "price dimensions { size }") }
type Dimensions @external { size: String }
"#, "{ products { upc shippingEstimate inStock } }"), @r"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from products
        {
          products {
            upc
            price
            dimensions {
              size
            }
          }
        }
    step 2
      fetch 1 from inventory, after 0
        entities at products by Product { upc price? dimensions? { size? } }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              shippingEstimate
              inStock
            }
          }
        }
    ");
}

#[test]
fn required_fields_that_require_are_fetched_in_turn() {
    insta::assert_snapshot!(check(r#"
# a
type Query { p: P }
type P @key(fields: "id") { id: ID! priceWithTax: Float @external delivery: Int @requires(fields: "priceWithTax") }
# b
type P @key(fields: "id") { id: ID! price: Float @external priceWithTax: Float @requires(fields: "price") }
# c
type P @key(fields: "id") { id: ID! price: Float }
"#, "{ p { delivery } }"), @r"
    query: 4 requests in 4 steps
    step 1
      fetch 0 from a
        {
          p {
            id
          }
        }
    step 2
      fetch 1 from c, after 0
        entities at p by P { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on P {
              price
            }
          }
        }
    step 3
      fetch 2 from b, after 0 and 1
        entities at p by P { id price? }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on P {
              priceWithTax
            }
          }
        }
    step 4
      fetch 3 from a, after 0 and 2
        entities at p by P { id priceWithTax? }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on P {
              delivery
            }
          }
        }
    ");
}

#[test]
fn one_field_required_with_two_arguments_is_sent_apart() {
    insta::assert_snapshot!(check(r#"
# a
type Query { p: P }
type P @key(fields: "id") { id: ID! price(currency: String!): Float }
# b
type P @key(fields: "id") { id: ID! price(currency: String!): Float @external usd: String @requires(fields: "price(currency: \"USD\")") eur: String @requires(fields: "price(currency: \"EUR\")") }
"#, "{ p { usd eur price(currency: \"GBP\") } }"), @r#"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from a
        {
          p {
            price(currency: "GBP")
            id
            price_1: price(currency: "USD")
            price_2: price(currency: "EUR")
          }
        }
    step 2
      fetch 1 from b, after 0
        e0: entities at p by P { id price?: price_1 }
        e1: entities at p by P { id price?: price_2 }
        query($r0: [_Any!]!, $r1: [_Any!]!) {
          e0: _entities(representations: $r0) {
            ... on P {
              usd
            }
          }
          e1: _entities(representations: $r1) {
            ... on P {
              eur
            }
          }
        }
    "#);
}
