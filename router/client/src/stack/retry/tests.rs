use abaque_edge::Recorder;

use super::*;
use crate::stack::tests::{Scripted, answered, mutation, query, unreachable};

fn retry(attempts: usize, answers: impl IntoIterator<Item = Answer>) -> Retry<Scripted> {
    let config = RetryConfig {
        attempts,
        budget: 20,
        statuses: STATUSES.to_vec(),
    };
    let metrics = RetryMetrics::new(&Recorder::new(crate::METRICS, &[]), &[("subgraph", "dogs")]);
    Retry::new(Scripted::new(answers), Some(config), &metrics)
}

fn asks_to_wait(seconds: u64) -> Answer {
    Err(Failure::RetryAfter {
        status: 503,
        after: Duration::from_secs(seconds),
    })
}

#[tokio::test(start_paused = true)]
async fn a_query_that_found_nobody_is_sent_again() {
    let closed = Err(Failure::Unanswered("it was closed".to_owned()));
    for first in [
        unreachable(),
        closed,
        Err(Failure::Status(503)),
        answered(502),
    ] {
        let retry = retry(2, [first, answered(200)]);
        assert_eq!(retry.fetch(&query()).await.expect("an answer").status, 200);
        assert_eq!(retry.inner.asked(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn the_attempts_are_as_many_as_configured() {
    let retry = retry(4, [unreachable()]);
    assert_eq!(
        retry.fetch(&query()).await.map(drop),
        unreachable().map(drop)
    );
    assert_eq!(retry.inner.asked(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_mutation_is_sent_once() {
    let retry = retry(4, [unreachable()]);
    assert!(retry.fetch(&mutation()).await.is_err());
    assert_eq!(retry.inner.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_another_attempt_would_not_change_is_not_sent_again() {
    let broken = Err(Failure::Broken("in the middle of the body".to_owned()));
    let late = Err(Failure::Timeout(Duration::from_secs(1)));
    for answer in [
        answered(200),
        answered(500),
        Err(Failure::Status(404)),
        broken,
        late,
    ] {
        let retry = retry(4, [answer]);
        let _ = retry.fetch(&query()).await;
        assert_eq!(retry.inner.asked(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_subgraph_is_left_alone_for_as_long_as_it_asks() {
    let retry = retry(2, [asks_to_wait(3), answered(200)]);
    let begun = Instant::now();
    assert!(retry.fetch(&query()).await.is_ok());
    assert_eq!(begun.elapsed().as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_waited_for_that_comes_too_late() {
    for (seconds, time) in [(11, 60), (5, 4)] {
        let retry = retry(2, [asks_to_wait(seconds), answered(200)]);
        let request = Request {
            expiry: crate::stack::Expiry::within(Duration::from_secs(time), None),
            ..query()
        };
        let begun = Instant::now();
        assert!(retry.fetch(&request).await.is_err());
        assert_eq!((retry.inner.asked(), begun.elapsed()), (1, Duration::ZERO));
    }
}

#[tokio::test(start_paused = true)]
async fn no_more_is_sent_again_than_the_budget_has() {
    let retry = retry(2, [unreachable()]);
    for _ in 0..1000 {
        assert!(retry.fetch(&query()).await.is_err());
    }
    let again = retry.inner.asked() - 1000;
    // Ten that were saved up, and one in five.
    assert!((200..=210).contains(&again), "{again}");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_query_that_others_may_join_longer_than_the_request_lasts() {
    let retry = retry(2, [asks_to_wait(5), answered(200)]);
    let request = Request {
        awaited: Instant::now() + Duration::from_secs(4),
        ..query()
    };
    let begun = Instant::now();
    assert!(retry.fetch(&request).await.is_err());
    assert_eq!((retry.inner.asked(), begun.elapsed()), (1, Duration::ZERO));
}

#[test]
fn pauses_are_random_and_twice_as_long_each_time_up_to_a_bound() {
    for (attempt, bound) in [(1, 50), (2, 100), (3, 200), (100, 2000), (usize::MAX, 2000)] {
        let bound = Duration::from_millis(bound);
        let pauses: Vec<_> = (0..1000).map(|_| pause(attempt)).collect();
        assert!(pauses.iter().all(|pause| *pause <= bound), "{attempt}");
        // All of the way from nothing to the bound is taken about equally often.
        for part in 0..4 {
            let within = bound * part / 4..bound * (part + 1) / 4;
            let count = pauses.iter().filter(|pause| within.contains(pause));
            assert!((150..350).contains(&count.count()), "{attempt}, {part}");
        }
    }
}

/// How many seconds headers ask to wait.
#[track_caller]
fn check_asked(retry_after: &'static str, date: Option<&'static str>, expect: Option<u64>) {
    let mut headers = HeaderMap::new();
    headers.insert(RETRY_AFTER, http::HeaderValue::from_static(retry_after));
    if let Some(date) = date {
        headers.insert(DATE, http::HeaderValue::from_static(date));
    }
    let asked = super::retry_after(&headers);
    assert_eq!(asked, expect.map(Duration::from_secs), "{retry_after}");
}

#[test]
fn a_subgraph_asks_to_wait_by_seconds_or_until_a_date_by_its_own_clock() {
    const NOON: Option<&str> = Some("Sun, 06 Nov 1994 12:00:00 GMT");
    check_asked("120", NOON, Some(120));
    check_asked("Sun, 06 Nov 1994 12:00:07 GMT", NOON, Some(7));
    check_asked("Sunday, 06-Nov-94 12:00:07 GMT", NOON, Some(7));
    check_asked("Sun Nov  6 12:00:07 1994", NOON, Some(7));
    check_asked("Sun, 06 Nov 1994 11:59:00 GMT", NOON, Some(0));
    // By the clock of this machine, which is later.
    check_asked("Sun, 06 Nov 1994 12:00:07 GMT", None, Some(0));
    check_asked("Sun, 06 Nov 1994 12:00:07 GMT", Some("noon"), Some(0));
    check_asked("soon", NOON, None);
    check_asked("-1", NOON, None);
}

#[test]
fn a_date_is_counted_from_now_where_the_answer_has_none() {
    let at = SystemTime::now() + Duration::from_secs(3600);
    let text = httpdate::fmt_http_date(at);
    let mut headers = HeaderMap::new();
    headers.insert(RETRY_AFTER, text.parse().expect("a header value"));
    let asked = super::retry_after(&headers).expect("a wait");
    assert!(asked > LONGEST_RETRY_AFTER, "{asked:?}");
}
