//! How and where subgraphs are asked.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use serde_json::json;
use tokio::net::TcpListener;

use crate::kit::{Running, Subgraph};

const DOGS: &str = "type Query { dog: String }";

/// What the subgraph is asked for an operation.
async fn asked(query: &str, more: &str) -> String {
    let dogs = Subgraph::with_data(DOGS, json!({ "dog": "Rex" })).await;
    let router = Running::start(&[("my-dogs", &dogs)], more).await;
    assert_eq!(router.query(query).await.json()["data"]["dog"], "Rex");
    let requests = dogs.requests();
    let request: serde_json::Value = serde_json::from_str(&requests[0].1).expect("JSON");
    request["query"].as_str().expect("a query").to_owned()
}

#[tokio::test]
async fn requests_are_named_after_the_operation() {
    let named = "query Report { dog }";
    assert_eq!(asked(named, "").await, "query Report__my_dogs__0{dog}");
    let unnamed = asked("{ dog }", "").await;
    assert_eq!(asked(named, "operation_names: false").await, unnamed);
}

#[tokio::test]
async fn a_header_can_send_a_request_elsewhere() {
    let stable = Subgraph::with_data(DOGS, json!({ "dog": "Rex" })).await;
    let canary = Subgraph::with_data(DOGS, json!({ "dog": "Bello" })).await;
    let router = Running::configured(&format!(
        r#"subgraphs: {{ dogs: {{ url: "{}", routes: [{{ when: {{ header: x-canary, is: "1" }}, url: "{}" }}] }} }}"#,
        stable.url(),
        canary.url()
    ))
    .await;
    router.until_ready().await;
    for (value, dog) in [("1", "Bello"), ("2", "Rex")] {
        let body = json!({ "query": "{ dog }" }).to_string();
        let answer = router.ask_with(&[("x-canary", value)], body).await;
        assert_eq!(answer.json()["data"]["dog"], dog);
    }
    assert_eq!((stable.requests().len(), canary.requests().len()), (1, 1));
}

/// Answers both the SDL and the dog, by HTTP/2 only.
async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    assert_eq!(request.version(), Version::HTTP_2);
    let body = request.into_body().collect().await;
    let body = body.expect("the router sends it all").to_bytes();
    let asks_for_sdl = String::from_utf8_lossy(&body).contains("_service");
    let data = match asks_for_sdl {
        true => json!({ "data": { "_service": { "sdl": DOGS } } }),
        false => json!({ "data": { "dog": "Rex" } }),
    };
    let response = Response::builder().header("content-type", "application/json");
    Ok(response
        .body(Full::from(data.to_string()))
        .expect("a response"))
}

#[tokio::test]
async fn http2_is_spoken_without_tls_where_it_is_known() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let server = Builder::new(TokioExecutor::new()).http2_only();
                let served = server.serve_connection(TokioIo::new(stream), service_fn(answer));
                served.await.ok();
            });
        }
    });
    let url = format!("http://{address}/graphql");
    let router = Running::configured(&format!(
        r#"subgraphs: {{ dogs: {{ url: "{url}", http2: true, max_requests: auto }} }}"#
    ))
    .await;
    router.until_ready().await;
    for _ in 0..3 {
        assert_eq!(
            router.query("{ dog }").await.text(),
            r#"{"data":{"dog":"Rex"}}"#
        );
    }
}
