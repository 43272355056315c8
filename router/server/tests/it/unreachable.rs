//! What is reported about a subgraph that gives no SDL: where it was asked, and what it answered.

use std::net::SocketAddr;

use axum::Router;
use axum::routing::post;
use http::StatusCode;
use tokio::net::TcpListener;

use crate::kit::Running;

async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// The last error of the only subgraph, at this URL.
async fn last_error(url: &str) -> String {
    let router = Running::configured(&format!("subgraphs: {{ a: {{ url: \"{url}\" }} }}")).await;
    let told = |status: &serde_json::Value| status["subgraphs"][0]["last_error"].is_string();
    let status = router.until_status(told).await;
    let error = &status["subgraphs"][0]["last_error"];
    error.as_str().expect("it is a text").to_owned()
}

#[tokio::test]
async fn a_refused_connection_names_the_url_without_its_secrets() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let error = last_error(&format!("http://{address}/graphql?token=hunter2")).await;
    assert!(error.contains("cannot be reached"), "{error}");
    assert!(error.contains("refused"), "{error}");
    assert!(
        error.ends_with(&format!("(asked at http://{address}/graphql)")),
        "{error}"
    );
}

#[tokio::test]
async fn an_answer_that_is_not_graphql_is_told_with_its_status_its_type_and_its_beginning() {
    let page = format!("<html>\n  <title>Sign in</title>{}", "x".repeat(10_000));
    let html = [("content-type", "text/html")];
    let json = [("content-type", "application/json")];
    let app = Router::new()
        .route(
            "/page",
            post(move || async move { (StatusCode::OK, html, page) }),
        )
        .route(
            "/broken",
            post(
                move || async move { (StatusCode::BAD_GATEWAY, html, "<h1>no\u{7} upstream</h1>") },
            ),
        )
        .route(
            "/json",
            post(move || async move { (StatusCode::OK, json, "{\"hello\": ") }),
        )
        .route(
            "/denied",
            post(
                move || async move { (StatusCode::UNAUTHORIZED, json, "{\"error\":\"no token\"}") },
            ),
        );
    let address = serve(app).await;
    let error = async |path: &str| {
        let error = last_error(&format!("http://{address}/{path}")).await;
        let asked = format!(" (asked at http://{address}/{path})");
        error
            .strip_suffix(&asked)
            .unwrap_or_else(|| panic!("{error}"))
            .to_owned()
    };
    let page = error("page").await;
    let begins = "it answered HTTP status 200 with content type text/html, not with a GraphQL response; its body, of content type text/html, begins with \"<html> <title>Sign in</title>xxx";
    assert!(page.starts_with(begins), "{page}");
    assert!(page.len() < 300, "{page}");
    assert_eq!(
        error("broken").await,
        "it answered with HTTP status 502; its body, of content type text/html, begins with \"<h1>no upstream</h1>\""
    );
    assert_eq!(
        error("denied").await,
        "it answered with HTTP status 401; its body, of content type JSON, begins with \"{\\\"error\\\":\\\"no token\\\"}\""
    );
    assert!(
        error("json")
            .await
            .ends_with("it begins with \"{\\\"hello\\\":\""),
    );
    assert_eq!(
        error("nowhere").await,
        "it answered with HTTP status 404; its body is empty"
    );
}
