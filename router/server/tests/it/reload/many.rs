//! Many configurations, one after the other, under load.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::{Reloaded, dogs, yaml};

/// Requests that are sent at once.
const CLIENTS: usize = 2;

#[tokio::test]
async fn no_request_is_lost_and_nothing_is_left_over_two_hundred_reloads() {
    let dogs = dogs().await;
    // Something of each kind: what is kept, what is made again, what only the pipeline knows.
    let of = |round: usize| {
        let depth = 50 + round / 20;
        let more = format!(
            "limits: {{ depth: {depth} }}\nheaders: {{ insert: {{ x-round: \"{round}\" }} }}\nrate_limit: {{ requests: {}/s }}",
            100_000 + round % 2
        );
        yaml(&[("dogs", &dogs)], &more)
    };
    let router = Reloaded::start(&of(0)).await;
    let (done, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    let client = async || {
        while !done.load(Ordering::Relaxed) {
            let answer = router.router.query("{ dog }").await;
            assert_eq!(answer.text(), r#"{"data":{"dog":"Rex"}}"#);
            answered.fetch_add(1, Ordering::Relaxed);
        }
    };
    let clients = futures_util::future::join_all((0..CLIENTS).map(|_| client()));
    let reloading = async {
        for round in 1..=200 {
            router.take_over(&of(round)).await;
        }
        done.store(true, Ordering::Relaxed);
    };
    tokio::join!(clients, reloading);
    assert!(answered.load(Ordering::Relaxed) > CLIENTS);
    assert_eq!(router.generation().await, 201);
    router.only_one_is_held().await;
    router.router.query("{ dog }").await;
    let (headers, _) = dogs.requests().pop().expect("it is asked");
    assert_eq!(headers["x-round"], "200", "by the last one");
}

/// What only the pipeline knows and what only the schema in service knows changes at once.
#[tokio::test]
async fn no_request_meets_a_configuration_without_the_schema_that_is_made_by_it() {
    let dogs = dogs().await;
    let of = |round: usize| {
        let more = format!(
            "rate_limit: {{ requests: {}/s }}\nintrospection: {}\nlimits: {{ depth: {} }}",
            100_000 + round % 2,
            round.is_multiple_of(2),
            50 + round % 2
        );
        yaml(&[("dogs", &dogs)], &more)
    };
    let router = Reloaded::start(&of(0)).await;
    let done = AtomicBool::new(false);
    let client = async |number: usize| {
        let mut sent = 0;
        while !done.load(Ordering::Relaxed) {
            // Never seen before, so that it is prepared.
            sent += 1;
            let query = format!("{{ q{number}x{sent}: __schema {{ queryType {{ name }} }} }}");
            let answer = router.router.query(&query).await;
            let is_even = answer.header("ratelimit-policy").contains("q=100000;");
            let is_answered = answer.json().get("errors").is_none();
            assert_eq!(is_even, is_answered, "{}", answer.text());
        }
    };
    let clients = futures_util::future::join_all((0..CLIENTS).map(client));
    let reloading = async {
        for round in 1..=40 {
            router.take_over(&of(round)).await;
            // The first request after it is already by it.
            let answer = router
                .router
                .query("{ __schema { queryType { name } } }")
                .await;
            let is_answered = answer.json().get("errors").is_none();
            assert_eq!(is_answered, round % 2 == 0);
        }
        done.store(true, Ordering::Relaxed);
    };
    tokio::join!(clients, reloading);
}
