//! Subscriptions go on when the schema changes and when a subgraph restarts: a source that numbers its events proves that none is lost and none is doubled.

mod by_web_socket;
mod client;
mod come_and_go;
mod interrupted;
mod scarce;
mod sockets;

use self::client::Client;
use crate::kit::numbered::{event, expect, next};
use crate::kit::{Numbered, Running, Streaming, Ticks, until};

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@override"])"#;
const SSE: &str = "text/event-stream";
const MULTIPART: &str = r#"multipart/mixed;boundary="graphql";subscriptionSpec=1.0"#;
const TICKS: &str = "subscription { tick { n label } }";
const RESUMED: &str = "graphql_subscriptions_resumed_total";

fn source() -> String {
    format!(
        r#"{LINK} type Query {{ a: Int }} type Subscription {{ tick: Tick }} type Tick @key(fields: "n") {{ n: Int! }}"#
    )
}

fn labels(more: &str) -> String {
    format!(
        r#"{LINK} type Query {{ b: Int }} type Tick @key(fields: "n") {{ n: Int! label: String {more} }}"#
    )
}

/// The events come from here instead.
fn labels_and_source() -> String {
    let subscription = r#"type Subscription { tick: Tick @override(from: "source") }"#;
    format!("{} {subscription}", labels(""))
}

struct Graph {
    ticks: Ticks,
    source: Numbered,
    labels: Numbered,
    router: Running,
}

impl Graph {
    async fn start(numbered: bool, more: &str) -> Self {
        Self::asked(numbered, "", more).await
    }

    /// With further keys for both subgraphs.
    async fn asked(numbered: bool, keys: &str, more: &str) -> Self {
        let ticks = Ticks::new();
        let source = Numbered::start(&source(), &ticks, numbered).await;
        let labels = Numbered::start(&labels(""), &ticks, numbered).await;
        let yaml = format!(
            "subgraphs:\n  source: {{ url: \"{}\"{keys} }}\n  labels: {{ url: \"{}\"{keys} }}\n{more}\n",
            source.url(),
            labels.url()
        );
        Self::of(ticks, source, labels, &yaml).await
    }

    async fn of(ticks: Ticks, source: Numbered, labels: Numbered, yaml: &str) -> Self {
        let router = Running::configured(yaml).await;
        router.until_ready().await;
        Self {
            ticks,
            source,
            labels,
            router,
        }
    }

    async fn subscribe(&self, accept: &str) -> Streaming {
        client::subscribe(&self.router.url(), accept).await
    }

    async fn change(&self, change: impl FnOnce()) {
        self.router.changes(change).await;
    }

    async fn moved(&self, how: &str, count: f64) {
        let series = format!("graphql_subscriptions_moved_total{{how=\"{how}\"}}");
        let is = async || (self.router.metric(&series).await == count).then_some(());
        until(is)
            .await
            .unwrap_or_else(|| panic!("never {count} moved {how}"));
    }
}

#[tokio::test]
async fn a_new_plan_completes_the_events_of_the_stream_that_there_is() {
    let graph = Graph::start(true, "").await;
    let mut answer = graph.subscribe(SSE).await;
    graph.source.opened(1).await;
    expect(&mut answer, [graph.ticks.tick()]).await;
    for round in 0..5 {
        let sdl = labels(&format!("more{round}: Int"));
        graph.change(|| graph.labels.set_sdl(&sdl)).await;
        expect(&mut answer, [graph.ticks.tick()]).await;
    }
    graph.moved("in_place", 5.0).await;
    graph.moved("reopened", 0.0).await;
    // Without events too, so that nothing holds an old schema.
    graph.change(|| graph.labels.set_sdl(&labels(""))).await;
    graph.moved("in_place", 6.0).await;
}

