//! What the protocol of client sockets demands, rule by rule
//! (<https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>), and the one below it (RFC 6455). What breaches it is in `client_sockets`, too.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use crate::kit::frames::{Frame, Frames, masked};
use crate::kit::{Numbered, Reply, Running, Socket, Subgraph, Ticks};

const SDL: &str = "type Query { a: Int slow: Int } type Mutation { do: Int } type Subscription { tick: Tick } type Tick { n: Int! }";
const TICKS: &str = "subscription { tick { n } }";

struct Graph {
    ticks: Ticks,
    source: Numbered,
    router: Running,
}

impl Graph {
    async fn start() -> Self {
        let ticks = Ticks::new();
        let source = Numbered::start(SDL, &ticks, true).await;
        let yaml = format!(
            "subgraphs: {{ source: {{ url: \"{}\" }} }}\nsubscriptions: {{ websocket: true }}\nlimits: {{ request_body: 2 KiB }}\n",
            source.url()
        );
        let router = Running::configured(&yaml).await;
        router.until_ready().await;
        Self {
            ticks,
            source,
            router,
        }
    }

    async fn socket(&self) -> Socket {
        Socket::acknowledged(&self.router.url(), Value::Null).await
    }
}

fn tick(id: &str, n: u64) -> Value {
    json!({ "id": id, "type": "next", "payload": { "data": { "tick": { "n": n } } } })
}

fn complete(id: &str) -> Value {
    json!({ "id": id, "type": "complete" })
}

const TYPENAME: &str = "{ __typename }";

fn typename(id: &str) -> Value {
    json!({ "id": id, "type": "next", "payload": { "data": { "__typename": "Query" } } })
}

/// A ping may come at any time, and is answered with a pong at once.
#[tokio::test]
async fn a_ping_is_answered_at_any_time_and_a_pong_needs_none() {
    let graph = Graph::start().await;
    let mut socket = Socket::open(&graph.router.url(), &[])
        .await
        .expect("it is opened");
    let pong = json!({ "type": "pong" });
    // Before the acknowledgement, and with what the other side may be interested in.
    socket
        .say(&json!({ "type": "ping", "payload": { "sent": 1 } }))
        .await;
    assert_eq!(socket.hear().await, pong);
    // "A `Pong` can be sent at any time": it serves as a sign of life in one direction.
    socket
        .say(&json!({ "type": "pong", "payload": { "any": true } }))
        .await;
    socket.say(&json!({ "type": "connection_init" })).await;
    assert_eq!(socket.hear().await, json!({ "type": "connection_ack" }));
    socket.subscribe("a", TICKS).await;
    graph.source.opened(1).await;
    socket.say(&json!({ "type": "ping" })).await;
    assert_eq!(socket.hear().await, pong);
    let n = graph.ticks.tick();
    assert_eq!(socket.hear().await, tick("a", n));
}

/// An id may be used again once either side has completed its operation.
#[tokio::test]
async fn an_id_is_free_again_when_its_operation_is_over() {
    let graph = Graph::start().await;
    let mut socket = graph.socket().await;
    for _ in 0..3 {
        socket.subscribe("a", TYPENAME).await;
        assert_eq!(socket.hear().await, typename("a"));
        assert_eq!(socket.hear().await, complete("a"));
    }
    socket.subscribe("a", "{ nothing }").await;
    assert_eq!(socket.hear().await["type"], "error");
    for round in 1..=3 {
        socket.subscribe("a", TICKS).await;
        graph.source.opened(round).await;
        let n = graph.ticks.tick();
        assert_eq!(socket.hear().await, tick("a", n));
        socket.say(&complete("a")).await;
    }
}

/// No `complete` follows an `error`.
#[tokio::test]
async fn nothing_follows_an_error_of_an_operation() {
    let graph = Graph::start().await;
    let mut socket = graph.socket().await;
    socket.subscribe("wrong", "{ nothing }").await;
    let error = socket.hear().await;
    assert_eq!(
        (&error["id"], &error["type"]),
        (&json!("wrong"), &json!("error"))
    );
    assert!(error["payload"].is_array(), "{error}");
    socket.subscribe("right", TYPENAME).await;
    assert_eq!(socket.hear().await, typename("right"));
    assert_eq!(socket.hear().await, complete("right"));
}

/// A message about an operation that has ended, or that never was, is ignored.
#[tokio::test]
async fn what_is_said_of_an_operation_that_is_over_is_ignored() {
    let graph = Graph::start().await;
    let mut socket = graph.socket().await;
    socket.say(&complete("never begun")).await;
    socket.subscribe("a", TYPENAME).await;
    assert_eq!(socket.hear().await, typename("a"));
    assert_eq!(socket.hear().await, complete("a"));
    socket.say(&complete("a")).await;
    socket.subscribe("b", TYPENAME).await;
    assert_eq!(socket.hear().await, typename("b"));
}

