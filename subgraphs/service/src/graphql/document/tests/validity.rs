//! Rules that are checked before the library does: conflicts and variables.

use super::*;

#[test]
fn fields_are_in_conflict_where_the_library_says_so() {
    let conflict = "GRAPHQL_VALIDATION_FAILED";
    check("{ x: a x: a }", "");
    check("{ x: a(b: 1) x: a(b: 1) ...{ x: a(b: 1) } }", "");
    check("{ x: a x: b }", conflict);
    check("{ x: a(b: 1) x: a(b: 2) }", conflict);
    check("{ x: a(b: 1) x: a }", conflict);
    check("{ x: a ... { x: b } }", conflict);
    check("{ ... on T { x: a ... on T { x: b } } }", conflict);
    check("{ ... on T { x: a ... { x: b } } }", conflict);
    check(
        "{ ...f } fragment f on T { x: a ... on T { x: b } }",
        conflict,
    );
    check("{ ... on T { x: a } ... on U { x: b } }", "");
    check("{ y { x: a } y { x: b } }", "");
    check("{ y { z { x: a x: b } } }", conflict);
    let places = &errors("{ x: a\n x: b }")[0].locations;
    assert_eq!((places[0].line, places[1].line), (1, 2));
}

#[test]
fn variables_are_defined_by_each_operation_that_comes_to_them() {
    check("query($v: Int) { a(x: $v) }", "");
    check(
        "query($v: Int) { ...f } fragment f on T { a(x: [{ y: $v }]) }",
        "",
    );
    let shown = |query: &str| {
        let errors = errors(query);
        errors[0].message.clone()
    };
    insta::assert_snapshot!(shown("{ a(x: [{ y: $v }]) b(x: $v) }"), @r#"Variable "$v" is not defined"#);
    insta::assert_snapshot!(shown("query A { ...f } fragment f on T { ...@skip(if: $v) { a } }"), @r#"Variable "$v" is not defined by operation "A""#);
    insta::assert_snapshot!(shown("query @skip(if: $v) { a }"), @r#"Variable "$v" is not defined"#);
    insta::assert_snapshot!(shown("{ a } fragment f on T { b }"), @r#"Fragment "f" is never used"#);
}
