//! `router init`: a configuration to begin with.

use super::*;

#[test]
fn the_written_configuration_is_right_and_nothing_is_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let file = at.join("router.yaml");
    let ran = run(at, &["init"], "");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(run(at, &["config", "check"], "").code, 0);
    let text = std::fs::read_to_string(&file).expect("it is there");
    assert!(
        text.contains("products: { url: \"http://localhost:4001/graphql\" }"),
        "{text}"
    );

    let again = run(at, &["init", "dogs=http://localhost:1/"], "");
    assert_eq!(again.code, 2);
    assert!(
        again
            .err
            .contains("router.yaml is already there; --force overwrites it"),
        "{}",
        again.err
    );
    assert_eq!(std::fs::read_to_string(&file).expect("it is there"), text);

    let ran = run(
        at,
        &[
            "init",
            "--force",
            "dogs=http://localhost:1/",
            "a \"b\"=router.yaml@http://b/",
        ],
        "",
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    let shown = parsed(&run(at, &["config", "show", "--format", "json"], ""));
    assert_eq!(shown["subgraphs"]["dogs"]["url"], "http://localhost:1/");
    assert_eq!(shown["subgraphs"]["a \"b\""]["url"], "http://b/");
    let without_url = run(at, &["init", "--force", "a=router.yaml"], "");
    assert_eq!(without_url.code, 2, "{}", without_url.err);
}

/// What is switched off in the file by a `#` is right once it is switched on.
#[test]
fn the_settings_in_comments_of_the_written_configuration_are_right_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    assert_eq!(run(at, &["init"], "").code, 0);
    let text = std::fs::read_to_string(at.join("router.yaml")).expect("it is there");
    let is_setting = |line: &str| {
        let key = line.strip_prefix("# ").unwrap_or_default().trim_start();
        let key = key.split(':').next().unwrap_or_default();
        line.contains(':')
            && !key.is_empty()
            && key
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    let mut switched_on = 0;
    let lines = text.lines().map(|line| match is_setting(line) {
        true => {
            switched_on += 1;
            &line[2..]
        }
        false => line,
    });
    let text: Vec<&str> = lines.collect();
    std::fs::write(at.join("router.yaml"), text.join("\n")).expect("written");
    let ran = run(at, &["config", "check"], "");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(switched_on >= 8, "only {switched_on} settings were found");
}

#[test]
fn a_missing_configuration_says_how_to_get_one() {
    let folder = tempfile::tempdir().expect("a folder");
    for arguments in [
        &["serve"][..],
        &["compose"],
        &["config", "check"],
        &["plan", "-c", "other.yaml"],
    ] {
        let ran = run(folder.path(), arguments, "");
        assert_eq!(ran.code, 64, "{arguments:?}");
        assert!(ran.err.contains("`router init` writes one"), "{}", ran.err);
    }
}
