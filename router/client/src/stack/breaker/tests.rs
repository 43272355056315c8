use abaque_edge::Recorder;

use super::*;
use crate::metrics::RetryMetrics;
use crate::stack::Expiry;
use crate::stack::tests::{Scripted, Silent, answered, query, unreachable};

const SECOND: Duration = Duration::from_secs(1);

/// What a request waits at least that says something of the subgraph.
const PATIENCE: Duration = Duration::from_millis(500);

fn breaker(answers: impl IntoIterator<Item = Answer>) -> Breaker<Scripted> {
    breaking(Scripted::new(answers))
}

fn breaking<S>(inner: S) -> Breaker<S> {
    let config = BreakerConfig {
        errors: 50,
        of: 4,
        within: 10 * SECOND,
        open: 10 * SECOND,
    };
    let metrics = BreakerMetrics::new(&Recorder::new(crate::METRICS, &[]), &[("subgraph", "dogs")]);
    let circuit = Circuit::new(config, PATIENCE, "dogs".into(), String::new(), metrics);
    Breaker::new(inner, Some(circuit))
}

/// A request that its client has so much time for.
fn within(time: Duration) -> Request {
    let deadline = Some(Instant::now() + time);
    Request {
        expiry: Expiry::within(30 * SECOND, deadline),
        ..query()
    }
}

#[tokio::test(start_paused = true)]
async fn a_subgraph_that_says_nothing_until_clients_have_no_more_time_fails() {
    let breaker = breaking(Silent);
    for _ in 0..4 {
        let answer = breaker.fetch(&within(SECOND)).await;
        assert_eq!(answer.map(drop), Err(Failure::Deadline));
    }
    assert_eq!(breaker.state(), Some(BreakerState::Open));
    // The one that tries fails as well.
    tokio::time::advance(10 * SECOND).await;
    let tried = breaker.fetch(&within(SECOND)).await;
    assert_eq!(tried.map(drop), Err(Failure::Deadline));
    assert_eq!(breaker.state(), Some(BreakerState::Open));
}

#[tokio::test(start_paused = true)]
async fn a_subgraph_fails_that_nobody_waits_for_any_more_where_it_had_time() {
    for (time, state) in [
        (PATIENCE, BreakerState::Open),
        (PATIENCE / 2, BreakerState::Closed),
    ] {
        let breaker = breaking(Silent);
        for _ in 0..4 {
            let request = query();
            let asked = breaker.fetch(&request);
            assert!(tokio::time::timeout(time, asked).await.is_err());
        }
        assert_eq!(breaker.state(), Some(state), "{time:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn how_long_a_client_takes_to_send_its_files_says_nothing_of_the_subgraph() {
    let breaker = breaking(());
    for _ in 0..4 {
        let late = std::future::ready(Err::<(), _>(Failure::Timeout(SECOND)));
        assert!(breaker.guard(false, || (), late, |()| false).await.is_err());
        let asking = std::future::pending::<Result<(), Failure>>();
        let guarded = breaker.guard(false, || (), asking, |()| false);
        assert!(tokio::time::timeout(SECOND, guarded).await.is_err());
    }
    assert_eq!(breaker.state(), Some(BreakerState::Closed));
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
    for failure in [
        Failure::Deadline,
        Failure::Memory,
        Failure::Files,
        // Clients ask for large answers.
        Failure::TooLarge(1),
        Failure::Status(404),
    ] {
        let breaker = breaker([Err(failure)]);
        ask(&breaker, 10).await;
        assert_eq!(breaker.state(), Some(BreakerState::Closed));
    }
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

#[tokio::test(start_paused = true)]
async fn answers_that_turn_out_to_be_none_are_failures() {
    let breaker = breaker([answered(200)]);
    ask(&breaker, 3).await;
    breaker.malformed();
    breaker.malformed();
    assert_eq!(breaker.state(), Some(BreakerState::Closed));
    ask(&breaker, 1).await;
    breaker.malformed();
    assert_eq!(breaker.state(), Some(BreakerState::Open));
    // The one that tries brings no more: the breaker opens as soon as that is known.
    tokio::time::advance(10 * SECOND).await;
    ask(&breaker, 1).await;
    assert_eq!(breaker.state(), Some(BreakerState::Closed));
    breaker.malformed();
    assert_eq!(breaker.state(), Some(BreakerState::Open));
    // What comes later of those that were sent before changes nothing.
    breaker.malformed();
    tokio::time::advance(10 * SECOND).await;
    ask(&breaker, 2).await;
    breaker.malformed();
    assert_eq!(breaker.state(), Some(BreakerState::Closed));
}

#[tokio::test(start_paused = true)]
async fn who_tries_is_sent_once_though_queries_are_sent_again() {
    let config = crate::stack::RetryConfig {
        attempts: 3,
        budget: 100,
        statuses: Vec::new(),
    };
    let metrics = RetryMetrics::new(&Recorder::new(crate::METRICS, &[]), &[("subgraph", "dogs")]);
    let retry = crate::stack::Retry::new(Scripted::new([unreachable()]), Some(config), &metrics);
    let breaker = breaking(retry);
    let asked = || breaker.inner.inner().asked();
    for _ in 0..4 {
        assert!(breaker.fetch(&query()).await.is_err());
    }
    assert_eq!(asked(), 12);
    tokio::time::advance(10 * SECOND).await;
    assert!(breaker.fetch(&query()).await.is_err());
    assert_eq!(asked(), 13);
}

#[tokio::test(start_paused = true)]
async fn who_answers_the_one_that_tries_with_a_mistake_of_the_request_is_asked_again() {
    for answer in [Failure::Status(404), Failure::TooLarge(10)] {
        let failing = std::iter::repeat_with(unreachable).take(4);
        let breaker = breaker(failing.chain([Err(answer)]));
        ask(&breaker, 4).await;
        assert_eq!(breaker.state(), Some(BreakerState::Open));
        tokio::time::advance(10 * SECOND).await;
        ask(&breaker, 1).await;
        assert_eq!(breaker.state(), Some(BreakerState::Closed));
    }
}
