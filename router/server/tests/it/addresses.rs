//! Methods, and addresses beside the endpoint.

use http::{Method, Request};
use http_body_util::Full;
use serde_json::json;

use crate::kit::{Answer, Running, Subgraph, send};

const SDL: &str = "type Query { dog: String } type Mutation { adopt: String } type Subscription { barks: String }";

async fn router(more: &str) -> (Subgraph, Running) {
    let dogs = Subgraph::with_data(SDL, json!({ "dog": "Rex", "adopt": "Rex" })).await;
    let router = Running::start(&[("dogs", &dogs)], more).await;
    (dogs, router)
}

async fn ask(router: &Running, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let url = format!("http://{}{path}", router.address());
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::default()).expect("a request");
    send(request).await.expect("an answer")
}

const ALLOWED: &str = "GET, HEAD, POST, OPTIONS";
const HTML: (&str, &str) = ("accept", "text/html");

#[tokio::test]
async fn options_tell_the_methods_and_a_preflight_is_for_cors_to_answer() {
    let (_dogs, router) = router("cors: { origins: ['https://ours.example'] }").await;
    let options = ask(&router, Method::OPTIONS, "/graphql", &[]).await;
    assert_eq!(
        (options.status.as_u16(), options.header("allow")),
        (204, ALLOWED)
    );
    let page = [
        ("origin", "https://ours.example"),
        ("access-control-request-method", "POST"),
    ];
    let preflight = ask(&router, Method::OPTIONS, "/graphql", &page).await;
    let origin = preflight.header("access-control-allow-origin");
    assert_eq!(origin, "https://ours.example");
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE] {
        let answer = ask(&router, method, "/graphql", &[]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("allow")),
            (405, ALLOWED)
        );
        assert_eq!(answer.code(), "METHOD_NOT_ALLOWED");
    }
}

/// No other site may ask: the browser sees that by what the answer lacks.
#[tokio::test]
async fn a_preflight_is_answered_without_cors_too() {
    let (_dogs, router) = router("").await;
    let page = [
        ("origin", "https://other.example"),
        ("access-control-request-method", "POST"),
    ];
    let answer = ask(&router, Method::OPTIONS, "/graphql", &page).await;
    let found = (answer.status.as_u16(), answer.header("allow"));
    assert_eq!(found, (204, ALLOWED));
    assert_eq!(answer.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn head_is_answered_like_get_without_the_body() {
    let (_dogs, router) = router("").await;
    let query = "/graphql?query=%7Bdog%7D";
    let get = ask(&router, Method::GET, query, &[]).await;
    let head = ask(&router, Method::HEAD, query, &[]).await;
    assert_eq!(get.text(), r#"{"data":{"dog":"Rex"}}"#);
    assert_eq!((head.status, head.text().as_str()), (get.status, ""));
    for name in ["content-type", "content-length", "cache-control", "vary"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
    let mutation = ask(
        &router,
        Method::HEAD,
        "/graphql?query=mutation%7Badopt%7D",
        &[],
    )
    .await;
    assert_eq!(
        (mutation.status.as_u16(), mutation.header("allow")),
        (405, "POST")
    );
    let events = [(
        "accept",
        "text/event-stream, application/graphql-response+json",
    )];
    let barks = "/graphql?query=subscription%7Bbarks%7D";
    assert_eq!(ask(&router, Method::HEAD, barks, &events).await.status, 422);
    let page = ask(&router, Method::HEAD, "/graphql", &[HTML]).await;
    assert_eq!((page.status.as_u16(), page.text().as_str()), (200, ""));
    assert!(page.header("content-type").starts_with("text/html"));
}

#[tokio::test]
async fn who_misses_the_endpoint_is_shown_the_way() {
    let (_dogs, router) = router("path: /api/graphql").await;
    for method in [Method::GET, Method::POST] {
        let slash = ask(&router, method, "/api/graphql/?a=1", &[]).await;
        let location = slash.header("location");
        assert_eq!((slash.status.as_u16(), location), (308, "../graphql?a=1"));
    }
    let root = ask(&router, Method::GET, "/", &[HTML]).await;
    assert_eq!(
        (root.status.as_u16(), root.header("location")),
        (307, "api/graphql")
    );
    let posted = ask(&router, Method::POST, "/", &[]).await;
    assert_eq!(
        (posted.status.as_u16(), posted.header("allow")),
        (405, "GET,HEAD")
    );
    assert_eq!(posted.header("content-type"), "application/problem+json");
    let (_dogs, bare) = self::router("playground: false").await;
    for path in ["/", "/graphiql", "/graphql/x"] {
        let nothing = ask(&bare, Method::GET, path, &[HTML]).await;
        assert_eq!(nothing.status, 404, "{path}");
        assert!(nothing.text().contains("the GraphQL endpoint is /graphql"));
    }
    let page = ask(&bare, Method::GET, "/graphql", &[HTML]).await;
    assert_eq!(page.code(), "NOT_ACCEPTABLE");
}
