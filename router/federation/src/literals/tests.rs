use apollo_compiler::{ExecutableDocument, Schema};

use super::check;
use crate::one_of::definition;

fn errors(operation: &str) -> Vec<String> {
    let schema = "type Query { find(by: By, all: [By!]): Int } input By @oneOf { id: ID sku: String in: Box } input Box { by: By n: Int }";
    let schema = format!("{} {schema}", definition());
    let schema = Schema::parse_and_validate(schema, "schema.graphql").expect("valid");
    let document = ExecutableDocument::parse_and_validate(&schema, operation, "query.graphql")
        .unwrap_or_else(|error| panic!("{operation}: {error}"));
    let found = check(&schema, &document).into_iter();
    found.map(|error| error.message).collect()
}

#[test]
fn exactly_one_field_is_given_and_not_null() {
    let one = "exactly one field of \"By\" must be given, as it is @oneOf";
    let null = "\"By.id\" cannot be null: \"By\" is @oneOf";
    for (operation, expected) in [
        ("{ find(by: {id: 1}) }", None),
        ("{ find(by: {in: {n: 1}}) }", None),
        ("{ find(by: null) }", None),
        ("{ find(by: {}) }", Some(one)),
        ("{ find(by: {id: 1, sku: null}) }", Some(one)),
        ("{ find(by: {id: null}) }", Some(null)),
        ("{ find(all: [{id: 1}, {}]) }", Some(one)),
        ("{ find(all: {id: null}) }", Some(null)),
        ("{ find(by: {in: {by: {}}}) }", Some(one)),
        ("query($by: By = {}) { find(by: $by) }", Some(one)),
        ("{ ...F } fragment F on Query { find(by: {}) }", Some(one)),
    ] {
        let expected: Vec<&str> = expected.into_iter().collect();
        assert_eq!(errors(operation), expected, "{operation}");
    }
}

#[test]
fn a_variable_for_the_field_is_not_null() {
    assert_eq!(errors("query($id: ID!) { find(by: {id: $id}) }").len(), 0);
    assert_eq!(
        errors("query($id: ID) { ...F } query B($id: ID!) { ...F } fragment F on Query { find(by: {id: $id}) }".replacen("query(", "query A(", 1).as_str()),
        [
            "the variable \"$id\" is declared as \"ID\" and used for \"By.id\", which cannot be null as \"By\" is @oneOf: declare it as \"ID!\""
        ]
    );
}

/// The errors in an operation over values of many types.
fn mistakes(operation: &str) -> Vec<String> {
    let schema = "scalar Any type Query { f(in: In, all: [In!], ids: [Int!], deep: [[Int]], any: Any): Int } \
        input In { must: Int! may: Int list: [Int] filled: Int! = 1 in: In any: Any }";
    let schema = Schema::parse_and_validate(schema, "schema.graphql").expect("valid");
    let document = ExecutableDocument::parse_and_validate(&schema, operation, "query.graphql")
        .unwrap_or_else(|error| panic!("{operation}: {error}"));
    let found = check(&schema, &document).into_iter();
    found.map(|error| error.message).collect()
}

#[test]
fn a_variable_within_a_value_is_of_a_type_that_may_be_used_there() {
    for (variables, arguments, is_right) in [
        ("$v: Int!", "in: {must: $v}", true),
        ("$v: Int", "in: {must: $v}", false),
        ("$v: Int = 1", "in: {must: $v}", true),
        ("$v: Int = null", "in: {must: $v}", false),
        ("$v: Int", "in: {must: 1, may: $v}", true),
        ("$v: Int", "in: {must: 1, filled: $v}", true),
        ("$v: Int", "in: {must: 1, list: $v}", false),
        ("$v: [Int!]", "in: {must: 1, list: $v}", true),
        ("$v: Int", "in: {must: 1, list: [$v]}", true),
        ("$v: [Int]", "in: {must: 1, list: [$v]}", false),
        ("$v: Int", "in: {must: 1, in: {must: $v}}", false),
        ("$v: Int", "ids: [$v]", false),
        ("$v: Int!", "ids: [$v]", true),
        ("$v: Int = 1", "ids: [$v]", true),
        ("$v: Int!", "all: {must: $v}", true),
        ("$v: Int", "all: [{must: $v}]", false),
        ("$v: In", "all: [$v]", false),
        ("$v: In!", "all: [$v]", true),
        ("$v: [Int]", "deep: [$v]", true),
        ("$v: Int", "deep: [[$v]]", true),
        ("$v: Int", "deep: [$v]", false),
    ] {
        let operation = format!("query({variables}) {{ f({arguments}) }}");
        let expected = usize::from(!is_right);
        let found = mistakes(&operation);
        assert_eq!(found.len(), expected, "{operation}: {found:?}");
    }
    assert_eq!(
        mistakes("query($v: Int) { f(in: {must: $v}, ids: [$v]) }"),
        [
            "the variable \"$v\" is declared as \"Int\" and used for \"In.must\" of type \"Int!\"",
            "the variable \"$v\" is declared as \"Int\" and used for an item of type \"Int!\"",
        ]
    );
}

#[test]
fn a_variable_within_anything_is_declared() {
    let undeclared = "the variable \"$z\" is not declared";
    for arguments in [
        "any: {k: $z}",
        "any: {k: [$z]}",
        "any: [{k: {k: $z}}]",
        "in: {must: 1, any: {k: $z}}",
    ] {
        let operation = format!("{{ f({arguments}) }}");
        assert_eq!(mistakes(&operation), [undeclared], "{operation}");
    }
    let declared = "query($z: Int) { f(any: {k: [$z]}) }";
    assert_eq!(mistakes(declared), [""; 0]);
}

#[test]
fn the_fields_of_an_object_are_unique() {
    let twice = "the field \"k\" is given twice in one object";
    for operation in [
        "{ f(any: {k: 1, k: 2}) }",
        "{ f(any: [{a: {k: 1, b: 2, k: 2}}]) }",
        "query($any: Any = {k: 1, k: 1}) { f(any: $any) }",
    ] {
        assert_eq!(mistakes(operation), [twice], "{operation}");
    }
    assert_eq!(
        mistakes("{ f(in: {must: 1, may: 1, must: 2}) }"),
        ["the field \"must\" is given twice in one object"]
    );
    assert_eq!(mistakes("{ f(any: {a: {k: 1}, b: {k: 1}}) }"), [""; 0]);
}

#[test]
fn no_more_errors_are_looked_for_than_anyone_reads() {
    let many = "{} ".repeat(3_000);
    let operation = format!("{{ find(all: [{many}]) }}");
    assert!(errors(&operation).len() <= 100);
    let many = "{k: 1, k: 2} ".repeat(1_000);
    assert_eq!(mistakes(&format!("{{ f(any: [{many}]) }}")).len(), 100);
}
