//! Interfaces, unions and `@interfaceObject`.

use crate::check;

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

const ENTITY_INTERFACE: &str = r#"
# a
type Query { named: [Named] }
interface Named @key(fields: "id") { id: ID! name: String }
type Person implements Named @key(fields: "id") { id: ID! name: String }
type Place implements Named @key(fields: "id") { id: ID! name: String }
# b
interface Named @key(fields: "id") { id: ID! score: Int }
type Person implements Named @key(fields: "id") { id: ID! score: Int }
type Place implements Named @key(fields: "id") { id: ID! score: Int }
# c
type Query { some: Named }
type Named @interfaceObject @key(fields: "id") { id: ID! rank: Int }
"#;

/// Not every subgraph resolves references to an interface.
#[test]
fn an_object_of_an_entity_interface_is_asked_for_by_its_own_type_where_that_is_known() {
    let plan = check(ENTITY_INTERFACE, "{ named { score } }");
    assert!(plan.contains("query: 2 requests in 2 steps"), "{plan}");
    assert!(plan.contains("entities at named by"), "{plan}");
    assert!(!plan.contains("by Named"), "{plan}");
    let plan = check(ENTITY_INTERFACE, "{ named { rank score } }");
    assert!(plan.contains("query: 3 requests in 2 steps"), "{plan}");
    assert_eq!(plan.matches("by Named").count(), 1, "{plan}");
    let plan = check(ENTITY_INTERFACE, "{ named { ... on Place { score } } }");
    assert!(plan.contains("by Place { id }"), "{plan}");
    let plan = check(ENTITY_INTERFACE, "{ some { score } }");
    assert!(plan.contains("query: 2 requests in 2 steps"), "{plan}");
    assert!(plan.contains("by Named { id }"), "{plan}");
}

/// Only one of two subgraphs has each field of the members of a union that both return.
const SHARED_UNION: &str = r#"
# a
type Query { v: V @shareable vs: [V] @shareable one: P @shareable }
union V = P | R
type P { p: Int }
type R @shareable { r: Int }
# b
type Query { v: V @shareable vs: [V] @shareable one: P @shareable }
union V = P | R
type P { q: Int }
type R @shareable { r: Int }
"#;

#[test]
fn each_subgraph_tells_the_types_of_what_several_return() {
    insta::assert_snapshot!(check(SHARED_UNION, "{ v { ... on P { p q } } }"), @r"
    query: 2 requests in 1 step
    step 1, in parallel
      fetch 0 from a
        {
          v {
            __typename
            ... on P {
              p
            }
          }
        }
      fetch 1 from b
        {
          v {
            __typename
            ... on P {
              q
            }
          }
        }
    ");
    let plan = check(SHARED_UNION, "{ vs { ... on P { q p } ... on R { r } } }");
    assert_eq!(plan.matches("__typename").count(), 2, "{plan}");
}

#[test]
fn types_are_not_told_where_one_subgraph_answers_or_there_is_one_type() {
    let plan = check(SHARED_UNION, "{ v { ... on P { p } ... on R { r } } }");
    assert_eq!(plan.matches("__typename").count(), 1, "{plan}");
    let plan = check(SHARED_UNION, "{ one { p q } }");
    assert!(!plan.contains("__typename"), "{plan}");
}

#[test]
fn types_are_told_under_the_condition_of_the_client() {
    let operation = "query($a: Boolean!) { v { ... on P @include(if: $a) { p q } } }";
    let plan = check(SHARED_UNION, operation);
    assert_eq!(
        plan.matches("__typename @include(if: $a)").count(),
        2,
        "{plan}"
    );
}

/// The type of an object is asked for by that name.
#[test]
fn a_field_with_the_alias_of_the_type_has_another_one_in_the_request() {
    let subgraphs = r#"
# a
type Query { is: [I] }
interface I { id: ID! }
type A implements I { id: ID! n: Int }
type B implements I { id: ID! m: Int }
"#;
    insta::assert_snapshot!(check(subgraphs, "{ is { __typename: id ... on A { n } } }"), @r"
    query: 1 request
    step 1
      fetch 0 from a
        {
          is {
            __typename
            __typename_1: id
            ... on A {
              n
            }
          }
        }
    ");
    for alias in ["__typename", "_typename"] {
        let plan = check(subgraphs, &format!("{{ {alias}: is {{ {alias}: id }} }}"));
        assert!(!plan.contains(&format!("{alias}:")), "{plan}");
    }
}
