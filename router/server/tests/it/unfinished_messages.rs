//! What is held of messages on WebSockets: it is counted as it comes, and bounded in size and time.

use serde_json::{Value, json};
use tokio::sync::watch;

use crate::kit::frames::{Frame, Frames, masked};
use crate::kit::{PATIENCE, Reply, Running, Socket, Subgraph, until};

const SDL: &str = "type Query { small: Int slow: Int } type Mutation { do: Int }";
const HELD: &str = "router_memory_held_bytes";

async fn subgraph() -> Subgraph {
    Subgraph::with_data(SDL, json!({ "small": 1 })).await
}

async fn holds_nothing(router: &Running) {
    let released = until(async || (router.metric(HELD).await == 0.0).then_some(())).await;
    released.expect("nothing is held any more");
}

/// The first frame of a message of spaces that does not end with it.
fn beginning(length: usize) -> Vec<u8> {
    masked(0x01, &vec![b' '; length])
}

#[tokio::test]
async fn messages_that_do_not_end_are_counted_and_leave_room_for_others() {
    let a = subgraph().await;
    let more = "limits: { memory: 1 MiB }\nsubscriptions: { websocket: true }";
    let router = Running::start(&[("a", &a)], more).await;
    let mut first = Frames::acknowledged(&router).await;
    first.write(&beginning(350_000)).await;
    let counted = until(async || (router.metric(HELD).await >= 350_000.0).then_some(())).await;
    counted.expect("it is counted");
    // There is no room for all of a second one; nor is there for one that is whole.
    for message in [beginning(350_000), masked(0x81, &vec![b' '; 350_000])] {
        let mut other = Frames::acknowledged(&router).await;
        other.write(&message).await;
        assert_eq!(other.closed().await, Some(1013));
    }
    assert!(router.metric(HELD).await <= 512.0 * 1024.0);
    let refused = "router_memory_refusals_total{reason=\"all\"}";
    assert_eq!(router.metric(refused).await, 2.0);
    // Others go on, over HTTP and on sockets.
    let small = json!({ "data": { "small": 1 } });
    assert_eq!(router.query("{ small }").await.json(), small);
    let mut socket = Socket::acknowledged(&router.url(), Value::Null).await;
    socket.subscribe("a", "{ small }").await;
    assert_eq!(socket.hear().await["payload"], small);
    drop(first);
    holds_nothing(&router).await;
}

#[tokio::test]
async fn what_a_message_takes_is_its_operations_and_comes_back() {
    let (open, gate) = watch::channel(false);
    let a = Subgraph::start(SDL, move |_| Reply::Gated(gate.clone(), json!({ "do": 1 }))).await;
    let router = Running::start(&[("a", &a)], "subscriptions: { websocket: true }").await;
    let mut socket = Socket::acknowledged(&router.url(), Value::Null).await;
    // A message that is no operation is let go.
    let long = json!({ "type": "ping", "payload": { "pad": "x".repeat(1_000_000) } });
    socket.say(&long).await;
    assert_eq!(socket.hear().await, json!({ "type": "pong" }));
    holds_nothing(&router).await;
    let padded = |id: &str| format!("mutation {{ do }} # {id}{}", "x".repeat(1_000_000));
    for id in ["a", "b"] {
        socket.subscribe(id, &padded(id)).await;
    }
    let asked = until(async || (a.requests().len() == 2).then_some(())).await;
    asked.expect("both are asked for");
    assert!(router.metric(HELD).await >= 2_000_000.0);
    open.send_replace(true);
    for _ in 0..4 {
        socket.hear().await;
    }
    holds_nothing(&router).await;
}

