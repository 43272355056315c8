//! Moves that something comes between: another schema, a stream that breaks, a place that is not ready for it.

use super::{Graph, SSE, expect, labels, labels_and_source, source};
use crate::kit::numbered::{Flow, event, next};
use crate::kit::{Numbered, Streaming, Ticks, until};

/// A client that has had the first event, of the place that is left in a moment.
async fn begun(graph: &Graph) -> Streaming {
    let mut answer = graph.subscribe(SSE).await;
    graph.source.opened(1).await;
    expect(&mut answer, [graph.ticks.tick()]).await;
    answer
}

/// The schema moves the events to a place that does not open their stream, and the client has two more of the place that there is.
async fn moving(graph: &Graph) -> Streaming {
    let mut answer = begun(graph).await;
    graph.labels.set_flow(Flow::Held);
    graph
        .change(|| graph.labels.set_sdl(&labels_and_source()))
        .await;
    graph.labels.opened(1).await;
    expect(&mut answer, [graph.ticks.tick(), graph.ticks.tick()]).await;
    answer
}

/// The same; then the stream is opened there, and brings nothing.
async fn moved_and_silent(graph: &Graph) -> Streaming {
    let answer = moving(graph).await;
    graph.labels.set_flow(Flow::Silence);
    graph.moved("reopened", 1.0).await;
    answer
}

/// The place that was moved to has the events still, under another plan.
fn labels_and_source_and(more: &str) -> String {
    let (before, after) = (labels(""), labels(more));
    labels_and_source().replace(&before, &after)
}

#[tokio::test]
async fn another_plan_right_after_a_move_doubles_nothing() {
    let graph = Graph::start(true, "").await;
    let mut answer = moved_and_silent(&graph).await;
    let sdl = labels_and_source_and("more: Int");
    graph.change(|| graph.labels.set_sdl(&sdl)).await;
    graph.moved("in_place", 1.0).await;
    graph.labels.set_flow(Flow::Events);
    expect(&mut answer, [graph.ticks.tick()]).await;
}

#[tokio::test]
async fn a_move_right_after_a_move_loses_and_doubles_nothing() {
    let graph = Graph::start(true, "").await;
    let mut answer = moved_and_silent(&graph).await;
    graph.source.set_flow(Flow::Held);
    graph.change(|| graph.labels.set_sdl(&labels(""))).await;
    graph.source.opened(2).await;
    // The place that is left brings one event that clients have had, and one that they have not.
    let n = graph.ticks.tick();
    graph.labels.set_flow(Flow::Events);
    expect(&mut answer, [n]).await;
    graph.labels.set_flow(Flow::Silence);
    let n = graph.ticks.tick();
    graph.source.set_flow(Flow::Events);
    graph.moved("reopened", 2.0).await;
    expect(&mut answer, [n, graph.ticks.tick()]).await;
}

#[tokio::test]
async fn a_stream_that_breaks_right_after_a_move_goes_on_after_the_last_event() {
    let graph = Graph::start(true, "").await;
    let mut answer = moved_and_silent(&graph).await;
    let n = graph.ticks.tick();
    graph.labels.break_streams();
    graph.labels.opened(2).await;
    graph.labels.set_flow(Flow::Events);
    expect(&mut answer, [n, graph.ticks.tick()]).await;
}

#[tokio::test]
async fn a_stream_that_breaks_while_it_moves_goes_on_where_the_schema_has_it() {
    // Back, before it is opened there.
    let graph = Graph::start(true, "").await;
    let mut answer = moving(&graph).await;
    graph.source.break_streams();
    let n = graph.ticks.tick();
    graph.change(|| graph.labels.set_sdl(&labels(""))).await;
    expect(&mut answer, [n, graph.ticks.tick()]).await;
    // There, once it can be opened.
    let graph = Graph::start(true, "").await;
    let mut answer = moving(&graph).await;
    graph.source.break_streams();
    let n = graph.ticks.tick();
    graph.labels.break_streams();
    graph.labels.opened(2).await;
    graph.labels.set_flow(Flow::Events);
    expect(&mut answer, [n, graph.ticks.tick()]).await;
}

