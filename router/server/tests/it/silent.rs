//! Subgraphs whose streams bring nothing, too much, or what is no event.

mod by_web_socket;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::kit::{Numbered, Reply, Running, Streaming, Subgraph, Ticks, stream, until};

const SDL: &str = "type Query { dog: ID } type Subscription { waits: ID flood: String burst: ID }";

const HEADERS: [(&str, &str); 2] = [
    ("content-type", "application/json"),
    ("accept", "text/event-stream"),
];

async fn subscribe(router: &Running, query: &str) -> Streaming {
    let body = json!({ "query": query }).to_string();
    stream(&router.url(), &HEADERS, body).await
}

/// A router whose subscriptions are opened elsewhere.
async fn router(subgraph: &Subgraph, source: &str, more: &str) -> Running {
    let router = Running::configured(&format!(
        "subgraphs: {{ dogs: {{ url: \"{}\", subscriptions: {{ {source} }} }} }}\n{more}\n",
        subgraph.url()
    ))
    .await;
    router.until_ready().await;
    router
}

/// A server that says `head` to each connection, and then `again` for ever, or nothing where that is empty.
async fn saying(head: &'static str, again: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 8192];
                let _read = connection.read(&mut request).await;
                connection.write_all(head.as_bytes()).await.ok();
                while !again.is_empty() && connection.write_all(again).await.is_ok() {}
                let _read = connection.read(&mut request).await;
            });
        }
    });
    format!("http://{address}/graphql")
}

const STREAM: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";

#[tokio::test]
async fn what_is_no_stream_of_events_ends_with_a_code() {
    let dogs = Subgraph::with_data(SDL, json!({})).await;
    let opening = |rest: &str| -> &'static str { format!("{STREAM}{rest}").leak() };
    let cases: [(&'static str, &'static [u8], &str, &str); 9] = [
        // Nothing after a first sign of life, and after none where that is configured.
        (
            opening(":\n\n"),
            b"",
            "silence: 100ms",
            "SUBREQUEST_TIMEOUT",
        ),
        (opening(""), b"", "silence: 100ms", "SUBREQUEST_TIMEOUT"),
        // Lines that mean nothing, as fast as they can be sent.
        (
            opening(""),
            b"garbage\nid\nretry: 1\n",
            "",
            "SUBREQUEST_CONNECTION_ERROR",
        ),
        (
            opening(""),
            b"event: unknown\ndata: x\n\n",
            "",
            "SUBREQUEST_CONNECTION_ERROR",
        ),
        // Events that are none.
        (
            opening(""),
            b"data: x\n\n",
            "",
            "SUBREQUEST_MALFORMED_RESPONSE",
        ),
        // Signs of life, which no server needs so often.
        (opening(""), b":\n\n", "", "SUBREQUEST_CONNECTION_ERROR"),
        (opening("data: "), &[b'x'; 4096], "", "SUBREQUEST_TOO_LARGE"),
        (
            opening("data: x\n"),
            b"data: x\n",
            "",
            "SUBREQUEST_TOO_LARGE",
        ),
        (
            "SSH-2.0-OpenSSH\r\n",
            b"",
            "",
            "SUBREQUEST_CONNECTION_ERROR",
        ),
    ];
    for (head, again, silence, code) in cases {
        let url = saying(head, again).await;
        let source = match silence {
            "" => format!("url: \"{url}\""),
            _ => format!("url: \"{url}\", {silence}"),
        };
        // What is silent from the beginning is tried once more.
        let more = "limits: { subgraph_response: 64 KiB }\nsubscriptions: { resume_within: 1ms }";
        let router = router(&dogs, &source, more).await;
        let said = subscribe(&router, "subscription { waits }")
            .await
            .rest()
            .await;
        assert!(
            said.contains(&format!("\"code\":\"{code}\"")),
            "{head}: {said}"
        );
        assert!(
            said.ends_with("event: complete\ndata: \n\n"),
            "{head}: {said}"
        );
    }
}

