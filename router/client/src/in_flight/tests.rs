use tokio::sync::oneshot;

use super::*;

fn answer(status: u16) -> Answer {
    Ok(SubgraphResponse {
        status,
        headers: HeaderMap::new(),
        body: Bytes::new(),
    })
}

fn question<'q>(body: &'q Bytes, from: usize, headers: &'q HeaderMap) -> Question<'q> {
    Question {
        body,
        from,
        headers,
        route: None,
    }
}

const BODY: Bytes = Bytes::from_static(b"{}");

/// Joins with a query that ends when the sender says with which status.
fn join(in_flight: &Arc<InFlight>) -> (Sent, bool, oneshot::Sender<u16>) {
    let (end, ending) = oneshot::channel();
    let headers = HeaderMap::new();
    let (sent, joined) = in_flight.join(question(&BODY, 0, &headers), |entry| async move {
        let answer = answer(ending.await.expect("the test says"));
        drop(entry);
        answer
    });
    (sent, joined, end)
}

async fn at_once(_entry: Entry) -> Answer {
    answer(200)
}

fn count(in_flight: &InFlight) -> usize {
    in_flight.queries.lock().expect("no panic").len()
}

#[tokio::test]
async fn a_query_goes_on_without_the_one_that_sent_it() {
    let in_flight = Arc::default();
    let (first, joined, end) = join(&in_flight);
    assert!(!joined);
    let (second, joined, _) = join(&in_flight);
    assert!(joined);
    drop(first);
    end.send(200).expect("it waits");
    assert_eq!(second.await.expect("an answer").status, 200);
}

#[tokio::test]
async fn a_query_that_is_answered_is_not_joined() {
    let in_flight = Arc::default();
    let (first, _, end) = join(&in_flight);
    end.send(200).expect("it waits");
    assert!(first.clone().await.is_ok());
    assert_eq!(count(&in_flight), 0);
    let (second, joined, end) = join(&in_flight);
    assert!(!joined, "the first one is still held, but over");
    end.send(201).expect("it waits");
    assert_eq!(second.await.expect("an answer").status, 201);
    drop(first);
}

#[tokio::test]
async fn a_query_that_nobody_waits_for_is_given_up() {
    let in_flight = Arc::default();
    let (first, _, end) = join(&in_flight);
    drop(first);
    assert!(end.is_closed());
    assert_eq!(count(&in_flight), 0);
}

#[tokio::test]
async fn what_is_passed_on_keeps_queries_apart() {
    let in_flight = Arc::new(InFlight::default());
    let mut headers = HeaderMap::new();
    let send = |headers: &HeaderMap| in_flight.join(question(&BODY, 0, headers), at_once);
    let (_one, joined) = send(&headers);
    assert!(!joined);
    headers.insert("authorization", "mine".parse().expect("a value"));
    let (_other, joined) = send(&headers);
    assert!(!joined);
    assert_eq!(count(&in_flight), 2);
}

#[tokio::test]
async fn queries_that_differ_in_their_names_are_joined() {
    let in_flight = Arc::new(InFlight::default());
    let headers = HeaderMap::new();
    let send = |body: &'static [u8], from| {
        let body = Bytes::from_static(body);
        in_flight.join(question(&body, from, &headers), at_once)
    };
    let (_one, joined) = send(b"query One{a}", 9);
    assert!(!joined);
    let (_other, joined) = send(b"query Other{a}", 11);
    assert!(joined);
    let (_third, joined) = send(b"query Other{b}", 11);
    assert!(!joined);
}
