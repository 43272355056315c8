use apollo_compiler::Schema;

use super::*;

const SDL: &str = "
    directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
    directive @stream(if: Boolean! = true, label: String, initialCount: Int! = 0) on FIELD
    type Query { a: Query b: Int all: [Query] }
";

/// The variables, or what is wrong.
#[track_caller]
fn found(query: &str) -> Result<Option<String>, String> {
    let schema = Schema::parse_and_validate(SDL, "schema.graphql").expect("a schema");
    let document = ExecutableDocument::parse_and_validate(&schema, query, "q.graphql")
        .unwrap_or_else(|error| panic!("{}", error.errors));
    let operation = document.operations.get(None).expect("one operation");
    match deciding(&document, operation) {
        Ok(found) => Ok(found.variables.map(|names| names.join(" "))),
        Err(other) => Err(other.to_string()),
    }
}

#[test]
fn what_decides_is_found_in_fragments_too() {
    assert_eq!(found("{ a { b } }"), Ok(None));
    assert_eq!(found("{ ... @defer(if: false) { b } }"), Ok(None));
    assert_eq!(found("{ ... @defer { b } }"), Ok(Some(String::new())));
    let query = "query($y: Boolean!, $x: Boolean!) { a { ...F @defer(if: $y) } }
        fragment F on Query { a { ... @defer(if: $x) { b } ... @defer(if: $y) { b } } }";
    assert_eq!(found(query), Ok(Some("x y".to_owned())));
}

#[test]
fn what_decides_about_lists_is_found_too() {
    let query = "query($x: Boolean!, $n: Int!) { all @stream(if: $x, initialCount: $n) { b } }";
    assert_eq!(found(query), Ok(Some("x".to_owned())));
    assert_eq!(found("{ all @stream(if: false) { b } }"), Ok(None));
    let schema = Schema::parse_and_validate(SDL, "schema.graphql").expect("a schema");
    let document = ExecutableDocument::parse_and_validate(&schema, query, "q.graphql");
    let document = document.unwrap_or_else(|error| panic!("{}", error.errors));
    let operation = document.operations.get(None).expect("one operation");
    let found = deciding(&document, operation).expect("few variables");
    assert_eq!(found.counts, ["n"]);
}

#[test]
fn variables_are_bounded() {
    let declared: String = (0..9).map(|n| format!("$v{n}: Boolean! ")).collect();
    let used: String = (0..9)
        .map(|n| format!("... @defer(if: $v{n}) {{ b }} "))
        .collect();
    assert_eq!(
        found(&format!("query({declared}) {{ {used} }}")),
        Err("too many variables decide about @defer and @stream: the limit is 8".to_owned())
    );
}
