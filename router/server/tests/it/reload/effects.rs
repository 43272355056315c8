//! What a key says is what the next request gets, and what it said before is again when it is taken back.

use serde_json::json;

use super::{Reloaded, yaml};
use crate::kit::{Answer, Reply, Socket, Subgraph, get, post};

/// What a client gets, as far as any of the keys is to be seen in it.
enum Probe {
    /// A page, or a query, by GET.
    Get(&'static [(&'static str, &'static str)], &'static str),
    Post(&'static [(&'static str, &'static str)], &'static str),
    /// A WebSocket is opened.
    Socket,
    /// Lines of `/metrics` that begin so, after a request.
    Metrics(&'static [(&'static str, &'static str)], &'static str),
}

const JSON: (&str, &str) = ("content-type", "application/json");
const DOG: &str = r#"{"query":"{ dog }"}"#;
const NAMED: &str = r#"{"query":"query Known { dog }"}"#;
const SHOWN: [&str; 4] = [
    "content-encoding",
    "vary",
    "x-region",
    "access-control-allow-origin",
];

fn shown(answer: &Answer) -> String {
    let headers = SHOWN.map(|name| format!("{name}={}", answer.header(name)));
    format!("{} {} {}", answer.status, headers.join(" "), answer.text())
}

async fn probe(router: &Reloaded, probe: &Probe) -> String {
    let url = router.router.url();
    match probe {
        Probe::Get(headers, query) => shown(&get(&format!("{url}{query}"), headers).await),
        Probe::Post(headers, body) => {
            let mut all = headers.to_vec();
            if !headers.iter().any(|(name, _)| *name == "content-type") {
                all.push(JSON);
            }
            shown(&post(&url, &all, *body).await)
        }
        Probe::Socket => match Socket::open(&url, &[]).await {
            Ok(_) => "open".to_owned(),
            Err((status, body)) => format!("{status} {body}"),
        },
        Probe::Metrics(headers, line) => {
            let mut all = vec![JSON];
            all.extend_from_slice(headers);
            post(&url, &all, DOG).await;
            let metrics = router.router.metrics().await;
            let found = metrics.lines().find(|text| text.starts_with(line));
            found.is_some().to_string()
        }
    }
}