#[tokio::test]
async fn an_opening_that_is_answered_with_a_failure_counts_as_one() {
    for (body, said) in [
        (r#"{"errors":[{"message":"asleep"}]}"#, "SUBGRAPH_ERROR"),
        (r#"{"message":"asleep"}"#, "SUBREQUEST_HTTP_ERROR"),
    ] {
        let answer = move |_: &Value| Reply::Raw(503, "application/json", body.to_owned());
        let dogs = Subgraph::start(SDL, answer).await;
        let breaker = "breaker: { errors: 50%, of: 2, open: 1h }";
        let yaml = format!(
            "subgraphs: {{ dogs: {{ url: \"{}\", {breaker} }} }}",
            dogs.url()
        );
        let router = Running::configured(&yaml).await;
        router.until_ready().await;
        for said in [said, said, "SUBREQUEST_CIRCUIT_OPEN"] {
            let events = subscribe(&router, "subscription { waits }").await;
            let all = events.rest().await;
            assert!(all.contains(said), "{all}");
        }
        let durations = "http_client_request_duration_seconds_count";
        let failed = format!("{durations}{{subgraph=\"dogs\",status=\"5xx\"}}");
        assert_eq!(router.metric(&failed).await, 2.0);
    }
}

#[tokio::test]
async fn a_silent_stream_is_opened_again_where_it_is_numbered() {
    let ticks = Ticks::new();
    let sdl = "type Query { a: Int } type Subscription { tick: Tick } type Tick { n: Int! }";
    let source = Numbered::start(sdl, &ticks, true).await;
    let router = Running::configured(&format!(
        "subgraphs: {{ source: {{ url: \"{}\", subscriptions: {{ silence: 50ms }} }} }}",
        source.url()
    ))
    .await;
    router.until_ready().await;
    let mut answer = subscribe(&router, "subscription { tick { n } }").await;
    for round in 1..=3 {
        let n = ticks.tick();
        answer.until(&format!("{{\"n\":{n}}}")).await;
        source.opened(1 + round).await;
    }
}

/// Events as fast as they can be sent, each with a text.
async fn flooding(text: &str) -> String {
    let event = format!("data: {{\"data\":{{\"flood\":\"{text}\"}}}}\n\n");
    saying(STREAM, event.into_bytes().leak()).await
}

#[tokio::test]
async fn ten_thousand_events_in_a_row_reach_their_client() {
    let dogs = Subgraph::with_data(SDL, json!({})).await;
    let url = flooding("0123456789").await;
    let router = router(&dogs, &format!("url: \"{url}\""), "").await;
    let mut answer = subscribe(&router, "subscription { flood }").await;
    for _ in 0..10_000 {
        let said = answer.until("\n\n").await;
        assert!(said.ends_with("{\"flood\":\"0123456789\"}}\n\n"), "{said}");
    }
    drop(answer);
    let gone = async || {
        let streams = router.metric("graphql_subscription_streams_active").await;
        (streams == 0.0).then_some(())
    };
    until(gone).await.expect("the stream is closed");
}

#[tokio::test]
async fn a_flood_of_events_waits_at_the_subgraph_while_its_client_does_not_read() {
    let dogs = Subgraph::with_data(SDL, json!({})).await;
    let url = flooding(&"0".repeat(256 * 1024)).await;
    let more = "timeouts: { write: 5m }";
    let router = router(&dogs, &format!("url: \"{url}\""), more).await;
    let _unread = subscribe(&router, "subscription { flood }").await;
    let events = "graphql_subscription_events_total{subgraph=\"dogs\"}";
    let stands_still = async || {
        let before = router.metric(events).await;
        let after = router.metric(events).await;
        (before > 0.0 && before == after).then_some(())
    };
    until(stands_still).await.expect("it waits");
}
