//! Streams at the endpoint, as messages over real WebSockets. Nothing sleeps.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::super::tests::durations;
use super::Terms;
use crate::Config;
use crate::fixture::running::{Running, start};

impl Running {
    async fn metrics(&self) -> String {
        let mut stream = TcpStream::connect(self.admin).await.unwrap();
        let request = b"GET /metrics HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        text
    }
}

struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    async fn open(at: SocketAddr, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let mut request = format!("ws://{at}/graphql").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let stream = TcpStream::connect(at).await.unwrap();
        match client_async(request, stream).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(other) => panic!("{other}"),
        }
    }

    async fn begin(at: SocketAddr) -> Self {
        let protocol = [("sec-websocket-protocol", "graphql-transport-ws")];
        let mut socket = Self::open(at, &protocol).await.unwrap();
        socket.send(json!({ "type": "connection_init" })).await;
        assert_eq!(socket.next().await, json!({ "type": "connection_ack" }));
        socket
    }

    async fn send(&mut self, message: Value) {
        self.0
            .send(Message::text(message.to_string()))
            .await
            .unwrap();
    }

    async fn subscribe(&mut self, id: &str, query: &str) {
        let payload = json!({ "query": query });
        self.send(json!({ "id": id, "type": "subscribe", "payload": payload }))
            .await;
    }

    /// The next message, or the code with which the socket is closed.
    async fn next(&mut self) -> Value {
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => serde_json::from_str(&text).unwrap(),
            Some(Ok(Message::Close(Some(frame)))) => u16::from(frame.code).into(),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn how_long_a_socket_is_open_is_no_duration_of_a_request() {
    let running = start(Config::default()).await;
    let mut socket = Socket::begin(running.public).await;
    let metrics = running.metrics().await;
    assert_eq!(durations(&metrics, 101), ["1"], "{metrics}");
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.next().await, json!({ "type": "pong" }));
}

#[tokio::test]
async fn a_socket_carries_several_operations() {
    let running = start(Config::default()).await;
    let mut socket = Socket::begin(running.public).await;
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.next().await, json!({ "type": "pong" }));
    socket
        .subscribe("held", "subscription { counts(to: 2, gated: true) }")
        .await;
    socket.subscribe("q", "{ hello }").await;
    let next =
        |id: &str, data: Value| json!({ "id": id, "type": "next", "payload": { "data": data } });
    assert_eq!(
        socket.next().await,
        next("q", json!({ "hello": "hello world" }))
    );
    assert_eq!(
        socket.next().await,
        json!({ "id": "q", "type": "complete" })
    );
    for n in 1..=2 {
        running.gate.add_permits(1);
        assert_eq!(socket.next().await, next("held", json!({ "counts": n })));
    }
    assert_eq!(
        socket.next().await,
        json!({ "id": "held", "type": "complete" })
    );
    socket.subscribe("bad", "subscription { nothing }").await;
    let error = socket.next().await;
    assert_eq!(
        (&error["id"], &error["type"]),
        (&json!("bad"), &json!("error"))
    );
    assert_eq!(
        error["payload"][0]["extensions"]["code"],
        "GRAPHQL_VALIDATION_FAILED"
    );
    running.served.abort();
}

