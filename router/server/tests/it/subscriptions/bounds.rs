//! How many subscriptions there may be, and how long their opening may take.

use super::*;

#[tokio::test]
async fn subscriptions_are_bounded_and_can_be_switched_off() {
    let sender = events();
    let (a, b) = (dogs(Reply::Events(sender.clone())).await, names().await);
    let both: &[_] = &[("dogs", &a), ("names", &b)];
    let router = Running::start(both, "subscriptions: { max: 1 }").await;
    let first = open(&router, &sender).await;
    let second = subscribe(&router, SSE, BARKS).await;
    assert_eq!(second.status, 503);
    assert!(second.rest().await.contains("TOO_MANY_SUBSCRIPTIONS"));
    drop(first);
    let again = async || {
        let free = router.metric("graphql_subscriptions_active").await == 0.0;
        free.then_some(())
    };
    until(again).await.expect("there is room again");
    drop(open(&router, &sender).await);

    let router = Running::start(both, "subscriptions: { max: 0 }").await;
    let refused = subscribe(&router, MULTIPART, BARKS).await.rest().await;
    assert!(refused.contains("disabled"), "{refused}");
}

#[tokio::test]
async fn a_subscription_is_opened_within_the_timeout_of_its_subgraph() {
    let (a, b) = (dogs(Reply::Never).await, names().await);
    let more = "timeouts: { subgraph: 50ms }";
    let router = Running::start(&[("dogs", &a), ("names", &b)], more).await;
    let said = subscribe(&router, SSE, BARKS).await.rest().await;
    assert!(said.contains("SUBREQUEST_TIMEOUT"), "{said}");
    let counted =
        "http_client_request_duration_seconds_count{subgraph=\"dogs\",status=\"timeout\"}";
    assert_eq!(router.metric(counted).await, 1.0);
    assert_eq!(router.metric(FAULTED).await, 1.0);
}

#[tokio::test]
async fn the_opening_of_a_subscription_waits_for_its_permit() {
    let (gate, gated) = tokio::sync::watch::channel(false);
    let sender = events();
    let reply = Reply::Events(sender.clone());
    let a = Subgraph::start(DOGS, move |request| {
        match request["query"]
            .as_str()
            .unwrap_or_default()
            .contains("subscription")
        {
            true => reply.clone(),
            false => Reply::Gated(
                gated.clone(),
                json!({ "dog": { "__typename": "Dog", "id": "1" } }),
            ),
        }
    })
    .await;
    let b = names().await;
    let subgraphs = format!(
        "subgraphs:\n  dogs: {{ url: \"{}\", max_requests: 1 }}\n  names: {{ url: \"{}\" }}",
        a.url(),
        b.url()
    );
    let router = Running::configured(&subgraphs).await;
    router.until_ready().await;
    let waiting = "http_client_active_requests{subgraph=\"dogs\"}";
    let in_flight = async |count: f64| {
        let there = until(async || (router.metric(waiting).await == count).then_some(())).await;
        there.unwrap_or_else(|| panic!("never {count} in flight"));
    };
    let query = router.query("{ dog { id } }");
    let subscription = async {
        in_flight(1.0).await;
        subscribe(&router, SSE, BARKS).await
    };
    let opening = async {
        in_flight(2.0).await;
        assert_eq!(a.requests().len(), 1);
        gate.send(true).expect("it is waited for");
    };
    let (_, answer, ()) = tokio::join!(query, subscription, opening);
    opened(&sender).await;
    drop(answer);
}
