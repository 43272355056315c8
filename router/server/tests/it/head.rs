//! `HEAD`: what `GET` would be answered, without a body.

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::json;
use tokio::net::TcpStream;

use crate::kit::{Running, Subgraph};

#[tokio::test]
async fn head_is_answered_over_http_2_without_a_body() {
    let dogs = Subgraph::with_data("type Query { name: String }", json!({ "name": "Rex" })).await;
    let router = Running::start(&[("dogs", &dogs)], "").await;
    for (query, accept, status) in [
        ("?query=%7Bname%7D", "*/*", 200),
        (
            "?query=%7Bnone%7D",
            "application/graphql-response+json",
            422,
        ),
        ("", "text/html", 200),
    ] {
        let stream = TcpStream::connect(router.address()).await;
        let io = TokioIo::new(stream.expect("it listens"));
        let handshake = http2::handshake(TokioExecutor::new(), io).await;
        let (mut sender, connection) = handshake.expect("HTTP/2");
        tokio::spawn(connection);
        let request = Request::head(format!("http://localhost/graphql{query}"))
            .header("accept", accept)
            .body(Full::<Bytes>::default())
            .expect("a request");
        let answer = sender.send_request(request).await.expect("an answer");
        assert_eq!(answer.status(), status, "{query}");
        let length = answer.headers()["content-length"].to_str().expect("text");
        assert_ne!(length, "0", "{query}");
        let body = answer.into_body().collect().await.expect("an end");
        assert!(body.to_bytes().is_empty(), "{query}");
    }
}
