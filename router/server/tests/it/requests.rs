//! What clients send, and what they are answered.

use serde_json::{Value, json};

use crate::kit::{Answer, Reply, Running, Subgraph, get, post, send, until};

const SDL: &str = r#"
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
    scalar Decimal
    type Query { dog(name: String = "Rex", weight: Decimal): Dog }
    type Mutation { adopt: String }
    type Subscription { barks: String }
    type Dog { name: String! friend: Dog }
"#;

fn reply(request: &Value) -> Reply {
    let query = request["query"].as_str().unwrap_or_default();
    if query.contains("adopt") {
        Reply::Data(json!({ "adopt": "Rex" }))
    } else {
        Reply::Data(json!({ "dog": { "name": "Rex" } }))
    }
}

async fn dogs() -> Subgraph {
    Subgraph::start(SDL, reply).await
}

const JSON: (&str, &str) = ("content-type", "application/json");
const NEWER: (&str, &str) = ("accept", "application/graphql-response+json");

/// Status and code of a refusal, which is a GraphQL response without data whatever the mistake.
#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (status, code),
        "{}",
        answer.text()
    );
    let json = answer.json();
    assert!(json.get("data").is_none(), "{json}");
    assert!(
        json["errors"][0]["message"]
            .as_str()
            .is_some_and(|message| !message.is_empty())
    );
}

#[tokio::test]
async fn mistakes_have_a_status_and_a_code() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "limits: { request_body: 2 KiB }").await;
    let url = router.url();
    let ask =
        async |headers: &[(&str, &str)], body: &str| post(&url, headers, body.to_owned()).await;
    refused(&ask(&[JSON], "{").await, 400, "BAD_REQUEST");
    refused(&ask(&[JSON], "").await, 400, "BAD_REQUEST");
    refused(&ask(&[JSON], "{}").await, 400, "BAD_REQUEST");
    refused(
        &ask(&[JSON], r#"[{"query":"{dog{name}}"}]"#).await,
        400,
        "BATCH_NOT_SUPPORTED",
    );
    refused(
        &ask(&[JSON], &" ".repeat(3000)).await,
        413,
        "PAYLOAD_TOO_LARGE",
    );
    refused(&ask(&[], "{}").await, 415, "UNSUPPORTED_MEDIA_TYPE");
    refused(
        &ask(&[("content-type", "text/plain")], "{}").await,
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    );
    refused(
        &ask(&[JSON, ("content-encoding", "gzip")], "{}").await,
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    );
    refused(
        &ask(&[JSON, ("accept", "text/html")], "{}").await,
        406,
        "NOT_ACCEPTABLE",
    );
    // Well-formed requests of bad operations: the older media type has them answered 200.
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ cat }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "query A { dog { name } } query B { dog { name } }",
            "OPERATION_RESOLUTION_FAILURE",
        ),
        ("subscription { barks }", "SUBSCRIPTION_NOT_SUPPORTED"),
        (
            "query($w: Int!) { dog(name: \"x\") { name } @skip(if: $w) }",
            "GRAPHQL_PARSE_FAILED",
        ),
        (
            "query($n: String!) { dog(name: $n) { name } }",
            "BAD_USER_INPUT",
        ),
    ] {
        let body = json!({ "query": query }).to_string();
        refused(&ask(&[JSON], &body).await, 200, code);
        let newer = match code {
            "GRAPHQL_PARSE_FAILED" => 400,
            _ => 422,
        };
        refused(&ask(&[JSON, NEWER], &body).await, newer, code);
    }
    let named = r#"{"query":"query A { dog { name } }","operationName":"B"}"#;
    refused(
        &ask(&[JSON], named).await,
        200,
        "OPERATION_RESOLUTION_FAILURE",
    );
    assert!(
        a.requests().is_empty(),
        "nothing of this concerns a subgraph"
    );
}

#[tokio::test]
async fn mistakes_in_documents_are_located() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "").await;
    let json = router.query("{\n  dog { name wings }\n}").await.json();
    assert_eq!(
        json["errors"][0]["locations"],
        json!([{ "line": 2, "column": 14 }]),
        "{json}"
    );
}

