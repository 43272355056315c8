//! Streams at the door: as server-sent events without a socket, as messages over real WebSockets. Nothing sleeps.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use futures_util::{FutureExt, SinkExt, StreamExt};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};
use tower::ServiceExt;

use crate::fixture::{Fixture, Gate, program};
use crate::{Config, Listeners, serve};

const EVENTS: &str = "text/event-stream";

fn post(query: &str, accept: &str) -> Request<Body> {
    let body = json!({ "query": query }).to_string();
    Request::post("/graphql")
        .header("content-type", "application/json")
        .header("accept", accept)
        .body(Body::from(body))
        .unwrap()
}

async fn events(fixture: &Fixture, query: &str) -> String {
    let answer = fixture.send(post(query, EVENTS)).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(
        answer.header("content-type"),
        "text/event-stream; charset=utf-8"
    );
    answer.body
}

#[tokio::test]
async fn events_are_told_one_after_the_other_and_then_their_end() {
    let fixture = Fixture::new();
    insta::assert_snapshot!(events(&fixture, "subscription { counts(to: 2) }").await, @r#"
    event: next
    data: {"data":{"counts":1}}

    event: next
    data: {"data":{"counts":2}}

    event: complete
    data:
    "#);
    let metrics = fixture.metrics().await;
    for sample in [
        "graphql_server_active_streams{service=\"example\"} 0",
        "graphql_server_stream_events_total{service=\"example\"} 2",
        "graphql_server_requests_total{service=\"example\",graphql_operation_type=\"subscription\",outcome=\"success\"} 1",
    ] {
        assert!(metrics.contains(sample), "{sample} in {metrics}");
    }
}

#[tokio::test]
async fn a_query_is_one_event_where_nothing_else_is_accepted() {
    let fixture = Fixture::new();
    insta::assert_snapshot!(events(&fixture, "{ hello }").await, @r#"
    event: next
    data: {"data":{"hello":"hello world"}}

    event: complete
    data:
    "#);
    let both = fixture
        .send(post("{ hello }", "text/event-stream, application/json"))
        .await;
    assert_eq!(both.json(), json!({ "data": { "hello": "hello world" } }));
}

#[tokio::test]
async fn a_browsers_event_source_can_subscribe() {
    let path = "/graphql?query=subscription%7Bcounts(to:1)%7D";
    let answer = Fixture::new().get(path, EVENTS).await;
    assert!(answer.body.starts_with("event: next\n"), "{answer:?}");
}

#[tokio::test]
async fn what_fails_before_the_first_event_is_answered_as_any_request() {
    let fixture = Fixture::new();
    for (query, code) in [
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        (
            "subscription { a: counts b: counts }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("subscription { __typename }", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let answer = fixture.send(post(query, EVENTS)).await;
        let status = match code {
            "GRAPHQL_PARSE_FAILED" => StatusCode::BAD_REQUEST,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        assert_eq!(answer.status, status, "{query}");
        assert_eq!(answer.codes(), [code], "{query}");
    }
    let unasked = fixture
        .send(post("subscription { counts }", "application/json"))
        .await;
    assert_eq!(unasked.codes(), ["SUBSCRIPTIONS_NOT_SUPPORTED"]);
    let failed = events(&fixture, "subscription { counts(to: -1) }").await;
    assert!(failed.contains("NO_COUNT"), "{failed}");
}

#[tokio::test]
async fn what_a_stream_keeps_is_bounded() {
    let fixture = Fixture::new();
    let many = "counts ".repeat(1000);
    let long = format!("subscription {{ counts(to: 1) }} #{}", "x".repeat(70_000));
    for query in [format!("subscription {{ counts {{ {many} }} }}"), long] {
        let answer = fixture.send(post(&query, EVENTS)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn a_stream_is_paid_from_one_budget() {
    let told = events(&Fixture::new(), "subscription { costs }").await;
    let told: Vec<&str> = told
        .lines()
        .filter(|line| line.starts_with("data: {"))
        .collect();
    assert_eq!(told[0], r#"data: {"data":{"costs":1}}"#);
    assert!(told[1].contains("LIMIT_EXCEEDED"), "{told:?}");
    assert_eq!(told.len(), 2);
}

#[tokio::test]
async fn beyond_the_places_a_stream_is_told_when_to_come_again_and_a_dropped_one_gives_its_place_back()
 {
    let fixture = Fixture::with(|config| config.capacity.streams = 1);
    let endless = || {
        post(
            "subscription { counts(to: 1000000, interval: 3600000) }",
            EVENTS,
        )
    };
    let open = fixture
        .apps
        .public
        .clone()
        .oneshot(endless())
        .await
        .unwrap();
    let refused = fixture.send(endless()).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.codes(), ["OVERLOADED"]);
    assert_eq!(refused.header("retry-after"), "1");

    let mut body = open.into_body();
    let mut first = Vec::new();
    while !first.ends_with(b"\n\n") {
        let frame = body.frame().await.unwrap().unwrap();
        first.extend_from_slice(&frame.into_data().unwrap());
    }
    // The next event is an hour away.
    assert!(body.frame().now_or_never().is_none());
    drop(body);
    assert!(
        events(&fixture, "subscription { counts(to: 1) }")
            .await
            .contains("complete")
    );
}

#[tokio::test]
async fn streams_end_with_a_word_when_the_program_does() {
    let fixture = Fixture::new();
    let endless = post("subscription { counts(to: 9, interval: 3600000) }", EVENTS);
    let open = fixture.apps.public.clone().oneshot(endless).await.unwrap();
    fixture.apps.streams.end();
    let body = open.into_body().collect().await.unwrap().to_bytes();
    let told = std::str::from_utf8(&body).unwrap();
    assert!(told.contains(r#"{"data":{"counts":1}}"#), "{told}");
    assert!(
        told.contains("SHUTTING_DOWN") && told.ends_with("event: complete\ndata: \n\n"),
        "{told}"
    );
    let late = fixture.send(post("subscription { counts }", EVENTS)).await;
    assert_eq!(late.codes(), ["SHUTTING_DOWN"]);
}

#[tokio::test(start_paused = true)]
async fn events_come_at_their_pace_and_the_time_of_a_stream_is_bounded() {
    let fixture = Fixture::with(|config| config.limits.stream_duration = std::time::Duration::ZERO);
    let told = events(&fixture, "subscription { counts }").await;
    assert!(told.contains("STREAM_TIMEOUT"), "{told}");
    assert!(!told.contains(r#""counts":2"#), "{told}");
    let began = tokio::time::Instant::now();
    events(
        &Fixture::new(),
        "subscription { counts(to: 4, interval: 1000) }",
    )
    .await;
    // The clock of the test goes on when everything waits.
    assert!(began.elapsed() >= std::time::Duration::from_secs(3));
}

struct Running {
    public: SocketAddr,
    gate: Gate,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
}

async fn start(config: Config) -> Running {
    let gate = Arc::new(Semaphore::new(0));
    let listeners = Listeners::bind(&config).await.unwrap();
    let public = listeners.public.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(serve(program(&gate), config, listeners, async {
        let _ = stopped.await;
    }));
    Running {
        public,
        gate,
        stop,
        served,
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
async fn a_socket_is_opened_for_whoever_may_and_while_there_is_a_place() {
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
