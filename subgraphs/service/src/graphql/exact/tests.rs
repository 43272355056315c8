//! Tests of [`super`].

use super::*;

#[track_caller]
fn check(json: &str, expected: Option<&str>) {
    serde_json::from_str::<serde_json::Value>(json).unwrap();
    assert_eq!(inexact_number(json), expected, "{json}");
}

#[test]
fn numbers_that_a_double_or_an_integer_keeps_pass() {
    for number in [
        "0",
        "-0",
        "0.1",
        "-12.50",
        "1e3",
        "1E-7",
        "123456789012345",
        "9007199254740993",
        "18446744073709551615",
        "-9223372036854775808",
        "0.1000000000000000000000",
        "100000000000000000000000",
        "1e300",
        "0e999999999999",
        "0.30000000000000004",
        "1234567890.12345",
    ] {
        check(number, None);
    }
}

#[test]
fn numbers_that_would_be_rounded_are_found() {
    for number in [
        "0.12345678901234567891",
        "18446744073709551617",
        "1.00000000000000000001",
        "12345678901234567890.5",
    ] {
        check(number, Some(number));
    }
}

#[test]
fn they_are_found_wherever_they_are_and_not_in_strings() {
    check(
        r#"{"a":[1,{"b":0.12345678901234567891}]}"#,
        Some("0.12345678901234567891"),
    );
    check(
        r#"{"0.12345678901234567891":"\"0.12345678901234567891"}"#,
        None,
    );
    check(
        r#"["\\",0.12345678901234567891]"#,
        Some("0.12345678901234567891"),
    );
}
