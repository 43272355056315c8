use super::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(Prose(text).to_string(), expected);
}

#[test]
fn code_and_what_is_emphasised_are_shown_as_such() {
    check(
        "Le terme `a`. *The term `a*b`.*",
        "Le terme <code>a</code>. <i>The term <code>a*b</code>.</i>",
    );
    check("*One.* Two (*three*).", "<i>One.</i> Two (<i>three</i>).");
}

#[test]
fn other_asterisks_and_backticks_stay_as_they_are() {
    check("2 * 3 * 4 and a*b*c", "2 * 3 * 4 and a*b*c");
    check("**bold** and *begun", "**bold** and *begun");
    check("`a*b*` and `*", "<code>a*b*</code> and `*");
    check("<b> *&*", "&lt;b&gt; <i>&amp;</i>");
}
