//! GraphQL over HTTP at the door, asked without a socket.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::fixture::{Answer, Fixture};

const JSON: &str = "application/json";
const GRAPHQL: &str = "application/graphql-response+json";

async fn query(fixture: &Fixture, query: &str) -> Answer {
    fixture
        .post(JSON, GRAPHQL, json!({ "query": query }).to_string())
        .await
}

/// A refusal by HTTP: a GraphQL response of one error, with the same status for both media types.
async fn check_refused(content_type: &str, body: &str, status: u16, code: &str) {
    let fixture = Fixture::new();
    for accept in [JSON, GRAPHQL] {
        let answer = fixture.post(content_type, accept, body.to_owned()).await;
        assert_eq!(
            answer.status.as_u16(),
            status,
            "{content_type} {body} {answer:?}"
        );
        assert_eq!(answer.codes(), [code], "{content_type} {body} {answer:?}");
        assert_eq!(
            answer.header("content-type"),
            format!("{accept}; charset=utf-8")
        );
        assert_eq!(answer.json().get("data"), None, "{answer:?}");
    }
}

/// A rejection by GraphQL: for the newer media type 400 when it is not GraphQL and else 422, 200 for the older one, and no `data`.
async fn check_rejected(query: &str, variables: Value, code: &str) {
    let fixture = Fixture::new();
    let body = json!({ "query": query, "variables": variables }).to_string();
    let newer = match code {
        "GRAPHQL_PARSE_FAILED" => 400,
        _ => 422,
    };
    for (accept, status) in [(JSON, 200), (GRAPHQL, newer)] {
        let answer = fixture.post(JSON, accept, body.clone()).await;
        assert_eq!(answer.status.as_u16(), status, "{query} {answer:?}");
        assert_eq!(
            answer.codes().first().map(String::as_str),
            Some(code),
            "{query} {answer:?}"
        );
        assert_eq!(answer.json().get("data"), None, "{query} {answer:?}");
    }
}

