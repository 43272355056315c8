//! Tests of [`super`].

use async_graphql::parser::parse_query;

use super::*;

/// The place of a member that is there twice.
#[track_caller]
fn place(document: &str) -> Option<(usize, usize)> {
    parse_query(document).unwrap_or_else(|error| panic!("{error} in {document}"));
    let error = check(document).err()?;
    Some((error.locations[0].line, error.locations[0].column))
}

#[test]
fn a_member_is_there_once() {
    for document in [
        "{ a(x: {b: 1, c: 2}) }",
        "{ a(x: {b: {b: 1}, c: [{b: 1}, {b: 2}]}) b(x: {b: 1}) }",
        "{ a(x: {b: B c: C}) { x: b y: b x: b } }",
        "query($v: T = {b: 1, c: 1}, $w: T = {b: 1}) { a(x: {b: $v, c: $w}) }",
        "{ a(x: {b: \"b: 1, b: 2\", c: \"\"\"{b: 1, b: 2}\"\"\"}) # b: 1, b: 2\n }",
        "{ a(x: {b: B, B: b}) @d(b: {b: 1}) { b: c b: c } }",
    ] {
        assert_eq!(place(document), None, "{document}");
    }
}

#[test]
fn one_that_is_there_twice_is_found_where_it_is() {
    for (document, line, column) in [
        ("{ a(x: {b: 1, b: 2}) }", 1, 15),
        ("{ a(x: {b: 1,\n é: 2}) }".replace('é', "b").as_str(), 2, 2),
        ("{ a(x: [{c: {b: {d: 1}, e: 1, b # b\n : 2}}]) }", 1, 31),
        ("query($v: T = {b: 1 b: 2}) { a(x: $v) }", 1, 21),
        ("{ a { b { c @d(x: {b: [1], c: \"é\", b: {}}) } } }", 1, 36),
        (
            "{ ...f } fragment f on T { a(x: {b: {b: 1}, b: 1}) }",
            1,
            45,
        ),
    ] {
        assert_eq!(place(document), Some((line, column)), "{document}");
    }
    let error = check("{ a(x: {b: 1, b: 2}) }").unwrap_err();
    assert_eq!(
        error.message,
        "There can be only one input field named \"b\""
    );
}