#[tokio::test]
async fn the_media_type_is_the_clients() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "").await;
    let body = json!({ "query": "{ dog { name } }" }).to_string();
    let older = router.ask_with(&[], body.clone()).await;
    assert_eq!(
        older.header("content-type"),
        "application/json; charset=utf-8"
    );
    let newer = router.ask_with(&[NEWER], body).await;
    assert_eq!(
        newer.header("content-type"),
        "application/graphql-response+json; charset=utf-8"
    );
    assert_eq!(older.body, newer.body);
    assert_eq!(newer.header("cache-control"), "no-store");
    assert!(!newer.header("x-request-id").is_empty());
}

#[tokio::test]
async fn queries_come_by_get_and_mutations_do_not() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "").await;
    let url = router.url();
    let answer = get(
        &format!("{url}?query=%7Bdog%7Bname%7D%7D&variables=%7B%7D"),
        &[],
    )
    .await;
    assert_eq!(answer.text(), r#"{"data":{"dog":{"name":"Rex"}}}"#);
    let answer = get(&format!("{url}?query=mutation%7Badopt%7D"), &[]).await;
    refused(&answer, 405, "METHOD_NOT_ALLOWED");
    assert_eq!(answer.header("allow"), "POST");
    refused(&get(&url, &[]).await, 400, "BAD_REQUEST");
    let put = http::Request::put(&url)
        .body(http_body_util::Full::default())
        .expect("a request");
    let answer = send(put).await.expect("an answer");
    refused(&answer, 405, "METHOD_NOT_ALLOWED");
    assert_eq!(answer.header("allow"), "GET, HEAD, POST, OPTIONS");
    let answer = router.query("mutation { adopt }").await;
    assert_eq!(answer.text(), r#"{"data":{"adopt":"Rex"}}"#);
}

#[tokio::test]
async fn browsers_do_not_ask_for_other_sites() {
    let a = dogs().await;
    let more = "cors: { origins: ['https://ours.example'], headers: [authorization] }";
    let router = Running::start(&[("dogs", &a)], more).await;
    let url = format!("{}?query=%7Bdog%7Bname%7D%7D", router.url());
    let cross = ("sec-fetch-site", "cross-site");
    refused(&get(&url, &[cross]).await, 403, "CSRF_PREVENTED");
    refused(
        &get(&url, &[cross, ("origin", "https://theirs.example")]).await,
        403,
        "CSRF_PREVENTED",
    );
    assert_eq!(
        get(&url, &[("sec-fetch-site", "same-origin")]).await.status,
        200
    );
    assert_eq!(
        get(&url, &[cross, ("apollo-require-preflight", "1")])
            .await
            .status,
        200
    );
    // To an origin without TLS browsers do not say for which site they ask.
    let browser = (
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
    );
    for headers in [
        &[browser][..],
        &[browser, ("accept", "application/json")],
        &[browser, ("content-type", "text/plain")],
        &[("referer", "http://theirs.example/")],
        &[("origin", "null")],
        &[cross, ("content-type", "text/plain")],
        &[("sec-fetch-site", "same-site"), browser],
    ] {
        refused(&get(&url, headers).await, 403, "CSRF_PREVENTED");
    }
    for headers in [
        &[][..],
        &[("user-agent", "curl/8.14.1")],
        &[("user-agent", "node"), ("sec-fetch-mode", "cors")],
        &[browser, ("graphql-require-preflight", "1")],
        &[browser, ("content-type", "application/json")],
        &[browser, ("sec-fetch-site", "same-origin")],
        &[browser, ("sec-fetch-site", "none")],
    ] {
        assert_eq!(get(&url, headers).await.status, 200, "{headers:?}");
    }
    let open = Running::start(&[("dogs", &a)], "csrf_prevention: false").await;
    let unasked = format!("{}?query=%7Bdog%7Bname%7D%7D", open.url());
    assert_eq!(get(&unasked, &[browser, cross]).await.status, 200);

    let ours = get(&url, &[cross, ("origin", "https://ours.example")]).await;
    assert_eq!(ours.status, 200);
    assert_eq!(
        ours.header("access-control-allow-origin"),
        "https://ours.example"
    );

    let preflight = http::Request::options(router.url())
        .header("origin", "https://ours.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type")
        .body(http_body_util::Full::default())
        .expect("a request");
    let answer = send(preflight).await.expect("an answer");
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .header("access-control-allow-headers")
            .contains("content-type")
    );
}

#[tokio::test]
async fn an_empty_accept_is_none() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "").await;
    let body = json!({ "query": "{ dog { name } }" }).to_string();
    let answer = router.ask_with(&[("accept", "")], body).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (200, "application/json; charset=utf-8")
    );
}

