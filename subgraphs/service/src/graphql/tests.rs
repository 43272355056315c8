//! GraphQL over HTTP at the endpoint, asked without a socket.

mod bodies;
mod metrics;
mod operations;
mod variables;

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
    // The second time by the fast path.
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
