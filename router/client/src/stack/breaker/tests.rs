use abaque_edge::Recorder;

use super::*;
use crate::stack::tests::{Scripted, answered, query, unreachable};

const SECOND: Duration = Duration::from_secs(1);

fn breaker(answers: impl IntoIterator<Item = Answer>) -> Breaker<Scripted> {
    let config = BreakerConfig {
        errors: 50,
        of: 4,
        within: 10 * SECOND,
        open: 10 * SECOND,
    };
    let metrics = BreakerMetrics::new(&Recorder::new(crate::METRICS, &[]), &[("subgraph", "dogs")]);
    let circuit = Circuit::new(config, "dogs".into(), String::new(), metrics);
    Breaker::new(Scripted::new(answers), Some(circuit))
}

async fn ask(breaker: &Breaker<Scripted>, times: usize) {
    for _ in 0..times {
        let _ = breaker.fetch(&query()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_subgraph_that_fails_too_often_is_not_asked() {
    let breaker = breaker([answered(200), answered(200), answered(500), unreachable()]);
    ask(&breaker, 3).await;
    assert_eq!(breaker.state(), Some(BreakerState::Closed));
    ask(&breaker, 1).await;
    assert_eq!(breaker.state(), Some(BreakerState::Open));
    let refused = breaker.fetch(&query()).await;
    assert_eq!(refused.map(drop), Err(Failure::Refused));
    assert_eq!(breaker.inner.asked(), 4);
}

#[tokio::test(start_paused = true)]
async fn few_failures_are_no_share() {
    let breaker = breaker([unreachable()]);
    ask(&breaker, 3).await;
    assert_eq!(breaker.state(), Some(BreakerState::Closed));
}

#[tokio::test(start_paused = true)]
async fn failures_of_long_ago_do_not_count() {
    let breaker = breaker([unreachable()]);
    for _ in 0..10 {
        ask(&breaker, 1).await;
        tokio::time::advance(4 * SECOND).await;
    }
    assert_eq!(breaker.state(), Some(BreakerState::Closed));
}

#[tokio::test(start_paused = true)]
async fn what_says_nothing_of_the_subgraph_does_not_count() {
    let breaker = breaker([Err(Failure::Deadline)]);
    ask(&breaker, 10).await;
    assert_eq!(breaker.state(), Some(BreakerState::Closed));
}

#[tokio::test(start_paused = true)]
async fn one_request_tries_after_a_while_and_all_are_sent_again_when_it_succeeds() {
    let failed = || unreachable();
    let breaker = breaker([failed(), failed(), failed(), failed(), answered(200)]);
    ask(&breaker, 4).await;
    tokio::time::advance(10 * SECOND).await;
    assert_eq!(breaker.state(), Some(BreakerState::HalfOpen));
    let circuit = breaker.circuit.as_ref().expect("it has one");
    let one = circuit.admit(Instant::now()).expect("one tries");
    assert!(circuit.admit(Instant::now()).is_err(), "others do not");
    one.ended(false);
    ask(&breaker, 3).await;
    assert_eq!(breaker.state(), Some(BreakerState::Closed));
    assert_eq!(breaker.inner.asked(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_try_that_fails_leaves_the_subgraph_alone_for_as_long_once_more() {
    let breaker = breaker([unreachable()]);
    ask(&breaker, 4).await;
    tokio::time::advance(10 * SECOND).await;
    ask(&breaker, 1).await;
    assert_eq!(breaker.state(), Some(BreakerState::Open));
    tokio::time::advance(9 * SECOND).await;
    ask(&breaker, 1).await;
    assert_eq!(breaker.inner.asked(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_try_that_is_given_up_leaves_it_to_the_next() {
    let breaker = breaker([unreachable()]);
    ask(&breaker, 4).await;
    tokio::time::advance(10 * SECOND).await;
    let circuit = breaker.circuit.as_ref().expect("it has one");
    drop(circuit.admit(Instant::now()));
    assert_eq!(breaker.state(), Some(BreakerState::HalfOpen));
    assert!(circuit.admit(Instant::now()).is_ok());
}
