//! Many configurations, one after the other, under load.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::{Reloaded, dogs, yaml};
use crate::kit::until;

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
    // The schema in service follows in a moment.
    let last = async || {
        router.router.query("{ dog }").await;
        let (headers, _) = dogs.requests().pop()?;
        (headers["x-round"] == "200").then_some(())
    };
    until(last)
        .await
        .expect("its subgraph is asked by the last one");
}