#[tokio::test]
async fn before_a_client_has_introduced_itself_its_message_is_short() {
    let a = subgraph().await;
    let router = Running::start(&[("a", &a)], "subscriptions: { websocket: true }").await;
    let init = |length| {
        let token = "x".repeat(length);
        json!({ "type": "connection_init", "payload": { "authorization": token } }).to_string()
    };
    let mut frames = Frames::open(&router).await;
    frames.write(&masked(0x81, init(60_000).as_bytes())).await;
    let acknowledged = Frame::Text(r#"{"type":"connection_ack"}"#.to_owned());
    assert_eq!(frames.next().await, Some(acknowledged));
    // From then on it is as long as any request.
    frames
        .write(&masked(
            0x81,
            json!({ "type": "ping", "payload": { "pad": init(100_000) } })
                .to_string()
                .as_bytes(),
        ))
        .await;
    let pong = Frame::Text(r#"{"type":"pong"}"#.to_owned());
    assert_eq!(frames.next().await, Some(pong));
    // The head is enough: the frame announces how long it is.
    let mut frames = Frames::open(&router).await;
    frames
        .write(&masked(0x81, init(70_000).as_bytes())[..14])
        .await;
    assert_eq!(frames.closed().await, Some(1009));
    let mut frames = Frames::open(&router).await;
    frames.write(&beginning(40_000)).await;
    frames.write(&masked(0x00, &[b' '; 40_000])[..14]).await;
    assert_eq!(frames.closed().await, Some(1009));
}

/// As a body must; whatever comes between its frames.
#[tokio::test]
async fn a_message_that_does_not_end_in_time_is_not_waited_for() {
    let a = subgraph().await;
    let more = "timeouts: { request: 100ms }\nsubscriptions: { websocket: true }";
    let router = Running::start(&[("a", &a)], more).await;
    let mut silent = Frames::acknowledged(&router).await;
    silent.write(&beginning(10)).await;
    let mut busy = Frames::acknowledged(&router).await;
    busy.write(&beginning(10)).await;
    let closed = async {
        loop {
            busy.write(&masked(0x89, b"still there?")).await;
            // Fragments without anything in them bring it no nearer to its end.
            busy.write(&masked(0x00, b"")).await;
            match busy.next().await {
                Some(Frame::Pong(_)) => {}
                other => return other,
            }
        }
    };
    let closed = tokio::time::timeout(PATIENCE, closed).await;
    assert_eq!(closed.expect("it ends"), Some(Frame::Close(Some(1008))));
    assert_eq!(silent.closed().await, Some(1008));
}

#[tokio::test]
async fn operations_beside_others_of_their_sockets_are_bounded_over_all_sockets() {
    let (open, gate) = watch::channel(false);
    let a = Subgraph::start(SDL, move |_| Reply::Gated(gate.clone(), json!({ "do": 1 }))).await;
    let more = "limits: { connections: 3 }\nsubscriptions: { websocket: true }";
    let router = Running::start(&[("a", &a)], more).await;
    let mut sockets = [
        Socket::acknowledged(&router.url(), Value::Null).await,
        Socket::acknowledged(&router.url(), Value::Null).await,
    ];
    // The first on each socket, and three more.
    for id in ["a", "b"] {
        for socket in &mut sockets {
            socket.subscribe(id, "mutation { do }").await;
        }
    }
    sockets[0].subscribe("c", "mutation { do }").await;
    let asked = until(async || (a.requests().len() == 5).then_some(())).await;
    asked.expect("all are asked for");
    let refusal = async |socket: &mut Socket| {
        socket.subscribe("d", "mutation { do }").await;
        let heard = socket.hear().await;
        assert_eq!(heard["type"], "error", "{heard}");
        let error = &heard["payload"][0];
        assert_eq!(error["extensions"]["code"], "TOO_MANY_SUBSCRIPTIONS");
        error["message"].as_str().unwrap_or_default().to_owned()
    };
    let why = refusal(&mut sockets[0]).await;
    assert!(
        why.contains("3 additional concurrent operations across all WebSockets"),
        "{why}"
    );
    open.send_replace(true);
    for (socket, operations) in sockets.iter_mut().zip([3, 2]) {
        for _ in 0..2 * operations {
            let heard = socket.hear().await;
            assert_ne!(heard["type"], "error", "{heard}");
        }
    }
    // The places are free again.
    for id in ["a", "b", "c"] {
        sockets[1].subscribe(id, "mutation { do }").await;
    }
    for _ in 0..6 {
        let heard = sockets[1].hear().await;
        assert_ne!(heard["type"], "error", "{heard}");
    }
}
