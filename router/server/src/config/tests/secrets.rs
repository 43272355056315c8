//! Values that may be secrets, and what is shown of them.

use super::*;

#[test]
fn values_come_from_files_and_are_not_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &[u8]| {
        std::fs::write(folder.path().join(name), text).expect("written");
    };
    file("depth", b"7\r\n");
    file("title", b"s3cr3t");
    file("empty", b"\n");
    file("long", &[b'x'; 64 * 1024 + 1]);
    file("binary", &[0xff]);
    let read = |more: &str| {
        let text = format!("subgraphs: {{ a: {{ url: \"http://a/\" }} }}\n{more}");
        Config::parse(&text, &folder.path().join("router.yaml"), &|_| None)
    };
    let more = "limits: { depth: \"${file:depth}\" }\nconsole: { title: \"${file:title}\" }\noverride_labels: [\"a-${file:empty:-b}\", \"${file:title}\"]";
    let config = read(more).expect("it is right");
    assert_eq!(config.operations.depth, 7);
    assert_eq!(config.console.title, "s3cr3t");
    assert_eq!(config.override_labels, ["a-b", "s3cr3t"]);
    let shown = config.shown().to_yaml();
    assert!(!shown.contains("s3cr3t"), "{shown}");
    assert!(shown.contains(r#"title: "${file:title}""#), "{shown}");
    assert_eq!(config.shown().files().len(), 3);

    for (more, why) in [
        ("path: \"${file:nowhere}\"", "nowhere: it cannot be read"),
        (
            "path: \"${file:long}\"",
            "long: it has more than 65536 bytes",
        ),
        ("path: \"${file:binary}\"", "binary: it is not UTF-8"),
        ("path: \"${file:}\"", "\"file:\" names no file"),
        (
            "path: \"${file:title}\"",
            "invalid value from \"${file:title}\"; it is not shown",
        ),
    ] {
        let error = read(more).expect_err("it is wrong").to_string();
        assert!(error.contains(why), "{error}");
        assert!(!error.contains("s3cr3t"), "{error}");
    }
}

#[test]
fn two_readings_differ_by_the_keys_that_have_other_values_secret_ones_among_them() {
    let of = |token: &str, more: &str| {
        good(&format!(
            "headers: {{ insert: {{ authorization: {token} }} }}\n{more}"
        ))
    };
    let before = of("a", "limits: { depth: 7 }");
    assert!(of("a", "limits: { depth: 7 }").is_same(&before, &[&["headers"], &["limits"]]));
    let after = of("b", "introspection: false");
    assert_eq!(
        after.shown().differences(before.shown()),
        [
            "headers.insert.authorization",
            "introspection",
            "limits.depth"
        ]
    );
    assert!(!after.is_same(&before, &[&["headers"]]));
    assert!(!after.is_same(&before, &[&["limits", "depth"]]));
    assert!(after.is_same(&before, &[&["limits", "tokens"], &["cors"]]));
}

#[test]
fn the_password_of_redis_is_never_shown() {
    let config = good("redis: { url: \"redis://:${TOKEN}@redis.internal/2\" }");
    let shown = config.shown().to_yaml();
    assert!(shown.contains("redis://redis.internal:6379/2"), "{shown}");
    assert!(!shown.contains("s3cret") && !format!("{config:?}").contains("s3cret"));
    let wrong = parse("supergraph: s\nredis: { url: \"redis://:${TOKEN}@redis.internal:x\" }");
    let told = wrong.expect_err("the port is wrong").to_string();
    assert!(!told.contains("s3cret"), "{told}");
}

#[test]
fn urls_hold_no_credentials() {
    let error = parse("subgraphs: { a: { url: 'http://me:s3cret@a/' } }").expect_err("credentials");
    assert!(
        error
            .findings
            .iter()
            .all(|finding| finding.key == "subgraphs.a.url")
    );
}

/// Neither the sentence of a mistake nor the lines that are shown with it.
#[test]
fn what_may_be_a_secret_is_in_no_mistake() {
    for wrong in [
        "subgraphs: { a: { url: 'http://me:s3cret@a/ b' } }",
        "supergraph: s\nredis: { url: 'redis://:s3cret@' }",
        "supergraph: s\nauthentication: { jwt: [{ jwks: 'https://me:s3cret@[a/keys' }] }",
        "supergraph: s\nproxy: { url: 'http://me:s3cret@proxy:1/path' }",
        "listen: nowhere # http://me:s3cret@a/\nsupergraph: s",
    ] {
        let error = parse(wrong).expect_err(wrong);
        assert!(!error.to_string().contains("s3cret"), "{error}");
        assert!(!error.text.contains("s3cret"), "{}", error.text);
        assert_eq!(error.text.chars().count(), wrong.chars().count());
    }
}

#[test]
fn inserted_headers_are_never_shown() {
    let config = good("headers: { insert: { authorization: \"Bearer ${TOKEN}\" } }");
    assert!(!config.shown().to_yaml().contains("s3cret"));
    assert!(!format!("{config:?}").contains("s3cret"));
    let error =
        parse("supergraph: s\nheaders: { insert: { authorization: \"Bearer\\n ${TOKEN}\" } }");
    assert!(
        !error
            .expect_err("a line break")
            .to_string()
            .contains("s3cret")
    );
}

#[test]
fn connection_headers_are_not_the_configurations() {
    check(
        "supergraph: s\nheaders: { propagate: [Host] }",
        "2:10: headers: the header host belongs to the connection or the protocol\n  expected a header of the application",
    );
}

#[test]
fn a_header_is_a_claim_or_a_value() {
    check(
        "supergraph: s\nheaders: { claims: { X-User: sub }, insert: { x-user: all } }\nauthentication: { jwt: [{ jwks: keys.json }] }",
        "2:10: headers: the header x-user is set to a claim and to a value\n  expected one of `claims` and `insert` for a header",
    );
}
