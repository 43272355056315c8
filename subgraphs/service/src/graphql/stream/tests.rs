//! Streams at the endpoint, as server-sent events. Nothing sleeps.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use futures_util::FutureExt;
use http_body_util::BodyExt;
use serde_json::json;
use tower::ServiceExt;

use crate::fixture::Fixture;

const EVENTS: &str = "text/event-stream";

fn post(query: &str, accept: &str) -> Request<Body> {
    let body = json!({ "query": query }).to_string();
    Request::post("/graphql")
        .header("content-type", "application/json")
        .header("accept", accept)
        .body(Body::from(body))
        .unwrap()
}

async fn events(fixture: &Fixture, query: &str) -> String {
    let answer = fixture.send(post(query, EVENTS)).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(
        answer.header("content-type"),
        "text/event-stream; charset=utf-8"
    );
    answer.body
}

#[tokio::test]
async fn events_are_told_one_after_the_other_and_then_their_end() {
    let fixture = Fixture::new();
    insta::assert_snapshot!(events(&fixture, "subscription { counts(to: 2) }").await, @r#"
    event: next
    data: {"data":{"counts":1}}

    event: next
    data: {"data":{"counts":2}}

    event: complete
    data:
    "#);
    let metrics = fixture.metrics().await;
    for sample in [
        "graphql_server_active_streams{service=\"example\"} 0",
        "graphql_server_stream_events_total{service=\"example\"} 2",
        "graphql_server_requests_total{service=\"example\",graphql_operation_type=\"subscription\",outcome=\"success\"} 1",
    ] {
        assert!(metrics.contains(sample), "{sample} in {metrics}");
    }
}

/// The samples of the histogram of durations, which counts what has ended.
pub(super) fn durations(metrics: &str, status: u16) -> Vec<&str> {
    let counted = "http_server_request_duration_seconds_count{";
    let status = format!("http_response_status_code=\"{status}\"");
    let lines = metrics.lines();
    lines
        .filter(|line| line.starts_with(counted) && line.contains(&status))
        .filter_map(|line| line.rsplit(' ').next())
        .collect()
}

#[tokio::test]
async fn how_long_a_stream_is_open_is_no_duration_of_a_request() {
    let fixture = Fixture::new();
    let request = post("subscription { counts(gated: true) }", EVENTS);
    fixture.gate.add_permits(1);
    let open = fixture.apps.public.clone().oneshot(request).await.unwrap();
    let metrics = fixture.metrics().await;
    assert_eq!(durations(&metrics, 200), ["1"], "{metrics}");
    let active = "http_server_active_requests{service=\"example\",http_request_method=\"POST\"} 1";
    assert!(metrics.contains(active), "{metrics}");
    drop(open);
    assert_eq!(durations(&fixture.metrics().await, 200), ["1"]);
}

#[tokio::test]
async fn a_query_is_one_event_where_nothing_else_is_accepted() {
    let fixture = Fixture::new();
    insta::assert_snapshot!(events(&fixture, "{ hello }").await, @r#"
    event: next
    data: {"data":{"hello":"hello world"}}

    event: complete
    data:
    "#);
    let both = fixture
        .send(post("{ hello }", "text/event-stream, application/json"))
        .await;
    assert_eq!(both.json(), json!({ "data": { "hello": "hello world" } }));
}

#[tokio::test]
async fn a_browsers_event_source_can_subscribe() {
    let path = "/graphql?query=subscription%7Bcounts(to:1)%7D";
    let answer = Fixture::new().get(path, EVENTS).await;
    assert!(answer.body.starts_with("event: next\n"), "{answer:?}");
}

#[tokio::test]
async fn what_fails_before_the_first_event_is_answered_as_any_request() {
    let fixture = Fixture::new();
    for (query, code) in [
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        (
            "subscription { a: counts b: counts }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("subscription { __typename }", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let answer = fixture.send(post(query, EVENTS)).await;
        let status = match code {
            "GRAPHQL_PARSE_FAILED" => StatusCode::BAD_REQUEST,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        assert_eq!(answer.status, status, "{query}");
        assert_eq!(answer.codes(), [code], "{query}");
    }
    let unasked = fixture
        .send(post("subscription { counts }", "application/json"))
        .await;
    assert_eq!(unasked.codes(), ["SUBSCRIPTIONS_NOT_SUPPORTED"]);
    let failed = events(&fixture, "subscription { counts(to: -1) }").await;
    assert!(failed.contains("NO_COUNT"), "{failed}");
}

#[tokio::test]
async fn what_a_stream_keeps_is_bounded() {
    let fixture = Fixture::new();
    let many = "counts ".repeat(1000);
    let long = format!("subscription {{ counts(to: 1) }} #{}", "x".repeat(70_000));
    for query in [format!("subscription {{ counts {{ {many} }} }}"), long] {
        let answer = fixture.send(post(&query, EVENTS)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn the_values_of_a_stream_are_bounded_in_memory() {
    let fixture = Fixture::new();
    let long = json!({ "v": "x".repeat(140_000) });
    let half = json!({ "v": "x".repeat(60_000) });
    let many = json!({ "v": vec![1; 9_000] });
    let none = json!({});
    let ones = "1 ".repeat(9_000);
    let (full, invalid) = ("LIMIT_EXCEEDED", "GRAPHQL_VALIDATION_FAILED");
    for (query, variables, code) in [
        ("subscription($v: String) { counts }", &long, full),
        // It is not used, which is for the schema to tell.
        ("subscription($v: String) { counts }", &half, invalid),
        // At each use.
        (
            "subscription($v: String) { counts(to: $v) @x(a: $v) }",
            &half,
            full,
        ),
        ("subscription($v: [Decimal!]) { counts }", &many, full),
        ("subscription { counts(to: [#]) }", &none, full),
        ("subscription($v: [Decimal!] = [#]) { counts }", &none, full),
    ] {
        let body = json!({ "query": query.replace('#', &ones), "variables": variables });
        let body = body.to_string();
        let answer = fixture.post("application/json", EVENTS, body).await;
        assert_eq!(answer.codes(), [code], "{query} {answer:?}");
    }
    // As many as a stream may go through always fit.
    let fixture = Fixture::with(|config| config.limits.stream_values = 10_000);
    let body = json!({ "query": format!("subscription {{ counts(to: [{ones}]) }}") });
    let body = body.to_string();
    let answer = fixture.post("application/json", EVENTS, body).await;
    assert_eq!(answer.codes(), [invalid], "{answer:?}");
}

#[tokio::test]
async fn what_an_answer_was_made_from_is_gone_before_it_is_read() {
    for query in ["{ shares }", "subscription { shares }"] {
        let fixture = Fixture::new();
        let request = post(query, EVENTS);
        let open = fixture.apps.public.clone().oneshot(request).await.unwrap();
        assert_eq!(fixture.gate.available_permits(), 1, "{query}");
        let told = open.into_body().collect().await.unwrap().to_bytes();
        let told = std::str::from_utf8(&told).unwrap();
        assert!(told.ends_with("event: complete\ndata: \n\n"), "{told}");
    }
}

#[tokio::test]
async fn a_stream_is_paid_from_one_budget() {
    let told = events(&Fixture::new(), "subscription { costs }").await;
    let told: Vec<&str> = told
        .lines()
        .filter(|line| line.starts_with("data: {"))
        .collect();
    assert_eq!(told[0], r#"data: {"data":{"costs":1}}"#);
    assert!(told[1].contains("LIMIT_EXCEEDED"), "{told:?}");
    assert_eq!(told.len(), 2);
}

/// The time of a request is over at once, that of a stream in a while.
fn hasty() -> Fixture {
    Fixture::with(|config| {
        config.limits.request_timeout = Duration::from_millis(200);
        config.limits.stream_duration = Duration::from_secs(5);
        config.capacity.threads = 1;
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_with_one_answer_has_the_time_of_a_request_whatever_carries_it() {
    let long = format!("{{ computes }} #{}", "x".repeat(20_000));
    for query in ["{ computes }", long.as_str()] {
        let fixture = hasty();
        for accept in [EVENTS, "application/json"] {
            let answer = fixture.send(post(query, accept)).await;
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{answer:?}");
            assert_eq!(answer.codes(), ["REQUEST_TIMEOUT"], "{answer:?}");
            // It has begun, and ended.
            fixture.gate.acquire_many(2).await.unwrap().forget();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_has_the_time_of_a_request() {
    let told = events(&hasty(), "subscription { computes }").await;
    assert!(told.contains("REQUEST_TIMEOUT"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_computed_for_a_stream_that_is_gone() {
    let fixture = Fixture::with(|config| config.capacity.threads = 1);
    let request = post("subscription { computes }", EVENTS);
    let open = fixture.apps.public.clone().oneshot(request).await.unwrap();
    let mut body = open.into_body();
    let mut first = Vec::new();
    while !first.ends_with(b"\n\n") {
        let frame = body.frame().await.unwrap().unwrap();
        first.extend_from_slice(&frame.into_data().unwrap());
    }
    tokio::select! {
        _ = body.frame() => panic!("an event that nobody could compute"),
        begun = fixture.gate.acquire() => begun.unwrap().forget(),
    }
    drop(body);
    let ended = tokio::time::timeout(Duration::from_secs(5), fixture.gate.acquire());
    assert!(ended.await.is_ok(), "it is computed until its time is over");
}

#[tokio::test]
async fn events_are_computed_where_what_they_cost_says() {
    let threads = async |fixture: &Fixture, cost: u32| {
        let query = format!("subscription {{ threads(cost: {cost}) }}");
        let told = events(fixture, &query).await;
        told.matches("\"compute\"").count()
    };
    let fixture = Fixture::new();
    assert_eq!(threads(&fixture, 500).await, 0);
    // What may take long whatever the one before took is never computed here.
    let told = events(&fixture, "subscription { slowly: threads(cost: 0) }").await;
    assert_eq!(told.matches("\"compute\"").count(), 3, "{told}");
    // What the first one costs is not known before.
    assert_eq!(threads(&fixture, 5_000).await, 2);
    fixture.apps.pressure.rise();
    assert_eq!(threads(&fixture, 500).await, 2);
    assert_eq!(threads(&fixture, 100).await, 0);
    // More of them than may wait.
    let fixture = Fixture::with(|config| {
        config.capacity.threads = 1;
        config.capacity.queue = 0;
    });
    let all = (0..8).map(|_| threads(&fixture, 5_000));
    assert_eq!(futures_util::future::join_all(all).await, [2; 8]);
}

#[tokio::test]
async fn all_events_of_what_may_take_long_are_computed_on_the_pool() {
    // `slowly` is the name of what does.
    let query = "subscription { slowly: threads(cost: 0) }";
    let told = events(&Fixture::new(), query).await;
    assert_eq!(told.matches("\"compute\"").count(), 3, "{told}");
}

#[tokio::test]
async fn beyond_the_places_a_stream_is_told_when_to_come_again_and_a_dropped_one_gives_its_place_back()
 {
    let fixture = Fixture::with(|config| config.capacity.streams = 1);
    let endless = || {
        post(
            "subscription { counts(to: 1000000, interval: 3600000) }",
            EVENTS,
        )
    };
    let open = fixture
        .apps
        .public
        .clone()
        .oneshot(endless())
        .await
        .unwrap();
    let refused = fixture.send(endless()).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.codes(), ["OVERLOADED"]);
    assert_eq!(refused.header("retry-after"), "1");

    let mut body = open.into_body();
    let mut first = Vec::new();
    while !first.ends_with(b"\n\n") {
        let frame = body.frame().await.unwrap().unwrap();
        first.extend_from_slice(&frame.into_data().unwrap());
    }
    // The next event is an hour away.
    assert!(body.frame().now_or_never().is_none());
    drop(body);
    assert!(
        events(&fixture, "subscription { counts(to: 1) }")
            .await
            .contains("complete")
    );
}

#[tokio::test]
async fn streams_end_with_a_word_when_the_program_does() {
    let fixture = Fixture::new();
    let endless = post("subscription { counts(to: 9, interval: 3600000) }", EVENTS);
    let open = fixture.apps.public.clone().oneshot(endless).await.unwrap();
    fixture.apps.streams.end();
    let body = open.into_body().collect().await.unwrap().to_bytes();
    let told = std::str::from_utf8(&body).unwrap();
    assert!(told.contains(r#"{"data":{"counts":1}}"#), "{told}");
    assert!(
        told.contains("SHUTTING_DOWN") && told.ends_with("event: complete\ndata: \n\n"),
        "{told}"
    );
    let late = fixture.send(post("subscription { counts }", EVENTS)).await;
    assert_eq!(late.codes(), ["SHUTTING_DOWN"]);
}

#[tokio::test(start_paused = true)]
async fn events_come_at_their_pace_and_the_time_of_a_stream_is_bounded() {
    let fixture = Fixture::with(|config| config.limits.stream_duration = std::time::Duration::ZERO);
    let told = events(&fixture, "subscription { counts }").await;
    assert!(told.contains("STREAM_TIMEOUT"), "{told}");
    assert!(!told.contains(r#""counts":2"#), "{told}");
    let began = tokio::time::Instant::now();
    events(
        &Fixture::new(),
        "subscription { counts(to: 4, interval: 1000) }",
    )
    .await;
    // The clock of the test goes on when everything waits.
    assert!(began.elapsed() >= std::time::Duration::from_secs(3));
}
