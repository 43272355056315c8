//! Subgraphs that send events over WebSockets, several subscriptions over one.

use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::{HEADERS, SDL, router, subscribe};
use crate::kit::{PATIENCE, Subgraph, accepted, said, stream};

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
        let waited = tokio::time::timeout(PATIENCE, waiting).await;
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
        false if query.contains("burst") => ("burst", "here".to_owned(), 500),
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

#[tokio::test]
async fn a_burst_for_one_subscription_of_a_web_socket_reaches_its_client() {
    let dogs = Subgraph::with_data(SDL, json!({})).await;
    let server = Server::start(Manner::Usual).await;
    let source = format!("protocol: websocket, url: \"{}\"", server.url);
    let router = router(&dogs, &source, OWN).await;
    let mut beside = subscribe(&router, "subscription { waits }").await;
    beside.until("\"waits\":\"here\"").await;
    let mut answer = subscribe(&router, "subscription { burst }").await;
    for _ in 0..500 {
        let said = answer.until("\"burst\":\"here\"").await;
        assert!(!said.contains("errors"), "{said}");
    }
    assert_eq!(*server.all.borrow(), 1);
}

/// The client reads nothing for a while, so that nothing of the subgraph is read either, which asks meanwhile whether anybody is there.
#[tokio::test]
async fn a_server_that_waits_for_a_sign_of_life_gets_one_while_its_events_are_not_read() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!(
        "http://{}/graphql",
        listener.local_addr().expect("an address")
    );
    let serving = tokio::spawn(async move {
        let (connection, _) = listener.accept().await.expect("a connection");
        let mut socket = accepted(connection).await;
        said(&mut socket).await.expect("it introduces itself");
        say(&mut socket, json!({ "type": "connection_ack" })).await;
        let message = said(&mut socket).await.expect("it subscribes");
        let (mut sender, mut receiver) = socket.split();
        let data = json!({ "data": { "flood": " ".repeat(64 * 1024) } });
        let next = json!({ "id": message["id"], "type": "next", "payload": data }).to_string();
        let flooding = async { while sender.send(Message::text(next.clone())).await.is_ok() {} };
        let hearing = async {
            while let Some(Ok(message)) = receiver.next().await {
                if matches!(message, Message::Pong(_)) {
                    return;
                }
            }
            panic!("the connection has ended");
        };
        tokio::select! {
            () = hearing => {}
            () = flooding => panic!("the connection has ended"),
        }
    });
    let dogs = Subgraph::with_data(SDL, json!({})).await;
    let source = format!("protocol: websocket, url: \"{url}\"");
    let router = router(&dogs, &source, "timeouts: { write: 5m }").await;
    let _unread = subscribe(&router, "subscription { flood }").await;
    let heard = tokio::time::timeout(PATIENCE, serving).await;
    heard.expect("it gets a pong").expect("it stays");
}
