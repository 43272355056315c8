//! Ways to subgraphs beside a plain connection: Unix sockets, certificates of the router's own, proxies, compressed answers.

mod coded;
mod proxied;

use axum::Router;
use axum::http::{HeaderMap, Uri};
use axum::routing::post;
use serde_json::{Value, json};
use tokio::net::UnixListener;

use crate::encrypted::{file, subgraph_for};
use crate::kit::{Running, until};

#[tokio::test]
async fn a_subgraph_at_a_unix_socket_is_asked_for_its_schema_queries_and_events() {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("dogs.sock");
    let listener = UnixListener::bind(&socket).expect("a socket");
    let app = Router::new().route(
        "/api",
        post(async |uri: Uri, headers: HeaderMap, body: String| {
            assert_eq!(headers["host"], "localhost");
            assert_eq!(uri.query(), Some("v=1"));
            if body.contains("subscription") {
                let said = "event: next\ndata: {\"data\":{\"bark\":\"loud\"}}\n\nevent: complete\ndata:\n\n";
                return ([("content-type", "text/event-stream")], said.to_owned());
            }
            let sdl = "type Query { dog: String } type Subscription { bark: String }";
            let data = json!({ "data": { "_service": { "sdl": sdl }, "dog": "Rex" } });
            ([("content-type", "application/json")], data.to_string())
        }),
    );
    tokio::spawn(async move { axum::serve(listener, app).await });
    let url = format!("http+unix://{}:/api?v=1", socket.display());
    let router = Running::configured(&format!("subgraphs: {{ dogs: {{ url: \"{url}\" }} }}")).await;
    router.until_ready().await;
    for _ in 0..3 {
        let answer = router.query("{ dog }").await;
        assert_eq!(answer.text(), r#"{"data":{"dog":"Rex"}}"#);
    }
    let shown = url.replace("?v=1", "?…");
    assert_eq!(router.status().await["subgraphs"][0]["url"], shown);
    let headers = [("accept", "text/event-stream")];
    let body = json!({ "query": "subscription { bark }" }).to_string();
    let events = router.ask_with(&headers, body).await.text();
    assert!(events.contains(r#"{"data":{"bark":"loud"}}"#), "{events}");

    std::fs::remove_file(&socket).expect("it is there");
    let gone = Running::configured(&format!(
        "subgraphs: {{ dogs: {{ url: \"unix://{}\" }} }}",
        socket.display()
    ))
    .await;
    let says = |status: &Value| {
        let error = status["subgraphs"][0]["last_error"].as_str();
        error.is_some_and(|error| error.contains("dogs.sock"))
    };
    gone.until_status(says).await;
}

#[tokio::test]
async fn a_subgraph_is_shown_the_certificate_that_it_wants_and_trusted_by_its_own_authority() {
    let url = subgraph_for(&[b"h2", b"http/1.1"], Some("other-ca.pem")).await;
    let of = |tls: &str| format!("subgraphs: {{ a: {{ url: \"{url}\", tls: {{ {tls} }} }} }}");
    let [ca, cert, key, other] = ["ca.pem", "client.pem", "client-key.pem", "other-ca.pem"]
        .map(|name| file(name).display().to_string());
    let identity = format!("cert: \"{cert}\", key: \"{key}\"");
    let router = Running::configured(&of(&format!("ca: \"{ca}\", {identity}"))).await;
    router.until_ready().await;
    let answer = router.query("{ version }").await.json();
    assert_eq!(answer["data"]["version"], "HTTP/2.0");
    for wrong in [
        format!("ca: \"{ca}\""),
        identity.clone(),
        format!("ca: \"{other}\", {identity}"),
    ] {
        let router = Running::configured(&of(&wrong)).await;
        let unreachable = async || {
            (router.status().await["subgraphs"][0]["state"] == "unreachable").then_some(())
        };
        until(unreachable).await.expect(&wrong);
    }
}