#[tokio::test]
async fn a_refresh_is_not_made_for_a_page_of_another_site() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "admin_hosts: [router-admin]").await;
    let url = router.admin_url("/composition/refresh");
    for headers in [
        &[("host", "evil.example")][..],
        &[
            ("host", "evil.example:9090"),
            ("sec-fetch-site", "same-origin"),
        ],
        &[("host", "127.0.0.1.evil.example")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "http://evil.example")],
        &[("origin", "null")],
        &[("referer", "http://evil.example/")],
        &[("content-type", "text/plain")],
        &[("content-type", "application/x-www-form-urlencoded")],
    ] {
        assert_eq!(post(&url, headers, "").await.status, 403, "{headers:?}");
    }
    for headers in [
        &[][..],
        &[("host", "localhost:9090")],
        &[("host", "[::1]:9090")],
        &[("host", "10.0.0.7")],
        &[("host", "Router-Admin:9090")],
        &[("content-type", "application/json")],
    ] {
        assert_eq!(post(&url, headers, "").await.status, 202, "{headers:?}");
    }
    // Reading is open to everyone who reaches the port, under any host name.
    for path in ["/health/live", "/health/ready", "/metrics", "/composition"] {
        let answer = get(
            &router.admin_url(path),
            &[("host", "router.svc.cluster.local")],
        )
        .await;
        assert_eq!(answer.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_browser_gets_the_playground_unless_it_is_off() {
    let a = dogs().await;
    let html = [("accept", "text/html,application/xhtml+xml,*/*;q=0.8")];
    let router = Running::start(&[("dogs", &a)], "").await;
    let page = get(&router.url(), &html).await;
    assert!(
        page.header("content-type").starts_with("text/html"),
        "{:?}",
        page.headers
    );
    let off = Running::start(&[("dogs", &a)], "playground: false").await;
    refused(
        &get(&off.url(), &[("accept", "text/html")]).await,
        406,
        "NOT_ACCEPTABLE",
    );
    let root = router.url().replace("/graphql", "/");
    let redirect = get(&root, &html).await;
    assert_eq!(
        (redirect.status.as_u16(), redirect.header("location")),
        (307, "graphql")
    );
}

#[tokio::test]
async fn the_path_can_be_another_with_all_that_belongs_to_it() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "path: /api/graphql").await;
    let root = router.url().replace("/graphql", "");
    let endpoint = format!("{root}/api/graphql");
    let answer = post(&endpoint, &[JSON], r#"{"query":"{ __typename }"}"#).await;
    assert_eq!(answer.text(), r#"{"data":{"__typename":"Query"}}"#);
    let html = [("accept", "text/html")];
    let page = get(&endpoint, &html).await.text();
    let script = page
        .split("src=\"")
        .find(|rest| rest.starts_with("playground/"))
        .and_then(|rest| rest.split('"').next())
        .expect("the page loads a script");
    let script = get(&format!("{root}/api/{script}"), &[]).await;
    assert_eq!(script.status, 200);
    let redirect = get(&format!("{root}/"), &html).await;
    assert_eq!(redirect.header("location"), "api/graphql");
    assert_eq!(get(&router.url(), &html).await.status, 404);
}

#[tokio::test]
async fn introspection_can_be_switched_off() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "").await;
    let json = router
        .query("{ __schema { queryType { name } } __typename }")
        .await
        .json();
    assert_eq!(
        json,
        json!({ "data": { "__schema": { "queryType": { "name": "Query" } }, "__typename": "Query" } })
    );
    let off = Running::start(&[("dogs", &a)], "introspection: false").await;
    refused(
        &off.query("{ __schema { queryType { name } } }").await,
        200,
        "INTROSPECTION_DISABLED",
    );
    assert_eq!(
        off.query("{ __typename }").await.text(),
        r#"{"data":{"__typename":"Query"}}"#
    );
    assert!(a.requests().is_empty());
}

#[tokio::test]
async fn operations_beyond_a_limit_are_refused() {
    let a = dogs().await;
    let more = "limits: { depth: 3, tokens: 60, aliases: 2, root_fields: 2 }";
    let router = Running::start(&[("dogs", &a)], more).await;
    for query in [
        "{ dog { friend { friend { name } } } }",
        "{ a: dog { name } b: dog { name } c: dog { name } }",
        "{ dog { a: name b: name c: name } }",
        &format!("{{ dog {{ name {} }} }}", "name ".repeat(100)),
    ] {
        refused(&router.query(query).await, 200, "OPERATION_TOO_LARGE");
    }
    assert_eq!(
        router.query("{ dog { friend { name } } }").await.status,
        200
    );
}

