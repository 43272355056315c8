//! One case for each kind of change, read in both directions.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;
use diff::{Kind, diff};

use crate::parsed;

/// A name, the one side, the other side. Each is completed with `Query`, where it has none.
const CASES: &[(&str, &str, &str)] = &[
    ("a field", "type Query { a: Int b: Int }", "type Query { a: Int }"),
    ("a field of an interface", "interface I { a: Int b: Int }", "interface I { a: Int }"),
    ("a non-null result", "type Query { a: Int }", "type Query { a: Int! }"),
    ("non-null items", "type Query { a: [Int]! }", "type Query { a: [Int!]! }"),
    ("another result", "type Query { a: Int }", "type Query { a: Float }"),
    ("a list of results", "type Query { a: Int }", "type Query { a: [Int] }"),
    (
        "a result of an implementation",
        "interface I { a: Int } type A implements I { a: Int } type Query { i: I }",
        "interface I { a: Int } type A implements I { a: Int } type Query { i: A }",
    ),
    ("an optional argument", "type Query { a: Int }", "type Query { a(x: Int): Int }"),
    ("a required argument", "type Query { a: Int }", "type Query { a(x: Int!): Int }"),
    ("a non-null argument with a default value", "type Query { a: Int }", "type Query { a(x: Int! = 1): Int }"),
    ("a non-null argument type", "type Query { a(x: Int): Int }", "type Query { a(x: Int!): Int }"),
    ("another argument type", "type Query { a(x: Int): Int }", "type Query { a(x: ID): Int }"),
    ("a list of arguments", "type Query { a(x: Int): Int }", "type Query { a(x: [Int]): Int }"),
    ("a default value", "type Query { a(x: Int = 1): Int }", "type Query { a(x: Int = 2): Int }"),
    ("a default value or none", "type Query { a(x: Int): Int }", "type Query { a(x: Int = 1): Int }"),
    ("a default value of a non-null argument", "type Query { a(x: Int! = 1): Int }", "type Query { a(x: Int!): Int }"),
    (
        "a default value in another order",
        "input I { a: Int b: Int } type Query { a(x: I = {a: 1, b: 2}): Int }",
        "input I { a: Int b: Int } type Query { a(x: I = {b: 2, a: 1}): Int }",
    ),
    ("an optional input field", "input I { a: Int }", "input I { a: Int b: Int }"),
    ("a required input field", "input I { a: Int }", "input I { a: Int b: Int! }"),
    ("a non-null input field with a default value", "input I { a: Int }", "input I { a: Int b: Int! = 1 }"),
    ("the type of an input field", "input I { a: Int }", "input I { a: Int! }"),
    ("another type of an input field", "input I { a: Int }", "input I { a: String }"),
    ("a default value of an input field", "input I { a: Int = 1 }", "input I { a: Int = 2 }"),
    ("oneOf", "input I { a: Int b: Int }", "input I @oneOf { a: Int b: Int }"),
    ("a value of an enum in results", "enum E { A } type Query { e: E }", "enum E { A B } type Query { e: E }"),
    ("a value of an enum in arguments", "enum E { A } type Query { a(e: E): Int }", "enum E { A B } type Query { a(e: E): Int }"),
    ("a value of an enum in both", "enum E { A } type Query { a(e: E): E }", "enum E { A B } type Query { a(e: E): E }"),
    ("a member of a union", "type A { a: Int } union U = A", "type A { a: Int } union U = A | Query"),
    ("an interface of an object", "interface I { a: Int } type A { a: Int }", "interface I { a: Int } type A implements I { a: Int }"),
    (
        "an interface of an interface",
        "interface I { a: Int } interface J { a: Int }",
        "interface I { a: Int } interface J implements I { a: Int }",
    ),
    ("a type", "scalar A", "scalar A scalar B"),
    ("the kind of a type", "scalar A", "enum A { B }"),
    ("mutations", "type M { a: Int }", "type M { a: Int } schema { query: Query mutation: M }"),
    ("subscriptions", "type M { a: Int }", "type M { a: Int } schema { query: Query subscription: M }"),
    ("queries", "type M { a: Int } schema { query: Query }", "type M { a: Int } schema { query: M }"),
    ("deprecation of a field", "type Query { a: Int }", "type Query { a: Int @deprecated }"),
    ("the reason of a deprecation of a field", "type Query { a: Int @deprecated }", "type Query { a: Int @deprecated(reason: \"b\") }"),
    ("deprecation of an argument", "type Query { a(x: Int): Int }", "type Query { a(x: Int @deprecated): Int }"),
    (
        "the reason of a deprecation of an argument",
        "type Query { a(x: Int @deprecated): Int }",
        "type Query { a(x: Int @deprecated(reason: \"b\")): Int }",
    ),
    ("deprecation of an input field", "input I { a: Int }", "input I { a: Int @deprecated }"),
    ("the reason of a deprecation of an input field", "input I { a: Int @deprecated }", "input I { a: Int @deprecated(reason: \"b\") }"),
    ("deprecation of an enum value", "enum E { A }", "enum E { A @deprecated }"),
    ("the reason of a deprecation of an enum value", "enum E { A @deprecated }", "enum E { A @deprecated(reason: \"b\") }"),
    ("what specifies a scalar", "scalar A", "scalar A @specifiedBy(url: \"https://a.example\")"),
    ("a description of the schema", "schema { query: Query }", "\"b\" schema { query: Query }"),
    ("a description of a type", "scalar A", "\"b\" scalar A"),
    ("another description of a type", "\"a\" scalar A", "\"b\" scalar A"),
    ("a description of a field", "type Query { a: Int }", "type Query { \"b\" a: Int }"),
    ("another description of a field", "type Query { \"a\" a: Int }", "type Query { \"b\" a: Int }"),
    ("a description of an argument", "type Query { a(x: Int): Int }", "type Query { a(\"b\" x: Int): Int }"),
    ("a description of an input field", "input I { a: Int }", "input I { \"b\" a: Int }"),
    ("another description of an input field", "input I { \"a\" a: Int }", "input I { \"b\" a: Int }"),
    ("a description of an enum value", "enum E { A }", "enum E { \"b\" A }"),
    ("a directive for operations", "scalar A", "scalar A directive @d on FIELD"),
    ("a directive for schemas", "scalar A", "scalar A directive @d on OBJECT"),
    ("a description of a directive", "directive @d on FIELD", "\"b\" directive @d on FIELD"),
    ("a location of a directive", "directive @d on FIELD", "directive @d on FIELD | QUERY"),
    ("a location in schemas of a directive", "directive @d on FIELD", "directive @d on FIELD | OBJECT"),
    ("a repeatable directive", "directive @d on FIELD", "directive @d repeatable on FIELD"),
    ("an argument of a directive", "directive @d on FIELD", "directive @d(x: Int) on FIELD"),
    ("a required argument of a directive", "directive @d on FIELD", "directive @d(x: Int!) on FIELD"),
    ("a required argument of a directive for schemas", "directive @d on OBJECT", "directive @d(x: Int!) on OBJECT"),
    ("the type of an argument of a directive", "directive @d(x: Int) on FIELD", "directive @d(x: Int!) on FIELD"),
    ("a default value of an argument of a directive", "directive @d(x: Int = 1) on FIELD", "directive @d(x: Int = 2) on FIELD"),
    ("a description of an argument of a directive", "directive @d(x: Int) on FIELD", "directive @d(\"b\" x: Int) on FIELD"),
    (
        "a directive in each place",
        "directive @d repeatable on SCHEMA | SCALAR | OBJECT | INTERFACE | UNION | ENUM | ENUM_VALUE | INPUT_OBJECT | FIELD_DEFINITION \
         | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION
         schema { query: Query } scalar A type B { a(x: Int): Int } interface C { a: Int } union U = B enum E { V } input I { a: Int }",
        "directive @d repeatable on SCHEMA | SCALAR | OBJECT | INTERFACE | UNION | ENUM | ENUM_VALUE | INPUT_OBJECT | FIELD_DEFINITION \
         | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION
         schema @d { query: Query } scalar A @d type B @d { a(x: Int @d): Int @d } interface C @d { a: Int } union U @d = B \
         enum E @d { V @d } input I @d { a: Int @d }",
    ),
    ("a tag", "directive @tag(name: String!) repeatable on OBJECT type A { a: Int }", "directive @tag(name: String!) repeatable on OBJECT type A @tag(name: \"b\") { a: Int }"),
];

