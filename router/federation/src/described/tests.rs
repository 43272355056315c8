use super::without_descriptions;

#[track_caller]
fn blanked(text: &str, expected: &str) {
    assert_eq!(without_descriptions(text).as_deref(), Some(expected));
}

#[test]
fn descriptions_become_blanks_and_nothing_moves() {
    blanked("\"A\" query { a }", "    query { a }");
    blanked("\"é\" { a }", "    { a }");
    blanked(
        "query(\"b\" $b: Int \"\"\"c\nd\"\"\" $c: Int) { a }",
        "query(    $b: Int     \n     $c: Int) { a }",
    );
    blanked(
        "{ a } # \"no\"\n\"f \\\" g\" fragment F on Q { a }",
        "{ a } # \"no\"\n         fragment F on Q { a }",
    );
    blanked(
        "\"\"\" \\\"\"\" \"\"\" { a(b: \"c\") }",
        "             { a(b: \"c\") }",
    );
}

#[test]
fn other_strings_stay() {
    for text in [
        "{ a(b: \"c\" d: \"\"\"e\"\"\") }",
        "query($a: String = \"x\" $b: Int) { a }",
        "query($a: [String] = [\"x\", \"y\"] $b: Int) { a }",
        "query($a: I = { a: \"x\" } $b: Int @d(e: \"f\")) { a }",
        "query Q @d(a: \"b\") { a @d(a: \"b\") }",
        "# \"no\"",
        "",
        "{ a(b: \"",
        "{ a(b: \"\\",
    ] {
        assert_eq!(without_descriptions(text), None, "{text}");
    }
}

#[test]
fn broken_text_is_no_trouble() {
    for text in ["\"", "\"\"\"", "\"\\", "\"\\é", "}\"a", ")))\"\"\"\\\"\"\""] {
        let blank = without_descriptions(text);
        assert!(blank.is_none_or(|blank| blank.chars().count() == text.chars().count()));
    }
}
