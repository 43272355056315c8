//! WebSockets of clients: `graphql-transport-ws`, over real sockets.

mod gone;

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::broadcast::Sender;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;

use crate::kit::{Reply, Running, Socket, Subgraph, get, until};

const SDL: &str = r#"
    type Query { dog: Dog }
    type Mutation { wash: Dog }
    type Subscription { barks: Dog }
    type Dog { id: ID! }
"#;
const BARKS: &str = "subscription { barks { id } }";

fn bark(id: u32) -> String {
    format!("event: next\ndata: {{\"data\":{{\"barks\":{{\"id\":\"{id}\"}}}}}}\n\n")
}

struct Dogs {
    subgraph: Subgraph,
    events: Sender<String>,
}

impl Dogs {
    async fn start() -> Self {
        let events: Sender<String> = Sender::new(64);
        let barks = events.clone();
        let subgraph = Subgraph::start(SDL, move |request| {
            let query = request["query"].as_str().unwrap_or_default();
            match query {
                _ if query.contains("subscription") => Reply::Events(barks.clone()),
                _ if query.contains("wash") => Reply::Data(json!({ "wash": { "id": "2" } })),
                _ => Reply::Data(json!({ "dog": { "id": "1" } })),
            }
        })
        .await;
        Self { subgraph, events }
    }

    async fn router(&self, more: &str) -> Running {
        let more = format!("{more}\nheaders: {{ propagate: [authorization, x-tenant] }}");
        Running::start(&[("dogs", &self.subgraph)], &more).await
    }

    async fn opened(&self, count: usize) {
        let open = async || (self.events.receiver_count() == count).then_some(());
        until(open).await.expect("so many streams are open");
    }

    fn bark(&self, id: u32) {
        self.events.send(bark(id)).expect("a stream is open");
    }
}

const ON: &str = "subscriptions: { websocket: true }";

fn next(id: &str, data: Value) -> Value {
    json!({ "id": id, "type": "next", "payload": { "data": data } })
}

fn complete(id: &str) -> Value {
    json!({ "id": id, "type": "complete" })
}

#[tokio::test]
async fn operations_of_all_kinds_run_on_one_socket() {
    let dogs = Dogs::start().await;
    let router = dogs.router(ON).await;
    let mut socket = Socket::acknowledged(&router.url(), Value::Null).await;
    assert_eq!(router.metric("graphql_websockets_active").await, 1.0);
    socket.subscribe("a", BARKS).await;
    dogs.opened(1).await;
    dogs.bark(1);
    assert_eq!(
        socket.hear().await,
        next("a", json!({ "barks": { "id": "1" } }))
    );
    socket.subscribe("b", "{ dog { id } }").await;
    assert_eq!(
        socket.hear().await,
        next("b", json!({ "dog": { "id": "1" } }))
    );
    assert_eq!(socket.hear().await, complete("b"));
    socket.subscribe("b", "mutation { wash { id } }").await;
    assert_eq!(
        socket.hear().await,
        next("b", json!({ "wash": { "id": "2" } }))
    );
    assert_eq!(socket.hear().await, complete("b"));
    socket.say(&json!({ "type": "ping", "payload": {} })).await;
    assert_eq!(socket.hear().await, json!({ "type": "pong" }));
    dogs.bark(2);
    assert_eq!(
        socket.hear().await,
        next("a", json!({ "barks": { "id": "2" } }))
    );
    dogs.events
        .send("event: complete\ndata:\n\n".to_owned())
        .expect("it is open");
    assert_eq!(socket.hear().await, complete("a"));
    assert_eq!(
        router
            .metric("graphql_requests_total{outcome=\"ok\"}")
            .await,
        3.0
    );
}

#[tokio::test]
async fn a_client_that_completes_or_goes_ends_the_stream_of_the_subgraph() {
    let dogs = Dogs::start().await;
    let router = dogs
        .router("subscriptions: { websocket: true, share: false }")
        .await;
    let mut socket = Socket::acknowledged(&router.url(), Value::Null).await;
    for id in ["a", "b"] {
        socket.subscribe(id, BARKS).await;
    }
    dogs.opened(2).await;
    dogs.bark(1);
    for _ in 0..2 {
        socket.hear().await;
    }
    socket.say(&complete("a")).await;
    dogs.opened(1).await;
    // The id is free again.
    socket.subscribe("a", BARKS).await;
    dogs.opened(2).await;
    drop(socket);
    dogs.opened(0).await;
    let none = async || (router.metric("graphql_websockets_active").await == 0.0).then_some(());
    until(none).await.expect("it is not counted any more");
    let canceled = "graphql_requests_total{outcome=\"canceled\"}";
    let settled = "graphql_requests_total{outcome=\"ok\"}";
    assert_eq!(router.metric(canceled).await, 0.0);
    assert_eq!(router.metric(settled).await, 3.0);
}

