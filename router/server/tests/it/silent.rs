//! Subgraphs whose streams bring nothing, too much, or what is no event.

use std::sync::Arc;

use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::kit::{
    Numbered, Reply, Running, Streaming, Subgraph, Ticks, accepted, said, stream, until,
};

const SDL: &str = "type Query { dog: ID } type Subscription { waits: ID flood: String }";

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
    let cases: [(&'static str, &'static [u8], &str, &str); 8] = [
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

/// A server of `graphql-transport-ws`, and how many connections it has.
struct Server {
    url: String,
    open: Arc<watch::Sender<usize>>,
    /// All that there were.
    all: Arc<watch::Sender<usize>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Manner {
    /// It answers each subscription with one event.
    Usual,
    /// Once it is subscribed to, it reads nothing any more.
    Dead,
    /// It answers each subscription with pings, as fast as they can be sent.
    Pinging,
}

impl Server {
    async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let open = Arc::new(watch::Sender::new(0));
        let all = Arc::new(watch::Sender::new(0));
        let (opened, counted) = (Arc::clone(&open), Arc::clone(&all));
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let opened = Arc::clone(&opened);
                counted.send_modify(|count| *count += 1);
                opened.send_modify(|count| *count += 1);
                tokio::spawn(async move {
                    serve(connection, manner).await;
                    opened.send_modify(|count| *count -= 1);
                });
            }
        });
        Self {
            url: format!("http://{address}/graphql"),
            open,
            all,
        }
    }

    async fn until_open(&self, count: usize) {
        let mut open = self.open.subscribe();
        let waiting = open.wait_for(|open| *open == count);
        let waited = tokio::time::timeout(crate::kit::PATIENCE, waiting).await;
        waited.expect("so many are open").expect("it is there");
    }
}

async fn serve(connection: TcpStream, manner: Manner) {
    let mut socket = accepted(connection).await;
    while let Some(message) = said(&mut socket).await {
        match message["type"].as_str() {
            Some("connection_init") => say(&mut socket, json!({ "type": "connection_ack" })).await,
            Some("subscribe") if manner == Manner::Dead => std::future::pending().await,
            Some("subscribe") if manner == Manner::Pinging => {
                let ping = Message::text(json!({ "type": "ping" }).to_string());
                while socket.send(ping.clone()).await.is_ok() {}
            }
            Some("subscribe") => subscribed(&mut socket, &message).await,
            _ => {}
        }
    }
}

async fn say(socket: &mut WebSocketStream<TcpStream>, message: Value) {
    socket.send(Message::text(message.to_string())).await.ok();
}

async fn subscribed(socket: &mut WebSocketStream<TcpStream>, message: &Value) {
    let query = message["payload"]["query"].as_str().expect("a query");
    let (field, text, events) = match query.contains("flood") {
        true => ("flood", " ".repeat(64 * 1024), 400),
        false => ("waits", "here".to_owned(), 1),
    };
    for _ in 0..events {
        let data = json!({ "data": { field: text } });
        let next = json!({ "id": message["id"], "type": "next", "payload": data });
        say(socket, next).await;
    }
}

#[tokio::test]
async fn a_web_socket_that_does_not_answer_pings_is_given_up() {
    let dogs = Subgraph::with_data(SDL, json!({})).await;
    let server = Server::start(Manner::Dead).await;
    let source = format!(
        "protocol: websocket, url: \"{}\", silence: 100ms",
        server.url
    );
    // Tried once more, since it has had no event.
    let more = "subscriptions: { resume_within: 1ms }";
    let router = router(&dogs, &source, more).await;
    let said = subscribe(&router, "subscription { waits }")
        .await
        .rest()
        .await;
    assert!(said.contains("SUBREQUEST_TIMEOUT"), "{said}");
}

#[tokio::test]
async fn a_web_socket_that_brings_nothing_but_pings_without_a_pause_is_given_up() {
    let dogs = Subgraph::with_data(SDL, json!({})).await;
    let server = Server::start(Manner::Pinging).await;
    let source = format!("protocol: websocket, url: \"{}\"", server.url);
    let more = "subscriptions: { resume_within: 1ms }";
    let router = router(&dogs, &source, more).await;
    let events = subscribe(&router, "subscription { waits }").await;
    let said = events.rest().await;
    assert!(said.contains("SUBREQUEST_CONNECTION_ERROR"), "{said}");
}

#[tokio::test]
async fn a_web_socket_that_answers_pings_may_be_silent() {
    let dogs = Subgraph::with_data(SDL, json!({})).await;
    let server = Server::start(Manner::Usual).await;
    let source = format!(
        "protocol: websocket, url: \"{}\", silence: 500ms",
        server.url
    );
    let router = router(&dogs, &source, "subscriptions: { heartbeat: 50ms }").await;
    let mut answer = subscribe(&router, "subscription { waits }").await;
    answer.until("\"waits\":\"here\"").await;
    // Three times that.
    for _ in 0..30 {
        let said = answer.until("\n\n").await;
        assert!(!said.contains("errors"), "{said}");
    }
    assert_eq!(*server.all.borrow(), 1);
}

const OWN: &str = "subscriptions: { share: false }\nheaders: { propagate: [authorization] }";

#[tokio::test]
async fn subscriptions_with_the_same_headers_share_one_web_socket() {
    let dogs = Subgraph::with_data(SDL, json!({})).await;
    for (multiplex, connections) in [(true, 2), (false, 4)] {
        let server = Server::start(Manner::Usual).await;
        let url = &server.url;
        let source = format!("protocol: websocket, url: \"{url}\", multiplex: {multiplex}");
        let router = router(&dogs, &source, OWN).await;
        let mut all = Vec::new();
        for who in ["a", "a", "b", "a"] {
            let headers = [&HEADERS[..], &[("authorization", who)]].concat();
            let body = json!({ "query": "subscription { waits }" }).to_string();
            let mut answer = stream(&router.url(), &headers, body).await;
            answer.until("\"waits\":\"here\"").await;
            all.push(answer);
        }
        assert_eq!(*server.all.borrow(), connections, "{multiplex}");
        // The last one that goes closes it.
        all.remove(2);
        server.until_open(connections - 1).await;
        all.clear();
        server.until_open(0).await;
    }
}

#[tokio::test]
async fn a_subscription_that_is_flooded_holds_up_no_other_one_of_its_web_socket() {
    let dogs = Subgraph::with_data(SDL, json!({})).await;
    let server = Server::start(Manner::Usual).await;
    let source = format!("protocol: websocket, url: \"{}\"", server.url);
    let router = router(&dogs, &source, OWN).await;
    let mut first = subscribe(&router, "subscription { waits }").await;
    first.until("\"waits\":\"here\"").await;
    let flooded = subscribe(&router, "subscription { flood }").await;
    let mut last = subscribe(&router, "subscription { waits }").await;
    last.until("\"waits\":\"here\"").await;
    let said = flooded.rest().await;
    assert!(said.contains("SUBSCRIPTION_BEHIND"));
    assert!(said.ends_with("event: complete\ndata: \n\n"));
    assert_eq!(*server.all.borrow(), 1);
}
