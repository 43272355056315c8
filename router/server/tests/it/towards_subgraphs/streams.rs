//! Where subscriptions are opened.

use serde_json::json;
use tokio::sync::broadcast;

use crate::kit::{Reply, Running, Subgraph, stream, until};

const SDL: &str = "type Query { dog: String } type Subscription { barks: String }";

/// A subgraph with a stream of events, and where they are sent from.
async fn barking() -> (Subgraph, broadcast::Sender<String>) {
    let (events, _) = broadcast::channel(4);
    let sender = events.clone();
    let subgraph = Subgraph::start(SDL, move |_| Reply::Events(sender.clone())).await;
    (subgraph, events)
}

/// What comes of a subscription of a client with such a header, at which of both.
async fn heard(
    router: &Running,
    canary: &str,
    home: &broadcast::Sender<String>,
    elsewhere: &broadcast::Sender<String>,
) -> String {
    let headers = [
        ("content-type", "application/json"),
        ("accept", "text/event-stream"),
        ("x-canary", canary),
    ];
    let body = json!({ "query": "subscription { barks }" }).to_string();
    let mut answer = stream(&router.url(), &headers, body).await;
    let opened = async || (home.receiver_count() + elsewhere.receiver_count() > 0).then_some(());
    until(opened).await.expect("it is opened");
    for (sender, place) in [(home, "home"), (elsewhere, "elsewhere")] {
        let event = json!({ "data": { "barks": place } });
        // Where nobody listens nothing is sent.
        sender.send(format!("event: next\ndata: {event}\n\n")).ok();
    }
    let said = answer.until("\n\n").await;
    drop(answer);
    let closed = async || (home.receiver_count() + elsewhere.receiver_count() == 0).then_some(());
    until(closed).await.expect("it is closed");
    said
}

#[tokio::test]
async fn subscriptions_follow_the_routes_unless_one_place_is_configured_for_all() {
    let (home, home_events) = barking().await;
    let (canary, canary_events) = barking().await;
    let (own, own_events) = barking().await;
    let route = format!(
        r#"routes: [{{ when: {{ header: x-canary, is: "1" }}, url: "{}" }}]"#,
        canary.url()
    );
    let elsewhere = format!(r#", subscriptions: {{ url: "{}" }}"#, own.url());
    for (more, of_all, of_canary) in [
        ("", &home_events, &canary_events),
        (&*elsewhere, &own_events, &own_events),
    ] {
        let router = Running::configured(&format!(
            r#"subgraphs: {{ dogs: {{ url: "{}", {route}{more} }} }}"#,
            home.url()
        ))
        .await;
        router.until_ready().await;
        for (value, expected) in [("0", of_all), ("1", of_canary)] {
            let (others, _) = broadcast::channel(1);
            let said = heard(&router, value, expected, &others).await;
            assert!(
                said.contains(r#"{"barks":"home"}"#),
                "{more} {value} {said}"
            );
        }
        // What is asked there counts there.
        let active = r#"http_client_request_duration_seconds_count{subgraph="dogs",status="2xx","#;
        let metrics = router.metrics().await;
        let at_route = metrics.lines().any(|line| line.starts_with(active));
        assert_eq!(at_route, more.is_empty(), "{metrics}");
    }
}