#[tokio::test]
async fn planning_is_refused_beyond_its_budget_of_work() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "limits: { planning_work: 1000 }").await;
    let aliases: String = (0..200).map(|n| format!("a{n}: name ")).collect();
    let answer = router.query(&format!("{{ dog {{ {aliases} }} }}")).await;
    refused(&answer, 200, "PLANNING_FAILED");
    assert!(answer.text().contains("units of work"), "{}", answer.text());
    assert_eq!(router.query("{ dog { name } }").await.status, 200);
}

#[tokio::test]
async fn deep_documents_do_no_harm() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "limits: { tokens: 1000000 }").await;
    let deep = format!(
        "{}name{}",
        "{ dog { friend".repeat(20_000),
        "}".repeat(40_000)
    );
    let answer = router.query(&deep).await;
    assert!(["GRAPHQL_PARSE_FAILED", "OPERATION_TOO_LARGE"].contains(&answer.code().as_str()));
    let list = format!(
        "{{ dog(weight: {}1{}) {{ name }} }}",
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    assert!(
        ["GRAPHQL_PARSE_FAILED", "OPERATION_TOO_LARGE"]
            .contains(&router.query(&list).await.code().as_str())
    );
    let nested = format!(
        r#"{{"query":"query($w: Decimal) {{ dog(weight: $w) {{ name }} }}","variables":{{"w":{}1{}}}}}"#,
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    refused(&router.ask_with(&[], nested).await, 200, "BAD_USER_INPUT");
    assert_eq!(router.query("{ dog { name } }").await.status, 200);
}

#[tokio::test]
async fn nesting_within_the_widest_limits_does_not_exhaust_a_stack() {
    let widest = "limits: { depth: 200, tokens: 1000000, fields: 1000000, aliases: 100000, directives: 100000 }";
    let data = (0..100).fold(
        json!({ "name": "Rex" }),
        |below, _| json!({ "name": "Rex", "friend": below }),
    );
    let a = Subgraph::start(SDL, move |_| Reply::Data(json!({ "dog": data }))).await;
    let router = Running::start(&[("dogs", &a)], widest).await;
    let nested = |before: &str, after: &str, times: usize| {
        format!(
            "{{ dog {{ {} name {} }} }}",
            before.repeat(times),
            after.repeat(times)
        )
    };
    for times in [100, 199, 250, 450, 900, 5000] {
        for (before, after) in [
            ("friend {", "}"),
            ("... on Dog {", "}"),
            ("friend { ... on Dog {", "} }"),
            ("... @include(if: true) { friend {", "} }"),
        ] {
            router.query(&nested(before, after, times)).await.json();
        }
        let chain: String = (0..times)
            .map(|i| format!("fragment F{i} on Dog {{ friend {{ ...F{} }} }} ", i + 1))
            .collect();
        let chain = format!("{{ dog {{ ...F0 }} }} {chain} fragment F{times} on Dog {{ name }}");
        router.query(&chain).await.json();
    }
    assert_eq!(router.query("{ dog { name } }").await.status, 200);
}

#[tokio::test]
async fn numbers_keep_every_digit_on_their_way() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "").await;
    let body = r#"{"query":"query($w: Decimal) { dog(weight: $w) { name } }","variables":{"w":0.10000000000000000000000000001}}"#;
    assert_eq!(
        router.ask_with(&[], body.to_owned()).await.text(),
        r#"{"data":{"dog":{"name":"Rex"}}}"#
    );
    let sent = &a.requests()[0].1;
    assert!(sent.contains(":0.10000000000000000000000000001}"), "{sent}");
}

