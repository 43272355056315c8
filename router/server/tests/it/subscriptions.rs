//! Subscriptions over HTTP: what clients get of the events of a subgraph that speaks `text/event-stream`.

mod bounds;

use serde_json::{Value, json};
use tokio::sync::broadcast::Sender;

use crate::kit::{Reply, Running, Streaming, Subgraph, stream, until};

const DOGS: &str = r#"
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
    type Query { dog: Dog }
    type Subscription { barks(loud: Boolean): Dog }
    type Dog @key(fields: "id") { id: ID! }
"#;

const NAMES: &str = r#"
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
    type Dog @key(fields: "id") { id: ID! name: String }
"#;

const BARKS: &str = "subscription { barks { name } }";
const SSE: &str = "text/event-stream";

const MULTIPART: &str =
    r#"multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json"#;

async fn names() -> Subgraph {
    Subgraph::start(NAMES, |request| {
        let entities = request["variables"].as_object().expect("representations");
        let list = entities.values().next().and_then(Value::as_array);
        let names = list.expect("a list").iter();
        let names: Vec<Value> = names
            .map(|dog| json!({ "name": format!("dog {}", dog["id"].as_str().unwrap_or_default()) }))
            .collect();
        Reply::Data(json!({ "_entities": names }))
    })
    .await
}

async fn dogs(reply: Reply) -> Subgraph {
    Subgraph::start(DOGS, move |_| reply.clone()).await
}

fn barks(id: u32) -> String {
    format!(
        "event: next\ndata: {{\"data\":{{\"barks\":{{\"__typename\":\"Dog\",\"id\":\"{id}\"}}}}}}\n\n"
    )
}

async fn subscribe(router: &Running, accept: &str, query: &str) -> Streaming {
    let headers = [("content-type", "application/json"), ("accept", accept)];
    stream(
        &router.url(),
        &headers,
        json!({ "query": query }).to_string(),
    )
    .await
}

/// Waits until a stream of the subgraph is open.
async fn opened(events: &Sender<String>) {
    let is_open = async || (events.receiver_count() > 0).then_some(());
    until(is_open).await.expect("the stream is opened");
}

async fn closed(events: &Sender<String>) {
    let is_closed = async || (events.receiver_count() == 0).then_some(());
    until(is_closed).await.expect("the stream is closed");
}

fn events() -> Sender<String> {
    Sender::new(16)
}

#[tokio::test]
async fn each_event_is_completed_by_the_other_subgraphs_in_order() {
    let said = format!("{}:\n\n{}event: complete\ndata:\n\n", barks(1), barks(2));
    let (a, b) = (dogs(Reply::Raw(200, SSE, said)).await, names().await);
    let router = Running::start(&[("dogs", &a), ("names", &b)], "").await;
    let answer = subscribe(&router, SSE, BARKS).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.headers["content-type"],
        "text/event-stream; charset=utf-8"
    );
    assert_eq!(
        answer.rest().await,
        "event: next\ndata: {\"data\":{\"barks\":{\"name\":\"dog 1\"}}}\n\n\
         event: next\ndata: {\"data\":{\"barks\":{\"name\":\"dog 2\"}}}\n\n\
         event: complete\ndata: \n\n"
    );
    let asked = a.requests();
    assert!(asked[0].1.contains("subscription"), "{asked:?}");
    assert_eq!(
        router
            .metric("graphql_subscription_events_total{subgraph=\"dogs\"}")
            .await,
        2.0
    );
    assert_eq!(router.metric("graphql_subscriptions_active").await, 0.0);
}

#[tokio::test]
async fn events_come_as_parts_to_clients_of_the_multipart_protocol() {
    let said = format!("{}event: complete\ndata:\n\n", barks(1));
    let (a, b) = (dogs(Reply::Raw(200, SSE, said)).await, names().await);
    let router = Running::start(&[("dogs", &a), ("names", &b)], "").await;
    let answer = subscribe(&router, MULTIPART, BARKS).await;
    assert_eq!(
        answer.headers["content-type"],
        "multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0"
    );
    assert_eq!(
        answer.rest().await,
        "--graphql\r\ncontent-type: application/json\r\n\r\n\
         {\"payload\":{\"data\":{\"barks\":{\"name\":\"dog 1\"}}}}\r\n--graphql--\r\n"
    );
}

