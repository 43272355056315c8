use super::*;

/// A token that says who somebody is.
#[derive(Debug)]
struct Somebody(&'static str);

impl Claims for Somebody {
    fn is(&self, path: &str, value: &str) -> bool {
        path == "sub" && value == self.0
    }

    fn header(&self, path: &str) -> Option<HeaderValue> {
        (path == "sub").then(|| HeaderValue::from_static(self.0))
    }
}

fn apply(general: &str, own: &str, client: &[(&'static str, &'static str)]) -> Vec<String> {
    apply_to(general, own, client, None)
}

fn apply_to(
    general: &str,
    own: &str,
    client: &[(&'static str, &'static str)],
    somebody: Option<&'static str>,
) -> Vec<String> {
    let general = crate::config::tests::config(&format!("headers: {{ {general} }}"));
    let own = crate::config::tests::config(&format!("headers: {{ {own} }}"));
    let rules = HeaderRules::new(&general.headers, &own.headers);
    let mut headers = HeaderMap::new();
    for (name, value) in client {
        headers.append(*name, HeaderValue::from_static(value));
    }
    let client = ClientRequest {
        headers,
        claims: somebody.map(|sub| Arc::new(Somebody(sub)) as Arc<dyn Claims>),
        ..ClientRequest::default()
    };
    let mut sent: Vec<String> = rules
        .complete(&rules.passed_on(&client), None, None)
        .iter()
        .filter(|(name, _)| ![CONTENT_TYPE, ACCEPT, USER_AGENT].contains(name))
        .map(|(name, value)| format!("{name}: {}", value.to_str().expect("text")))
        .collect();
    sent.sort();
    sent
}

const CLIENT: &[(&str, &str)] = &[
    ("authorization", "mine"),
    ("cookie", "a=1"),
    ("cookie", "b=2"),
    ("x-other", "no"),
];

#[test]
fn nothing_is_passed_on_unasked() {
    assert_eq!(apply("", "", CLIENT), [""; 0]);
}

#[test]
fn listed_headers_are_passed_on_with_all_their_values() {
    let client = [("x-a", "1"), ("x-b", "2"), ("x-a", "3")];
    assert_eq!(apply("propagate: [X-A]", "", &client), ["x-a: 1", "x-a: 3"]);
    assert_eq!(
        apply("", "propagate: [authorization]", CLIENT),
        ["authorization: mine"]
    );
}

#[test]
fn what_is_set_wins_over_what_is_passed_on() {
    let general = "propagate: [authorization], insert: { authorization: ours }";
    assert_eq!(apply(general, "", CLIENT), ["authorization: ours"]);
    assert_eq!(
        apply(
            "propagate: [authorization]",
            "insert: { authorization: theirs }",
            CLIENT
        ),
        ["authorization: theirs"]
    );
    assert_eq!(
        apply("insert: { x-env: all }", "insert: { x-env: one }", CLIENT),
        ["x-env: one"]
    );
}

#[test]
fn a_subgraph_can_be_left_out_of_a_general_rule() {
    let general = "propagate: [authorization], insert: { x-env: all }";
    assert_eq!(
        apply(general, "remove: [authorization]", CLIENT),
        ["x-env: all"]
    );
    assert_eq!(
        apply(general, "remove: [x-env]", CLIENT),
        ["authorization: mine"]
    );
    assert_eq!(
        apply(
            "propagate: [authorization], remove: [authorization]",
            "",
            CLIENT
        ),
        [""; 0]
    );
}

#[test]
fn a_header_can_have_another_name_and_a_value_when_there_is_none() {
    let rule = "propagate: [{ name: x-other, rename: x-org, default: main }]";
    assert_eq!(apply(rule, "", CLIENT), ["x-org: no"]);
    assert_eq!(apply(rule, "", &[]), ["x-org: main"]);
    assert_eq!(
        apply(rule, "insert: { x-org: ours }", CLIENT),
        ["x-org: ours"]
    );
    // The subgraph's own rule counts.
    let own = "propagate: [{ name: authorization, rename: x-org }]";
    assert_eq!(apply(rule, own, CLIENT), ["x-org: mine"]);
}

#[test]
fn the_cookies_of_a_client_are_in_one_line() {
    let joined = "cookie: a=1; b=2";
    assert_eq!(apply("propagate: [Cookie]", "", CLIENT), [joined]);
    let matching = "propagate: [{ matching: ^cookie$ }]";
    assert_eq!(apply(matching, "", CLIENT), [joined]);
    let renamed = "propagate: [{ name: cookie, rename: x-cookie }]";
    assert_eq!(apply(renamed, "", CLIENT), ["x-cookie: a=1; b=2"]);
}

#[test]
fn of_several_rules_for_a_header_the_first_counts_that_has_a_value() {
    let two = "propagate: [{ name: x-a, rename: x-org, default: one }, { name: x-b, rename: x-org, default: two }]";
    assert_eq!(apply(two, "", &[("x-b", "b")]), ["x-org: b"]);
    assert_eq!(apply(two, "", &[("x-b", "b"), ("x-a", "a")]), ["x-org: a"]);
    assert_eq!(apply(two, "", &[]), ["x-org: one"]);
    assert_eq!(apply("", two, &[("x-b", "b")]), ["x-org: b"]);
    // The subgraph's own rules take the place of the general ones, whatever the client sends.
    let own = "propagate: [{ name: x-c, rename: x-org }]";
    assert_eq!(apply(two, own, &[("x-b", "b")]), [""; 0]);
}

#[test]
fn what_is_about_the_client_s_connection_goes_no_further() {
    let client = [
        ("connection", "keep-alive, X-A, x-tenant, x-user"),
        ("x-a", "1"),
        ("x-b", "2"),
        ("x-tenant", "3"),
        ("x-user", "4"),
    ];
    let named = "propagate: [x-a, x-b, { name: x-tenant, default: main }]";
    assert_eq!(apply(named, "", &client), ["x-b: 2", "x-tenant: main"]);
    let matching = "propagate: [{ matching: ^x- }]";
    assert_eq!(apply(matching, "", &client), ["x-b: 2"]);
    // What the token says is not the client's to take away.
    let claim = "claims: { x-user: sub }";
    assert_eq!(apply_to(claim, "", &client, Some("rex")), ["x-user: rex"]);
}

/// Whatever the client's headers say: they may have been written before the rule was there.
#[test]
fn a_claim_is_what_the_token_says_and_nothing_without_one() {
    let client = [("x-user", "admin"), ("x-a", "1")];
    let claim = "claims: { x-user: sub }";
    let renamed = "claims: { x-user: sub }, propagate: [{ name: x-user, rename: x-who }]";
    let matching = "propagate: [{ matching: ^x- }]";
    for (general, own, with_token) in [
        (claim, "", &["x-user: rex"][..]),
        (renamed, "", &["x-user: rex", "x-who: rex"]),
        (claim, matching, &["x-a: 1", "x-user: rex"]),
    ] {
        let sent = apply_to(general, own, &client, Some("rex"));
        assert_eq!(sent, with_token, "{general} {own}");
        let without: Vec<_> = with_token
            .iter()
            .filter(|line| !line.ends_with("rex"))
            .collect();
        let sent = apply_to(general, own, &client, None);
        assert_eq!(sent.iter().collect::<Vec<_>>(), without, "{general} {own}");
    }
    let default =
        "claims: { x-user: no }, propagate: [{ name: x-user, rename: x-who, default: nobody }]";
    assert_eq!(
        apply_to(default, "", &client, Some("rex")),
        ["x-who: nobody"]
    );
}

#[test]
fn headers_are_passed_on_by_pattern() {
    let rule = "propagate: [{ matching: \"^(X-|cookie)\" }]";
    let all = ["cookie: a=1; b=2", "x-other: no"];
    assert_eq!(apply(rule, "", CLIENT), all);
    assert_eq!(apply("", rule, CLIENT), all);
    assert_eq!(apply(rule, "remove: [cookie]", CLIENT), ["x-other: no"]);
    assert_eq!(
        apply(rule, "insert: { x-other: ours }", CLIENT),
        ["cookie: a=1; b=2", "x-other: ours"]
    );
}

#[test]
fn what_belongs_to_the_connection_matches_no_pattern() {
    let client = [
        ("host", "a"),
        ("content-length", "1"),
        ("traceparent", "b"),
        ("x-a", "c"),
    ];
    assert_eq!(
        apply("propagate: [{ matching: . }]", "", &client),
        ["x-a: c"]
    );
}

#[test]
fn a_subgraph_can_be_sent_claims_of_its_own() {
    let client = [("x-user", "admin")];
    let own = "claims: { x-user: sub }";
    for general in [
        "",
        "claims: { x-user: no }",
        "insert: { x-user: all }",
        "remove: [x-user]",
        "propagate: [x-user]",
        "propagate: [{ matching: ^x- }]",
        "propagate: [{ name: x-a, rename: x-user, default: nobody }]",
    ] {
        let sent = apply_to(general, own, &client, Some("rex"));
        assert_eq!(sent, ["x-user: rex"], "{general}");
        assert_eq!(apply_to(general, own, &client, None), [""; 0], "{general}");
    }
    let other = "claims: { x-who: sub }";
    let both = apply_to(other, own, &client, Some("rex"));
    assert_eq!(both, ["x-user: rex", "x-who: rex"]);
    // Others are sent what the rules for all say.
    assert_eq!(apply_to(other, "", &client, Some("rex")), ["x-who: rex"]);
    // A value of its own, too, takes the place of a claim that the others are sent.
    for (own, sent) in [
        ("insert: { x-user: one }", &["x-user: one"][..]),
        ("insert: { x-a: one }", &["x-a: one", "x-user: rex"]),
    ] {
        let claim = "claims: { x-user: sub }";
        assert_eq!(apply_to(claim, own, &client, Some("rex")), sent, "{own}");
    }
}