#[tokio::test]
async fn a_query_is_answered_by_post_and_get() {
    let fixture = Fixture::new();
    let posted = query(&fixture, "{ hello }").await;
    assert_eq!(
        (posted.status, posted.body.as_str()),
        (StatusCode::OK, r#"{"data":{"hello":"hello world"}}"#)
    );
    assert_eq!(posted.header("vary"), "accept");

    let got = fixture.get("/graphql?query=%7Bhello%7D", GRAPHQL).await;
    assert_eq!((got.status, got.body), (StatusCode::OK, posted.body));
}

#[tokio::test]
async fn an_answer_without_an_error_may_be_kept_and_a_schema_is_asked_for_again() {
    let fixture = Fixture::new();
    // The second time by the shorter road.
    for text in ["{ double(n: 1) }", "{ double(n: 1) }", "{ hello }"] {
        let answer = query(&fixture, text).await;
        assert_eq!(answer.header("cache-control"), "public, max-age=3600");
    }
    for text in [
        "{ _service { sdl } }",
        "{ hello ...on Query { __type(name: \"Query\") { name } } }",
    ] {
        let answer = query(&fixture, text).await;
        assert_eq!(answer.header("cache-control"), "no-cache", "{answer:?}");
    }
    for text in ["{ fail }", "{ nothing }", "{"] {
        let answer = query(&fixture, text).await;
        assert!(!answer.codes().is_empty(), "{answer:?}");
        assert_eq!(answer.header("cache-control"), "", "{answer:?}");
    }
}

#[tokio::test]
async fn all_parameters_of_a_request_are_understood() {
    let fixture = Fixture::new();
    let text = "query A($n: Int!) { double(n: $n) } query B { hello }";
    let expected = json!({ "data": { "double": 42 } });

    let body = json!({ "query": text, "operationName": "A", "variables": { "n": 21 }, "extensions": { "a": 1 }, "other": [] });
    assert_eq!(
        fixture.post(JSON, GRAPHQL, body.to_string()).await.json(),
        expected
    );
    let nulls = json!({ "query": "{ hello }", "operationName": null, "variables": null, "extensions": null });
    assert_eq!(
        fixture.post(JSON, GRAPHQL, nulls.to_string()).await.status,
        StatusCode::OK
    );

    let path = "/graphql?query=query+A(%24n:Int!)%7Bdouble(n:%24n)%7Dquery+B%7Bhello%7D\
                &operationName=A&variables=%7B%22n%22:21%7D&extensions=%7B%7D";
    assert_eq!(fixture.get(path, GRAPHQL).await.json(), expected);
    let path = "/graphql?query=%7Bhello%7D&variables=&extensions=";
    assert_eq!(fixture.get(path, GRAPHQL).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_media_type_follows_accept() {
    let fixture = Fixture::new();
    for (accept, expected) in [("", JSON), ("*/*", JSON), (JSON, JSON), (GRAPHQL, GRAPHQL)] {
        let answer = fixture.post(JSON, accept, r#"{"query":"{hello}"}"#).await;
        assert_eq!(
            answer.header("content-type"),
            format!("{expected}; charset=utf-8"),
            "{accept}"
        );
    }
    let answer = fixture
        .post(JSON, "image/png", r#"{"query":"{hello}"}"#)
        .await;
    assert_eq!(answer.status, StatusCode::NOT_ACCEPTABLE);
    assert_eq!(answer.codes(), ["NOT_ACCEPTABLE"]);
}

#[tokio::test]
async fn only_json_bodies_are_read() {
    let body = r#"{"query":"{hello}"}"#;
    for content_type in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/jsonp",
        "text/plain; application/json",
        "application/json; charset=latin1",
    ] {
        check_refused(content_type, body, 415, "UNSUPPORTED_MEDIA_TYPE").await;
    }
    let fixture = Fixture::new();
    for content_type in [
        "application/json; charset=UTF-8",
        "Application/JSON;charset=\"utf-8\"",
    ] {
        let answer = fixture.post(content_type, JSON, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{content_type}");
    }
}

#[tokio::test]
async fn bodies_that_are_no_request_are_bad_requests() {
    for body in [
        "",
        "{",
        "nonsense",
        "{\"query\":\"{hello}\"} trailing",
        "\"{hello}\"",
        "null",
        "{}",
        r#"{"query":null}"#,
        r#"{"query":1}"#,
        r#"{"query":{}}"#,
        r#"{"query":["{hello}"]}"#,
        r#"{"query":"{hello}","operationName":1}"#,
        r#"{"query":"{hello}","variables":[]}"#,
        r#"{"query":"{hello}","variables":"{}"}"#,
        r#"{"query":"{hello}","variables":7}"#,
        r#"{"query":"{hello}","extensions":[]}"#,
        r#"{"query":"{hello}","extensions":"a"}"#,
        r#"{"query":"{hello}","query":"{hello}"}"#,
    ] {
        check_refused(JSON, body, 400, "BAD_REQUEST").await;
    }
    let deep = format!(
        r#"{{"query":"{{hello}}","variables":{{"a":{}"#,
        "[".repeat(100_000)
    );
    check_refused(JSON, &deep, 400, "BAD_REQUEST").await;
}

#[tokio::test]
async fn a_bad_request_tells_what_is_wrong() {
    let fixture = Fixture::new();
    let told = async |body: &str| {
        fixture.post(JSON, JSON, body.to_owned()).await.json()["errors"][0]["message"].to_string()
    };
    insta::assert_snapshot!(told("{").await, @r#""the body is not valid JSON: EOF while parsing an object at line 1 column 1""#);
    insta::assert_snapshot!(told("{}").await, @r#""the body is not a GraphQL request: missing field `query` at line 1 column 2""#);
    insta::assert_snapshot!(told(r#"{"query":"{hello}","variables":[1]}"#).await, @r#""the parameter `variables` is not a JSON object: invalid type: sequence, expected a map at line 1 column 0""#);
}

#[tokio::test]
async fn batches_are_refused() {
    check_refused(
        JSON,
        r#" [{"query":"{hello}"}]"#,
        400,
        "BATCHING_NOT_SUPPORTED",
    )
    .await;
    check_refused(JSON, "[]", 400, "BATCHING_NOT_SUPPORTED").await;
}

#[tokio::test]
async fn bodies_are_bounded_whether_their_length_is_told_or_not() {
    let fixture = Fixture::with(|config| config.limits.body_bytes = 64);
    let fits = format!("{:64}", r#"{"query":"{hello}"}"#);
    assert_eq!(
        fixture.post(JSON, JSON, fits.clone()).await.status,
        StatusCode::OK
    );

    let answer = fixture.post(JSON, JSON, format!("{fits} ")).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.codes(), ["PAYLOAD_TOO_LARGE"]);

    let endless = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from(" ")));
    let answer = fixture.post(JSON, JSON, Body::from_stream(endless)).await;
    assert_eq!(answer.codes(), ["PAYLOAD_TOO_LARGE"]);
}

#[tokio::test]
async fn a_body_that_ends_early_is_a_bad_request() {
    let broken =
        futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("gone")) });
    let answer = Fixture::new()
        .post(JSON, JSON, Body::from_stream(broken))
        .await;
    assert_eq!(
        (answer.status, answer.codes()),
        (StatusCode::BAD_REQUEST, vec!["BAD_REQUEST".to_owned()])
    );
}

#[tokio::test]
async fn what_does_not_parse_or_validate_is_rejected() {
    let none = json!({});
    check_rejected("{ hello", none.clone(), "GRAPHQL_PARSE_FAILED").await;
    check_rejected("{ nothing }", none.clone(), "GRAPHQL_VALIDATION_FAILED").await;
    check_rejected(
        "{ hello { more } }",
        none.clone(),
        "GRAPHQL_VALIDATION_FAILED",
    )
    .await;
    check_rejected("{ thing }", none.clone(), "GRAPHQL_VALIDATION_FAILED").await;
    check_rejected("{ double }", none.clone(), "GRAPHQL_VALIDATION_FAILED").await;
    check_rejected(
        "{ double(n: \"a\") }",
        none.clone(),
        "GRAPHQL_VALIDATION_FAILED",
    )
    .await;
    check_rejected(
        "{ double(n: $n) }",
        none.clone(),
        "GRAPHQL_VALIDATION_FAILED",
    )
    .await;
    check_rejected("{ hello ...F }", none.clone(), "GRAPHQL_VALIDATION_FAILED").await;
    check_rejected(
        "subscription { counts }",
        none.clone(),
        "SUBSCRIPTIONS_NOT_SUPPORTED",
    )
    .await;
    check_rejected(
        "query A { hello } query B { hello }",
        none,
        "OPERATION_RESOLUTION_FAILURE",
    )
    .await;
}

#[tokio::test]
async fn variables_that_do_not_fit_are_rejected() {
    let query = "query($n: Int!) { double(n: $n) }";
    check_rejected(query, json!({}), "BAD_USER_INPUT").await;
    check_rejected(query, json!({ "n": null }), "BAD_USER_INPUT").await;
    check_rejected(query, json!({ "n": "a" }), "GRAPHQL_VALIDATION_FAILED").await;
    check_rejected(query, json!({ "n": 1.5 }), "GRAPHQL_VALIDATION_FAILED").await;
    let query = "query($n: Numbers!) { sum(numbers: $n) }";
    check_rejected(query, json!({ "n": {} }), "GRAPHQL_VALIDATION_FAILED").await;
    check_rejected(
        query,
        json!({ "n": { "values": ["a"] } }),
        "GRAPHQL_VALIDATION_FAILED",
    )
    .await;
}

#[tokio::test]
async fn numbers_in_variables_arrive_as_they_are_written_or_not_at_all() {
    let body = r#"{"query":"query($n: Float) { hello @skip(if: false) }","variables":{"n":0.12345678901234567891}}"#;
    check_refused(JSON, body, 400, "INVALID_DECIMAL").await;
    let path = "/graphql?query=%7Bhello%7D&variables=%7B%22n%22:0.12345678901234567891%7D";
    assert_eq!(
        Fixture::new().get(path, JSON).await.codes(),
        ["INVALID_DECIMAL"]
    );
}

#[tokio::test]
async fn limits_reject() {
    let none = json!({});
    let deep = format!(
        "{{ thing {} {{ id }} {} }}",
        "{ within".repeat(25),
        "}".repeat(25)
    );
    check_rejected(&deep, none.clone(), "QUERY_TOO_DEEP").await;
    let wide: String = (0..1001).map(|n| format!("a{n}: hello ")).collect();
    check_rejected(&format!("{{ {wide} }}"), none.clone(), "QUERY_TOO_COMPLEX").await;
    let directives = "@skip(if: false) ".repeat(17);
    check_rejected(
        &format!("{{ hello {directives} }}"),
        none,
        "GRAPHQL_VALIDATION_FAILED",
    )
    .await;
}

#[tokio::test]
async fn errors_of_fields_keep_the_data_of_the_others() {
    let fixture = Fixture::new();
    for (accept, status) in [(JSON, 200), (GRAPHQL, 294)] {
        let body = json!({ "query": "{ fails hello failsWithoutCode }" }).to_string();
        let answer = fixture.post(JSON, accept, body).await;
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(answer.codes(), ["NO_NUMBER", "INTERNAL_SERVER_ERROR"]);
        assert_eq!(answer.json()["data"]["hello"], "hello world");
        assert_eq!(answer.json()["data"]["fails"], Value::Null);
        assert_eq!(answer.json()["errors"][0]["path"], json!(["fails"]));
    }
    // The whole data is null, but it was executed.
    let answer = query(&fixture, "{ failsWhole }").await;
    assert_eq!(
        (answer.status.as_u16(), answer.codes()),
        (294, vec!["NO_NUMBER".to_owned()])
    );
    assert_eq!(answer.json()["data"], Value::Null);
    assert!(answer.json().get("data").is_some());
}

#[tokio::test]
async fn mutations_need_post() {
    let fixture = Fixture::new();
    let answer = query(&fixture, "mutation { set(n: 1) }").await;
    assert_eq!(answer.json(), json!({ "data": { "set": 1 } }));

    for accept in [JSON, GRAPHQL] {
        let answer = fixture
            .get("/graphql?query=mutation%7Bset(n:1)%7D", accept)
            .await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.header("allow"), "POST");
        assert_eq!(answer.codes(), ["METHOD_NOT_ALLOWED"]);
    }
    // Which operation is sent counts, not which there are.
    let path = "/graphql?query=mutation+A%7Bset(n:1)%7Dquery+B%7Bhello%7D&operationName=";
    assert_eq!(
        fixture.get(&format!("{path}B"), JSON).await.status,
        StatusCode::OK
    );
    assert_eq!(
        fixture.get(&format!("{path}A"), JSON).await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
}

#[tokio::test]
async fn other_methods_are_not_allowed() {
    let fixture = Fixture::new();
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "BREW"] {
        let request = Request::builder()
            .method(method)
            .uri("/graphql")
            .body(Body::empty())
            .unwrap();
        let answer = fixture.send(request).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(answer.header("allow"), "GET, HEAD, POST");
        assert_eq!(answer.codes(), ["METHOD_NOT_ALLOWED"]);
    }
}

#[tokio::test]
async fn query_strings_that_are_no_request_are_bad_requests() {
    let fixture = Fixture::new();
    for path in [
        "/graphql",
        "/graphql?",
        "/graphql?other=1",
        "/graphql?query=%7Bhello%7D&query=%7Bhello%7D",
        "/graphql?query=%7Bhello%7D&variables=%5B%5D",
        "/graphql?query=%7Bhello%7D&variables=%7B",
        "/graphql?query=%7Bhello%7D&extensions=1",
    ] {
        let answer = fixture.get(path, JSON).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} {answer:?}");
        assert_eq!(answer.codes(), ["BAD_REQUEST"], "{path}");
    }
}

#[tokio::test]
async fn browsers_get_the_playground_and_programs_do_not() {
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let fixture = Fixture::new();
    let page = fixture.get("/graphql", browser).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.header("content-type").starts_with("text/html"),
        "{page:?}"
    );
    assert_eq!(
        fixture.get("/graphql", "*/*").await.status,
        StatusCode::BAD_REQUEST
    );

    let fixture = Fixture::with(|config| config.playground = false);
    let answer = fixture.get("/graphql", browser).await;
    assert_eq!(
        (answer.status, answer.codes()),
        (StatusCode::BAD_REQUEST, vec!["BAD_REQUEST".to_owned()])
    );
}

#[tokio::test]
async fn introspection_of_tools_fits_the_limits_unless_it_is_off() {
    // As GraphiQL asks it.
    let text = "query IntrospectionQuery { __schema { description queryType { name kind } mutationType { name kind } \
        subscriptionType { name kind } types { ...FullType } directives { name description isRepeatable locations \
        args(includeDeprecated: true) { ...InputValue } } } } \
        fragment FullType on __Type { kind name description specifiedByURL isOneOf \
        fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue } \
        type { ...TypeRef } isDeprecated deprecationReason } \
        inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef } \
        enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } \
        possibleTypes { ...TypeRef } } \
        fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason } \
        fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name \
        ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";
    let answer = query(&Fixture::new(), text).await;
    assert_eq!(
        (answer.status, answer.codes()),
        (StatusCode::OK, vec![]),
        "{answer:?}"
    );

    let closed = Fixture::with(|config| config.introspection = false);
    let answer = query(&closed, text).await;
    assert_eq!(answer.codes(), ["INTROSPECTION_DISABLED"]);
    let answer = query(&closed, "{ __typename _service { sdl } }").await;
    assert_eq!(answer.codes(), Vec::<String>::new());
}

#[tokio::test]
async fn the_served_sdl_is_the_printed_one() {
    let fixture = Fixture::new();
    let printed = crate::fixture::program(&fixture.gate).sdl();
    assert!(
        printed.contains("type Thing @key(fields: \"id\")"),
        "{printed}"
    );
    let answer = query(&fixture, "{ _service { sdl } }").await;
    assert_eq!(answer.json()["data"]["_service"]["sdl"], printed.as_str());
    let answer = query(
        &fixture,
        "{ s: _service { ...S } } fragment S on _Service { t: sdl }",
    )
    .await;
    assert_eq!(answer.json()["data"]["s"]["t"], printed.as_str());
}

#[tokio::test]
async fn entities_are_resolved_in_the_order_of_their_representations() {
    let fixture = Fixture::new();
    let body = json!({
        "query": "query($r: [_Any!]!) { _entities(representations: $r) { ... on Thing { id } } }",
        "variables": { "r": [{ "__typename": "Thing", "id": "b" }, { "__typename": "Thing", "id": "a" }] },
    });
    let answer = fixture.post(JSON, GRAPHQL, body.to_string()).await;
    assert_eq!(
        answer.body,
        r#"{"data":{"_entities":[{"id":"b"},{"id":"a"}]}}"#
    );
    let metrics = fixture.metrics().await;
    assert!(
        metrics.contains("graphql_server_entities_batch_size_sum{service=\"example\"} 2\n"),
        "{metrics}"
    );
}

#[tokio::test]
async fn the_domain_sees_the_limits() {
    let fixture = Fixture::with(|config| config.limits.series_length = 7);
    assert_eq!(
        query(&fixture, "{ longestSeries }").await.json()["data"]["longestSeries"],
        7
    );
}

#[tokio::test]
async fn a_panic_is_an_error_like_any_other_and_tells_nothing() {
    let fixture = Fixture::new();
    let answer = query(&fixture, "{ panics }").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer.codes(), ["INTERNAL_SERVER_ERROR"]);
    assert!(!answer.body.contains("on purpose"), "{answer:?}");
    assert_eq!(query(&fixture, "{ hello }").await.status, StatusCode::OK);
}

