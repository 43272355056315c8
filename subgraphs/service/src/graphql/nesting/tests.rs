//! Tests of [`super`], with the parser behind it: what is let through must come back from it.

use async_graphql::parser::parse_query;

use super::*;

/// `expected` is the code of the refusal, or `""` for a document that parses too.
#[track_caller]
fn check(query: &str, expected: &str) {
    let shown: String = query.chars().take(200).collect();
    match check_nesting(query, 20_000) {
        Err(error) => {
            assert_eq!(
                super::super::answer::code_of(&error),
                Some(expected),
                "{shown}"
            );
        }
        Ok(()) => {
            let code = if parse_query(query).is_ok() {
                ""
            } else {
                code::PARSE_FAILED
            };
            assert_eq!(code, expected, "{shown}");
        }
    }
}

/// `inner` between `count` pairs of brackets.
fn nested(open: &str, inner: &str, close: &str, count: usize) -> String {
    format!("{}{inner}{}", open.repeat(count), close.repeat(count))
}

#[test]
fn brackets_are_bounded_before_the_parser_recurses() {
    let value = |count| format!("{{ a(v: {}) }}", nested("[", "1", "]", count));
    let object = |count| format!("{{ a(v: {}) }}", nested("{v:", "1", "}", count));
    let of_type = |count| format!("query($v: {}) {{ a }}", nested("[", "Int", "]", count));
    for write in [&value as &dyn Fn(usize) -> String, &object, &of_type] {
        check(&write(MAX_NESTING - 2), "");
        check(&write(MAX_NESTING + 1), "QUERY_TOO_DEEP");
        check(&write(100_000), "QUERY_TOO_DEEP");
    }
    check(&"{a".repeat(100_000), "QUERY_TOO_DEEP");
    check(&"(".repeat(1_000_000), "QUERY_TOO_DEEP");
}

#[test]
fn brackets_in_strings_and_comments_do_not_count() {
    let many = "[".repeat(1000);
    check(&format!("{{ a(v: \"{many} \\\" {many}\") }}"), "");
    check(
        &format!("{{ a(v: \"\"\"{many} \\\"\"\" \" {many}\"\"\") }}"),
        "",
    );
    check(&format!("{{ a # {many} \"\n }}"), "");
    check(
        &format!("{{ a(v: \"\", w: \"\") b(v: {many}"),
        "QUERY_TOO_DEEP",
    );
    check(
        &format!("{{ a(v: \"\"\"\"\"\") b(v: {many}"),
        "QUERY_TOO_DEEP",
    );
    check(&format!("{{ a # \"\n b(v: {many}"), "QUERY_TOO_DEEP");
    check(&format!("\"{many}"), "GRAPHQL_PARSE_FAILED");
    check("{ a(v: \"\\", "GRAPHQL_PARSE_FAILED");
}

#[test]
fn tokens_are_counted_whether_or_not_anything_is_between_them() {
    let most = 20_000;
    for (token, others) in [
        ("...f", 2),
        ("-1", 1),
        ("-1.5e-1", 1),
        ("$v", 2),
        ("\"x\"", 1),
    ] {
        let count = (most - 4) / others;
        let lengthy = |count: usize| format!("{{a(x:[{}", token.repeat(count));
        let refused = |count| check_nesting(&lengthy(count), most).is_err();
        // `{`, `a`, `(`, `x`, `:` and `[`.
        assert!(!refused(count - 2), "{token}");
        assert!(refused(count + 2), "{token}");
    }
    let numbers = "1.5e-10 -2.5E+3,".repeat(9_990);
    check(&format!("{{ a(v: [{numbers}]) }}"), "");
}

#[test]
fn names_and_numbers_are_bounded() {
    for word in ["a", "9", "_"] {
        let word = |length| word.repeat(length);
        check(
            &format!("{{ {} }}", word(MAX_WORD + 1)),
            "QUERY_TOO_COMPLEX",
        );
        check(
            &format!("{{ a(v: {}) }}", word(1_000_000)),
            "QUERY_TOO_COMPLEX",
        );
    }
    check(&format!("{{ {} }}", "a".repeat(MAX_WORD)), "");
}
