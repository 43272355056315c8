use super::*;

/// The normal form of a text and its literals; `None` where there is none.
#[track_caller]
fn check(text: &str, expected: Option<(&str, &[&str])>) {
    let form = NormalForm::of(text, usize::MAX);
    let found = form.as_ref().map(|form| {
        let literals = form.literals.iter().map(|literal| literal.text);
        (form.text(), literals.collect::<Vec<&str>>())
    });
    let expected = expected.map(|(text, literals)| (text, literals.to_vec()));
    assert_eq!(found, expected, "{text}");
}

#[test]
fn numbers_and_strings_in_arguments_of_fields_are_taken_out() {
    check(
        r#"{ items(first: 17, name: "a } b", at: -1.5e+3) { id } }"#,
        Some((
            "{ items(first: $0, name: $1, at: $2) { id } }",
            &["17", r#""a } b""#, "-1.5e+3"],
        )),
    );
    check(
        "{ a(in: {n: 1, deep: {n: 2}}) }",
        Some(("{ a(in: {n: $0, deep: {n: $1}}) }", &["1", "2"])),
    );
}

#[test]
fn equal_literals_are_one_and_others_are_not() {
    check(
        "{ a(n: 1) b(n: 2) a(n: 1) }",
        Some(("{ a(n: $0) b(n: $1) a(n: $0) }", &["1", "2", "1"])),
    );
    check(
        r#"{ a(n: 1) b(n: "1") c(n: [1]) }"#,
        Some(("{ a(n: $0) b(n: $1) c(n: $2) }", &["1", r#""1""#, "1"])),
    );
}

#[test]
fn a_list_of_numbers_and_strings_is_one_literal() {
    check(
        r#"{ a(ids: [1, "2" 3]) b(ids: []) }"#,
        Some(("{ a(ids: $0) b(ids: $1) }", &[r#"1, "2" 3"#, ""])),
    );
    check(
        "{ a(ids: [1, $x, [2]]) }",
        Some(("{ a(ids: [$0, $x, $1]) }", &["1", "2"])),
    );
}

#[test]
fn what_stands_elsewhere_stays() {
    check("query($n: Int = 3) { a(n: $n) }", None);
    check("{ a @include(if: true) b @d(label: \"x\", n: 1) }", None);
    check("{ a(x: RED, y: true, z: null) }", None);
    check("{ a # (n: 1)\n }", None);
    check(
        "query Q($n: Int = 3) { a(n: 4) @d(n: 5) { b2(m: $n) } }",
        Some((
            "query Q($n: Int = 3) { a(n: $0) @d(n: 5) { b2(m: $n) } }",
            &["4"],
        )),
    );
}

#[test]
fn what_cannot_be_read_or_written_in_one_way_only_has_no_normal_form() {
    for text in [
        "{ a(n: 01) }",
        "{ a(n: 1x) }",
        "{ a(n: 1.) }",
        "{ a(n: -) }",
        "{ a(n: 1",
        "{ a(n: 1)",
        "{ a(n: 1) } }",
        "{ a(s: \"x) }",
        "{ a(s: \"x\ny\") }",
        r#"{ a(s: "\u0041") }"#,
        r#"{ a(s: "\/") }"#,
        r#"{ a(s: """x""") }"#,
        "\"description\" { a(n: 1) }",
        "{ a(n: 1) \u{feff} }",
        "{ é(n: 1) }",
        "query($n: Int @d(x: 1)) { a(n: 1) }",
        "",
        "\"",
        "\\",
    ] {
        check(text, None);
    }
    let many = format!("{{ {} }}", "a(n: 1) ".repeat(MAX_LITERALS + 1));
    check(&many, None);
}

#[test]
fn tokens_are_bounded_in_lists_too() {
    let text = format!("{{ a(ids: [{}]) }}", "1,".repeat(1_000));
    assert!(NormalForm::of(&text, 3_000).is_some());
    assert!(NormalForm::of(&text, 2_000).is_none());
}
