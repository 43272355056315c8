use apollo_compiler::{ExecutableDocument, Schema};

use super::{check, definition};

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