#[tokio::test]
async fn a_place_that_answers_with_an_error_is_asked_again_and_the_one_that_there_is_goes_on() {
    for refused in [Flow::Refused, Flow::RefusedByStream] {
        let graph = Graph::start(true, "").await;
        let mut answer = begun(&graph).await;
        graph.labels.set_flow(refused);
        graph
            .change(|| graph.labels.set_sdl(&labels_and_source()))
            .await;
        graph.labels.opened(1).await;
        expect(&mut answer, [graph.ticks.tick()]).await;
        graph.labels.opened(2).await;
        graph.labels.set_flow(Flow::Events);
        graph.moved("reopened", 1.0).await;
        expect(&mut answer, [graph.ticks.tick()]).await;
    }
}

#[tokio::test]
async fn a_place_that_is_asked_already_is_not_asked_again_for_another_plan() {
    let graph = Graph::start(true, "").await;
    let mut answer = moving(&graph).await;
    let sdl = labels_and_source_and("more: Int");
    graph.change(|| graph.labels.set_sdl(&sdl)).await;
    // It is looked at before the event is completed.
    expect(&mut answer, [graph.ticks.tick()]).await;
    graph.labels.set_flow(Flow::Events);
    graph.moved("reopened", 1.0).await;
    expect(&mut answer, [graph.ticks.tick()]).await;
    assert_eq!(graph.labels.opened_so_far(), 1);
}

/// The stream that is opened has the only turn, and the event that comes meanwhile needs one.
#[tokio::test]
async fn a_stream_that_is_opened_does_not_keep_its_turn_from_an_event() {
    let ticks = Ticks::new();
    let left = Numbered::start(&source(), &ticks, true).await;
    let entered = Numbered::start(&labels(""), &ticks, true).await;
    let yaml = format!(
        "subgraphs:\n  source: {{ url: \"{}\" }}\n  labels: {{ url: \"{}\", max_requests: 1 }}\n",
        left.url(),
        entered.url()
    );
    let graph = Graph::of(ticks, left, entered, &yaml).await;
    let mut answer = begun(&graph).await;
    graph.labels.set_flow(Flow::Held);
    graph
        .change(|| graph.labels.set_sdl(&labels_and_source()))
        .await;
    graph.labels.opened(1).await;
    let n = graph.ticks.tick();
    let events = "graphql_subscription_events_total{subgraph=\"source\"}";
    let has_come = async || (graph.router.metric(events).await == 2.0).then_some(());
    until(has_come).await.expect("the event has come");
    graph.labels.set_flow(Flow::Events);
    expect(&mut answer, [n, graph.ticks.tick()]).await;
}

