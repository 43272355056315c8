//! Keys, `@requires`, `@provides`, `@external`, `@override`, `@shareable`, abstract types, `@interfaceObject`.

use planner::FetchTarget;

use crate::{check, graph, graph_with};

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

#[test]
fn an_overridden_field_comes_from_its_new_home() {
    let subgraphs = r#"
# a
type Query { user: User }
type User @key(fields: "id") { id: ID! name: String age: Int }
# b
type User @key(fields: "id") { id: ID! name: String @override(from: "a") age: Int @override(from: "a", label: "percent(50)") }
"#;
    insta::assert_snapshot!(check(subgraphs, "{ user { name age } }"), @r"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from a
        {
          user {
            age
            id
          }
        }
    step 2
      fetch 1 from b, after 0
        entities at user by User { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on User {
              name
            }
          }
        }
    ");
    insta::assert_snapshot!(graph_with(subgraphs, &["percent(50)"]).plan("{ user { age } }").to_string(), @r"
    query: 2 requests in 2 steps
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
fn members_that_a_subgraph_does_not_know_are_left_out() {
    insta::assert_snapshot!(check(r#"
# a
type Query { media: Media @shareable }
union Media = Book | Song
type Book @key(fields: "id") { id: ID! title: String @shareable }
type Song @key(fields: "id") { id: ID! title: String }
# b
type Query { other: Media }
union Media = Book | Movie
type Book @key(fields: "id") { id: ID! title: String @shareable pages: Int }
type Movie @key(fields: "id") { id: ID! title: String }
"#, "{ media { ... on Book { title pages } ... on Movie { title } ... on Song { title } } other { __typename ... on Movie { title } ... on Song { title } } }"), @r"
    query: 3 requests in 2 steps
    step 1, in parallel
      fetch 0 from a
        {
          media {
            __typename
            ... on Book {
              title
              id
            }
            ... on Song {
              title
            }
          }
        }
      fetch 1 from b
        {
          other {
            __typename
            ... on Movie {
              title
            }
          }
        }
    step 2
      fetch 2 from b, after 0
        entities at media by Book { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Book {
              pages
            }
          }
        }
    ");
}

#[test]
fn implementations_with_different_keys_are_fetched_by_one_request() {
    insta::assert_snapshot!(check(r#"
# a
type Query { media: [Media!]! }
interface Media { id: ID! }
type Book implements Media @key(fields: "id") { id: ID! }
type Song implements Media @key(fields: "isrc") { id: ID! isrc: ID! }
# b
type Book @key(fields: "id") { id: ID! pages: Int }
type Song @key(fields: "isrc") { isrc: ID! length: Int }
"#, "{ media { id ... on Book { pages } ... on Song { length } } }"), @r"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from a
        {
          media {
            __typename
            id
            ... on Song {
              isrc
            }
          }
        }
    step 2
      fetch 1 from b, after 0
        entities at media by Book { id }, Song { isrc }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Book {
              pages
            }
            ... on Song {
              length
            }
          }
        }
    ");
}

const INTERFACE_OBJECT: &str = r#"
# a
type Query { media: [Media!]! }
interface Media @key(fields: "id") { id: ID! title: String }
type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int }
type Movie implements Media @key(fields: "id") { id: ID! title: String }
# b
type Query { top: [Media!]! }
type Media @interfaceObject @key(fields: "id") { id: ID! score: Int }
"#;

#[test]
fn fields_of_an_interface_object_complete_every_implementation() {
    insta::assert_snapshot!(check(INTERFACE_OBJECT, "{ media { title score } }"), @r"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from a
        {
          media {
            title
            id
          }
        }
    step 2
      fetch 1 from b, after 0
        entities at media by Media { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Media {
              score
            }
          }
        }
    ");
    insta::assert_snapshot!(check(INTERFACE_OBJECT, "{ media { ... on Book { score } } }"), @r"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from a
        {
          media {
            __typename
            id
          }
        }
    step 2
      fetch 1 from b, after 0
        entities at media by Media (of Book) { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Media {
              score
            }
          }
        }
    ");
}

#[test]
fn the_type_behind_an_interface_object_is_fetched_when_it_matters() {
    insta::assert_snapshot!(check(INTERFACE_OBJECT, "{ top { id score } }"), @r"
    query: 1 request
    step 1
      fetch 0 from b
        {
          top {
            id
            score
          }
        }
    ");
    insta::assert_snapshot!(check(INTERFACE_OBJECT, "{ top { __typename score } }"), @r"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from b
        {
          top {
            score
            id
          }
        }
    step 2
      fetch 1 from a, after 0
        entities at top by Media { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Media {
              __typename
            }
          }
        }
    ");
    insta::assert_snapshot!(check(INTERFACE_OBJECT, "{ top { score ... on Book { pages } } }"), @r"
    query: 2 requests in 2 steps
    step 1
      fetch 0 from b
        {
          top {
            score
            id
          }
        }
    step 2
      fetch 1 from a, after 0
        entities at top by Media { id }
        query($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Media {
              __typename
              ... on Book {
                pages
              }
            }
          }
        }
    ");
}

#[test]
fn fields_with_other_types_in_a_subgraph_are_aliased_apart() {
    insta::assert_snapshot!(check(r#"
# a
type Query { users: [User!]! }
union User = Person | Robot
type Person @key(fields: "id") { id: ID! @shareable }
type Robot { id: ID @shareable }
# b
type Person @key(fields: "id") { id: ID @shareable }
type Query { robot: Robot }
type Robot { id: ID @shareable }
"#, "{ users { ... on Person { id } ... on Robot { id } } }"), @r"
    query: 1 request
    step 1
      fetch 0 from a
        {
          users {
            __typename
            ... on Person {
              id
            }
            ... on Robot {
              id_1: id
            }
          }
        }
    ");
}

#[test]
fn types_unknown_to_who_resolves_a_field_are_not_sought_elsewhere() {
    insta::assert_snapshot!(check(r#"
# a
type Query { box: Box }
type Box @key(fields: "id") { id: ID! actions: [Action!]! @shareable }
union Action = Common | OnlyA
type Common @shareable { label: String }
type OnlyA { a: String }
# b
type Query { other: Box }
type Box @key(fields: "id") { id: ID! actions: [Action!]! @shareable }
union Action = Common | OnlyB
type Common @shareable { label: String }
type OnlyB { b: String }
"#, "{ box { actions { __typename ... on Common { label } ... on OnlyB { b } } } }"), @r"
    query: 1 request
    step 1
      fetch 0 from a
        {
          box {
            actions {
              __typename
              ... on Common {
                label
              }
            }
          }
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

const REQUIRED_WHILE_OVERRIDDEN: &str = r#"
# a
type Query { bill: Bill }
type Bill @key(fields: "id") { id: ID! amt: Int }
# b
type Bill @key(fields: "id") { id: ID! amt: Int @override(from: "a", label: "new") }
# c
type Bill @key(fields: "id") { id: ID! amt: Int @external twice: Int @requires(fields: "amt") }
"#;

#[test]
fn what_a_field_requires_comes_from_where_the_label_of_an_override_says() {
    for (labels, expected) in [(&[][..], &["a", "c"][..]), (&["new"], &["a", "b", "c"])] {
        let plan = graph_with(REQUIRED_WHILE_OVERRIDDEN, labels).plan("{ bill { twice } }");
        let asked: Vec<&str> = plan.fetches.iter().map(|f| &*f.subgraph_name).collect();
        assert_eq!(asked, expected, "{labels:?}");
        let gives = |name: &str| {
            let mut fetches = plan.fetches.iter();
            fetches.any(|f| *f.subgraph_name == *name && f.operation.contains("amt"))
        };
        assert_eq!(
            (gives("a"), gives("b")),
            (labels.is_empty(), !labels.is_empty())
        );
    }
}