#[tokio::test]
async fn silence_is_filled_with_heartbeats() {
    let sender = events();
    let (a, b) = (dogs(Reply::Events(sender.clone())).await, names().await);
    let more = "subscriptions: { heartbeat: 10 ms }";
    let router = Running::start(&[("dogs", &a), ("names", &b)], more).await;
    let (mut sse, mut multipart, ()) = tokio::join!(
        subscribe(&router, SSE, BARKS),
        subscribe(&router, MULTIPART, BARKS),
        async {
            // The subgraph's server sends the head of an answer with its first bytes.
            opened(&sender).await;
            sender.send(":\n\n".to_owned()).expect("it is open");
        }
    );
    sse.until(":\n\n:\n\n").await;
    multipart
        .until("{}\r\n--graphql\r\ncontent-type: application/json\r\n\r\n{}")
        .await;
    sender.send(barks(7)).expect("it is open");
    sse.until("dog 7").await;
    multipart.until("dog 7").await;
}

#[tokio::test]
async fn a_client_that_goes_ends_the_stream_of_the_subgraph() {
    let sender = events();
    let (a, b) = (dogs(Reply::Events(sender.clone())).await, names().await);
    let router = Running::start(&[("dogs", &a), ("names", &b)], "").await;
    let mut answer = open(&router, &sender).await;
    assert_eq!(router.metric("graphql_subscriptions_active").await, 1.0);
    sender.send(barks(2)).expect("it is open");
    answer.until("dog 2").await;
    drop(answer);
    closed(&sender).await;
    let left = async || (router.metric("graphql_subscriptions_active").await == 0.0).then_some(());
    until(left).await.expect("it is not counted any more");
}

/// A subscription that has had its first event.
async fn open(router: &Running, sender: &Sender<String>) -> Streaming {
    let (mut answer, ()) = tokio::join!(subscribe(router, SSE, BARKS), async {
        opened(sender).await;
        sender.send(barks(1)).expect("it is open");
    });
    answer.until("dog 1\"}}}\n\n").await;
    answer
}

#[tokio::test]
async fn a_subgraph_that_fails_is_a_last_error() {
    let cases = [
        (
            Reply::Raw(200, SSE, barks(1)),
            "SUBREQUEST_CONNECTION_ERROR",
        ),
        (
            Reply::Raw(500, "text/plain", String::new()),
            "SUBREQUEST_HTTP_ERROR",
        ),
        (
            Reply::Raw(200, "text/html", "<p>".to_owned()),
            "SUBREQUEST_HTTP_ERROR",
        ),
        (
            Reply::Raw(
                200,
                SSE,
                "event: next\ndata: [\n\nevent: complete\n\n".to_owned(),
            ),
            "SUBREQUEST_MALFORMED_RESPONSE",
        ),
        (
            Reply::Response(json!({ "errors": [{ "message": "no dog barks" }] })),
            "SUBGRAPH_ERROR",
        ),
        (
            Reply::Raw(200, SSE, format!("data: {}\n\n", "x".repeat(4096))),
            "SUBREQUEST_TOO_LARGE",
        ),
        (Reply::Never, "SUBREQUEST_TIMEOUT"),
    ];
    for (reply, code) in cases {
        let (a, b) = (dogs(reply).await, names().await);
        let more = "limits: { subgraph_response: 2 KiB }\ntimeouts: { subgraph: 200 ms }";
        let router = Running::start(&[("dogs", &a), ("names", &b)], more).await;
        let said = subscribe(&router, SSE, BARKS).await.rest().await;
        assert!(
            said.contains(&format!("\"code\":\"{code}\"")),
            "{code}: {said}"
        );
        assert!(
            said.ends_with("event: complete\ndata: \n\n"),
            "{code}: {said}"
        );
    }
}

