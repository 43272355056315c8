use std::fmt::Write as _;

use apollo_compiler::ast::Document;
use apollo_compiler::validation::Valid;

use super::*;

fn schema() -> Valid<Schema> {
    let schema = "type Query { i: I } \
        interface I { x: I leaf(n: Int): Int } \
        type A implements I { x: I leaf(n: Int): Int } \
        type B implements I { x: I leaf(n: Int): Int }";
    Schema::parse_and_validate(schema, "schema.graphql").expect("it is valid")
}

fn checked(document: &str) -> Result<(), TooMuch> {
    let schema = schema();
    let document = Document::parse(document, "operation.graphql").expect("it is GraphQL");
    let document = document.to_executable(&schema).expect("it fits the schema");
    check(&document, &schema)
}

/// At each level two types bring something of their own for all levels below, so that each choice of types is merged apart.
fn nested(levels: usize) -> String {
    let mut text = "{ i { ...F0 } } ".to_owned();
    for level in 0..levels {
        let below = levels - level;
        let (open, close) = ("x { ".repeat(below), "} ".repeat(below));
        write!(
            text,
            "fragment F{level} on I {{ x {{ ...F{} }} ... on A {{ {open} a{level}: leaf {close} }} ... on B {{ {open} b{level}: leaf {close} }} }} ",
            level + 1
        )
        .expect("a string takes everything");
    }
    write!(text, "fragment F{levels} on I {{ leaf }}").expect("a string takes everything");
    text
}

#[test]
fn types_that_multiply_at_each_level_are_too_much() {
    assert_eq!(checked(&nested(4)), Ok(()));
    assert_eq!(checked(&nested(30)), Err(TooMuch));
}

#[test]
fn operations_that_each_use_all_fragments_are_too_much() {
    let operations = |count: usize| {
        let mut text = String::new();
        for number in 0..count {
            write!(text, "query Q{number} {{ i {{ ...F }} }} ").expect("a string takes everything");
        }
        text.push_str("fragment F on I { ");
        for number in 0..800 {
            write!(text, "a{number}: leaf ").expect("a string takes everything");
        }
        text + "}"
    };
    assert_eq!(checked(&operations(20)), Ok(()));
    assert_eq!(checked(&operations(1000)), Err(TooMuch));
}

#[test]
fn many_fields_and_fragments_that_do_not_multiply_are_fine() {
    let mut wide = "{ i { ".to_owned();
    for number in 0..2000 {
        write!(wide, "a{number}: leaf(n: {number}) ").expect("a string takes everything");
    }
    assert_eq!(checked(&(wide + "} }")), Ok(()));
    let mut chain = "{ i { ...F0 } } ".to_owned();
    for number in 0..500 {
        write!(
            chain,
            "fragment F{number} on I {{ leaf ...F{} }} ",
            number + 1
        )
        .expect("a string takes everything");
    }
    assert_eq!(checked(&(chain + "fragment F500 on I { leaf }")), Ok(()));
}

#[test]
fn fragments_in_a_circle_end() {
    let circle = "{ i { ...F } } fragment F on I { x { ...G } } fragment G on I { x { ...F } ... on A { x { ...G } } }";
    assert_eq!(checked(circle), Ok(()));
}

/// Each operation finds all mistakes in the values of the fragments that it uses, and a value may have as many as its type has fields.
#[test]
fn values_count_once_for_each_operation_that_uses_them() {
    let schema = "type Query { f(list: [In], n: [Int]): Int } \
        input In { a: Int! b: Int! c: Int! d: Int! e: Int! more: In }";
    let schema = Schema::parse_and_validate(schema, "schema.graphql").expect("it is valid");
    let checked = |operations: usize, argument: &str, values: usize, value: &str| {
        let mut text = String::new();
        for number in 0..operations {
            write!(text, "query Q{number} {{ ...F }} ").expect("a string takes everything");
        }
        let values = value.repeat(values);
        text += &format!("fragment F on Query {{ f({argument}: [{values}]) }}");
        let document = Document::parse(text, "operation.graphql").expect("it is GraphQL");
        let document = document.to_executable(&schema).expect("it fits the schema");
        check(&document, &schema)
    };
    assert_eq!(checked(1, "list", 1_000, "{} "), Ok(()));
    assert_eq!(checked(20, "list", 100, "{} "), Ok(()));
    assert_eq!(checked(120, "list", 600, "{} "), Err(TooMuch));
    assert_eq!(checked(120, "list", 600, "{ more: {} } "), Err(TooMuch));
    assert_eq!(checked(1, "n", 10_000, "$v "), Ok(()));
    assert_eq!(checked(400, "n", 2_400, "$v "), Err(TooMuch));
}

#[test]
fn arguments_of_directives_count_too() {
    let mut text = String::new();
    for number in 0..400 {
        write!(text, "query Q{number} {{ ...F }} ").expect("a string takes everything");
    }
    let skipped = "... @skip(if: $v) { i { leaf } } ".repeat(300);
    text += &format!("fragment F on Query {{ {skipped} }}");
    assert_eq!(checked(&text), Err(TooMuch));
}