#[tokio::test]
async fn only_listed_headers_and_the_trace_go_on() {
    let a = dogs().await;
    let more = "headers: { propagate: [authorization], insert: { x-env: test } }";
    let router = Running::start(&[("dogs", &a)], more).await;
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let headers = [
        ("authorization", "Bearer me"),
        ("cookie", "a=1"),
        ("traceparent", trace),
        ("x-request-id", "r-1"),
    ];
    let answer = router
        .ask_with(&headers, json!({ "query": "{ dog { name } }" }).to_string())
        .await;
    assert_eq!(answer.header("x-request-id"), "r-1");
    let (sent, _) = &a.requests()[0];
    let header = |name: &str| {
        sent.get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(header("authorization"), "Bearer me");
    assert_eq!(header("x-env"), "test");
    assert_eq!(header("cookie"), "");
    assert_eq!(header("x-request-id"), "r-1");
    assert!(header("traceparent").starts_with("00-0af7651916cd43dd8448eb211c80319c-"));
    assert_ne!(header("traceparent"), trace);
    assert!(header("accept").contains("application/graphql-response+json"));
}

#[tokio::test]
async fn a_plan_is_shown_where_that_is_allowed() {
    let a = dogs().await;
    let body = json!({ "query": "{ dog { name } }" }).to_string();
    let header = [("abaque-expose-plan", "true")];
    let closed = Running::start(&[("dogs", &a)], "").await;
    let answer = closed.ask_with(&header, body.clone()).await.json();
    assert!(answer.get("extensions").is_none(), "{answer}");
    let open = Running::start(&[("dogs", &a)], "expose_plan: true").await;
    assert!(
        open.ask_with(&[], body.clone())
            .await
            .json()
            .get("extensions")
            .is_none()
    );
    let answer = open.ask_with(&header, body).await.json();
    assert_eq!(answer["data"]["dog"]["name"], "Rex");
    assert_eq!(
        answer["extensions"]["plan"]["fetches"][0]["subgraph"],
        "dogs"
    );
}

#[tokio::test]
async fn progressive_overrides_follow_their_labels() {
    let link = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@override"])"#;
    let a = Subgraph::with_data("type Query { dog: String }", json!({ "dog": "old" })).await;
    let new = |label: &str| {
        format!("{link} type Query {{ dog: String @override(from: \"a\", label: \"{label}\") }}")
    };
    for (label, more, expect) in [
        ("percent(100)", "", "new"),
        ("percent(0)", "", "old"),
        ("beta", "", "old"),
        ("beta", "override_labels: [beta]", "new"),
    ] {
        let b = Subgraph::with_data(&new(label), json!({ "dog": "new" })).await;
        let router = Running::start(&[("a", &a), ("b", &b)], more).await;
        assert_eq!(
            router.query("{ dog }").await.json()["data"]["dog"],
            expect,
            "{label} {more}"
        );
    }
}

#[tokio::test]
async fn an_operation_is_prepared_once_however_many_ask() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "").await;
    let asking = (0..30).map(|_| router.query("query Q { dog { name } }"));
    for answer in futures_util::future::join_all(asking).await {
        assert_eq!(answer.text(), r#"{"data":{"dog":{"name":"Rex"}}}"#);
    }
    let planned = "router_plan_duration_seconds_count{outcome=\"planned\"}";
    assert_eq!(router.metric(planned).await, 1.0);
    let hits = router.metric("router_plan_cache_hits_total").await;
    let misses = router.metric("router_plan_cache_misses_total").await;
    assert_eq!(hits + misses, 30.0);
    assert_eq!(router.metric("router_plan_cache_entries").await, 1.0);
}

/// How many of these documents found a plan that another one had been made for.
async fn reused(documents: &[&str]) -> f64 {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "").await;
    for document in documents {
        let answer = router.query(document).await;
        assert_eq!(answer.json()["data"]["dog"]["name"], "Rex", "{document}");
    }
    router.metric("router_plans_reused_total").await
}

#[tokio::test]
async fn documents_that_differ_in_their_spelling_share_a_plan() {
    let spellings = [
        "{ dog { name } }",
        "query Named { dog { name } }",
        "# a comment\nquery {\n  dog,{ name }\n}",
    ];
    assert_eq!(reused(&spellings).await, 2.0);
    let fragments = [
        "{ dog { ...A ...B } } fragment A on Dog { name } fragment B on Dog { name }",
        "fragment B on Dog { name } { dog { ...A ...B } } fragment A on Dog { name }",
    ];
    assert_eq!(reused(&fragments).await, 1.0);
}