#[tokio::test]
async fn an_event_whose_entities_fail_is_partial_and_the_next_one_comes() {
    let sender = events();
    let (a, mut b) = (dogs(Reply::Events(sender.clone())).await, names().await);
    let router = Running::start(&[("dogs", &a), ("names", &b)], "").await;
    let mut answer = open(&router, &sender).await;
    b.stop().await;
    sender.send(barks(2)).expect("it is open");
    let partial = answer.until("\n\n").await;
    assert!(
        partial.contains(r#""data":{"barks":{"name":null}}"#),
        "{partial}"
    );
    assert!(partial.contains(r#""path":["barks","name"]"#), "{partial}");
    b.start_again().await;
    sender.send(barks(3)).expect("it is open");
    answer.until("dog 3").await;
}

#[tokio::test]
async fn subscriptions_are_ended_at_shutdown() {
    let sender = events();
    let (a, b) = (dogs(Reply::Events(sender.clone())).await, names().await);
    let mut router = Running::start(&[("dogs", &a), ("names", &b)], "").await;
    let answer = open(&router, &sender).await;
    router.shut_down();
    let said = answer.rest().await;
    assert!(said.contains("SHUTTING_DOWN"), "{said}");
    assert!(said.ends_with("event: complete\ndata: \n\n"), "{said}");
    router.ended().await;
    closed(&sender).await;
}

#[tokio::test]
async fn what_has_no_stream_of_events_is_refused() {
    let (a, b) = (dogs(Reply::Never).await, names().await);
    let router = Running::start(&[("dogs", &a), ("names", &b)], "").await;
    let check = async |accept: &str, query: &str, code: &str| {
        let said = subscribe(&router, accept, query).await.rest().await;
        assert!(said.contains(code), "{accept} {query}: {said}");
    };
    check("application/json", BARKS, "SUBSCRIPTION_NOT_SUPPORTED").await;
    check("multipart/mixed", BARKS, "NOT_ACCEPTABLE").await;
    let two = "subscription { barks { id } more: barks { id } }";
    check(SSE, two, "GRAPHQL_VALIDATION_FAILED").await;
    let skipped = "subscription($no: Boolean = true) { barks @skip(if: $no) { id } }";
    let said = subscribe(&router, SSE, skipped).await.rest().await;
    assert!(
        said.contains("\"errors\"") && !said.contains("\"data\""),
        "{said}"
    );
}

/// What is not a subscription, and what is refused, comes as an event and the end of the stream to clients that take nothing else.
#[tokio::test]
async fn clients_of_events_alone_get_everything_as_events() {
    let data = json!({ "dog": { "__typename": "Dog", "id": "1" } });
    let (a, b) = (dogs(Reply::Data(data)).await, names().await);
    let router = Running::start(&[("dogs", &a), ("names", &b)], "").await;
    let answer = subscribe(&router, SSE, "{ dog { id } }").await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.headers["content-type"],
        "text/event-stream; charset=utf-8"
    );
    assert_eq!(
        answer.rest().await,
        "event: next\ndata: {\"data\":{\"dog\":{\"id\":\"1\"}}}\n\nevent: complete\ndata: \n\n"
    );
    let refused = subscribe(&router, SSE, "{ cow { id } }").await.rest().await;
    assert!(
        refused.starts_with("event: next\ndata: {\"errors\""),
        "{refused}"
    );
    assert!(
        refused.ends_with("event: complete\ndata: \n\n"),
        "{refused}"
    );
}

const FAULTED: &str = "graphql_requests_faulted_total";

/// A subscription is one request, whatever comes in it.
#[tokio::test]
async fn a_subscription_counts_once_when_it_ends() {
    let sender = events();
    let (a, mut b) = (dogs(Reply::Events(sender.clone())).await, names().await);
    let router = Running::start(&[("dogs", &a), ("names", &b)], "").await;
    let mut answer = open(&router, &sender).await;
    let active = "http_server_active_requests{http_request_method=\"POST\"}";
    assert_eq!(router.metric(active).await, 1.0);
    b.stop().await;
    for id in [2, 3] {
        sender.send(barks(id)).expect("it is open");
        answer.until("SUBREQUEST_CONNECTION_ERROR").await;
    }
    assert_eq!(router.metric(FAULTED).await, 0.0);
    sender
        .send("event: complete\ndata:\n\n".to_owned())
        .expect("it is open");
    answer.rest().await;
    assert_eq!(router.metric(FAULTED).await, 1.0);
    let partial = "graphql_requests_total{outcome=\"partial\"}";
    assert_eq!(router.metric(partial).await, 1.0);
    assert_eq!(router.metric(active).await, 0.0);
    let fetches = "graphql_fetches_sum";
    // The opening, and one for each of the three events.
    assert_eq!(router.metric(fetches).await, 4.0);
}