#[tokio::test]
async fn no_request_takes_longer_than_it_may() {
    let fixture = Fixture::with(|config| config.limits.request_timeout = Duration::from_millis(20));
    let answer = query(&fixture, "{ waits }").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.codes(), ["REQUEST_TIMEOUT"]);

    let never = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
    let answer = fixture.post(JSON, JSON, Body::from_stream(never)).await;
    assert_eq!(answer.status, StatusCode::REQUEST_TIMEOUT);
    assert_eq!(answer.codes(), ["REQUEST_TIMEOUT"]);
}

#[tokio::test]
async fn requests_and_errors_are_counted_by_bounded_labels() {
    let fixture = Fixture::new();
    query(&fixture, "{ hello }").await;
    query(&fixture, "{ fails hello }").await;
    query(&fixture, "{ nothing }").await;
    query(&fixture, "mutation { set(n: 1) }").await;
    query(&fixture, "{").await;
    fixture
        .get("/graphql?query=mutation%7Bset(n:1)%7D", JSON)
        .await;
    let metrics = fixture.metrics().await;
    let counted = metrics.lines().filter(|line| {
        line.starts_with("graphql_server_") && !line.contains("_bucket") && !line.ends_with(" 0")
    });
    let mut counted: Vec<_> = counted.collect();
    counted.sort_unstable();
    insta::assert_snapshot!(counted.join("\n"), @r#"
graphql_server_errors_total{service="example",code="GRAPHQL_PARSE_FAILED"} 1
graphql_server_errors_total{service="example",code="GRAPHQL_VALIDATION_FAILED"} 1
graphql_server_errors_total{service="example",code="METHOD_NOT_ALLOWED"} 1
graphql_server_errors_total{service="example",code="NO_NUMBER"} 1
graphql_server_requests_total{service="example",graphql_operation_type="_unknown",outcome="rejected"} 1
graphql_server_requests_total{service="example",graphql_operation_type="mutation",outcome="refused"} 1
graphql_server_requests_total{service="example",graphql_operation_type="mutation",outcome="success"} 1
graphql_server_requests_total{service="example",graphql_operation_type="query",outcome="field_errors"} 1
graphql_server_requests_total{service="example",graphql_operation_type="query",outcome="rejected"} 1
graphql_server_requests_total{service="example",graphql_operation_type="query",outcome="success"} 1
"#);
}

#[tokio::test]
async fn every_metric_is_in_the_catalog() {
    let fixture = Fixture::new();
    query(&fixture, "{ hello }").await;
    fixture.get("/api/v1/add?a=1&b=2", JSON).await;
    let metrics = fixture.metrics().await;
    let families = metrics.lines().filter(|line| line.starts_with("# "));
    let own = families.filter(|line| !line.contains(" process_") && !line.contains(" tokio_"));
    let mut own: Vec<_> = own.collect();
    own.sort_by_key(|line| line.split(' ').nth(2));
    insta::assert_snapshot!(own.join("\n"), @r#"
    # HELP graphql_server_active_streams Subscriptions that are open, over server-sent events or WebSockets.
    # TYPE graphql_server_active_streams gauge
    # HELP graphql_server_active_websockets WebSockets that are open.
    # TYPE graphql_server_active_websockets gauge
    # HELP graphql_server_entities_batch_size Representations in one _entities field.
    # TYPE graphql_server_entities_batch_size histogram
    # HELP graphql_server_errors_total Errors in GraphQL responses, by extensions.code.
    # TYPE graphql_server_errors_total counter
    # HELP graphql_server_requests_total Requests at /graphql, by what came of them: executed without or with field errors, rejected by GraphQL, refused by HTTP.
    # TYPE graphql_server_requests_total counter
    # HELP graphql_server_stream_events_total Events of subscriptions, and answers that were sent as events.
    # TYPE graphql_server_stream_events_total counter
    # HELP health_ready 1 while traffic is wanted, as /health/ready says.
    # TYPE health_ready gauge
    # HELP http_server_active_requests Requests that are being answered.
    # TYPE http_server_active_requests gauge
    # HELP http_server_request_duration_seconds Time from the head of a request to the last byte of its answer; status 499 counts clients that went away before its head.
    # TYPE http_server_request_duration_seconds histogram
    # HELP telemetry_exports_total Messages to the collector, by what they have and what became of them; one that is sent again counts again.
    # TYPE telemetry_exports_total counter
    # HELP telemetry_spans_dropped_total Spans that were recorded or would have been and are not exported: their request has too many, too many wait, the collector did not take them, or it rejected them.
    # TYPE telemetry_spans_dropped_total counter
    # HELP telemetry_spans_exported_total Spans that the collector has taken.
    # TYPE telemetry_spans_exported_total counter
    "#);
}
