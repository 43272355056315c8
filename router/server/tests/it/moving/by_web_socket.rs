//! The same where the subgraphs are asked over WebSockets, which number nothing.

use super::{Graph, RESUMED, SSE, labels, labels_and_source};
use crate::kit::numbered::{Flow, event, expect, next};
use crate::kit::{Streaming, until};

const KEYS: &str = ", subscriptions: { protocol: websocket }";
const BEGUN: &str = "graphql_subscription_streams_active";

async fn start(more: &str) -> Graph {
    Graph::asked(false, KEYS, more).await
}

/// Clients that have had the first event.
async fn clients(graph: &Graph, count: usize, opened: usize) -> Vec<Streaming> {
    let mut clients = Vec::new();
    for _ in 0..count {
        clients.push(graph.subscribe(SSE).await);
    }
    let active = "graphql_subscriptions_active";
    let joined = async || (graph.router.metric(active).await == count as f64).then_some(());
    until(joined).await.expect("all are there");
    graph.source.opened(opened).await;
    tick(graph, &mut clients).await;
    clients
}

/// One more event, which all get.
async fn tick(graph: &Graph, clients: &mut [Streaming]) {
    let n = graph.ticks.tick();
    for client in clients {
        expect(client, [n]).await;
    }
}

/// The same on another stream than the one before: what came between the two, nobody knows.
async fn resumed(graph: &Graph, clients: &mut [Streaming]) {
    let n = graph.ticks.tick();
    let resumed = event(n).replace("}}}", r#"}},"extensions":{"resumed":true}}"#);
    for client in clients {
        let said = next(client).await;
        assert!(said.contains(&resumed), "{said}");
    }
}

#[tokio::test]
async fn a_new_plan_completes_the_events_of_the_stream_that_there_is() {
    let graph = start("").await;
    let mut clients = clients(&graph, 2, 1).await;
    for round in 1..=3 {
        let sdl = labels(&format!("more{round}: Int"));
        graph.change(|| graph.labels.set_sdl(&sdl)).await;
        tick(&graph, &mut clients).await;
        graph.moved("in_place", f64::from(round)).await;
    }
    graph.moved("reopened", 0.0).await;
    assert_eq!(graph.source.opened_so_far(), 1);
}

#[tokio::test]
async fn a_stream_moves_with_its_field_and_all_who_share_it_move_with_it() {
    let graph = start("").await;
    let mut clients = clients(&graph, 3, 1).await;
    for round in 1..=3_usize {
        let (there, back) = (round as f64 * 2.0 - 1.0, round as f64 * 2.0);
        graph
            .change(|| graph.labels.set_sdl(&labels_and_source()))
            .await;
        graph.labels.opened(round).await;
        graph.moved("reopened", there).await;
        resumed(&graph, &mut clients).await;
        tick(&graph, &mut clients).await;
        graph.change(|| graph.labels.set_sdl(&labels(""))).await;
        graph.source.opened(round + 1).await;
        graph.moved("reopened", back).await;
        resumed(&graph, &mut clients).await;
        tick(&graph, &mut clients).await;
    }
    assert_eq!(graph.router.metric(BEGUN).await, 1.0);
}

/// All of them are on one connection, which breaks.
#[tokio::test]
async fn all_streams_of_a_socket_that_breaks_are_opened_again() {
    const CLIENTS: usize = 50;
    let mut graph = start("subscriptions: { resume: always, share: false }").await;
    let mut clients = clients(&graph, CLIENTS, CLIENTS).await;
    graph.source.stop().await;
    graph.source.start_again().await;
    graph.source.opened(2 * CLIENTS).await;
    resumed(&graph, &mut clients).await;
    tick(&graph, &mut clients).await;
    assert_eq!(graph.router.metric(RESUMED).await, CLIENTS as f64);
}

#[tokio::test]
async fn a_schema_that_comes_while_a_socket_is_broken_is_the_one_that_the_stream_goes_on_with() {
    let mut graph = start("subscriptions: { resume: always }").await;
    let mut clients = clients(&graph, 2, 1).await;
    graph.source.stop().await;
    graph
        .change(|| graph.labels.set_sdl(&labels_and_source()))
        .await;
    graph.labels.opened(1).await;
    resumed(&graph, &mut clients).await;
    tick(&graph, &mut clients).await;
}

/// The queue of the socket is never empty.
#[tokio::test]
async fn a_place_that_refused_is_asked_again_while_events_come_without_a_pause() {
    let graph = start("").await;
    let mut clients = clients(&graph, 1, 1).await;
    let mut client = clients.remove(0);
    let reading = tokio::spawn(async move {
        loop {
            client.until("\n\n").await;
        }
    });
    graph.labels.set_flow(Flow::Refused);
    graph.ticks.flood(1_000_000_000);
    graph
        .change(|| graph.labels.set_sdl(&labels_and_source()))
        .await;
    graph.labels.opened(1).await;
    graph.labels.set_flow(Flow::Events);
    graph.labels.opened(2).await;
    graph.moved("reopened", 1.0).await;
    reading.abort();
}
