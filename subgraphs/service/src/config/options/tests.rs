//! Tests of [`super`].

use super::*;

fn set(values: &[(&str, &str)]) -> Result<(Config, Shown), String> {
    let given: Vec<Given> = values
        .iter()
        .map(|(name, text)| Given {
            name: (*name).to_owned(),
            origin: format!("--{name}"),
            text: (*text).to_owned(),
        })
        .collect();
    read(Config::default(), &given).map_err(|mistakes| {
        let mistakes: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        mistakes.join("\n")
    })
}

/// A value is in effect as it is shown.
#[track_caller]
fn check(name: &str, value: &str, shown: &str) {
    let (_, all) = set(&[(name, value)]).unwrap();
    assert_eq!(all.to_json()[name], shown, "{name}={value}");
}

fn names() -> Vec<KeyDoc> {
    let defaults = Config::default();
    let groups = GROUPS.iter();
    groups.flat_map(|group| group.options(&defaults)).collect()
}

#[test]
fn what_is_shown_reads_as_itself() {
    let (_, shown) = set(&[]).unwrap();
    let texts = shown.to_json();
    let texts: Vec<(&str, String)> = texts
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| match value.as_str() {
            Some(text) => (name.as_str(), text.to_owned()),
            None => (name.as_str(), value.to_string()),
        })
        .collect();
    let given: Vec<(&str, &str)> = texts
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    assert_eq!(set(&given).unwrap().1, shown);
    assert_eq!(given.len(), names().len());
}

#[test]
fn values_are_read() {
    check("listen", "[::1]:80", "[::1]:80");
    check("listen", "localhost:80", "localhost:80");
    check("listen", ":80", ":80");
    check("log", "info,access=off", "info,access=off");
    check("max-body", "65536", "64 KiB");
    check("max-body", "2MiB", "2 MiB");
    check("max-body", "1000", "1000");
    check("request-timeout", "1500ms", "1500ms");
    check("request-timeout", "120s", "2m");
    check("drain-delay", "0s", "0s");
    check("threads", "3", "3");
    check(
        "cors-origins",
        "https://a.example, *",
        "https://a.example, *",
    );
    let (config, shown) = set(&[
        ("introspection", "false"),
        ("max-depth", "7"),
        ("threads", "3"),
        ("log-format", "json"),
    ])
    .unwrap();
    assert_eq!(shown.to_json()["introspection"], false);
    assert_eq!(shown.to_json()["max-depth"], 7);
    assert!(!config.introspection);
    assert_eq!(config.limits.depth, 7);
    assert_eq!(config.capacity.threads, 3);
    assert_eq!(config.log_format, LogFormat::Json);
}

#[test]
fn a_mistake_tells_the_option_the_value_and_what_was_expected() {
    let wrong = [
        ("listen", "here"),
        ("playground", "yes"),
        ("log", "loud,="),
        ("log-format", "xml"),
        ("cors-origins", "here"),
        ("max-depth", "0"),
        ("max-depth", "-1"),
        ("max-depth", "${HOME}"),
        ("max-body", "1GB"),
        ("max-body", "18446744073709551615MiB"),
        ("request-timeout", "10"),
        ("request-timeout", "99999999999999999s"),
        ("request-timeout", "0s"),
        ("threads", "many"),
    ];
    let told: Vec<String> = wrong
        .iter()
        .map(|mistake| set(&[*mistake]).unwrap_err())
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn all_mistakes_are_told_at_once() {
    let names = names();
    let given: Vec<(&str, &str)> = names
        .iter()
        .map(|option| (option.path.as_str(), "\u{0}"))
        .collect();
    assert_eq!(set(&given).unwrap_err().lines().count(), names.len());
}

#[test]
fn both_ports_cannot_have_the_same_address() {
    let told = set(&[("listen", "[::]:1"), ("admin", "[::]:1")]).unwrap_err();
    assert_eq!(
        told,
        "--admin: [::]:1 is taken by `listen`: expected another address"
    );
    assert!(set(&[("listen", "[::]:0"), ("admin", "[::]:0")]).is_ok());
}
