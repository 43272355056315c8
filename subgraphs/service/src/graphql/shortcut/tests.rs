//! What takes the fast path, and what does not. That both paths give the same answer is shown where there are fields:
//! `subgraphs/calculatrice/tests`.

use async_graphql::parser::parse_query;

use super::*;
use crate::Limits;
use crate::graphql::document;

fn fields() -> RootFields {
    let double = RootField::new("double", vec!["n".into()], |mut arguments| {
        let n: i32 = arguments.read(None)?;
        assert_ne!(n, 13, "thirteen panics");
        n.checked_mul(2).map(Value::from)
    });
    let add = RootField::new("add", vec!["a".into(), "b".into()], |mut arguments| {
        let (a, b): (i32, i32) = (arguments.read(None)?, arguments.read(Some(|| 10))?);
        a.checked_add(b).map(Value::from)
    });
    let length = RootField::new("length", vec!["of".into()], |mut arguments| {
        let text: String = arguments.read(None)?;
        Some(Value::from(text.len()))
    });
    RootField::by_name(vec![double, add, length], &Limits::default())
}

fn shortcut(query: &str) -> Option<Shortcut> {
    let document = parse_query(query).unwrap();
    let operation = document::operation(&document, None).unwrap();
    Shortcut::of(&operation.node, &fields())
}

#[track_caller]
fn answer(query: &str, variables: &str) -> Option<String> {
    let given = variables::Given::read(variables).unwrap();
    let room = Room::new(1024);
    let answer = shortcut(query)
        .unwrap()
        .answer(&given, &room, "Query", 12_000);
    answer.map(|text| String::from_utf8(text).unwrap())
}

#[test]
fn root_fields_that_are_known_are_computed() {
    let check = |query, variables, expected: &str| {
        assert_eq!(
            answer(query, variables).as_deref(),
            Some(expected),
            "{query}"
        );
    };
    check("{ double(n: 2) }", "{}", r#"{"data":{"double":4}}"#);
    check(
        "query A($n: Int!) { x: double(n: $n) __typename add(b: 1, a: $n) }",
        r#"{"n":3}"#,
        r#"{"data":{"x":6,"__typename":"Query","add":4}}"#,
    );
    check(
        "query($n: Int = 5) { add(a: $n) }",
        "{}",
        r#"{"data":{"add":15}}"#,
    );
    check(
        "query($n: Int = 5) { add(a: $n) }",
        r#"{"n":1,"m":[]}"#,
        r#"{"data":{"add":11}}"#,
    );
}

#[test]
fn what_has_an_error_to_tell_is_left_to_the_schema() {
    for (query, variables) in [
        ("query($n: Int!) { double(n: $n) }", "{}"),
        ("query($n: Int!) { double(n: $n) }", r#"{"n":null}"#),
        ("query($n: Int!) { double(n: $n) }", r#"{"n":"3"}"#),
        ("query($n: Int!) { double(n: $n) }", r#"{"n":1.5}"#),
        ("query($n: Int!) { double(n: $n) }", r#"{"n":2000000000}"#),
        ("query($n: Int!) { double(n: $n) }", r#"{"n":13}"#),
        ("query($n: Int) { add(a: 1, b: $n) }", "{}"),
        ("query($n: Int) { add(a: 1, b: $n) }", r#"{"n":null}"#),
        ("query($n: Int!) { double(n: $n) }", r#"{"n":"\ud800"}"#),
        (
            "query($n: Int!) { double(n: $n) }",
            r#"{"n":[[],[],[],[]]}"#,
        ),
        ("{ double }", "{}"),
    ] {
        assert_eq!(answer(query, variables), None, "{query} {variables}");
    }
}

#[test]
fn documents_that_ask_for_more_have_no_shorter_road() {
    for query in [
        "{ other }",
        "{ double(n: 1) other }",
        "mutation { double(n: 1) }",
        "{ double(n: 1) { a } }",
        "{ double(n: 1) @skip(if: false) }",
        "query @x { double(n: 1) }",
        "query($n: Int @x) { double(n: $n) }",
        "{ ... { double(n: 1) } }",
        "{ ...F } fragment F on Query { double(n: 1) }",
        "{ double(n: 1) double(n: 1) }",
        "{ a: double(n: 1) a: add(a: 1) }",
        "query($n: Int) { double(n: [$n]) }",
        "{ __schema { __typename } }",
    ] {
        assert!(shortcut(query).is_none(), "{query}");
    }
}

#[test]
fn what_costs_more_is_left_to_the_schema() {
    let all: Vec<String> = (0..13).map(|n| format!("a{n}: double(n: 1)")).collect();
    assert_eq!(
        answer(&format!("{{ {} }}", all[..12].join(" ")), "{}").map(|text| text.len()),
        None
    );
    assert!(answer(&format!("{{ {} }}", all[..11].join(" ")), "{}").is_some());
    let text = |len| format!(r#"{{"t":"{}"}}"#, "1".repeat(len));
    let length = "query($t: String!) { length(of: $t) }";
    assert_eq!(answer(length, &text(10_000)), None);
    assert!(answer(length, &text(256)).is_some());
    // As many numbers of thirty digits as there are fields.
    let all: Vec<String> = (0..10).map(|n| format!("a{n}: length(of: $t)")).collect();
    let ten = format!("query($t: String!) {{ {} }}", all.join(" "));
    assert!(answer(&ten, &text(62)).is_some());
}

#[test]
fn fields_are_always_executed_by_the_schema_where_little_is_allowed() {
    let limits = Limits {
        work: 50_000,
        ..Limits::default()
    };
    let field = RootField::new("a", Vec::new(), |_| Some(Value::from(1)));
    assert!(RootField::by_name(vec![field], &limits).is_empty());
}
