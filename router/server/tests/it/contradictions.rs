//! What the configuration says that does not happen, since something else always comes before it.

use std::path::Path;

use router::Config;

fn parse(text: &str) -> Result<Config, String> {
    let parsed = Config::parse(text, Path::new("router.yaml"), &|_| None);
    parsed.map_err(|error| error.to_string())
}

#[track_caller]
fn good(text: &str) {
    let subgraph = "subgraphs: { a: { url: http://a/ } }";
    if let Err(error) = parse(&format!("{text}\n{subgraph}")) {
        panic!("{error}");
    }
}

#[track_caller]
fn check(text: &str, expect: &str) {
    let error = parse(text).expect_err("this is wrong");
    assert_eq!(error.replace("router.yaml:", ""), expect, "\n{error}\n");
}

#[test]
fn a_bound_that_has_no_effect_is_a_mistake_where_it_is_written() {
    let of_request = "a client's request as a whole ends before that";
    let of_subgraph = "a request to a subgraph as a whole ends before that";
    for (text, expected) in [
        (
            "timeouts: { subgraph: 30s, request: 10s }",
            &*format!(
                "2:23: timeouts.subgraph: 30s is more than timeouts.request, 10s: {of_request}\n  expected at most 10s, or more for timeouts.request"
            ),
        ),
        (
            "timeouts: { subgraph: 2m }",
            &*format!(
                "2:23: timeouts.subgraph: 2m is more than timeouts.request, 1m: {of_request}\n  expected at most 1m, or more for timeouts.request"
            ),
        ),
        (
            "timeouts: { subgraph: 5s, subgraph_head: 6s, subgraph_body: 7s, connect: 8s }",
            &*format!(
                "2:42: timeouts.subgraph_head: 6s is more than timeouts.subgraph, 5s: {of_subgraph}\n  expected at most 5s, or more for timeouts.subgraph\n\
                 2:61: timeouts.subgraph_body: 7s is more than timeouts.subgraph, 5s: {of_subgraph}\n  expected at most 5s, or more for timeouts.subgraph\n\
                 2:74: timeouts.connect: 8s is more than timeouts.subgraph, 5s: {of_subgraph}\n  expected at most 5s, or more for timeouts.subgraph"
            ),
        ),
        (
            "timeouts: { idle: 10m }",
            "2:19: timeouts.idle: 10m is more than timeouts.connection_age, 5m: no connection becomes so old\n  expected at most 5m, or more for timeouts.connection_age",
        ),
        (
            "limits: { memory: 64 MiB, request_memory: 65 MiB }",
            "2:43: limits.request_memory: 65 MiB is more than limits.memory, 64 MiB, which all requests have together\n  expected at most 64 MiB, or more for limits.memory",
        ),
        (
            "uploads: { max_files: 1, max_file_size: 65 MiB }",
            "2:41: uploads.max_file_size: 65 MiB is more than uploads.max_size, 64 MiB, which all files of a request have together\n  expected at most uploads.max_size",
        ),
        (
            "rate_limit: { by: { claim: sub }, requests: 1/s }",
            "2:19: rate_limit.by: no token is verified, so that all clients would be counted by their addresses\n  expected an issuer under `authentication.jwt`",
        ),
        (
            "telemetry: { otlp: { endpoint: http://c, traces: false } }",
            "2:32: telemetry.otlp.endpoint: nothing is exported there, neither traces nor metrics\n  expected `traces: true`, `metrics: true` or both; or no endpoint",
        ),
    ] {
        check(&format!("supergraph: s\n{text}"), expected);
    }
    // A default is no promise, and what has an effect for one subgraph is right.
    good("timeouts: { request: 1s }");
    good("timeouts: { subgraph: 50ms, connection_age: 2s }\nlimits: { memory: 8 MiB }");
    let own = "subgraphs: { a: { url: http://a/, timeout: 20s } }";
    assert!(
        parse(&format!(
            "{own}\ntimeouts: {{ subgraph: 5s, subgraph_head: 10s }}"
        ))
        .is_ok()
    );
    check(
        &format!("{own}\ntimeouts: {{ request: 10s }}"),
        &format!(
            "1:44: subgraphs.a.timeout: 20s is more than timeouts.request, 10s: {of_request}\n  expected at most 10s, or more for timeouts.request"
        ),
    );
}

#[test]
fn files_of_tls_are_for_a_subgraph_that_is_asked_by_it() {
    let of = |more: &str| {
        format!("subgraphs: {{ a: {{ url: http://a/, tls: {{ ca: a.pem }}{more} }} }}")
    };
    check(
        &of(""),
        "1:40: subgraphs.a.tls: it is asked without TLS, so that these files are for nothing\n  expected a URL with https://, or no tls",
    );
    let route = ", routes: [{ when: { header: x-canary, is: '1' }, url: https://b/ }]";
    assert!(parse(&of(route)).is_ok());
    assert!(parse(&of("").replace("http:", "https:")).is_ok());
}