#[tokio::test]
async fn documents_that_differ_in_more_do_not() {
    let others = [
        "{ dog { name } }",
        "{ dog { name __typename } }",
        "{ dog { ...A } } fragment A on Dog { name }",
        "{ dog { ...A } } fragment A on Dog { name __typename }",
        "query($a: Boolean = true) { dog { name @include(if: $a) } }",
        "query($a: Boolean = true, $b: Boolean = true) { dog { name @include(if: $a) __typename @skip(if: $b) } }",
    ];
    assert_eq!(reused(&others).await, 0.0);
}

#[tokio::test]
async fn without_room_for_plans_everything_still_works() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "plan_cache: { size: 0 }").await;
    for _ in 0..3 {
        assert_eq!(
            router.query("{ dog { name } }").await.text(),
            r#"{"data":{"dog":{"name":"Rex"}}}"#
        );
    }
    assert_eq!(router.metric("router_plan_cache_entries").await, 0.0);
}

#[tokio::test]
async fn defaults_that_take_each_other_without_end_are_refused() {
    let levels: String = (1..=40)
        .map(|n| {
            let below = n - 1;
            format!("input A{n} {{ a: A{below} = {{}} b: A{below} = {{}} }}\n")
        })
        .collect();
    let sdl = format!("type Query {{ f(a: A40): Int }} input A0 {{ x: Int = 1 }}\n{levels}");
    let subgraph = Subgraph::start(&sdl, |_| Reply::Data(json!({ "f": 1 }))).await;
    let router = Running::start(&[("a", &subgraph)], "").await;
    let body = json!({ "query": "query($a: A40) { f(a: $a) }", "variables": { "a": {} } });
    let answer = post(&router.url(), &[JSON, NEWER], body.to_string()).await;
    refused(&answer, 422, "BAD_USER_INPUT");
    assert!(answer.text().contains("$a"), "{}", answer.text());
}

/// What a mutation has begun at one subgraph is followed by what it does at the next.
#[tokio::test]
async fn a_mutation_whose_client_goes_runs_to_its_end() {
    let (gate, gated) = tokio::sync::watch::channel(false);
    let first = "type Query { a: Int } type Mutation { first: Int }";
    let a = Subgraph::start(first, move |_| {
        Reply::Gated(gated.clone(), json!({ "first": 1 }))
    })
    .await;
    let second = "type Query { b: Int } type Mutation { second: Int }";
    let b = Subgraph::with_data(second, json!({ "second": 2 })).await;
    let router = Running::start(&[("a", &a), ("b", &b)], "").await;
    {
        let asking = router.query("mutation { first second }");
        let asked = until(async || (a.requests().len() == 1).then_some(()));
        tokio::select! {
            _ = asking => panic!("it is not answered before the gate opens"),
            asked = asked => asked.expect("the first subgraph is asked"),
        }
    }
    let active = "http_server_active_requests{http_request_method=\"POST\"}";
    let gone = until(async || (router.metric(active).await == 0.0).then_some(())).await;
    gone.expect("the client is gone");
    let canceled = "graphql_requests_total{outcome=\"canceled\"}";
    assert_eq!(router.metric(canceled).await, 1.0);
    gate.send(true).expect("it is waited for");
    let asked = until(async || (b.requests().len() == 1).then_some(())).await;
    asked.expect("the second subgraph is asked too");
}

#[tokio::test]
async fn the_newer_media_type_tells_partial_data_by_its_status() {
    let failing = |data: Value| {
        let errors = json!([{ "message": "gone", "path": ["dog"] }]);
        Reply::Response(json!({ "data": data, "errors": errors }))
    };
    let a = Subgraph::start(SDL, move |_| failing(json!({ "dog": null }))).await;
    let router = Running::start(&[("dogs", &a)], "").await;
    let body = json!({ "query": "{ dog { name } }" }).to_string();
    let newer = router.ask_with(&[NEWER], body.clone()).await;
    assert_eq!(newer.status.as_u16(), 294, "{}", newer.text());
    let older = router.ask_with(&[], body).await;
    assert_eq!((older.status.as_u16(), &older.body), (200, &newer.body));
}

#[tokio::test]
async fn a_variable_without_use_makes_a_document_wrong_by_itself() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "").await;
    for (query, status) in [
        ("query($a: String) { __typename }", 400),
        ("query($a: String) { cat }", 422),
        ("query($a: String!) { dog(weight: $a) { name } }", 422),
    ] {
        let answer = router
            .ask_with(&[NEWER], json!({ "query": query }).to_string())
            .await;
        refused(&answer, status, "GRAPHQL_VALIDATION_FAILED");
    }
}