#[tokio::test]
async fn a_subscription_is_paid_for_once() {
    let graph = Graph::start(true, "rate_limit: { cost: 1/h }").await;
    let mut answer = graph.subscribe(SSE).await;
    graph.source.opened(1).await;
    for round in 0..3 {
        let sdl = labels(&format!("more{round}: Int"));
        graph.change(|| graph.labels.set_sdl(&sdl)).await;
        expect(&mut answer, [graph.ticks.tick()]).await;
    }
    graph.moved("in_place", 3.0).await;
    let decisions = |outcome: &str| {
        format!(
            "router_rate_limit_decisions_total{{policy=\"cost\",outcome=\"{outcome}\",counted=\"replica\"}}"
        )
    };
    assert_eq!(graph.router.metric(&decisions("allowed")).await, 1.0);
    assert_eq!(graph.router.metric(&decisions("refused")).await, 0.0);
    // Its client has nothing left.
    let refused = graph.subscribe(SSE).await.rest().await;
    assert!(refused.contains("REQUEST_RATE_LIMITED"), "{refused}");
}

#[tokio::test]
async fn a_stream_moves_with_its_field_and_no_event_is_lost_or_doubled() {
    let graph = Graph::start(true, "").await;
    let mut answer = graph.subscribe(SSE).await;
    graph.source.opened(1).await;
    expect(&mut answer, [graph.ticks.tick()]).await;
    for round in 1..=3 {
        graph
            .change(|| graph.labels.set_sdl(&labels_and_source()))
            .await;
        let numbers: Vec<u64> = (0..10).map(|_| graph.ticks.tick()).collect();
        expect(&mut answer, numbers).await;
        graph.labels.opened(round).await;
        graph.moved("reopened", round as f64 * 2.0 - 1.0).await;
        graph.change(|| graph.labels.set_sdl(&labels(""))).await;
        let numbers: Vec<u64> = (0..10).map(|_| graph.ticks.tick()).collect();
        expect(&mut answer, numbers).await;
        graph.source.opened(1 + round).await;
        graph.moved("reopened", round as f64 * 2.0).await;
    }
}

#[tokio::test]
async fn what_no_longer_fits_ends_with_one_error() {
    let graph = Graph::start(true, "").await;
    let mut answer = graph.subscribe(SSE).await;
    graph.source.opened(1).await;
    expect(&mut answer, [graph.ticks.tick()]).await;
    let without = labels("").replace("label: String", "other: String");
    graph.change(|| graph.labels.set_sdl(&without)).await;
    let said = answer.rest().await;
    assert_eq!(said.matches("event: next").count(), 1, "{said}");
    assert!(said.contains("GRAPHQL_VALIDATION_FAILED"), "{said}");
    assert!(said.contains("label"), "{said}");
    assert!(said.ends_with("event: complete\ndata: \n\n"), "{said}");
    graph.moved("ended", 1.0).await;
}

/// The stream is given up: one error, and the end.
async fn expect_end(answer: Streaming) {
    let said = answer.rest().await;
    assert!(said.contains("SUBREQUEST_CONNECTION_ERROR"), "{said}");
    assert!(said.ends_with("event: complete\ndata: \n\n"), "{said}");
}

#[tokio::test]
async fn a_numbered_stream_that_breaks_goes_on_after_its_last_event() {
    let mut graph = Graph::start(true, "").await;
    let mut answer = graph.subscribe(SSE).await;
    graph.source.opened(1).await;
    for round in 1..=3 {
        expect(&mut answer, [graph.ticks.tick()]).await;
        graph.source.stop().await;
        let missed = graph.ticks.tick();
        graph.source.start_again().await;
        let later = graph.ticks.tick();
        expect(&mut answer, [missed, later]).await;
        graph.source.opened(1 + round).await;
    }
    assert_eq!(graph.router.metric(RESUMED).await, 3.0);
}