/// The result of a query that the client has completed in the meantime is not sent.
#[tokio::test]
async fn a_result_that_the_client_has_given_up_is_not_sent() {
    let (open, gate) = tokio::sync::watch::channel(false);
    let subgraph = Subgraph::start(SDL, move |_| {
        Reply::Gated(gate.clone(), json!({ "slow": 1 }))
    })
    .await;
    let router = Running::start(
        &[("source", &subgraph)],
        "subscriptions: { websocket: true }",
    )
    .await;
    let mut socket = Socket::acknowledged(&router.url(), Value::Null).await;
    socket.subscribe("slow", "{ slow }").await;
    let asked = async || (!subgraph.requests().is_empty()).then_some(());
    crate::kit::until(asked).await.expect("it is under way");
    socket.say(&complete("slow")).await;
    socket.say(&json!({ "type": "ping" })).await;
    assert_eq!(socket.hear().await, json!({ "type": "pong" }));
    open.send_replace(true);
    socket.subscribe("b", TYPENAME).await;
    assert_eq!(socket.hear().await, typename("b"));
    assert_eq!(socket.hear().await, complete("b"));
}

/// No event is sent after the client has completed its subscription.
#[tokio::test]
async fn no_event_follows_the_completion_by_the_client() {
    let graph = Graph::start().await;
    let mut socket = graph.socket().await;
    for id in ["a", "b"] {
        socket.subscribe(id, TICKS).await;
    }
    let both = async || {
        let active = graph.router.metric("graphql_subscriptions_active").await;
        (active == 2.0).then_some(())
    };
    crate::kit::until(both).await.expect("both are open");
    socket.say(&complete("a")).await;
    socket.say(&json!({ "type": "ping" })).await;
    assert_eq!(socket.hear().await, json!({ "type": "pong" }));
    for n in 1..=5 {
        graph.ticks.tick();
        assert_eq!(socket.hear().await, tick("b", n));
    }
}

/// The side that receives the close frame answers, before the connection is closed (RFC 6455, 5.5.1 and 7.1.1).
#[tokio::test]
async fn a_client_that_closes_its_socket_is_answered_with_its_code() {
    let graph = Graph::start().await;
    for code in [1000_u16, 1001, 4999] {
        let mut socket = graph.socket().await;
        socket.subscribe("a", TICKS).await;
        let frame = CloseFrame {
            code: code.into(),
            reason: "bye".into(),
        };
        socket.send(Message::Close(Some(frame))).await;
        assert_eq!(socket.closed().await.0, code);
    }
    let mut frames = Frames::acknowledged(&graph.router).await;
    frames.write(&masked(0x88, b"")).await;
    assert_eq!(frames.next().await, Some(Frame::Close(None)));
    assert_eq!(frames.next().await, None, "and the connection ends");
}

/// What is still under way when a socket is closed would reset the connection, were it not read, and the client would never see the code.
#[tokio::test]
async fn a_client_that_goes_on_talking_sees_why_its_socket_is_closed() {
    let graph = Graph::start().await;
    let mut frames = Frames::acknowledged(&graph.router).await;
    let mut all = masked(0x81, b"{");
    for _ in 0..500 {
        all.extend(masked(0x81, &[b' '; 1000]));
    }
    frames.write(&all).await;
    assert_eq!(frames.closed().await, Some(4400));
}

/// RFC 6455: masks (5.1), reserved bits and opcodes (5.2), fragments (5.4), control frames (5.5), UTF-8 (8.1), and messages that are too long (7.4.1).
#[tokio::test]
async fn frames_that_break_the_rules_close_the_socket_with_their_codes() {
    let graph = Graph::start().await;
    let long = masked(0x81, &vec![b' '; 8 * 1024]);
    let cases: &[(&str, Vec<u8>, u16)] = &[
        ("without a mask", vec![0x81, 0x02, b'{', b'}'], 1002),
        ("a reserved bit", masked(0xc1, b"{}"), 1002),
        ("a reserved opcode", masked(0x83, b"{}"), 1002),
        ("a ping in two frames", masked(0x09, b"a"), 1002),
        ("a ping that is too long", masked(0x89, &[b'a'; 126]), 1002),
        ("a continuation of nothing", masked(0x80, b"{}"), 1002),
        (
            "a message within another",
            [masked(0x01, b"{"), masked(0x81, b"{}")].concat(),
            1002,
        ),
        ("no UTF-8", masked(0x81, b"\"\xff\""), 1007),
        ("binary", masked(0x82, b"{}"), 4400),
        ("too long", long, 1009),
    ];
    for (what, bytes, code) in cases {
        let mut frames = Frames::acknowledged(&graph.router).await;
        frames.write(bytes).await;
        assert_eq!(frames.closed().await, Some(*code), "{what}");
    }
}

