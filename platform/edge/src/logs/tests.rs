//! Tests of [`super`].

use super::*;

#[track_caller]
fn check_format(text: &str, expected: Option<LogFormat>) {
    assert_eq!(text.parse().ok(), expected, "{text}");
}

#[test]
fn formats_are_read_by_their_names() {
    check_format("json", Some(LogFormat::Json));
    check_format("text", Some(LogFormat::Text));
    check_format("auto", Some(LogFormat::detect()));
    check_format("JSON", None);
    check_format("", None);
}

#[test]
fn filters_are_checked_before_they_are_used() {
    assert!(check_filter("info").is_ok());
    assert!(check_filter("info,access=off,abaque_edge=trace").is_ok());
    let error = check_filter("warning").unwrap_err();
    insta::assert_snapshot!(error, @"`warning` in the log filter is no level: expected `error`, `warn`, `info`, `debug`, `trace` or `off`, or `target=level`");
    let error = check_filter("info,access=loud").unwrap_err();
    insta::assert_snapshot!(error, @r#"`info,access=loud` is no log filter: expected a level such as `info`, or directives such as `info,access=off` (error parsing level filter: expected one of "off", "error", "warn", "info", "debug", "trace", or a number 0-5)"#);
}

#[test]
fn a_second_subscriber_of_a_process_is_passed_over() {
    assert!(init(LogFormat::Json, "error").is_ok());
    assert!(init(LogFormat::Text, "error").is_ok());
    assert!(init(LogFormat::Text, "=,=").is_err());
}
