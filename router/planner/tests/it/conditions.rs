//! `@skip` and `@include`.

use planner::Shape;

use crate::{check, graph};

const SHOP: &str = r#"
# products
type Query { products: [Product!]! top: Product }
type Product @key(fields: "id") { id: ID! name: String price: Int }
# reviews
type Query { score: Int }
type Product @key(fields: "id") { id: ID! reviews: [String!]! stars: Int }
"#;

#[test]
fn constant_conditions_are_folded() {
    insta::assert_snapshot!(check(SHOP, "{ products { name @include(if: true) price @skip(if: true) } top @include(if: false) { id } }"), @r"
    query: 1 request
    step 1
      fetch 0 from products
        {
          products {
            name
          }
        }
    ");
}

#[test]
fn a_condition_that_all_of_a_fetch_has_is_the_fetchs() {
    insta::assert_snapshot!(check(SHOP, "query($a: Boolean!) { products { name reviews @include(if: $a) } score @skip(if: $a) }"), @r"
    query: 3 requests in 2 steps
    step 1, in parallel
      fetch 0 from products
        {
          products {
            name
            id
          }
        }
      fetch 1 from reviews, if not $a
        {
          score
        }
    step 2
      fetch 2 from reviews, after 0, if $a
        entities at products, if $a by Product { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              reviews
            }
          }
        }
    ");
}

#[test]
fn different_conditions_go_to_the_subgraph() {
    insta::assert_snapshot!(check(SHOP, "query($a: Boolean!, $b: Boolean!) { products { name @include(if: $a) @skip(if: $b) reviews @include(if: $a) stars @include(if: $b) } }"), @r"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from products
        query($a: Boolean!, $b: Boolean!) {
          products {
            name @include(if: $a) @skip(if: $b)
            id
          }
        }
    step 2
      fetch 1 from reviews, after 0, if $a or $b
        entities at products, if $a or $b by Product { id }
        query($representations: [_Any!]!, $a: Boolean!, $b: Boolean!) {
          _entities(representations: $representations) {
            ... on Product {
              reviews @include(if: $a)
              stars @include(if: $b)
            }
          }
        }
    ");
}

#[test]
fn a_field_selected_twice_is_there_under_either_condition() {
    insta::assert_snapshot!(check(SHOP, "query($a: Boolean!, $b: Boolean!) { top @include(if: $a) { name } top @include(if: $b) { price stars } }"), @r"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from products, if $a or $b
        query($a: Boolean!, $b: Boolean!) {
          top {
            name @include(if: $a)
            price @include(if: $b)
            id
          }
        }
    step 2
      fetch 1 from reviews, after 0, if $b
        entities at top, if $b by Product { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              stars
            }
          }
        }
    ");
}

#[test]
fn complementary_conditions_are_none() {
    insta::assert_snapshot!(check(SHOP, "query($a: Boolean!) { top { name @include(if: $a) name @skip(if: $a) } }"), @r"
    query: 1 request
    step 1
      fetch 0 from products
        {
          top {
            name
          }
        }
    ");
}

#[test]
fn conditions_of_fragments_are_joined() {
    insta::assert_snapshot!(check(SHOP, "query($a: Boolean!, $b: Boolean!) { ... @include(if: $a) { top { ...F @include(if: $b) } } } fragment F on Product { name @include(if: $a) stars }"), @r"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from products, if $a
        query($b: Boolean!, $a: Boolean!) {
          top {
            ... @include(if: $b) {
              name @include(if: $a)
            }
            id
          }
        }
    step 2
      fetch 1 from reviews, after 0, if $b
        entities at top, if $b by Product { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              stars
            }
          }
        }
    ");
}

#[test]
fn a_key_stands_where_it_is_first_included() {
    let plan = graph(SHOP).plan("query($a: Boolean!) { top { id @include(if: $a) name id } }");
    let Shape::Object { shape, .. } = &plan.shape.fields[0].value else {
        panic!("an object");
    };
    let fields: Vec<String> = shape
        .fields
        .iter()
        .map(|field| match field.condition {
            Some(id) => format!(
                "{} if {}",
                field.response_key, plan.conditions[id.0 as usize]
            ),
            None => field.response_key.to_string(),
        })
        .collect();
    insta::assert_snapshot!(fields.join(", "), @"id if $a, name, id if not $a");
}

/// Nobody but `a` knows what `top` is.
const MEDIA: &str = r#"
# a
interface Media @key(fields: "id") { id: ID! t: Int }
type Film implements Media @key(fields: "id") { id: ID! t: Int }
type Book implements Media @key(fields: "id") { id: ID! t: Int pages: Int }
type Query { x: Int }
# b
type Query { top: Media }
type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int }
"#;

#[test]
fn a_type_that_is_asked_for_sometimes_is_fetched_only_then() {
    insta::assert_snapshot!(check(
        MEDIA,
        "query($x: Boolean!) { top { __typename @include(if: $x) stars } }"
    ));
}

#[test]
fn a_type_that_only_conditional_fields_tell_apart_is_fetched_with_them() {
    let plan = crate::graph(MEDIA).plan(
        "query($x: Boolean!, $y: Boolean!) { top { stars kind: __typename @include(if: $y) ... on Book @include(if: $x) { pages } } }",
    );
    insta::assert_snapshot!(plan);
}

#[test]
fn a_type_that_a_key_needs_is_fetched_whatever_the_client_wants() {
    let subgraphs = r#"
# a
type Query { node: Node }
interface Node { id: ID! }
type A implements Node @key(fields: "id") { id: ID! }
type B implements Node @key(fields: "id") { id: ID! }
# b
type A @key(fields: "id") { id: ID! n: Int }
"#;
    let plan = crate::graph(subgraphs).plan(
        "query($x: Boolean!) { node { __typename @include(if: $x) ... on A @skip(if: $x) { n } } }",
    );
    insta::assert_snapshot!(plan);
}

const TITLES: &str = r#"
# s0
type Query { known: [Media] }
interface Media @key(fields: "id") { id: ID! title: Int }
type M0 implements Media @key(fields: "id") { id: ID! title: Int }
type M1 implements Media @key(fields: "id") { id: ID! title: Int }
# s1
type Media @key(fields: "id") @interfaceObject { id: ID! more: Int title: Int @external titled: Int @requires(fields: "title") }
# s2
type M0 @key(fields: "id") { id: ID! extra: Int }
"#;

#[test]
fn an_interface_object_is_sent_what_one_type_requires_though_types_are_asked_for_under_conditions()
{
    let plan = crate::graph(TITLES).plan("query($a: Boolean!, $b: Boolean!) { known { ... on M0 @include(if: $b) @skip(if: $a) { more } ... on M1 @skip(if: $b) { titled } } }");
    insta::assert_snapshot!(plan);
}