#[tokio::test]
async fn a_place_that_does_not_know_the_numbers_is_no_reason_to_be_silent_about_it() {
    let ticks = Ticks::new();
    let numbered = Numbered::start(&source(), &ticks, true).await;
    let plain = Numbered::start(&labels(""), &ticks, false).await;
    let yaml = format!(
        "subgraphs:\n  source: {{ url: \"{}\" }}\n  labels: {{ url: \"{}\" }}\n",
        numbered.url(),
        plain.url()
    );
    let graph = Graph::of(ticks, numbered, plain, &yaml).await;
    let mut answer = begun(&graph).await;
    graph
        .change(|| graph.labels.set_sdl(&labels_and_source()))
        .await;
    graph.moved("reopened", 1.0).await;
    let n = graph.ticks.tick();
    let said = next(&mut answer).await;
    let expected = event(n).replace("}}}", r#"}},"extensions":{"resumed":true}}"#);
    assert!(said.contains(&expected), "{said}");
    expect(&mut answer, [graph.ticks.tick()]).await;
}

#[tokio::test]
async fn an_event_that_a_subgraph_brings_again_reaches_clients_once() {
    // It is asked for what comes after the last one, and begins further back.
    let mut graph = Graph::start(true, "").await;
    let mut answer = begun(&graph).await;
    let more: Vec<u64> = (0..5).map(|_| graph.ticks.tick()).collect();
    expect(&mut answer, more).await;
    graph.source.set_flow(Flow::Again);
    for round in 1..=2 {
        graph.source.stop().await;
        let missed = graph.ticks.tick();
        graph.source.start_again().await;
        expect(&mut answer, [missed, graph.ticks.tick()]).await;
        graph.source.opened(1 + round).await;
    }
    // So does the place that events move to.
    let graph = Graph::start(true, "").await;
    let mut answer = begun(&graph).await;
    let more: Vec<u64> = (0..5).map(|_| graph.ticks.tick()).collect();
    expect(&mut answer, more).await;
    graph.labels.set_flow(Flow::Again);
    graph
        .change(|| graph.labels.set_sdl(&labels_and_source()))
        .await;
    graph.moved("reopened", 1.0).await;
    expect(&mut answer, [graph.ticks.tick(), graph.ticks.tick()]).await;
}

#[tokio::test]
async fn a_subgraph_that_has_no_more_events_when_it_is_asked_again_ends_the_subscription() {
    let graph = Graph::start(true, "").await;
    let answer = begun(&graph).await;
    graph.source.set_flow(Flow::Over);
    graph.source.break_streams();
    let rest = answer.rest().await;
    assert!(!rest.contains("errors"), "{rest}");
    assert!(rest.contains("event: complete"), "{rest}");
    // Where there was none, it is no stream.
    let graph = Graph::start(true, "").await;
    graph.source.set_flow(Flow::Over);
    let rest = graph.subscribe(SSE).await.rest().await;
    assert!(rest.contains("SUBREQUEST_HTTP_ERROR"), "{rest}");
}

#[tokio::test]
async fn the_error_of_a_stream_that_is_not_opened_again_is_no_event_that_says_so() {
    let more = "subscriptions: { resume: always, resume_within: 10ms }";
    let mut graph = Graph::start(false, more).await;
    let answer = begun(&graph).await;
    graph.source.stop().await;
    let rest = answer.rest().await;
    assert!(rest.contains("SUBREQUEST_CONNECTION_ERROR"), "{rest}");
    assert!(!rest.contains("resumed"), "{rest}");
}

#[tokio::test]
async fn a_subgraph_that_is_not_ready_is_asked_again_whatever_it_says_of_that() {
    for unready in [
        Flow::Unready(r#"{"message":"no healthy upstream"}"#),
        Flow::Unready(r#"{"errors":[{"message":"no healthy upstream"}]}"#),
        Flow::Refused,
        Flow::RefusedByStream,
    ] {
        let graph = Graph::start(true, "").await;
        let mut answer = begun(&graph).await;
        graph.source.set_flow(unready);
        graph.source.break_streams();
        graph.source.opened(3).await;
        let missed = graph.ticks.tick();
        graph.source.set_flow(Flow::Events);
        expect(&mut answer, [missed, graph.ticks.tick()]).await;
    }
}

/// The request's time is shorter than the subgraph's, so that each attempt ends at its deadline.
#[tokio::test]
async fn a_place_that_does_not_answer_in_time_is_asked_again() {
    let more = "timeouts: { request: 200ms }";
    // It is opened again where it was.
    let graph = Graph::start(true, more).await;
    let mut answer = begun(&graph).await;
    graph.source.set_flow(Flow::Held);
    graph.source.break_streams();
    let missed = graph.ticks.tick();
    graph.source.opened(3).await;
    graph.source.set_flow(Flow::Events);
    expect(&mut answer, [missed, graph.ticks.tick()]).await;
    // It has broken where it was, and is opened elsewhere.
    let graph = Graph::start(true, more).await;
    let mut answer = moving(&graph).await;
    graph.source.break_streams();
    let missed = graph.ticks.tick();
    graph.labels.opened(3).await;
    graph.labels.set_flow(Flow::Events);
    expect(&mut answer, [missed, graph.ticks.tick()]).await;
}
