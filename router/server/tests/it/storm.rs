//! A storm of rude and slow clients, and one that behaves, which does not notice.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::kit::frames::{Frames, masked};
use crate::kit::{Numbered, Running, Socket, Streaming, Ticks, stream, until};

const SDL: &str =
    "type Query { a: Int } type Subscription { tick: Tick } type Tick { n: Int! pad: String }";

/// In how many ways clients are rude.
const MANNERS: usize = 14;

/// What a rude client leaves open.
enum Left {
    Socket(#[expect(dead_code, reason = "it is held, and not read")] Box<Socket>),
    Frames(#[expect(dead_code, reason = "it is held, and not read")] Frames),
}

/// One rude client.
async fn rude(manner: usize, router: &Running) -> Option<Left> {
    let url = router.url();
    match manner {
        // It never introduces itself.
        0 => Socket::open(&url, &[])
            .await
            .ok()
            .map(|socket| Left::Socket(Box::new(socket))),
        // It sends what is no message.
        1 => {
            let mut socket = Socket::open(&url, &[]).await.ok()?;
            socket.send(Message::text("{\"type\":")).await;
            assert_eq!(socket.closed().await.0, 4400);
            None
        }
        // It subscribes to large events and reads none.
        2 => {
            let mut socket = Socket::acknowledged(&url, Value::Null).await;
            for id in ["a", "b", "c"] {
                socket
                    .subscribe(id, "subscription { tick { n pad } }")
                    .await;
            }
            Some(Left::Socket(Box::new(socket)))
        }
        // It opens and ends subscriptions, and goes without a word.
        3 => {
            let mut socket = Socket::acknowledged(&url, Value::Null).await;
            for round in 0..20 {
                let id = round.to_string();
                socket.subscribe(&id, "subscription { tick { n } }").await;
                socket.say(&json!({ "id": id, "type": "complete" })).await;
            }
            None
        }
        // It introduces itself twice.
        4 => {
            let mut socket = Socket::acknowledged(&url, Value::Null).await;
            socket.say(&json!({ "type": "connection_init" })).await;
            assert_eq!(socket.closed().await.0, 4429);
            None
        }
        // It begins a frame that it does not end.
        5 => {
            let mut frames = Frames::open(router).await;
            frames.write(&[0x81, 0xfe, 0x10]).await;
            None
        }
        _ => rude_below(manner, router).await.map(Left::Frames),
    }
}

/// The same below the messages: frames, and connections.
async fn rude_below(manner: usize, router: &Running) -> Option<Frames> {
    let mut frames = Frames::acknowledged(router).await;
    let subscribe = json!({ "id": "a", "type": "subscribe", "payload": { "query": "subscription { tick { n pad } }" } });
    let subscribe = masked(0x81, subscribe.to_string().as_bytes());
    match manner {
        // It pings as fast as it can, and reads no answer.
        6 => {
            frames.write(&masked(0x89, &[b'p'; 125]).repeat(2000)).await;
            Some(frames)
        }
        // It announces a frame of a GiB, and a message in fragments without end.
        7 => {
            let announced = (1_u64 << 30).to_be_bytes();
            frames
                .write(&[&[0x81, 0xff][..], &announced, &[0; 4]].concat())
                .await;
            assert_eq!(frames.closed().await, Some(1009));
            None
        }
        8 => {
            frames.write(&masked(0x01, &[b' '; 1000])).await;
            frames.write(&masked(0x00, &[b' '; 1000]).repeat(70)).await;
            assert_eq!(frames.closed().await, Some(1009));
            None
        }
        // Its frames have no masks, or break a rule in another way.
        9 => {
            frames.write(b"\x81\x02{}").await;
            assert_eq!(frames.closed().await, Some(1002));
            None
        }
        10 => {
            frames.write(&masked(0xf1, b"{}")).await;
            assert_eq!(frames.closed().await, Some(1002));
            None
        }
        // Its text is none.
        11 => {
            frames.write(&masked(0x81, b"\xc3\x28")).await;
            assert_eq!(frames.closed().await, Some(1007));
            None
        }
        // It subscribes, and its connection is reset; or it says that it will say nothing more, and stays.
        12 => {
            frames.write(&subscribe).await;
            frames.reset();
            None
        }
        _ => {
            frames.write(&subscribe).await;
            frames.end_writing().await;
            Some(frames)
        }
    }
}

/// A client that takes events over HTTP, and reads none of them.
async fn reads_nothing(router: &Running, accept: &str) -> Streaming {
    let headers = [("content-type", "application/json"), ("accept", accept)];
    let body = json!({ "query": "subscription { tick { n pad } }" }).to_string();
    stream(&router.url(), &headers, body).await
}

#[tokio::test]
async fn slow_and_rude_clients_are_bounded_and_nobody_else_notices() {
    const RUDE: usize = 10 * MANNERS;
    const SSE: &str = "text/event-stream";
    const MULTIPART: &str = "multipart/mixed;subscriptionSpec=1.0";
    let ticks = Ticks::new();
    let source = Numbered::start(SDL, &ticks, true).await;
    let yaml = format!(
        "subgraphs: {{ source: {{ url: \"{}\" }} }}\nsubscriptions: {{ websocket: true, init_timeout: 200ms }}\nlimits: {{ request_body: 32 KiB }}\n",
        source.url()
    );
    let router = Running::configured(&yaml).await;
    router.until_ready().await;
    let mut good = Socket::acknowledged(&router.url(), Value::Null).await;
    good.subscribe("good", "subscription { tick { n } }").await;
    source.opened(1).await;
    // Slow ones over HTTP, which share a stream with those that read nothing of their WebSockets.
    let slow = [
        reads_nothing(&router, SSE).await,
        reads_nothing(&router, MULTIPART).await,
    ];
    let mut left = Vec::new();
    let mut heard = 0;
    for round in 0..RUDE {
        left.extend(rude(round % MANNERS, &router).await);
        let n = ticks.tick();
        while heard < n {
            heard += 1;
            let next = good.hear().await;
            assert_eq!(next["payload"]["data"]["tick"]["n"], heard, "{next}");
        }
    }
    // Those that never introduce themselves and those that went are gone; those that read nothing, in two manners, are still held.
    let is_calm = async || {
        let sockets = router.metric("graphql_websockets_active").await;
        (sockets <= 1.0 + (2 * RUDE / MANNERS) as f64).then_some(())
    };
    until(is_calm).await.expect("they are closed");
    drop((left, slow));
    let is_alone = async || {
        let sockets = router.metric("graphql_websockets_active").await;
        let active = router.metric("graphql_subscriptions_active").await;
        let streams = router.metric("graphql_subscription_streams_active").await;
        ((sockets, active, streams) == (1.0, 1.0, 1.0)).then_some(())
    };
    until(is_alone).await.expect("all others are gone");
    let n = ticks.tick();
    let next = good.hear().await;
    assert_eq!(next["payload"]["data"]["tick"]["n"], n, "{next}");
}
