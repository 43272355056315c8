//! Subscriptions at subgraphs that speak `graphql-transport-ws`.

use std::sync::Arc;

use async_graphql::{EmptyMutation, ID, Object, Schema, SimpleObject, Subscription};
use async_graphql_axum::{GraphQL, GraphQLSubscription};
use axum::Router;
use futures_util::SinkExt;
use futures_util::stream::{self, Stream, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;

use crate::kit::{Reply, Running, Subgraph, accepted, said, stream};

#[derive(SimpleObject)]
struct Dog {
    id: ID,
}

struct Query;

#[Object]
impl Query {
    async fn dog(&self) -> Dog {
        Dog { id: "0".into() }
    }

    #[graphql(entity)]
    async fn find(&self, id: ID) -> Dog {
        Dog { id }
    }
}

struct Events {
    ended: Arc<Notify>,
}

/// Tells when it is dropped.
struct Ending(Arc<Notify>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

// Federation's SDL has no `schema` definition, so that the type has to have the usual name.
#[Subscription(name = "Subscription")]
impl Events {
    /// This many dogs, and then the end.
    async fn barks(&self, count: i32) -> impl Stream<Item = Dog> {
        stream::iter(0..count).map(|id| Dog {
            id: id.to_string().into(),
        })
    }

    /// One dog, and then nothing.
    async fn waits(&self) -> impl Stream<Item = Dog> {
        let ending = Ending(Arc::clone(&self.ended));
        stream::unfold((ending, 0), |(ending, count)| async move {
            match count {
                0 => Some((Dog { id: "0".into() }, (ending, 1))),
                _ => std::future::pending().await,
            }
        })
    }
}

/// A server of the library; the WebSocket is at `/ws`.
struct Library {
    url: String,
    ended: Arc<Notify>,
    running: JoinHandle<()>,
}

impl Library {
    async fn start() -> Self {
        let ended = Arc::new(Notify::new());
        let events = Events {
            ended: Arc::clone(&ended),
        };
        let schema = Schema::build(Query, EmptyMutation, events)
            .enable_federation()
            .enable_subscription_in_federation()
            .finish();
        let app = Router::new()
            .route_service("/graphql", GraphQL::new(schema.clone()))
            .route_service("/ws", GraphQLSubscription::new(schema));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let running = tokio::spawn(async move {
            axum::serve(listener, app)
                .await
                .expect("it serves until it is aborted");
        });
        Self {
            url: format!("http://{address}"),
            ended,
            running,
        }
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        self.running.abort();
    }
}

const NAMES: &str = r#"
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
    type Dog @key(fields: "id") { id: ID! name: String }
"#;

async fn router(library: &Library, path: &str) -> (Running, Subgraph) {
    let names = Subgraph::start(NAMES, |request| {
        let lists = request["variables"].as_object().expect("representations");
        let list = lists
            .values()
            .next()
            .and_then(Value::as_array)
            .expect("a list");
        let names = list.iter().map(|dog| json!({ "name": dog["id"] }));
        Reply::Data(json!({ "_entities": names.collect::<Vec<_>>() }))
    })
    .await;
    let (url, names_url) = (&library.url, names.url());
    let router = Running::configured(&format!(
        "subgraphs:\n  dogs: {{ url: \"{url}/graphql\", subscriptions: {{ protocol: websocket, url: \"{url}{path}\" }} }}\n  names: {{ url: \"{names_url}\" }}\n"
    ))
    .await;
    router.until_ready().await;
    (router, names)
}

const HEADERS: &[(&str, &str)] = &[
    ("content-type", "application/json"),
    ("accept", "text/event-stream"),
];

#[tokio::test]
async fn events_of_a_library_are_completed() {
    let library = Library::start().await;
    let (router, _names) = router(&library, "/ws").await;
    let body = json!({
        "query": "subscription($n: Int!) { barks(count: $n) { id name } }",
        "variables": { "n": 2 },
    });
    let said = stream(&router.url(), HEADERS, body.to_string())
        .await
        .rest()
        .await;
    assert_eq!(
        said,
        "event: next\ndata: {\"data\":{\"barks\":{\"id\":\"0\",\"name\":\"0\"}}}\n\n\
         event: next\ndata: {\"data\":{\"barks\":{\"id\":\"1\",\"name\":\"1\"}}}\n\n\
         event: complete\ndata: \n\n"
    );
}

#[tokio::test]
async fn a_client_that_goes_ends_the_stream_in_the_library() {
    let library = Library::start().await;
    let (router, _names) = router(&library, "/ws").await;
    let body = json!({ "query": "subscription { waits { name } }" });
    let mut answer = stream(&router.url(), HEADERS, body.to_string()).await;
    answer.until("\"name\":\"0\"").await;
    drop(answer);
    tokio::time::timeout(crate::kit::PATIENCE, library.ended.notified())
        .await
        .expect("the stream is dropped");
}

#[tokio::test]
async fn a_place_without_a_web_socket_is_an_error() {
    let library = Library::start().await;
    let (router, _names) = router(&library, "/graphql").await;
    let body = json!({ "query": "subscription { waits { name } }" });
    let said = stream(&router.url(), HEADERS, body.to_string())
        .await
        .rest()
        .await;
    assert!(said.contains("SUBREQUEST_"), "{said}");
    assert!(said.ends_with("event: complete\ndata: \n\n"), "{said}");
}

#[tokio::test]
async fn a_server_reads_who_asks_from_the_payload_that_opens_the_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let hearing = tokio::spawn(async move {
        let mut heard = Vec::new();
        for _ in 0..2 {
            let (connection, _) = listener.accept().await.expect("a connection");
            let mut socket = accepted(connection).await;
            heard.push(said(&mut socket).await.expect("a message"));
            let ack = Message::text(r#"{"type":"connection_ack"}"#);
            socket.send(ack).await.expect("open");
            said(&mut socket).await.expect("a message");
            let complete = Message::text(r#"{"type":"complete","id":"1"}"#);
            socket.send(complete).await.expect("open");
        }
        heard
    });
    let sdl = "type Query { dog: ID } type Subscription { waits: ID }";
    let dogs = Subgraph::with_data(sdl, json!({})).await;
    let router = Running::configured(&format!(
        "headers: {{ propagate: [authorization] }}
subgraphs:
  dogs:
    url: \"{}\"
    subscriptions:
      protocol: websocket
      url: \"http://{address}\"
      init_payload: {{ authToken: authorization, other: x-other }}
",
        dogs.url()
    ))
    .await;
    router.until_ready().await;
    let body = json!({ "query": "subscription { waits }" }).to_string();
    for more in [&[("authorization", "Bearer 1"), ("x-other", "2")][..], &[]] {
        let headers = [HEADERS, more].concat();
        let answer = stream(&router.url(), &headers, body.clone()).await;
        assert_eq!(answer.rest().await, "event: complete\ndata: \n\n");
    }
    let heard = hearing.await.expect("two connections");
    let payload = json!({ "authToken": "Bearer 1" });
    assert_eq!(
        heard,
        [
            json!({ "type": "connection_init", "payload": payload }),
            json!({ "type": "connection_init" })
        ]
    );
}

/// A server that acknowledges, is subscribed to, says that, and closes.
pub(crate) async fn scripted(messages: &'static [&'static str]) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let running = tokio::spawn(async move {
        let (connection, _) = listener.accept().await.expect("a connection");
        let mut socket = accepted(connection).await;
        let mut types = Vec::new();
        for reply in [r#"{"type":"connection_ack"}"#, r#"{"type":"ping"}"#] {
            types.push(said(&mut socket).await.expect("a message")["type"].clone());
            socket.send(Message::text(reply)).await.expect("open");
        }
        types.push(said(&mut socket).await.expect("a message")["type"].clone());
        assert_eq!(types, ["connection_init", "subscribe", "pong"]);
        for message in messages {
            socket.send(Message::text(*message)).await.expect("open");
        }
        socket.close(None).await.ok();
        while let Some(Ok(_)) = socket.next().await {}
    });
    (format!("http://{address}"), running)
}

#[tokio::test]
async fn what_a_server_does_wrong_is_a_last_error() {
    let cases: [(&[&str], &str); 6] = [
        (&[], "SUBREQUEST_CONNECTION_ERROR"),
        (&["not JSON"], "SUBREQUEST_CONNECTION_ERROR"),
        (
            &[r#"{"type":"connection_ack"}"#],
            "SUBREQUEST_CONNECTION_ERROR",
        ),
        (
            &[r#"{"type":"next","id":"2","payload":{"data":{"waits":null}}}"#],
            "SUBREQUEST_CONNECTION_ERROR",
        ),
        (
            &[r#"{"type":"error","id":"1","payload":[{"message":"no"}]}"#],
            "SUBGRAPH_ERROR",
        ),
        (
            &[
                r#"{"type":"next","id":"1","payload":7}"#,
                r#"{"type":"complete","id":"1"}"#,
            ],
            "SUBREQUEST_MALFORMED_RESPONSE",
        ),
    ];
    let sdl = "type Query { dog: ID } type Subscription { waits: ID }";
    let dogs = Subgraph::with_data(sdl, json!({})).await;
    for (messages, code) in cases {
        let (url, running) = scripted(messages).await;
        let (dogs_url, path) = (dogs.url(), "subscriptions: { protocol: websocket, url");
        let router = Running::configured(&format!(
            "subscriptions: {{ resume: off }}\nsubgraphs: {{ dogs: {{ url: \"{dogs_url}\", {path}: \"{url}\" }} }} }}\n"
        ))
        .await;
        router.until_ready().await;
        let body = json!({ "query": "subscription { waits }" }).to_string();
        let said = stream(&router.url(), HEADERS, body).await.rest().await;
        assert!(
            said.contains(&format!("\"code\":\"{code}\"")),
            "{messages:?}: {said}"
        );
        assert!(
            said.ends_with("event: complete\ndata: \n\n"),
            "{messages:?}: {said}"
        );
        running
            .await
            .expect("what was sent is what the protocol has");
    }
}