/// A message may come in any number of frames, with control frames between them (5.4), and a ping is answered with its payload (5.5.3).
#[tokio::test]
async fn a_message_in_fragments_is_one_message() {
    let graph = Graph::start().await;
    let mut frames = Frames::acknowledged(&graph.router).await;
    let message = json!({ "id": "é", "type": "subscribe", "payload": { "query": TYPENAME } });
    let text = message.to_string();
    let pieces: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
    let last = pieces.len() - 1;
    for (index, piece) in pieces.into_iter().enumerate() {
        let opcode = if index == 0 { 0x01 } else { 0x00 };
        let is_last = if index == last { 0x80 } else { 0x00 };
        if index == last {
            frames.write(&masked(0x89, b"still there?")).await;
        }
        frames.write(&masked(opcode | is_last, piece)).await;
    }
    let pong = Frame::Pong(b"still there?".to_vec());
    assert_eq!(frames.next().await, Some(pong));
    for expected in [typename("é"), complete("é")] {
        let Some(Frame::Text(text)) = frames.next().await else {
            panic!("no text");
        };
        let said: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(said, expected);
    }
}

/// Neither the whole extension nor a frame that uses it.
#[tokio::test]
async fn compression_is_not_taken_up_where_it_is_offered() {
    let graph = Graph::start().await;
    let lines = "sec-websocket-protocol: graphql-transport-ws\r\nsec-websocket-extensions: permessage-deflate; client_max_window_bits\r\n";
    let mut frames = Frames::open_with(&graph.router, lines).await;
    assert!(!frames.head.contains("extensions"), "{}", frames.head);
    frames
        .write(&masked(0x81, br#"{"type":"connection_init"}"#))
        .await;
    let acknowledged = Frame::Text(r#"{"type":"connection_ack"}"#.to_owned());
    assert_eq!(frames.next().await, Some(acknowledged));
    // The bit that says that a message is compressed.
    frames.write(&masked(0xc1, br#"{"type":"ping"}"#)).await;
    assert_eq!(frames.closed().await, Some(1002));
}

/// The library closes such a socket with 4406, and its client knows what that means. A page never sees the answer to a handshake.
#[tokio::test]
async fn a_client_that_speaks_no_protocol_of_ours_learns_so_by_its_code() {
    let graph = Graph::start().await;
    for lines in [
        "",
        "sec-websocket-protocol: graphql-ws\r\n",
        "sec-websocket-protocol: graphql-transport-ws2, mqtt\r\n",
    ] {
        let mut frames = Frames::open_with(&graph.router, lines).await;
        // What it says before it knows is not looked at.
        frames
            .write(&masked(0x81, br#"{"type":"connection_init"}"#))
            .await;
        assert_eq!(frames.next().await, Some(Frame::Close(Some(4406))));
        frames.write(&masked(0x88, &4406_u16.to_be_bytes())).await;
        assert_eq!(frames.next().await, None, "and the connection ends");
    }
    let active = async || {
        let active = graph.router.metric("graphql_websockets_active").await;
        (active == 0.0).then_some(())
    };
    crate::kit::until(active).await.expect("they take no place");
    // Of several, the one that is known is taken.
    let several = "sec-websocket-protocol: graphql-ws, graphql-transport-ws\r\n";
    let mut frames = Frames::open_with(&graph.router, several).await;
    frames
        .write(&masked(0x81, br#"{"type":"connection_init"}"#))
        .await;
    let acknowledged = Frame::Text(r#"{"type":"connection_ack"}"#.to_owned());
    assert_eq!(frames.next().await, Some(acknowledged));
}

/// What asks for nothing takes time, too, and no limit on requests sees it.
#[tokio::test]
async fn a_client_that_says_nothing_but_pings_is_cut_off() {
    let graph = Graph::start().await;
    let ping = masked(0x81, br#"{"type":"ping"}"#);
    for message in [
        masked(0x89, b""),
        masked(0x8a, b""),
        ping.clone(),
        masked(0x81, br#"{"type":"pong"}"#),
        masked(0x81, br#"{"type":"complete","id":"none"}"#),
    ] {
        let mut frames = Frames::acknowledged(&graph.router).await;
        frames.write(&message.repeat(4_000)).await;
        frames.write(&ping).await;
        let answer = Frame::Text(r#"{"type":"pong"}"#.to_owned());
        let mut next = frames.next().await;
        while next == Some(Frame::Pong(Vec::new())) {
            next = frames.next().await;
        }
        assert_eq!(next, Some(answer), "so many are allowed: {message:?}");
        frames.write(&message.repeat(20_000)).await;
        assert_eq!(frames.closed().await, Some(1008), "{message:?}");
    }
}
