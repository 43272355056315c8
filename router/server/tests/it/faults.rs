//! Subgraphs that fail in every way.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::kit::{Answer, Reply, Running, Subgraph};

const DOGS: &str = "type Query { dog: String }";
const CATS: &str = "type Query { cat: String }";

/// The answer to `{ dog cat }` when the subgraph of cats replies like this.
async fn with_cats(reply: Reply, more: &str) -> Answer {
    let a = Subgraph::with_data(DOGS, json!({ "dog": "Rex" })).await;
    let b = Subgraph::start(CATS, move |_| reply.clone()).await;
    let router = Running::start(&[("dogs", &a), ("cats", &b)], more).await;
    router.query("{ dog cat }").await
}

/// The dog is there, the cat is null, and the one error is about it.
#[track_caller]
fn partial(answer: &Answer, code: &str) -> Value {
    assert_eq!(answer.status, 200);
    let json = answer.json();
    assert_eq!(json["data"], json!({ "dog": "Rex", "cat": null }), "{json}");
    assert_eq!(json["errors"].as_array().map(Vec::len), Some(1), "{json}");
    let error = &json["errors"][0];
    assert_eq!(error["path"], json!(["cat"]), "{error}");
    assert_eq!(error["extensions"]["code"], code, "{error}");
    assert_eq!(error["extensions"]["service"], "cats", "{error}");
    error.clone()
}

#[tokio::test]
async fn a_graphql_body_counts_whatever_the_status() {
    let body = json!({ "data": { "cat": "Mimi" } }).to_string();
    let answer = with_cats(Reply::Raw(500, "application/json", body), "").await;
    assert_eq!(
        answer.json(),
        json!({ "data": { "dog": "Rex", "cat": "Mimi" } })
    );
}

#[tokio::test]
async fn what_is_no_graphql_response_is_an_error_of_its_subgraph() {
    let html = || "<html>".to_owned();
    partial(
        &with_cats(Reply::Raw(502, "text/html", html()), "").await,
        "SUBREQUEST_HTTP_ERROR",
    );
    partial(
        &with_cats(Reply::Raw(200, "text/html", html()), "").await,
        "SUBREQUEST_HTTP_ERROR",
    );
    let json = r#"{"detail":"no"}"#.to_owned();
    partial(
        &with_cats(Reply::Raw(503, "application/json", json), "").await,
        "SUBREQUEST_HTTP_ERROR",
    );
    let cut = r#"{"data":{"cat":"Mi"#.to_owned();
    partial(
        &with_cats(Reply::Raw(200, "application/json", cut), "").await,
        "SUBREQUEST_MALFORMED_RESPONSE",
    );
}

#[tokio::test]
async fn an_answer_beyond_the_bound_is_not_read() {
    let reply = Reply::Data(json!({ "cat": "x".repeat(5000) }));
    partial(
        &with_cats(reply, "limits: { subgraph_response: 2 KiB }").await,
        "SUBREQUEST_TOO_LARGE",
    );
}

#[tokio::test]
async fn a_slow_subgraph_costs_its_own_fields_only() {
    let more = "timeouts: { subgraph: 50ms }";
    partial(&with_cats(Reply::Never, more).await, "SUBREQUEST_TIMEOUT");
}

#[tokio::test]
async fn the_requests_own_time_ends_its_fetches() {
    let more = "timeouts: { request: 200ms }";
    partial(&with_cats(Reply::Never, more).await, "SUBREQUEST_TIMEOUT");
}

#[tokio::test]
async fn errors_of_subgraphs_are_masked_unless_included() {
    let reply = || {
        Reply::Response(json!({
            "data": { "cat": null },
            "errors": [{ "message": "secret of table cats", "path": ["cat"], "extensions": { "code": "FULL", "row": 7 } }],
        }))
    };
    let masked = partial(&with_cats(reply(), "").await, "SUBGRAPH_ERROR");
    assert!(!masked.to_string().contains("secret"), "{masked}");
    let shown = partial(
        &with_cats(reply(), "include_subgraph_errors: true").await,
        "FULL",
    );
    assert_eq!(shown["message"], "secret of table cats");
    assert_eq!(shown["extensions"]["row"], 7);
    let shown = partial(
        &with_cats(reply(), "include_subgraph_errors: { cats: true }").await,
        "FULL",
    );
    assert_eq!(shown["message"], "secret of table cats");
    partial(
        &with_cats(reply(), "include_subgraph_errors: { dogs: true }").await,
        "SUBGRAPH_ERROR",
    );
}

/// A server that answers the first request of each connection and closes at the second, without an answer.
async fn fickle(sdl: &'static str) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!(
        "http://{}/graphql",
        listener.local_addr().expect("an address")
    );
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let counted = Arc::clone(&counted);
            tokio::spawn(async move {
                let text = read_request(&mut stream).await;
                let data = if text.contains("_service") {
                    json!({ "data": { "_service": { "sdl": sdl } } })
                } else {
                    counted.fetch_add(1, Ordering::SeqCst);
                    json!({ "data": { "dog": "Rex", "adopt": "Rex" } })
                }
                .to_string();
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                    data.len()
                );
                stream
                    .write_all(format!("{head}{data}").as_bytes())
                    .await
                    .ok();
                if !read_request(&mut stream).await.is_empty() {
                    counted.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    });
    (url, requests)
}

/// The head and the body of one request, or nothing at the end of the connection.
async fn read_request(stream: &mut tokio::net::TcpStream) -> String {
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return String::new(),
            Ok(read) => text.extend_from_slice(&buffer[..read]),
        }
        let seen = String::from_utf8_lossy(&text).into_owned();
        if let Some((head, body)) = seen.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length: ")?
                        .parse()
                        .ok()
                })
                .unwrap_or(0_usize);
            if body.len() >= length {
                return seen;
            }
        }
    }
}

#[tokio::test]
async fn a_query_on_a_connection_that_was_given_up_is_sent_again() {
    let (url, _) = fickle("type Query { dog: String } type Mutation { adopt: String }").await;
    let router = Running::configured(&format!("subgraphs: {{ dogs: {{ url: \"{url}\" }} }}")).await;
    router.until_ready().await;
    for _ in 0..4 {
        assert_eq!(
            router.query("{ dog }").await.text(),
            r#"{"data":{"dog":"Rex"}}"#
        );
    }
}

#[tokio::test]
async fn a_mutation_is_never_sent_again() {
    let (url, requests) =
        fickle("type Query { dog: String } type Mutation { adopt: String }").await;
    let router = Running::configured(&format!("subgraphs: {{ dogs: {{ url: \"{url}\" }} }}")).await;
    router.until_ready().await;
    // The connection that the SDL came over is used again, and closed.
    let answer = router.query("mutation { adopt }").await;
    assert_eq!(answer.json()["data"], json!({ "adopt": null }));
    assert_eq!(answer.code(), "SUBREQUEST_CONNECTION_ERROR");
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}
