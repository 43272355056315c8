//! Tests of [`super`].

use async_graphql::parser::parse_query;

use super::*;

const SDL: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
scalar Decimal
input Given { name: String! value: Decimal! rest: [Decimal!] = [1] given: Given }
type Query {
  all(values: [Decimal!]!): Decimal!
  computed(with: [Given!], text: String! = "a"): Computed!
  list(of: [[Decimal!]!]!): Decimal
}
type Computed { times(n: Int!): Int! within: Computed! }
type Subscription { every(n: Int!): Int! }
"#;

/// What is wrong with the places of a document.
fn wrong(query: &str) -> Vec<String> {
    let types = Types::of(SDL, "Query");
    let (text, lists) = lists::take(query);
    let mut document = parse_query(text.as_deref().unwrap_or(query)).expect("it is a document");
    lists::put_back(&mut document, &lists);
    let mut found = Found {
        document: &document,
        errors: Vec::new(),
    };
    for (_, operation) in document.operations.iter() {
        Positions::check(&types, &operation.node, &mut found);
    }
    let errors = found.errors.into_iter();
    errors.map(|error| error.message).collect()
}

#[track_caller]
fn check(query: &str, expected: &str) {
    assert_eq!(wrong(query).join("\n"), expected, "{query}");
}

fn long() -> String {
    format!("[{}]", "1,".repeat(20))
}

#[test]
fn a_variable_has_the_type_that_its_place_asks_for() {
    for query in [
        "query($v: [Decimal!]!) { all(values: $v) }",
        "query($v: Decimal!) { all(values: [$v, 1]) }",
        "query($v: [Decimal!] = [1]) { all(values: $v) }",
        "query($v: String) { computed(text: $v) { times(n: 1) } }",
        "query($v: Given!) { computed(with: [$v]) { times(n: 1) } }",
        "query($v: Decimal!) { computed(with: {name: \"a\", value: $v}) { times(n: 1) } }",
        "query($v: [Decimal!]) { computed(with: [{name: \"a\", value: 1, rest: $v}]) { times(n: 1) } }",
        "query($v: Int!, $w: Boolean!) { computed { ...f @skip(if: $w) } } fragment f on Computed { times(n: $v) }",
        "query($v: Whatever) { unknown(a: $v) }",
        "query($v: Whatever) { all(unknown: $v) }",
        "query($r: [_Any!]!) { _entities(representations: $r) { __typename } }",
        "subscription($v: Int!) { every(n: $v) }",
    ] {
        check(query, "");
    }
}

#[test]
fn a_variable_of_another_type_is_told_where_it_is_used() {
    let told = |name: &str, ty: &str, expected: &str| {
        format!(
            "Variable \"${name}\" of type \"{ty}\" used in position expecting type \"{expected}\""
        )
    };
    for (query, ty, expected) in [
        (
            "query($v: [Int!]!) { all(values: $v) }",
            "[Int!]!",
            "[Decimal!]!",
        ),
        ("query($v: Int!) { all(values: [$v]) }", "Int!", "Decimal!"),
        (
            "query($v: [Decimal]!) { all(values: $v) }",
            "[Decimal]!",
            "[Decimal!]!",
        ),
        (
            "query($v: [Decimal!]) { all(values: $v) }",
            "[Decimal!]",
            "[Decimal!]!",
        ),
        (
            "query($v: [Decimal!] = null) { all(values: $v) }",
            "[Decimal!]",
            "[Decimal!]!",
        ),
        // A list is not made of a variable.
        (
            "query($v: Decimal!) { all(values: $v) }",
            "Decimal!",
            "[Decimal!]!",
        ),
        (
            "query($v: [Decimal!]!) { computed(with: $v) { times(n: 1) } }",
            "[Decimal!]!",
            "[Given!]",
        ),
        (
            "query($v: Int!) { computed(with: {given: {value: $v}}) { times(n: 1) } }",
            "Int!",
            "Decimal!",
        ),
        (
            "query($v: String!) { computed { ...f } } fragment f on Computed { within { times(n: $v) } }",
            "String!",
            "Int!",
        ),
        (
            "query($v: Int!) { ... on Query @include(if: $v) { all(values: 1) } }",
            "Int!",
            "Boolean!",
        ),
        (
            "query($v: _Any) { _entities(representations: [$v]) { __typename } }",
            "_Any",
            "_Any!",
        ),
        (
            "query($v: Int!) { __type(name: $v) { name } }",
            "Int!",
            "String!",
        ),
        ("subscription($v: Int) { every(n: $v) }", "Int", "Int!"),
    ] {
        check(query, &told("v", ty, expected));
    }
}

#[test]
fn a_long_list_of_numbers_is_where_decimals_are_expected() {
    let list = long();
    for query in [
        format!("{{ all(values: {list}) }}"),
        format!("{{ list(of: [{list}]) }}"),
        format!("query($v: [Decimal!]! = {list}) {{ all(values: $v) }}"),
        format!("{{ computed(with: {{name: \"a\", value: 1, rest: {list}}}) {{ times(n: 1) }} }}"),
    ] {
        check(&query, "");
    }
    let told =
        |expected: &str| format!("List of numbers used in position expecting type \"{expected}\"");
    for (query, expected) in [
        (
            format!("{{ computed(with: {list}) {{ times(n: 1) }} }}"),
            "[Given!]",
        ),
        (
            format!("{{ computed(text: {list}) {{ times(n: 1) }} }}"),
            "String!",
        ),
        (
            format!("query($v: [Given!] = {list}) {{ computed(with: $v) {{ times(n: 1) }} }}"),
            "[Given!]",
        ),
        (
            format!("{{ computed(with: {{name: {list}}}) {{ times(n: 1) }} }}"),
            "String!",
        ),
        (
            format!("{{ _entities(representations: {list}) {{ __typename }} }}"),
            "[_Any!]!",
        ),
        (
            format!("{{ _entities(representations: [{{a: {{b: [{list}]}}}}]) {{ __typename }} }}"),
            "_Any!",
        ),
    ] {
        check(&query, &told(expected));
    }
}

#[test]
fn the_name_of_a_type_has_directives_as_any_field() {
    check("{ __typename @skip(if: false) @include(if: true) }", "");
    check("{ __typename @foo }", "Unknown directive \"foo\"");
    check(
        "{ ... { a: __typename @skip(if: true) @bar(x: 1) } }",
        "Unknown directive \"bar\"",
    );
}
