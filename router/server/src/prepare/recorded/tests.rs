//! What is recorded of a document.

use apollo_compiler::{ExecutableDocument, Schema};

use super::describe;

const SCHEMA: &str = r#"
    type Query { find(by: By, size: Size, ids: [ID!], near: Float, ok: Boolean): [Thing!] }
    type Thing { id: ID! name(lang: String = "en"): String }
    input By { text: String limit: Int more: [By!] }
    enum Size { SMALL LARGE }
"#;

#[track_caller]
fn check(text: &str, expect: &str) {
    let schema = Schema::parse_and_validate(SCHEMA, "schema.graphql").expect("a schema");
    let parse = |text: &str| {
        ExecutableDocument::parse_and_validate(&schema, text, "operation.graphql")
            .unwrap_or_else(|error| panic!("{error}"))
    };
    let described = describe(&schema, &parse(text), None).expect("there is one operation");
    assert_eq!(described.text, expect);
    // It is an operation again, and the same one.
    let again = describe(&schema, &parse(expect), None).expect("there is one operation");
    assert_eq!(again.text, expect);
    assert_eq!(again.coordinates, described.coordinates);
}

#[test]
fn literals_are_taken_out_and_names_stay() {
    check(
        r#"query Q { find(by: { text: "secret", limit: 42 }, size: LARGE, near: 2.5, ok: true) { id } }"#,
        r#"query Q { find(by: {text: "", limit: 1}, size: LARGE, near: 1.0, ok: true) { id } }"#,
    );
}

#[test]
fn lists_keep_one_of_each_form() {
    check(
        r#"{ find(ids: ["a", "b", 3, "c"], by: { more: [{ text: "a" }, { text: "b" }, { limit: 3 }] }) { id } }"#,
        r#"{ find(ids: ["", 1], by: {more: [{text: ""}, {limit: 1}]}) { id } }"#,
    );
}

#[test]
fn defaults_and_directives_have_no_literals_but_labels() {
    check(
        r#"query Q($l: String = "fr", $yes: Boolean = true) { find { name(lang: $l) @include(if: $yes) id @skip(if: false) } }"#,
        r#"query Q($l: String = "", $yes: Boolean = true) { find { name(lang: $l) @include(if: $yes) id @skip(if: false) } }"#,
    );
}

#[test]
fn fragments_that_are_used_follow_in_the_order_of_their_names() {
    check(
        r#"fragment B on Thing { id ...A } query Q { find { ...B } } fragment A on Thing { name(lang: "de") }"#,
        r#"query Q { find { ...B } } fragment A on Thing { name(lang: "") } fragment B on Thing { id ...A }"#,
    );
}

#[test]
fn coordinates_are_those_of_the_schema() {
    let schema = Schema::parse_and_validate(SCHEMA, "schema.graphql").expect("a schema");
    let text = "query Q { find(size: SMALL) { id } }";
    let document = ExecutableDocument::parse_and_validate(&schema, text, "operation.graphql");
    let document = document.unwrap_or_else(|error| panic!("{error}"));
    let described = describe(&schema, &document, None).expect("there is one operation");
    assert_eq!(
        described.coordinates,
        [
            "ID",
            "Query",
            "Query.find",
            "Query.find(size:)",
            "Size",
            "Size.SMALL",
            "Thing",
            "Thing.id"
        ]
    );
    assert_eq!(described.name.as_deref(), Some("Q"));
    assert_eq!(described.operation_type, "query");
}
