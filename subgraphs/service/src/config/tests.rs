//! Tests of [`super`].

use super::*;

fn set(name: &str, value: &str) -> Result<Config, String> {
    let setting = SETTINGS
        .iter()
        .find(|setting| setting.name == name)
        .unwrap();
    let given = [(format!("--{name}"), setting, value)];
    let join = |mistakes: Vec<Mistake>| {
        mistakes
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    };
    Config::default().set_all(given).map_err(join)
}

/// A value is read as it is shown.
#[track_caller]
fn check(name: &str, value: &str, shown: &str) {
    let setting = SETTINGS
        .iter()
        .find(|setting| setting.name == name)
        .unwrap();
    assert_eq!(
        (setting.get)(&set(name, value).unwrap()),
        shown,
        "{name}={value}"
    );
}

#[track_caller]
fn check_mistake(name: &str, value: &str, expected: &str) {
    assert_eq!(set(name, value).unwrap_err(), expected);
}

#[test]
fn every_default_reads_as_itself() {
    for setting in SETTINGS {
        let mut config = Config::default();
        let shown = (setting.get)(&config);
        assert_eq!(
            (setting.set)(&mut config, &shown),
            Ok(()),
            "{}",
            setting.name
        );
        assert_eq!((setting.get)(&config), shown, "{}", setting.name);
    }
}

#[test]
fn values_are_read() {
    check("listen", "[::1]:80", "[::1]:80");
    check("introspection", "false", "false");
    check("log", "info,access=off", "info,access=off");
    check("max-depth", "7", "7");
    check("max-body", "65536", "64KiB");
    check("max-body", "2MiB", "2MiB");
    check("max-body", "1000", "1000");
    check("request-timeout", "1500ms", "1500ms");
    check("request-timeout", "2m", "120s");
    check("drain-delay", "0s", "0s");
}

#[test]
fn a_mistake_tells_the_key_the_value_and_what_was_expected() {
    check_mistake(
        "listen",
        "here",
        "--listen: `here` is not valid: expected an address such as 0.0.0.0:4001",
    );
    check_mistake(
        "playground",
        "yes",
        "--playground: `yes` is not valid: expected `true` or `false`",
    );
    check_mistake(
        "log",
        "loud,=",
        "--log: `loud,=` is not valid: expected a level such as `info`, or directives such as `info,access=off`",
    );
    check_mistake(
        "log-format",
        "xml",
        "--log-format: `xml` is not valid: expected `json`, `text` or `auto`",
    );
    check_mistake(
        "max-depth",
        "0",
        "--max-depth: `0` is not valid: expected a whole number from 1",
    );
    check_mistake(
        "max-depth",
        "-1",
        "--max-depth: `-1` is not valid: expected a whole number from 1",
    );
    check_mistake(
        "max-body",
        "1GB",
        "--max-body: `1GB` is not valid: expected a size such as 65536, 64KiB or 1MiB",
    );
    check_mistake(
        "max-body",
        "18446744073709551615MiB",
        "--max-body: `18446744073709551615MiB` is not valid: expected a size such as 65536, 64KiB or 1MiB",
    );
    check_mistake(
        "request-timeout",
        "10",
        "--request-timeout: `10` is not valid: expected a duration such as 500ms, 10s or 2m, at most 1h",
    );
    check_mistake(
        "request-timeout",
        "99999999999999999s",
        "--request-timeout: `99999999999999999s` is not valid: expected a duration such as 500ms, 10s or 2m, at most 1h",
    );
    check_mistake(
        "request-timeout",
        "0s",
        "--request-timeout: `0s` is not valid: expected more than 0s",
    );
}

#[test]
fn all_mistakes_are_told_at_once() {
    let given = SETTINGS
        .iter()
        .map(|setting| (setting.name.to_owned(), setting, "\u{0}"));
    assert_eq!(
        Config::default().set_all(given).unwrap_err().len(),
        SETTINGS.len()
    );
}

#[test]
fn both_ports_cannot_have_the_same_address() {
    let listen = SETTINGS
        .iter()
        .find(|setting| setting.name == "listen")
        .unwrap();
    let admin = SETTINGS
        .iter()
        .find(|setting| setting.name == "admin")
        .unwrap();
    let same = [
        ("--listen".to_owned(), listen, "[::]:1"),
        ("--admin".to_owned(), admin, "[::]:1"),
    ];
    assert_eq!(Config::default().set_all(same).unwrap_err().len(), 1);
}
