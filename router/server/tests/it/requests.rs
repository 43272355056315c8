//! What clients send, and what they are answered.

mod browsers;
mod limits;
mod located;
mod plans;

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
        &ask(&[JSON, ("content-encoding", "compress")], "{}").await,
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

/// A field whose selection set is there, and wrong, is not reported for having none.
#[tokio::test]
async fn a_selection_set_of_unknown_fields_is_one_all_the_same() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "").await;
    let told = async |query: &str| {
        let answer = router.query(query).await.json();
        let errors = answer["errors"].as_array().cloned().unwrap_or_default();
        let messages = errors.iter().map(|error| error["message"].clone());
        messages
            .map(|message| message.to_string())
            .collect::<Vec<_>>()
    };
    let unknown = "type `Dog` does not have a field `x`";
    for query in [
        "{ dog { x } }",
        "{ d: dog(name: \"a\") { ... { x } } }",
        "{ dog { ...D } } fragment D on Dog { x }",
    ] {
        let told = told(query).await;
        assert!(
            told.iter().any(|message| message.contains(unknown)),
            "{told:?}"
        );
        let needs = |message: &String| message.contains("subselection");
        assert!(!told.iter().any(needs), "{query}: {told:?}");
    }
    let both = told("{ dog { x } other: dog }").await;
    assert_eq!(both.len(), 2, "{both:?}");
    assert!(both.iter().any(|message| message.contains("subselection")));
    assert_eq!(told("{ dog }").await.len(), 1);
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
        ("tracestate", "vendor=1"),
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
    // Nothing is exported here, so that the client's span is the parent there.
    assert_eq!(header("traceparent"), trace);
    assert_eq!(header("tracestate"), "vendor=1");
    assert!(header("accept").contains("application/graphql-response+json"));
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