#[tokio::test]
async fn an_operation_with_a_malformed_value_ends_no_other() {
    let running = start(Config::default()).await;
    let mut socket = Socket::begin(running.public).await;
    let held = "subscription { counts(to: 2, gated: true) }";
    socket.subscribe("held", held).await;
    let variables = r#"{"v":"\ud800"}"#;
    let query = "query($v: String!) { hello(name: $v) }";
    let payload = format!(r#"{{"query":"{query}","variables":{variables}}}"#);
    let message = format!(r#"{{"id":"bad","type":"subscribe","payload":{payload}}}"#);
    socket.0.send(Message::text(message)).await.unwrap();
    let error = socket.next().await;
    assert_eq!(
        (&error["id"], &error["payload"][0]["extensions"]["code"]),
        (&json!("bad"), &json!("BAD_USER_INPUT"))
    );
    running.gate.add_permits(1);
    let event = socket.next().await;
    assert_eq!(
        (&event["id"], &event["type"]),
        (&json!("held"), &json!("next"))
    );
}

#[tokio::test]
async fn a_client_ends_an_operation_and_its_id_is_free() {
    let running = start(Config::default()).await;
    let mut socket = Socket::begin(running.public).await;
    socket
        .subscribe("a", "subscription { counts(gated: true) }")
        .await;
    socket.send(json!({ "id": "a", "type": "complete" })).await;
    socket
        .subscribe("a", "subscription { counts(to: 1) }")
        .await;
    assert_eq!(
        socket.next().await["payload"],
        json!({ "data": { "counts": 1 } })
    );
    assert_eq!(
        socket.next().await,
        json!({ "id": "a", "type": "complete" })
    );
    running.served.abort();
}

#[tokio::test]
async fn what_breaks_the_protocol_is_closed_with_its_code() {
    let running = start(Config::default()).await;
    let held = "subscription { counts(gated: true) }";
    let mut twice = Socket::begin(running.public).await;
    twice.subscribe("a", held).await;
    twice.subscribe("a", held).await;
    assert_eq!(twice.next().await, 4409);
    let mut again = Socket::begin(running.public).await;
    again.send(json!({ "type": "connection_init" })).await;
    assert_eq!(again.next().await, 4429);
    for message in [
        json!({ "type": "start" }),
        json!([]),
        json!({ "type": "subscribe", "id": "a" }),
    ] {
        let mut strange = Socket::begin(running.public).await;
        strange.send(message).await;
        assert_eq!(strange.next().await, 4400);
    }
    let protocol = [("sec-websocket-protocol", "graphql-transport-ws")];
    let mut early = Socket::open(running.public, &protocol).await.unwrap();
    early.subscribe("a", held).await;
    assert_eq!(early.next().await, 4401);
    running.served.abort();
}

#[tokio::test]
async fn a_socket_is_opened_for_permitted_clients_while_there_is_a_place() {
    let config = Config {
        cors_origins: vec!["https://example.org".parse().unwrap()],
        ..Config::default()
    };
    let running = start(config).await;
    let open =
        async |headers: &[(&'static str, &str)]| Socket::open(running.public, headers).await.err();
    let protocol = ("sec-websocket-protocol", "graphql-transport-ws");
    assert_eq!(open(&[]).await, Some(400));
    assert_eq!(
        open(&[("sec-websocket-protocol", "graphql-ws")]).await,
        Some(400)
    );
    assert_eq!(
        open(&[protocol, ("origin", "https://other.example")]).await,
        Some(403)
    );
    assert_eq!(
        open(&[protocol, ("origin", "https://example.org")]).await,
        None
    );
    let own = format!("http://{}", running.public);
    assert_eq!(open(&[protocol, ("origin", &own)]).await, None);
    running.served.abort();

    let mut config = Config::default();
    config.capacity.streams = 1;
    let running = start(config).await;
    let mut first = Socket::begin(running.public).await;
    assert_eq!(
        Socket::open(running.public, &[protocol]).await.err(),
        Some(503)
    );
    first
        .subscribe("a", "subscription { counts(gated: true) }")
        .await;
    first.subscribe("b", "subscription { counts }").await;
    let refused = first.next().await;
    assert_eq!(refused["payload"][0]["extensions"]["code"], "OVERLOADED");
    running.served.abort();
}

#[tokio::test]
async fn a_socket_that_is_not_initialised_soon_is_closed() {
    let terms = Terms::of(&Config::default());
    assert_eq!(terms.init_patience, Duration::from_secs(3));
    assert!(terms.patience > terms.init_patience);

    let mut config = Config::default();
    config.bounds.header_read_timeout = Duration::from_millis(20);
    let running = start(config).await;
    let protocol = [("sec-websocket-protocol", "graphql-transport-ws")];
    let mut silent = Socket::open(running.public, &protocol).await.unwrap();
    assert_eq!(silent.next().await, 4408);
    running.served.abort();
}

#[tokio::test]
async fn sockets_are_told_of_the_end_before_it() {
    let running = start(Config::default()).await;
    let mut busy = Socket::begin(running.public).await;
    busy.subscribe("a", "subscription { counts(to: 9, interval: 3600000) }")
        .await;
    assert_eq!(busy.next().await["type"], "next");
    let mut idle = Socket::begin(running.public).await;
    drop(running.stop);
    assert_eq!(idle.next().await, 1001);
    let error = busy.next().await;
    assert_eq!(error["payload"][0]["extensions"]["code"], "SHUTTING_DOWN");
    assert_eq!(busy.next().await, 1001);
    running.served.await.unwrap().unwrap();
}