#[tokio::test]
async fn without_numbers_a_stream_is_opened_again_only_on_demand_and_the_next_event_says_so() {
    let mut graph = Graph::start(false, "subscriptions: { resume: always }").await;
    let mut answer = graph.subscribe(SSE).await;
    graph.source.opened(1).await;
    expect(&mut answer, [graph.ticks.tick()]).await;
    graph.source.stop().await;
    graph.ticks.tick();
    graph.source.start_again().await;
    graph.source.opened(2).await;
    let n = graph.ticks.tick();
    let said = next(&mut answer).await;
    let expected = event(n).replace("}}}", r#"}},"extensions":{"resumed":true}}"#);
    assert!(said.contains(&expected), "{said}");
    expect(&mut answer, [graph.ticks.tick()]).await;

    for more in ["", "subscriptions: { resume: off }"] {
        let mut graph = Graph::start(more.contains("off"), more).await;
        let mut answer = graph.subscribe(SSE).await;
        graph.source.opened(1).await;
        expect(&mut answer, [graph.ticks.tick()]).await;
        graph.source.stop().await;
        expect_end(answer).await;
    }
}

/// Nobody knows yet whether the source numbers its events, and nobody has had one.
#[tokio::test]
async fn a_stream_that_breaks_before_its_first_event_is_opened_again_and_that_event_says_so() {
    for numbered in [true, false] {
        let mut graph = Graph::start(numbered, "").await;
        let mut answer = graph.subscribe(SSE).await;
        graph.source.opened(1).await;
        for round in 1..=2 {
            graph.source.stop().await;
            graph.source.start_again().await;
            graph.source.opened(1 + round).await;
        }
        let n = graph.ticks.tick();
        let expected = event(n).replace("}}}", r#"}},"extensions":{"resumed":true}}"#);
        answer.until(&expected).await;
        answer.until("\n\n").await;
        expect(&mut answer, [graph.ticks.tick()]).await;
    }
}

#[tokio::test]
async fn a_subgraph_that_does_not_come_back_is_given_up_in_time() {
    let mut graph = Graph::start(true, "subscriptions: { resume_within: 10ms }").await;
    let mut answer = graph.subscribe(SSE).await;
    graph.source.opened(1).await;
    expect(&mut answer, [graph.ticks.tick()]).await;
    graph.source.stop().await;
    expect_end(answer).await;
}

#[tokio::test]
async fn nobody_is_cut_and_nothing_is_lost_or_doubled_over_any_transport() {
    run(false).await;
}

#[tokio::test]
async fn nobody_is_cut_and_nothing_is_lost_or_doubled_on_a_stream_that_all_share() {
    run(true).await;
}

/// Every transport, while schemas change and the source restarts.
async fn run(is_shared: bool) {
    const CLIENTS: usize = 4;
    const ROUNDS: u64 = 12;
    // Clients that are read only at the end answer no pings meanwhile.
    let more = format!("subscriptions: {{ websocket: true, share: {is_shared}, heartbeat: 5m }}");
    let mut graph = Graph::start(true, &more).await;
    let mut clients = Vec::new();
    for number in 0..3 * CLIENTS {
        clients.push(Client::join(&graph.router.url(), number).await);
    }
    let all = 3.0 * CLIENTS as f64;
    let active = "graphql_subscriptions_active";
    let joined = async || (graph.router.metric(active).await == all).then_some(());
    until(joined).await.expect("all are there");
    graph
        .source
        .opened(if is_shared { 1 } else { 3 * CLIENTS })
        .await;
    for round in 0..ROUNDS {
        graph.ticks.tick();
        match round % 4 {
            0 => {
                let sdl = labels(&format!("more{round}: Int"));
                graph.change(|| graph.labels.set_sdl(&sdl)).await;
            }
            1 => {
                graph.source.stop().await;
                graph.ticks.tick();
                graph.source.start_again().await;
            }
            2 => {
                graph
                    .change(|| graph.labels.set_sdl(&labels_and_source()))
                    .await;
            }
            _ => {
                graph.change(|| graph.labels.set_sdl(&labels(""))).await;
            }
        }
        graph.ticks.tick();
    }
    let last = graph.ticks.tick();
    for client in &mut clients {
        client.expect(1..=last).await;
    }
    assert_eq!(graph.router.metric(active).await, all);
    let streams = graph
        .router
        .metric("graphql_subscription_streams_active")
        .await;
    assert_eq!(streams, if is_shared { 1.0 } else { all });
}
