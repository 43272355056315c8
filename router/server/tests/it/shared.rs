//! Clients that ask for the same share one stream of the subgraph.

mod behind;
mod parted;

use serde_json::{Value, json};

use crate::kit::numbered::{event, expect};
use crate::kit::{Numbered, Running, Socket, Streaming, Ticks, stream, until};

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@override"])"#;
const SSE: &str = "text/event-stream";
const MULTIPART: &str = r#"multipart/mixed;boundary="graphql";subscriptionSpec=1.0"#;
const TICKS: &str = "subscription { tick { n label } }";
const ACTIVE: &str = "graphql_subscriptions_active";
const STREAMS: &str = "graphql_subscription_streams_active";

fn source(more: &str) -> String {
    format!(
        r#"{LINK} type Query {{ a: Int }} type Subscription {{ tick(loud: Boolean): Tick }} type Tick @key(fields: "n") {{ n: Int! pad: String {more} }}"#
    )
}

fn labels(more: &str) -> String {
    format!(r#"{LINK} type Query {{ b: Int }} type Tick @key(fields: "n") {{ n: Int! {more} }}"#)
}

struct Graph {
    ticks: Ticks,
    source: Numbered,
    labels: Numbered,
    router: Running,
}

impl Graph {
    async fn start(numbered: bool, more: &str) -> Self {
        Self::of(&source(""), &labels("label: String"), numbered, more).await
    }

    async fn of(source: &str, labels: &str, numbered: bool, more: &str) -> Self {
        let ticks = Ticks::new();
        let source = Numbered::start(source, &ticks, numbered).await;
        let labels = Numbered::start(labels, &ticks, numbered).await;
        let (a, b) = (source.url(), labels.url());
        let yaml = format!(
            "subgraphs:\n  source: {{ url: \"{a}\" }}\n  labels: {{ url: \"{b}\", headers: {{ propagate: [authorization] }} }}\n{more}\n"
        );
        let router = Running::configured(&yaml).await;
        router.until_ready().await;
        Self {
            ticks,
            source,
            labels,
            router,
        }
    }

    async fn subscribe(&self, accept: &str, who: &str, query: &str) -> Streaming {
        let headers = [
            ("content-type", "application/json"),
            ("accept", accept),
            ("authorization", who),
        ];
        stream(
            &self.router.url(),
            &headers,
            json!({ "query": query }).to_string(),
        )
        .await
    }

    async fn until(&self, series: &str, value: f64) {
        let is = async || (self.router.metric(series).await == value).then_some(());
        until(is)
            .await
            .unwrap_or_else(|| panic!("{series} is never {value}"));
    }

    async fn change(&self, change: impl FnOnce()) {
        self.router.changes(change).await;
    }
}

#[tokio::test]
async fn equal_subscriptions_share_one_stream_and_each_event_is_completed_once() {
    let graph = Graph::start(true, "subscriptions: { websocket: true }").await;
    let mut by_sse = Vec::new();
    let mut by_multipart = Vec::new();
    let mut socket = Socket::acknowledged(&graph.router.url(), Value::Null).await;
    for id in 0..5 {
        by_sse.push(graph.subscribe(SSE, "", TICKS).await);
        by_multipart.push(graph.subscribe(MULTIPART, "", TICKS).await);
        socket.subscribe(&id.to_string(), TICKS).await;
    }
    // An empty header is another one than none.
    graph.until(ACTIVE, 15.0).await;
    graph.until(STREAMS, 2.0).await;
    assert_eq!(graph.source.opened_so_far(), 2);
    for _ in 0..10 {
        graph.ticks.tick();
    }
    for answer in &mut by_sse {
        expect(answer, 1..=10).await;
    }
    for answer in &mut by_multipart {
        for n in 1..=10 {
            let said = answer.until(&event(n)).await;
            assert_eq!(said.matches("\"tick\"").count(), 1, "{said}");
        }
    }
    let mut heard = [0_u64; 5];
    for _ in 0..50 {
        let message = socket.hear().await;
        let id: usize = message["id"]
            .as_str()
            .expect("an id")
            .parse()
            .expect("ours");
        heard[id] += 1;
        assert_eq!(message["payload"]["data"]["tick"]["n"], heard[id]);
    }
    assert_eq!(heard, [10; 5]);
    assert_eq!(graph.labels.entities().len(), 20);
    drop(by_sse);
    drop(socket);
    graph.until(STREAMS, 1.0).await;
    expect_part(&mut by_multipart[0], graph.ticks.tick()).await;
    drop(by_multipart);
    graph.until(STREAMS, 0.0).await;
    graph.until(ACTIVE, 0.0).await;
}

#[tokio::test]
async fn an_operation_that_is_written_differently_is_the_same() {
    let graph = Graph::start(true, "").await;
    let mut clients = Vec::new();
    for query in [
        TICKS,
        "subscription{tick{n,label}}",
        "# by hand\nsubscription {\n  tick { n label }\n}\n",
    ] {
        clients.push(graph.subscribe(SSE, "", query).await);
    }
    graph.until(ACTIVE, 3.0).await;
    graph.until(STREAMS, 1.0).await;
    let n = graph.ticks.tick();
    for client in &mut clients {
        expect(client, [n]).await;
    }
    assert_eq!(graph.source.opened_so_far(), 1);
}

async fn expect_part(answer: &mut Streaming, n: u64) {
    answer.until(&event(n)).await;
}

#[tokio::test]
async fn who_asks_for_something_else_or_on_behalf_of_somebody_else_has_a_stream_of_its_own() {
    let graph = Graph::start(true, "").await;
    let mut all = Vec::new();
    for who in ["a", "b"] {
        for query in [TICKS, "subscription { tick(loud: true) { n label } }"] {
            for _ in 0..2 {
                all.push(graph.subscribe(SSE, who, query).await);
            }
        }
    }
    assert_eq!(graph.source.opened_so_far(), 4);
    graph.ticks.tick();
    for answer in &mut all {
        expect(answer, [1]).await;
    }
    let mut asked = graph.labels.entities();
    asked.sort();
    assert_eq!(asked, ["a", "a", "b", "b"]);
    // Where no subgraph of the plan can tell them apart, they are alike.
    let _two = (
        graph
            .subscribe(SSE, "a", "subscription { tick { n } }")
            .await,
        graph
            .subscribe(SSE, "b", "subscription { tick { n } }")
            .await,
    );
    assert_eq!(graph.source.opened_so_far(), 5);
}

#[tokio::test]
async fn sharing_can_be_switched_off_for_all_and_for_a_subgraph() {
    let graph = Graph::start(true, "subscriptions: { share: false }").await;
    let mut all = [
        graph.subscribe(SSE, "a", TICKS).await,
        graph.subscribe(SSE, "a", TICKS).await,
    ];
    assert_eq!(graph.source.opened_so_far(), 2);
    graph.ticks.tick();
    for answer in &mut all {
        expect(answer, [1]).await;
    }
    let yaml = format!(
        "subgraphs:\n  source: {{ url: \"{}\", subscriptions: {{ share: false }} }}\n",
        graph.source.url()
    );
    let router = Running::configured(&yaml).await;
    router.until_ready().await;
    let headers = [("content-type", "application/json"), ("accept", SSE)];
    let body = json!({ "query": "subscription { tick { n } }" }).to_string();
    let _first = stream(&router.url(), &headers, body.clone()).await;
    let _second = stream(&router.url(), &headers, body).await;
    assert_eq!(graph.source.opened_so_far(), 4);
}

#[tokio::test]
async fn who_joins_gets_the_events_from_then_on() {
    let graph = Graph::start(true, "").await;
    let mut first = graph.subscribe(SSE, "a", TICKS).await;
    for _ in 0..3 {
        graph.ticks.tick();
    }
    expect(&mut first, 1..=3).await;
    let mut second = graph.subscribe(SSE, "a", TICKS).await;
    for _ in 0..3 {
        graph.ticks.tick();
    }
    expect(&mut first, 4..=6).await;
    expect(&mut second, 4..=6).await;
    // The one who opened it goes, and the other one notices nothing.
    drop(first);
    graph.until(ACTIVE, 1.0).await;
    graph.ticks.tick();
    expect(&mut second, [7]).await;
    assert_eq!(graph.source.opened_so_far(), 1);
}

#[tokio::test]
async fn a_shared_stream_moves_once() {
    let graph = Graph::start(true, "").await;
    let mut all = Vec::new();
    for _ in 0..6 {
        all.push(graph.subscribe(SSE, "a", TICKS).await);
    }
    graph.ticks.tick();
    let moved = r#"label: String } type Subscription { tick(loud: Boolean): Tick @override(from: "source")"#;
    graph.change(|| graph.labels.set_sdl(&labels(moved))).await;
    graph.ticks.tick();
    graph.labels.opened(1).await;
    graph
        .until("graphql_subscriptions_moved_total{how=\"reopened\"}", 1.0)
        .await;
    graph.ticks.tick();
    for answer in &mut all {
        expect(answer, 1..=3).await;
    }
    // Who comes now finds it.
    let mut late = graph.subscribe(SSE, "a", TICKS).await;
    graph.ticks.tick();
    expect(&mut late, [4]).await;
    assert_eq!(
        (graph.source.opened_so_far(), graph.labels.opened_so_far()),
        (1, 1)
    );
}

/// A change reaches streams one after the other. Who comes before it has reached theirs has been prepared on the new schema already.
#[tokio::test]
async fn who_comes_right_after_a_change_joins_the_stream_that_there_is() {
    const ROUNDS: u64 = 10;
    let graph = Graph::start(true, "").await;
    let mut all = vec![graph.subscribe(SSE, "a", TICKS).await];
    // Until there has been one, nobody knows that events are numbered.
    expect(&mut all[0], [graph.ticks.tick()]).await;
    for round in 0..ROUNDS {
        let moved = match round % 2 {
            0 => r#"type Subscription { tick(loud: Boolean): Tick @override(from: "source") }"#,
            _ => "",
        };
        let sdl = format!(
            "{} {moved}",
            labels(&format!("label: String l{round}: Int"))
        );
        graph.change(|| graph.labels.set_sdl(&sdl)).await;
        let mut new = graph.subscribe(SSE, "a", TICKS).await;
        graph.until(STREAMS, 1.0).await;
        let event = graph.ticks.tick();
        expect(&mut new, [event]).await;
        all.push(new);
        graph
            .until(
                "graphql_subscriptions_moved_total{how=\"reopened\"}",
                (round + 1) as f64,
            )
            .await;
    }
    expect(&mut all[0], 2..=ROUNDS + 1).await;
    assert_eq!(graph.router.metric(STREAMS).await, 1.0);
    let opened = (graph.source.opened_so_far(), graph.labels.opened_so_far());
    assert_eq!(opened, (6, 5), "once, and with each move");
}

#[tokio::test]
async fn a_new_schema_that_tells_clients_apart_parts_them() {
    let graph = Graph::of(&source("label: String"), &labels(""), true, "").await;
    let mut one = graph.subscribe(SSE, "a", TICKS).await;
    let mut other = graph.subscribe(SSE, "b", TICKS).await;
    assert_eq!(graph.source.opened_so_far(), 1);
    graph.ticks.tick();
    expect(&mut one, [1]).await;
    expect(&mut other, [1]).await;
    // From now on the label is had on behalf of each.
    let labels = labels(r#"label: String @override(from: "source")"#);
    graph.change(|| graph.labels.set_sdl(&labels)).await;
    graph.ticks.tick();
    graph.until(STREAMS, 2.0).await;
    graph.ticks.tick();
    expect(&mut one, 2..=3).await;
    expect(&mut other, 2..=3).await;
    let last = graph.labels.entities();
    assert!(
        last.contains(&"a".to_owned()) && last.contains(&"b".to_owned()),
        "{last:?}"
    );
}
