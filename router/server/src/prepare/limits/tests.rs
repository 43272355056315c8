use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;

use super::*;
use crate::config::Config;

fn schema() -> Valid<Schema> {
    Schema::parse_and_validate("type Query { a: Query b: Int }", "schema.graphql")
        .expect("a schema")
}

#[track_caller]
fn check(limit: &str, query: &str, expect: Option<&str>) {
    let text = format!("supergraph: s\nlimits: {{ {limit} }}");
    let config = Config::parse(&text, "router.yaml".as_ref(), &|_| None).expect("a configuration");
    let document = ExecutableDocument::parse_and_validate(&schema(), query, "q.graphql")
        .unwrap_or_else(|error| panic!("{}", error.errors));
    let operation = document.operations.get(None).expect("one operation");
    let result = super::check(&document, operation, &config.operations);
    assert_eq!(
        result
            .map_err(|refusal| refusal.to_string())
            .err()
            .as_deref(),
        expect
    );
}

#[test]
fn depth_counts_fields_not_fragments() {
    check("depth: 3", "{ a { a { b } } }", None);
    check(
        "depth: 3",
        "{ a { ... { a { ... on Query { b } } } } }",
        None,
    );
    check(
        "depth: 2",
        "{ a { a { b } } }",
        Some("the operation is nested too deeply: the limit is 2"),
    );
    check(
        "depth: 2",
        "{ a { ...F } } fragment F on Query { a { b } }",
        Some("the operation is nested too deeply: the limit is 2"),
    );
}

#[test]
fn fields_count_as_often_as_fragments_are_spread() {
    let doubling = "{ ...F0 } \
        fragment F0 on Query { x: a { ...F1 } y: a { ...F1 } } \
        fragment F1 on Query { x: a { ...F2 } y: a { ...F2 } } \
        fragment F2 on Query { b }";
    check("fields: 10", doubling, None);
    check(
        "fields: 9",
        doubling,
        Some("the operation has too many fields: the limit is 9"),
    );
}

#[test]
fn exponential_documents_are_measured_in_linear_time() {
    let mut text = "{ ...F0 }".to_owned();
    for i in 0..100 {
        let j = i + 1;
        text.push_str(&format!(
            " fragment F{i} on Query {{ ... {{ ...F{j} }} ... {{ ...F{j} }} ... {{ ...F{j} }} }}"
        ));
    }
    text.push_str(" fragment F100 on Query { b }");
    let schema = schema();
    // Validation has a bound of its own; what it lets pass must be measured fast.
    if let Ok(document) = ExecutableDocument::parse_and_validate(&schema, text, "q.graphql") {
        let config = Config::parse("supergraph: s", "router.yaml".as_ref(), &|_| None);
        let operation = document.operations.get(None).expect("one operation");
        let limits = config.expect("a configuration").operations;
        assert!(super::check(&document, operation, &limits).is_err());
    }
}

#[test]
fn the_schema_is_not_asked_for_again_and_again() {
    let asks = |times: usize| {
        let each = (0..times).map(|i| format!("s{i}: __schema {{ queryType {{ name }} }} "));
        format!("{{ {} }}", each.collect::<String>())
    };
    check("depth: 5", &asks(4), None);
    check(
        "depth: 5",
        &asks(5),
        Some("the operation asks for the schema too often: the limit is 4"),
    );
}

#[test]
fn root_fields_aliases_and_directives_are_bounded() {
    check("root_fields: 2", "{ x: b y: b }", None);
    check(
        "root_fields: 2",
        "{ x: b ... { y: b z: b } }",
        Some("the operation has too many root fields: the limit is 2"),
    );
    check(
        "aliases: 1",
        "{ x: b y: b }",
        Some("the operation has too many aliases: the limit is 1"),
    );
    check(
        "directives: 1",
        "{ b @skip(if: true) ... @include(if: true) { b } }",
        Some("the operation has too many directives: the limit is 1"),
    );
}
