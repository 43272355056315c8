use apollo_compiler::Schema;

use super::*;

const SDL: &str = "
    directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
    directive @stream(if: Boolean! = true, label: String, initialCount: Int! = 0) on FIELD
    interface Node { all: [Query] }
    type Query implements Node { a: Query b: Int all: [Query] must: [Int!]! }
    type Mutation { a: Query all: [Query] }
    type Subscription { a: Query all: [Query] }
";

#[track_caller]
fn found(query: &str) -> Vec<String> {
    let schema = Schema::parse_and_validate(SDL, "schema.graphql").expect("a schema");
    let document = ExecutableDocument::parse_and_validate(&schema, query, "q.graphql")
        .unwrap_or_else(|error| panic!("{}", error.errors));
    let misuses = check(&document).expect("it is small");
    assert!(misuses.iter().all(|misuse| misuse.span.is_some()));
    misuses.into_iter().map(|misuse| misuse.message).collect()
}

#[test]
fn lists_are_streamed_and_nothing_else() {
    let query =
        "query($n: Int!) { all @stream(initialCount: $n) { must @stream(initialCount: 3) } }";
    assert!(found(query).is_empty());
    assert_eq!(
        found("{ a { b @stream } }"),
        ["@stream stands on \"b\", which is not a list"]
    );
    assert_eq!(
        found("{ a { ...F } } fragment F on Query { all @stream(initialCount: -1) { b } }"),
        ["the initialCount of @stream is -1: it must not be negative"]
    );
}

#[test]
fn labels_are_unique_and_no_variables() {
    let query =
        r#"{ all @stream(label: "x") { b } ... @defer(label: "y") { b } ... @defer { b } }"#;
    assert!(found(query).is_empty());
    assert_eq!(
        found(r#"{ all @stream(label: "x") { ... @defer(label: "x") { b } } }"#),
        ["the label \"x\" of @defer is that of another @stream"]
    );
    let long = "x".repeat(1_025);
    assert_eq!(
        found(&format!("{{ ... @defer(label: \"{long}\") {{ b }} }}")),
        ["the label of @defer has more than 1024 bytes"]
    );
    assert_eq!(
        found("query($l: String) { all @stream(label: $l) { b } }"),
        ["the label of @stream must be a string, not a variable"]
    );
}

#[test]
fn root_fields_of_mutations_and_subscriptions_come_at_once() {
    assert!(found("mutation { a { all @stream { b } ... @defer { b } } }").is_empty());
    assert_eq!(
        found("mutation { ...F } fragment F on Mutation { all @stream { b } }"),
        ["@stream must not stand on root fields of a mutation"]
    );
    assert_eq!(
        found("subscription { all @stream { b } }"),
        ["@stream must not stand on root fields of a subscription"]
    );
}

#[test]
fn fields_that_are_merged_have_the_same_stream() {
    let same = "{ all @stream(initialCount: 1) { b } all @stream(initialCount: 1) { a { b } } }";
    assert!(found(same).is_empty());
    for other in [
        "{ all @stream { b } all { b } }",
        "{ all { b } ...F } fragment F on Query { all @stream { b } }",
        "{ all @stream(initialCount: 1) { b } ... on Node { all @stream(initialCount: 2) { __typename } } }",
        "{ a { a { all { b } } } ... { a { a { all @stream { b } } } } }",
    ] {
        assert_eq!(
            found(other),
            ["\"all\" is selected several times, with @stream and without or with another one"],
            "{other}"
        );
    }
}

#[test]
fn the_work_is_bounded() {
    let schema = Schema::parse_and_validate(SDL, "schema.graphql").expect("a schema");
    // Each level is merged with each of those below it.
    let levels: String = (0..40)
        .map(|i| {
            format!(
                "fragment F{i} on Query {{ a {{ ...F{0} }} x{i}: a {{ ...F{0} }} }} ",
                i + 1
            )
        })
        .collect();
    let query = format!("{{ ...F0 }} {levels} fragment F40 on Query {{ all @stream {{ b }} }}");
    let document = ExecutableDocument::parse_and_validate(&schema, query, "q.graphql");
    let document = document.unwrap_or_else(|error| panic!("{}", error.errors));
    assert_eq!(check(&document), Ok(Vec::new()));
}