#[tokio::test]
async fn what_is_refused_is_an_error_of_its_operation_and_the_socket_stays() {
    let dogs = Dogs::start().await;
    let more = "subscriptions: { websocket: true, operations_per_socket: 1 }";
    let router = dogs.router(more).await;
    let mut socket = Socket::acknowledged(&router.url(), json!({})).await;
    let code = |message: &Value| {
        assert_eq!(message["type"], "error", "{message}");
        message["payload"][0]["extensions"]["code"].clone()
    };
    socket.subscribe("a", "{ cat }").await;
    assert_eq!(code(&socket.hear().await), "GRAPHQL_VALIDATION_FAILED");
    socket
        .say(&json!({ "id": "a", "type": "subscribe", "payload": {} }))
        .await;
    assert_eq!(code(&socket.hear().await), "BAD_REQUEST");
    socket.subscribe("a", BARKS).await;
    dogs.opened(1).await;
    socket.subscribe("b", "{ dog { id } }").await;
    assert_eq!(code(&socket.hear().await), "TOO_MANY_SUBSCRIPTIONS");
    dogs.bark(7);
    assert_eq!(
        socket.hear().await,
        next("a", json!({ "barks": { "id": "7" } }))
    );
}

/// <https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>
#[tokio::test]
async fn breaches_of_the_protocol_close_the_socket_with_its_codes() {
    let dogs = Dogs::start().await;
    let router = dogs
        .router("subscriptions: { websocket: true }\nlimits: { request_body: 2 KiB }")
        .await;
    let init = json!({ "type": "connection_init" }).to_string();
    let query =
        json!({ "id": "a", "type": "subscribe", "payload": { "query": BARKS } }).to_string();
    let cases: &[(&[&str], u16)] = &[
        (&["{"], 4400),
        (&[r#"{"type":"start"}"#], 4400),
        (&[r#"{"type":"connection_init","payload":"a"}"#], 4400),
        (&[&init, r#"{"type":"subscribe","id":"a"}"#], 4400),
        (
            &[&init, r#"{"type":"subscribe","id":"","payload":{}}"#],
            4400,
        ),
        (&[&init, r#"{"type":"subscribe","payload":{}}"#], 4400),
        (&[&init, r#"{"type":"complete"}"#], 4400),
        (&[&query], 4401),
        (&[&init, &init], 4429),
        (&[&init, &query, &query], 4409),
        (&[&init, &" ".repeat(4096)], 1009),
    ];
    for (messages, code) in cases {
        let mut socket = Socket::open(&router.url(), &[])
            .await
            .expect("it is opened");
        for message in *messages {
            socket.send(Message::text(*message)).await;
        }
        assert_eq!(socket.closed().await.0, *code, "{messages:?}");
    }
    let mut socket = Socket::open(&router.url(), &[])
        .await
        .expect("it is opened");
    socket.send(Message::binary(init.into_bytes())).await;
    assert_eq!(socket.closed().await.0, 4400);
}

#[tokio::test]
async fn a_socket_on_which_nothing_is_said_is_closed() {
    let dogs = Dogs::start().await;
    let router = dogs
        .router("subscriptions: { websocket: true, init_timeout: 10ms }")
        .await;
    let socket = Socket::open(&router.url(), &[])
        .await
        .expect("it is opened");
    assert_eq!(socket.closed().await.0, 4408);
}

#[tokio::test]
async fn sockets_are_off_by_default_and_bounded() {
    let dogs = Dogs::start().await;
    let router = dogs.router("").await;
    let (status, _) = Socket::open(&router.url(), &[])
        .await
        .err()
        .expect("refused");
    assert_eq!(status, 400);
    let router = dogs
        .router("subscriptions: { websocket: true, sockets: 1 }")
        .await;
    let first = Socket::acknowledged(&router.url(), Value::Null).await;
    let (status, body) = Socket::open(&router.url(), &[])
        .await
        .err()
        .expect("refused");
    assert_eq!(status, 503);
    assert!(body.contains("TOO_MANY_SUBSCRIPTIONS"), "{body}");
    drop(first);
    let again = async || Socket::open(&router.url(), &[]).await.ok();
    until(again).await.expect("there is room again");
}

/// <https://www.rfc-editor.org/rfc/rfc6455#section-4.2.2>
#[tokio::test]
async fn a_handshake_of_another_version_is_told_which_one_is_spoken() {
    let dogs = Dogs::start().await;
    let router = dogs.router("subscriptions: { websocket: true }").await;
    let handshake = [
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "8"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    let answer = get(&router.url(), &handshake).await;
    assert_eq!(answer.status, 426, "{}", answer.text());
    assert_eq!(answer.header("sec-websocket-version"), "13");
    assert_eq!(answer.header("upgrade"), "websocket");
    assert!(answer.text().contains("version 13"), "{}", answer.text());
}

/// Browsers ask nobody before they open a WebSocket for any page, with the user's cookies.
#[tokio::test]
async fn pages_of_other_origins_are_refused_unless_they_may_call() {
    let dogs = Dogs::start().await;
    let more = "subscriptions: { websocket: true }\ncors: { origins: [\"https://app.example\"] }";
    let router = dogs.router(more).await;
    let own = router.url().replace("/graphql", "");
    let check = async |origin: &str, expect: Option<u16>| {
        let opened = Socket::open(&router.url(), &[("origin", origin)]).await;
        let refused = opened.err().map(|(status, _)| status);
        assert_eq!(refused, expect, "{origin}");
    };
    check(&own, None).await;
    check("https://app.example", None).await;
    check("https://evil.example", Some(403)).await;
    check("null", Some(403)).await;
}

#[tokio::test]
async fn the_payload_of_the_first_message_has_headers_of_the_operations() {
    let dogs = Dogs::start().await;
    let router = dogs.router(ON).await;
    let payload = json!({ "authorization": "Bearer one", "x-tenant": "not allowed" });
    let mut socket = Socket::acknowledged(&router.url(), payload).await;
    socket.subscribe("a", "{ dog { id } }").await;
    socket.hear().await;
    let requests = dogs.subgraph.requests();
    let (headers, _) = requests.last().expect("it was asked");
    assert_eq!(headers["authorization"], "Bearer one");
    assert!(!headers.contains_key("x-tenant"));
    assert!(headers.contains_key("x-request-id"));
}

#[tokio::test]
async fn at_shutdown_sockets_are_closed_so_that_clients_come_back_elsewhere() {
    let dogs = Dogs::start().await;
    let mut router = dogs.router(ON).await;
    let mut socket = Socket::acknowledged(&router.url(), Value::Null).await;
    socket.subscribe("a", BARKS).await;
    dogs.opened(1).await;
    router.shut_down();
    assert_eq!(socket.closed().await, (1001, "SHUTTING_DOWN".to_owned()));
    router.ended().await;
    dogs.opened(0).await;
}

#[tokio::test]
async fn at_shutdown_events_come_until_the_operations_that_end_have_ended() {
    let (open, gate) = watch::channel(false);
    let events: Sender<String> = Sender::new(64);
    let barks = events.clone();
    let dogs = Subgraph::start(SDL, move |request| {
        match request["query"].as_str().unwrap_or_default() {
            query if query.contains("subscription") => Reply::Events(barks.clone()),
            _ => Reply::Gated(gate.clone(), json!({ "dog": { "id": "1" } })),
        }
    })
    .await;
    let mut router = Running::start(&[("dogs", &dogs)], ON).await;
    let mut socket = Socket::acknowledged(&router.url(), Value::Null).await;
    socket.subscribe("events", BARKS).await;
    socket.subscribe("slow", "{ dog { id } }").await;
    until(async || (dogs.requests().len() == 2 && events.receiver_count() == 1).then_some(()))
        .await
        .expect("both are asked for");
    router.shut_down();
    // From the moment on at which nothing more is begun here.
    for attempt in 0.. {
        socket
            .subscribe(&format!("more {attempt}"), "{ __typename }")
            .await;
        let heard = socket.hear().await;
        if heard["type"] == "error" {
            assert!(heard.to_string().contains("SHUTTING_DOWN"), "{heard}");
            break;
        }
        assert_eq!(socket.hear().await["type"], "complete");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for id in 0..3 {
        events.send(bark(id)).expect("the stream is open");
        let expected = next("events", json!({ "barks": { "id": id.to_string() } }));
        assert_eq!(socket.hear().await, expected);
    }
    open.send_replace(true);
    let expected = next("slow", json!({ "dog": { "id": "1" } }));
    assert_eq!(socket.hear().await, expected);
    assert_eq!(socket.hear().await, complete("slow"));
    assert_eq!(socket.closed().await, (1001, "SHUTTING_DOWN".to_owned()));
    router.ended().await;
}