fn schema(text: &str) -> Valid<Schema> {
    let query = match text.contains("type Query") {
        true => String::new(),
        false => " type Query { query: Int }".to_owned(),
    };
    parsed(&format!("{text}{query}")).expect("a case that is valid")
}

#[test]
fn each_kind_of_change_is_classified_in_both_directions() {
    let mut told = String::new();
    for (name, old, new) in CASES {
        let (old, new) = (schema(old), schema(new));
        writeln!(told, "{name}").expect("a string takes all");
        for (arrow, changes) in [("->", diff(&old, &new)), ("<-", diff(&new, &old))] {
            for change in &changes {
                let reason = change.reason;
                writeln!(told, "  {arrow} {change}\n     {reason}").expect("a string takes all");
            }
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn every_kind_that_clients_can_see_has_a_case() {
    let mut seen = BTreeSet::new();
    for (_, old, new) in CASES {
        let (old, new) = (schema(old), schema(new));
        for changes in [diff(&old, &new), diff(&new, &old)] {
            seen.extend(changes.iter().map(|change| change.kind));
        }
    }
    let visible = Kind::ALL
        .iter()
        .copied()
        .filter(|kind| *kind < Kind::SubgraphAdded);
    let missing: Vec<Kind> = visible.filter(|kind| !seen.contains(kind)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}

#[test]
fn a_schema_does_not_differ_from_itself_in_another_order() {
    for (_, text, _) in CASES {
        assert!(diff(&schema(text), &schema(text)).is_empty(), "{text}");
    }
    let one = schema(
        "type A { a(x: Int, y: Int): Int b: Int } enum E { A B } union U = A | Query directive @d on FIELD | QUERY",
    );
    let other = schema(
        "directive @d on QUERY | FIELD union U = Query | A enum E { B A } type A { b: Int a(y: Int, x: Int): Int }",
    );
    assert_eq!(
        diff(&one, &other).iter().collect::<Vec<_>>(),
        Vec::<&diff::Change>::new()
    );
}
