//! The end of a router: what is under way ends first.

use super::*;

#[tokio::test]
async fn requests_in_flight_end_before_the_router_does() {
    let (open, gate) = watch::channel(false);
    let a = Subgraph::start(&dogs(), move |_| {
        Reply::Gated(gate.clone(), json!({ "dog": "Rex" }))
    })
    .await;
    let mut router = Running::start(&[("dogs", &a)], "").await;
    let url = router.url();
    let asking = tokio::spawn(async move {
        let body = json!({ "query": "{ dog }" }).to_string();
        crate::kit::post(&url, &[("content-type", "application/json")], body).await
    });
    until(async || (a.requests().len() == 1).then_some(()))
        .await
        .expect("it was asked");
    router.shut_down();
    let ready = until(async || {
        let ready = router.admin("/health/ready").await;
        (ready.status == 503).then(|| ready.text())
    });
    assert!(
        ready
            .await
            .expect("it is not ready")
            .contains("shutting down")
    );
    open.send_replace(true);
    assert_eq!(
        asking.await.expect("an answer").text(),
        r#"{"data":{"dog":"Rex"}}"#
    );
    router.ended().await;
}

#[tokio::test]
async fn requests_are_accepted_during_the_drain_delay() {
    let a = Subgraph::with_data("type Query { dog: String }", json!({ "dog": "Rex" })).await;
    let mut router = Running::start(&[("dogs", &a)], "timeouts: { drain_delay: 1h }").await;
    router.shut_down();
    until(async || (router.admin("/health/ready").await.status == 503).then_some(()))
        .await
        .expect("it is not ready");
    assert_eq!(router.metric("health_ready").await, 0.0);
    let answer = router.query("{ dog }").await;
    assert_eq!(answer.text(), r#"{"data":{"dog":"Rex"}}"#);
}

#[tokio::test]
async fn the_drain_ends_when_its_time_is_up() {
    let a = Subgraph::start(&dogs(), |_| Reply::Never).await;
    let mut router = Running::start(&[("dogs", &a)], "timeouts: { drain: 50ms }").await;
    let url = router.url();
    tokio::spawn(async move {
        let request = http::Request::post(&url)
            .header("content-type", "application/json")
            .body(http_body_util::Full::from(r#"{"query":"{ dog }"}"#))
            .expect("a request");
        crate::kit::send(request).await
    });
    until(async || (a.requests().len() == 1).then_some(()))
        .await
        .expect("it was asked");
    router.shut_down();
    router.ended().await;
}