/// A key, how its effect is seen, and what of it.
const CASES: &[(&str, Probe, &str)] = &[
    (
        // What is short is sent as it is.
        "compression: true",
        Probe::Post(
            &[("accept-encoding", "gzip")],
            r#"{"query":"{ __schema { types { name description fields { name type { name } } } } }"}"#,
        ),
        "content-encoding=gzip",
    ),
    (
        "csrf_prevention: false",
        Probe::Get(&[("sec-fetch-site", "cross-site")], "?query=%7Bdog%7D"),
        "Rex",
    ),
    (
        "playground: false",
        Probe::Get(&[("accept", "text/html")], ""),
        "",
    ),
    (
        "console: { title: Kennel }",
        Probe::Get(&[("accept", "text/html")], ""),
        "Kennel",
    ),
    (
        "batching: { max: 2 }",
        Probe::Post(&[], r#"[{"query":"{ dog }"},{"query":"{ dog }"}]"#),
        r#"[{"data":{"dog":"Rex"}},{"data":{"dog":"Rex"}}]"#,
    ),
    (
        "expose_plan: true",
        Probe::Post(&[("abaque-expose-plan", "true")], DOG),
        r#""extensions":{"plan""#,
    ),
    (
        "include_subgraph_errors: true",
        Probe::Post(&[], r#"{"query":"{ bad }"}"#),
        "the dog is asleep",
    ),
    (
        "headers: { response: [{ name: x-region, merge: last }] }",
        Probe::Post(&[], DOG),
        "x-region=eu",
    ),
    (
        "limits: { depth: 1 }",
        Probe::Post(&[], r#"{"query":"{ pack { pack { dog } } }"}"#),
        "too deeply",
    ),
    (
        "introspection: false",
        Probe::Post(&[], r#"{"query":"{ __type(name: \"Query\") { name } }"}"#),
        "INTROSPECTION_DISABLED",
    ),
    (
        "persisted_documents: { apq: false }",
        Probe::Post(
            &[],
            r#"{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"}}}"#,
        ),
        "PERSISTED_QUERY_NOT_SUPPORTED",
    ),
    (
        "cost: { max: 1 }",
        Probe::Post(&[], r#"{"query":"{ pack { pack { dog } } }"}"#),
        "COST",
    ),
    (
        "cors: { origins: [\"https://a.example\"] }",
        Probe::Post(&[("origin", "https://a.example")], DOG),
        "allow-origin=https://a.example",
    ),
    ("subscriptions: { websocket: true }", Probe::Socket, "open"),
    (
        "telemetry: { client: { names: [web] } }",
        Probe::Metrics(
            &[("apollographql-client-name", "web")],
            "graphql_client_requests_total{client=\"web\"} ",
        ),
        "true",
    ),
    (
        "uploads: { max_files: 1 }",
        Probe::Post(&[("content-type", "multipart/form-data")], ""),
        "",
    ),
];

#[tokio::test]
async fn each_key_takes_effect_on_the_next_request_and_is_taken_back() {
    let sdl =
        "type Query { dog: String bad: String pack: Pack }\ntype Pack { dog: String pack: Pack }";
    let dogs = Subgraph::start(sdl, |request| {
        let query = request["query"].as_str().unwrap_or_default();
        match query.contains("bad") {
            true => {
                let error = json!({ "message": "the dog is asleep" });
                let body = json!({ "data": { "bad": null }, "errors": [error] });
                Reply::Raw(200, "application/json", body.to_string())
            }
            false => Reply::With(&[("x-region", "eu")], json!({ "dog": "Rex", "pack": null })),
        }
    })
    .await;
    let of = |more: &str| yaml(&[("dogs", &dogs)], more);
    let router = Reloaded::start(&of("")).await;
    for (key, seen, expected) in CASES {
        let before = probe(&router, seen).await;
        router.take_over(&of(key)).await;
        let after = probe(&router, seen).await;
        assert_ne!(before, after, "{key} has no effect");
        assert!(after.contains(expected), "{key}: {after}");
        router.take_over(&of("")).await;
        let again = probe(&router, seen).await;
        if !matches!(seen, Probe::Metrics(..)) {
            assert_eq!(again, before, "{key} has an effect that stays");
        }
    }
}

#[tokio::test]
async fn how_a_subgraph_is_asked_is_that_of_the_next_request() {
    let dogs = Subgraph::start("type Query { dog: String }", |_| {
        Reply::Raw(503, "application/json", "{}".to_owned())
    })
    .await;
    let of = |terms: &str, more: &str| {
        format!(
            "subgraphs: {{ dogs: {{ url: \"{}\", {terms} }} }}\n{more}",
            dogs.url()
        )
    };
    let router = Reloaded::start(&of("", "")).await;
    // What one request takes, and the last of what is sent.
    let asked = async || {
        let before = dogs.requests().len();
        post(&router.router.url(), &[JSON, ("x-a", "1")], NAMED).await;
        let requests = dogs.requests();
        let (headers, body) = requests.last().expect("it is asked").clone();
        (requests.len() - before, headers, body)
    };
    let (count, headers, body) = asked().await;
    assert_eq!(count, 1);
    assert!(body.contains("Known__dogs__0"), "{body}");
    assert!(!headers.contains_key("x-a") && !headers.contains_key("accept-encoding"));

    router.take_over(&of("retry: { attempts: 2 }", "")).await;
    assert_eq!(asked().await.0, 2);
    router
        .take_over(&of("compression: true", "headers: { propagate: [x-a] }"))
        .await;
    let (count, headers, _) = asked().await;
    assert_eq!((count, &headers["x-a"] == "1"), (1, true));
    assert!(headers.contains_key("accept-encoding"));
    router.take_over(&of("", "operation_names: false")).await;
    let (_, headers, body) = asked().await;
    assert!(!body.contains("Known__dogs__0"), "{body}");
    assert!(!headers.contains_key("x-a"));
    let elsewhere =
        Subgraph::with_data("type Query { dog: String }", json!({ "dog": "Rex" })).await;
    let route = format!(
        "routes: [{{ when: {{ header: x-a, is: \"1\" }}, url: \"{}\" }}]",
        elsewhere.url()
    );
    router.take_over(&of(&route, "")).await;
    let answer = post(&router.router.url(), &[JSON, ("x-a", "1")], DOG).await;
    assert_eq!(answer.json()["data"]["dog"], "Rex");
}
