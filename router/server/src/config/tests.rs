//! What a configuration may say, and what is said about its mistakes.

mod effect;
mod manual;
mod secrets;

use std::path::Path;

use super::*;

fn environment(name: &str) -> Option<String> {
    match name {
        "PORT" => Some("4100".to_owned()),
        "EMPTY" => Some(String::new()),
        "TOKEN" => Some("s3cret".to_owned()),
        "INJECTION" => Some("127.0.0.1:1\nadmin: 0.0.0.0:80".to_owned()),
        _ => None,
    }
}

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new("/etc/abaque/router.yaml"), &environment)
}

#[track_caller]
fn good(text: &str) -> Config {
    parse(&format!(
        "{text}\nsubgraphs: {{ a: {{ url: http://a/ }} }}\n"
    ))
    .unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn check(text: &str, expect: &str) {
    let error = parse(text).expect_err("this is wrong").to_string();
    assert_eq!(
        error.replace("/etc/abaque/router.yaml:", ""),
        expect.trim(),
        "\n{error}\n"
    );
}

#[test]
fn defaults_need_only_a_subgraph() {
    let config = good("");
    insta::assert_snapshot!(config.shown().to_yaml());
}

#[test]
fn what_is_shown_reads_back_as_the_same() {
    let config = good(
        "listen: 0.0.0.0:${PORT}\ninclude_subgraph_errors: { a: true }\nlimits: { request_body: 3000 }\ntimeouts: { request: 90s, drain: 0s }",
    );
    let shown = config.shown().to_yaml();
    assert_eq!(
        parse(&shown).expect("it reads back").shown().to_yaml(),
        shown
    );
}

#[test]
fn variables_expand_in_values() {
    assert_eq!(good("listen: 127.0.0.1:${PORT}").listen.port, 4100);
    assert_eq!(good("listen: 127.0.0.1:${NOPE:-4200}").listen.port, 4200);
    assert_eq!(good("listen: 127.0.0.1:${EMPTY:-4300}").listen.port, 4300);
    assert_eq!(
        good("limits: { depth: \"${NOPE:-7}\" }").operations.depth,
        7
    );
    let header = good("headers: { insert: { x-price: \"$5 $${PORT}\" } }")
        .client
        .headers
        .insert;
    assert_eq!(header[0].1, "$5 ${PORT}");
}

#[test]
fn a_variable_cannot_add_keys() {
    check(
        "subgraphs: { a: { url: http://a/ } }\nlisten: ${INJECTION}",
        "2:9: listen: invalid value \"127.0.0.1:1\nadmin: 0.0.0.0:80\" (from \"${INJECTION}\")\n  expected an address or a name and a port, such as 127.0.0.1:4000, localhost:4000, or :4000 for all interfaces",
    );
}

#[test]
fn a_missing_variable_is_named() {
    check(
        "subgraphs:\n  a: { url: \"${A_URL}\" }",
        "2:13: subgraphs.a.url: the environment variable A_URL is not set (in \"${A_URL}\")\n  expected a variable that is set, ${NAME:-default}, or a file that can be read, ${file:/path}",
    );
}

#[test]
fn paths_are_relative_to_the_file() {
    let config = good("supergraph: ./schema/supergraph.graphql");
    assert_eq!(
        config.supergraph.as_deref(),
        Some(Path::new("/etc/abaque/./schema/supergraph.graphql"))
    );
}

#[test]
fn several_mistakes_are_told_at_once_in_order() {
    let text = "\
listen: localhost
subgraphs:
  produits: { url: 'ftp://x/' , timout: 3s }
limits:
  depth: 0
  tokens: many
timeouts:
  request: 30 parsecs
log: { level: \"info,[\" }
colour: red
";
    insta::assert_snapshot!(parse(text).expect_err("this is wrong").to_string());
}

#[test]
fn what_is_not_yaml_is_located() {
    insta::assert_snapshot!(
        parse("listen: [1,\nadmin: }")
            .expect_err("no YAML")
            .to_string()
    );
    insta::assert_snapshot!(parse("log: {}\nlog: {}").expect_err("twice").to_string());
}

#[test]
fn shapes_are_checked() {
    check(
        "[]",
        "1:1: this is a list\n  expected a mapping (key: value)\n1:1: there is nothing to serve\n  expected `subgraphs:` with at least one subgraph, `discovery:`, or `supergraph:` with a file",
    );
    check(
        "supergraph: s.graphql\nlimits: 3",
        "2:9: limits: this is a single value\n  expected a mapping (key: value)",
    );
    check(
        "supergraph: s.graphql\nlimits: { depth: 1.5 }",
        "2:18: limits.depth: 1.5 is a number with a fraction or an exponent\n  expected a whole number from 1 to 200",
    );
    check(
        "supergraph: s.graphql\nheaders: { propagate: authorization }",
        "2:23: headers.propagate: this is a single value\n  expected a list: a header name, { name: x-tenant, rename: x-org, default: main } or { matching: \"^x-b3-\" }",
    );
}

#[test]
fn contradictions_are_told() {
    check(
        "{}",
        "1:1: there is nothing to serve\n  expected `subgraphs:` with at least one subgraph, `discovery:`, or `supergraph:` with a file",
    );
    check(
        "supergraph: s\ncors: { origins: ['*'], credentials: true }",
        "2:7: cors: credentials and the origin \"*\" exclude each other\n  expected the origins by name, as browsers refuse credentials for \"*\"",
    );
    check(
        "subgraphs: { a: { url: http://a/ } }\ninclude_subgraph_errors: { b: true }",
        "2:26: include_subgraph_errors: unknown subgraph \"b\"\n  expected a name under `subgraphs`",
    );
    check(
        "supergraph: s\nlisten: 127.0.0.1:1\nadmin: 127.0.0.1:1",
        "3:8: admin: listen and admin are both 127.0.0.1:1\n  expected two different addresses",
    );
    check(
        "supergraph: s\ndiscovery: { kubernetes: {} }",
        "2:12: discovery: discovery and supergraph exclude each other\n  expected one of them: a supergraph that was composed elsewhere has the subgraphs that it has",
    );
}

#[test]
fn what_needs_a_token_needs_an_issuer() {
    check(
        "supergraph: s\nheaders: { claims: { x-user: sub } }",
        "2:10: headers: no token is verified, so that no subgraph is ever sent a claim\n  expected an issuer under `authentication.jwt` beside `headers.claims`",
    );
    check(
        "supergraph: s\nauthorization: { policies: { pays: { claim: a, contains: b } } }",
        "2:28: authorization.policies: no token is verified, so that no policy ever holds\n  expected an issuer under `authentication.jwt`",
    );
    // It decides about clients without a token too.
    good("authorization: { on_denied: reject }");
}

#[test]
fn a_certificate_and_its_key_come_together() {
    check(
        "supergraph: s\ntls: { cert: c.pem }",
        "2:14: tls.cert: there is no key for it\n  expected tls.key beside tls.cert",
    );
    check(
        "supergraph: s\ntls: { key: k.pem }",
        "2:13: tls.key: there is no certificate for it\n  expected tls.cert beside tls.key",
    );
    check(
        "supergraph: s\ntls: { client_ca: a.pem }",
        "2:19: tls.client_ca: clients cannot show a certificate without TLS\n  expected tls.cert and tls.key beside tls.client_ca",
    );
}

#[test]
fn trusted_proxies_are_networks() {
    check(
        "supergraph: s\ntrusted_proxies: [10.0.0.0/8, proxy.example, 10.0.0.0/40]",
        "2:31: trusted_proxies[1]: invalid value \"proxy.example\"\n  expected an address, or a network such as 10.0.0.0/8\n\
         2:46: trusted_proxies[2]: invalid value \"10.0.0.0/40\"\n  expected an address, or a network such as 10.0.0.0/8",
    );
}

#[test]
fn clients_are_told_apart_by_what_the_configuration_names() {
    assert_eq!(good("").rate_limit.by, CountBy::ClientIp);
    let by = |text: &str| good(&format!("rate_limit: {{ by: {text} }}")).rate_limit.by;
    assert_eq!(by("client_ip"), CountBy::ClientIp);
    let header = CountBy::Header(http::HeaderName::from_static("x-api-key"));
    assert_eq!(by("{ header: X-Api-Key }"), header);
    let expected =
        "expected client_ip, or a mapping such as { header: x-api-key } or { claim: sub }";
    for (text, place, wrong) in [
        ("cookie", "2:19: rate_limit.by", "invalid value \"cookie\""),
        (
            "{ cookie: a }",
            "2:19: rate_limit.by",
            "this mapping is not one of those that may be here",
        ),
        (
            "{ header: 'a b' }",
            "2:29: rate_limit.by.header",
            "invalid value \"a b\"",
        ),
    ] {
        let text = format!("supergraph: s\nrate_limit: {{ by: {text} }}");
        check(&text, &format!("{place}: {wrong}\n  {expected}"));
    }
}

#[test]
fn rates_and_bursts_are_checked() {
    check(
        "supergraph: s\nrate_limit: { requests: 10, burst: 5 }",
        "2:25: rate_limit.requests: invalid value \"10\"\n  expected a rate such as 100/s, 5000/m or 100000/h, of at most 1000000000\n\
         2:36: rate_limit.burst: there is no rate that it is a burst of\n  expected rate_limit.requests beside rate_limit.burst",
    );
}

#[test]
fn subgraph_errors_are_masked_unless_included() {
    assert!(!good("").errors.includes("a"));
    assert!(good("include_subgraph_errors: true").errors.includes("a"));
    let some = good("include_subgraph_errors: { a: true }").errors;
    assert!(some.includes("a") && !some.includes("b"));
}

#[test]
fn what_is_shown_has_every_key_that_has_a_default() {
    // A section that says something by being there is shown only then.
    let text = "discovery: { kubernetes: {} }\nrecord: {}\nsubgraphs: { a: { url: http://a/, retry: {}, breaker: {} } }";
    let config = parse(text).unwrap_or_else(|error| panic!("{error}"));
    let shown = config.shown().to_json();
    for key in keys() {
        let Some(default) = key.default else { continue };
        let pointer = format!("/{}", key.path.replace('.', "/")).replace("<name>", "a");
        assert_eq!(shown.pointer(&pointer), Some(&default), "{}", key.path);
    }
}

/// What connections to subgraphs depend on, which are made anew when it changes.
#[test]
fn a_subgraph_without_files_of_tls_changes_nothing_for_those_that_have_some() {
    let named = |config: &Config| -> Vec<String> {
        let own = config.own_tls();
        own.map(|(name, tls)| format!("{name} {:?}", tls.files().collect::<Vec<_>>()))
            .collect()
    };
    let one = "a: { url: https://a/, tls: { ca: a.pem } }";
    let alone = parse(&format!("subgraphs: {{ {one} }}")).expect("it is right");
    let beside = format!("subgraphs: {{ {one}, b: {{ url: http://b/ }} }}");
    let beside = parse(&beside).expect("it is right");
    assert_eq!(named(&alone), [r#"a ["/etc/abaque/a.pem"]"#]);
    assert!(alone.own_tls().eq(beside.own_tls()));
}
