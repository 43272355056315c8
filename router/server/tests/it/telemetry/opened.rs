//! The spans of subscriptions that are opened at a subgraph.

use super::*;
use crate::web_socket::scripted;

/// The span of the request that opens a subscription, and what its client gets.
async fn opening(reply: Reply, subscriptions: &str) -> (String, String) {
    let collector = Collector::start(Behaviour::Take).await;
    let sdl = "type Query { b: Int } type Subscription { a: Int }";
    let source = Subgraph::start(sdl, move |_| reply.clone()).await;
    let url = source.url();
    let telemetry = exporting(&collector, "sample: 100%");
    let router = Running::configured(&format!(
        "subgraphs: {{ source: {{ url: \"{url}\", subscriptions: {{ {subscriptions} }} }} }}\n{telemetry}\n"
    ))
    .await;
    router.until_ready().await;
    let body = json!({ "query": "subscription { a }" }).to_string();
    let said = stream(&router.url(), &SSE, body).await.rest().await;
    let is_opening =
        |span: &&Span| text(&span.attributes, "abaque.subscription").as_deref() == Some("true");
    let find = collector.until(|received| {
        let mut spans = received.spans.iter().map(|(_, span)| span);
        spans.find(is_opening).cloned()
    });
    let mut span = find.await;
    span.parent_span_id.clear();
    (tree(&[span]), said)
}

#[tokio::test]
async fn an_event_stream_is_a_request_with_its_status() {
    let body = "event: next\ndata: {\"data\":{\"a\":1}}\n\nevent: complete\n\n";
    let reply = Reply::Raw(200, "text/event-stream", body.to_owned());
    let (span, said) = opening(reply, "protocol: sse").await;
    assert!(said.contains("\"a\":1"), "{said}");
    insta::assert_snapshot!(span, @r"
    parent 
      POST /graphql Client
        · abaque.request.joined: false
        · abaque.subgraph.name: source
        · abaque.subscription: true
        · http.request.method: POST
        · http.response.status_code: 200
        · server.address: 127.0.0.1
        · server.port: …
        · url.full: http://127.0.0.1:…/graphql
        · url.template: /graphql
    ");
}

#[tokio::test]
async fn an_event_stream_that_is_not_opened_failed_with_its_status() {
    let reply = Reply::Raw(403, "text/plain", "no".to_owned());
    let (span, said) = opening(reply, "protocol: sse").await;
    assert!(said.contains("SUBREQUEST_HTTP_ERROR"), "{said}");
    insta::assert_snapshot!(span, @r"
    parent 
      POST /graphql Client failed
        · abaque.subgraph.name: source
        · abaque.subscription: true
        · error.type: 403
        · http.request.method: POST
        · http.response.status_code: 403
        · server.address: 127.0.0.1
        · server.port: …
        · url.full: http://127.0.0.1:…/graphql
        · url.template: /graphql
    ");
}

#[tokio::test]
async fn a_web_socket_is_opened_by_a_get() {
    let (url, running) = scripted(&[
        r#"{"type":"next","id":"1","payload":{"data":{"a":1}}}"#,
        r#"{"type":"complete","id":"1"}"#,
    ])
    .await;
    let subscriptions = format!("protocol: websocket, url: \"{url}/events\"");
    let (span, said) = opening(Reply::Never, &subscriptions).await;
    assert!(said.contains("\"a\":1"), "{said}");
    running.await.expect("it is asked as it should be");
    insta::assert_snapshot!(span, @r"
    parent 
      GET /events Client
        · abaque.request.joined: false
        · abaque.subgraph.name: source
        · abaque.subscription: true
        · http.request.method: GET
        · http.response.status_code: 101
        · network.protocol.name: websocket
        · server.address: 127.0.0.1
        · server.port: …
        · url.full: http://127.0.0.1:…/graphql
        · url.template: /events
    ");
}

#[tokio::test]
async fn the_place_that_a_client_names_is_told_without_brackets() {
    let collector = Collector::start(Behaviour::Take).await;
    let dogs = Subgraph::with_data("type Query { dog: String }", json!({ "dog": "Rex" })).await;
    let router = Running::start(&[("dogs", &dogs)], &exporting(&collector, "sample: 100%")).await;
    for (host, address, port) in [
        ("[::1]:4000", "::1", "4000"),
        ("dogs.example", "dogs.example", "80"),
    ] {
        let body = json!({ "query": "{ dog }" }).to_string();
        let answer = router.ask_with(&[("host", host)], body).await;
        assert_eq!(answer.status, 200);
        let told = |name: &str, span: &Span| text(&span.attributes, name);
        let is_it = |span: &&Span| {
            span.name == "query" && told("server.address", span).as_deref() == Some(address)
        };
        let find = collector.until(|received| {
            let mut spans = received.spans.iter().map(|(_, span)| span);
            spans.find(is_it).cloned()
        });
        let span = find.await;
        assert_eq!(told("server.port", &span).as_deref(), Some(port));
    }
}
