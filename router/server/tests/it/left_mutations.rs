//! Mutations whose clients have left run to their end: so many and no more, counted and waited for.

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::kit::{Reply, Running, Socket, Subgraph, until};

const HELD: &str = "router_memory_held_bytes";
const ALONE: &str = "graphql_mutations_alone_active";
/// Deferred for clients that take parts.
const WASH: &str = "mutation { wash { id ... @defer { name } } }";

/// A subgraph whose mutations wait for the gate.
async fn dogs(gate: watch::Receiver<bool>) -> Subgraph {
    let sdl = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
        type Query { dog: Dog } type Mutation { wash: Dog }
        type Dog @key(fields: "id") { id: ID! name: String }"#;
    Subgraph::start(sdl, move |request: &Value| {
        let query = request["query"].as_str().unwrap_or_default();
        let dog = json!({ "id": "1", "name": "Rex" });
        match query {
            _ if query.contains("_entities") => Reply::Data(json!({ "_entities": [dog] })),
            _ if query.contains("wash") => Reply::Gated(gate.clone(), json!({ "wash": dog })),
            _ => Reply::Data(json!({ "dog": dog })),
        }
    })
    .await
}

/// A client that asks over HTTP and goes as soon as the subgraph is asked.
async fn asks_and_goes(router: &Running, dogs: &Subgraph, query: &str, accept: &str) {
    let before = dogs.requests().len();
    let mut client = TcpStream::connect(router.address())
        .await
        .expect("it listens");
    let body = json!({ "query": query }).to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\naccept: {accept}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let request = format!("{head}{body}");
    client
        .write_all(request.as_bytes())
        .await
        .expect("it is open");
    let asked = until(async || (dogs.requests().len() > before).then_some(())).await;
    asked.expect("the subgraph is asked");
}

async fn alone(router: &Running, count: f64) {
    let alone = until(async || (router.metric(ALONE).await == count).then_some(())).await;
    alone.unwrap_or_else(|| panic!("{count} go on alone"));
}

#[tokio::test]
async fn mutations_whose_clients_have_left_are_bounded_and_counted() {
    let (open, gate) = watch::channel(false);
    let dogs = dogs(gate).await;
    let more = "limits: { connections: 3 }\nsubscriptions: { websocket: true }";
    let router = Running::start(&[("dogs", &dogs)], more).await;
    asks_and_goes(&router, &dogs, WASH, "application/json").await;
    alone(&router, 1.0).await;
    asks_and_goes(&router, &dogs, WASH, "multipart/mixed;deferSpec=20220824").await;
    alone(&router, 2.0).await;
    let mut socket = Socket::acknowledged(&router.url(), Value::Null).await;
    socket.subscribe("a", WASH).await;
    let asked = until(async || (dogs.requests().len() == 3).then_some(())).await;
    asked.expect("the subgraph is asked");
    drop(socket);
    alone(&router, 3.0).await;
    // From the first byte on: none of them has an answer yet.
    assert!(router.metric(HELD).await >= 3.0 * 32.0 * 1024.0);
    // One more is refused before it begins, however its client waits.
    for accept in [
        "application/json",
        "multipart/mixed;deferSpec=20220824,application/json",
    ] {
        let body = json!({ "query": WASH }).to_string();
        let refused = router.ask_with(&[("accept", accept)], body).await;
        let code = (refused.status.as_u16(), refused.code());
        assert_eq!(code, (503, "TOO_MANY_MUTATIONS".to_owned()), "{accept}");
        assert_eq!(refused.header("retry-after"), "1");
    }
    assert_eq!(dogs.requests().len(), 3);
    let dog = json!({ "data": { "dog": { "id": "1" } } });
    assert_eq!(router.query("{ dog { id } }").await.json(), dog);
    // They have their ends, and others their places.
    open.send_replace(true);
    alone(&router, 0.0).await;
    let released = until(async || (router.metric(HELD).await == 0.0).then_some(())).await;
    released.expect("nothing is held any more");
    let washed = json!({ "data": { "wash": { "id": "1", "name": "Rex" } } });
    assert_eq!(router.query(WASH).await.json(), washed);
    assert_eq!(router.metric(ALONE).await, 0.0);
}

/// What one has begun is followed by the rest of it, as long as the drain lasts.
#[tokio::test]
async fn at_shutdown_mutations_whose_clients_have_left_are_waited_for() {
    let (open, gate) = watch::channel(false);
    let dogs = dogs(gate).await;
    let drying = "type Query { towels: Int } type Mutation { dry: Int }";
    let towels = Subgraph::with_data(drying, json!({ "dry": 1 })).await;
    let both = [("dogs", &dogs), ("towels", &towels)];
    let mut router = Running::start(&both, "").await;
    let both = "mutation { wash { id } dry }";
    asks_and_goes(&router, &dogs, both, "application/json").await;
    alone(&router, 1.0).await;
    router.shut_down();
    let address = router.address();
    let closed = until(async || TcpStream::connect(address).await.err()).await;
    closed.expect("nobody is served any more");
    // The router has not ended, which the admin port would tell.
    alone(&router, 1.0).await;
    open.send_replace(true);
    router.ended().await;
    assert_eq!(towels.requests().len(), 1, "it is dried, too");
}

#[tokio::test]
async fn at_shutdown_mutations_are_waited_for_no_longer_than_the_drain_lasts() {
    let (_open, gate) = watch::channel(false);
    let dogs = dogs(gate).await;
    let mut router = Running::start(&[("dogs", &dogs)], "timeouts: { drain: 50ms }").await;
    asks_and_goes(&router, &dogs, WASH, "application/json").await;
    alone(&router, 1.0).await;
    router.shut_down();
    router.ended().await;
}
