//! A storm of rude and slow WebSockets, and a client that behaves, which does not notice.

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use crate::kit::{Numbered, Running, Socket, Ticks, until};

const SDL: &str =
    "type Query { a: Int } type Subscription { tick: Tick } type Tick { n: Int! pad: String }";

/// One rude client; what it leaves open.
async fn rude(manner: usize, router: &Running) -> Option<Socket> {
    let url = router.url();
    match manner {
        // It never introduces itself.
        0 => Socket::open(&url, &[]).await.ok(),
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
            Some(socket)
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
        _ => {
            let mut stream = TcpStream::connect(router.address()).await.ok()?;
            let head = "GET /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n";
            stream.write_all(head.as_bytes()).await.ok()?;
            stream.write_all(&[0x81, 0xfe, 0x10]).await.ok()?;
            None
        }
    }
}

#[tokio::test]
async fn slow_and_rude_clients_are_bounded_and_nobody_else_notices() {
    const RUDE: usize = 120;
    let ticks = Ticks::new();
    let source = Numbered::start(SDL, &ticks, true).await;
    let yaml = format!(
        "subgraphs: {{ source: {{ url: \"{}\" }} }}\nsubscriptions: {{ websocket: true, init_timeout: 200ms }}\n",
        source.url()
    );
    let router = Running::configured(&yaml).await;
    router.until_ready().await;
    let mut good = Socket::acknowledged(&router.url(), Value::Null).await;
    good.subscribe("good", "subscription { tick { n } }").await;
    source.opened(1).await;
    let mut left = Vec::new();
    let mut heard = 0;
    for round in 0..RUDE {
        left.extend(rude(round % 6, &router).await);
        let n = ticks.tick();
        while heard < n {
            heard += 1;
            let next = good.hear().await;
            assert_eq!(next["payload"]["data"]["tick"]["n"], heard, "{next}");
        }
    }
    // Those that never introduce themselves and those that went are gone; those that read nothing are still held.
    let is_calm = async || {
        let sockets = router.metric("graphql_websockets_active").await;
        (sockets <= 1.0 + RUDE as f64 / 6.0).then_some(())
    };
    until(is_calm).await.expect("they are closed");
    drop(left);
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
