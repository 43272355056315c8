//! What all requests hold together, at both endpoints, asked without a socket.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::json;

use super::*;
use crate::fixture::Fixture;

/// A request that is computed on the pool, for its length.
fn long(query: &str) -> Request<Body> {
    let body = json!({ "query": format!("{query}{}", " ".repeat(20_000)) });
    post("/graphql", body.to_string())
}

fn post(path: &str, body: String) -> Request<Body> {
    let request = Request::post(path).header("content-type", "application/json");
    request.body(Body::from(body)).unwrap()
}

#[tokio::test]
async fn beyond_the_queue_a_request_is_told_when_to_come_again() {
    let fixture = Fixture::with(|config| {
        config.capacity.threads = 1;
        config.capacity.queue = 0;
    });
    let first = fixture.send(long("{ waits }"));
    tokio::pin!(first);
    // Its body is there, so it gets to the pool at once.
    assert!(futures_util::poll!(&mut first).is_pending());

    let refused = fixture.send(long("{ hello }")).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.codes(), ["OVERLOADED"]);
    assert_eq!(refused.header("retry-after"), "1");
    let refused = fixture.send(post("/api/v1/add", " ".repeat(1000))).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.json()["code"], "OVERLOADED");
    assert_eq!(refused.header("retry-after"), "1");

    // What is short is not computed there.
    let short = post("/graphql", json!({ "query": "{ hello }" }).to_string());
    assert_eq!(fixture.send(short).await.status, StatusCode::OK);

    fixture.gate.add_permits(1);
    assert_eq!(first.await.json(), json!({ "data": { "waits": true } }));
}

#[tokio::test]
async fn what_is_computed_on_the_pool_has_its_time() {
    let fixture = Fixture::with(|config| {
        config.limits.request_timeout = Duration::from_millis(50);
    });
    let answer = fixture.send(long("{ waits }")).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.codes(), ["REQUEST_TIMEOUT"]);
}

#[tokio::test]
async fn bodies_without_room_are_refused_at_both_endpoints() {
    let fixture = Fixture::with(|config| config.capacity.bodies_bytes = 1024);
    for path in ["/graphql", "/api/v1/add"] {
        let answer = fixture.send(post(path, " ".repeat(100_000))).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(answer.body.contains("OVERLOADED"), "{path} {answer:?}");
        assert_eq!(answer.header("retry-after"), "1", "{path}");
    }
}

/// The server asks for no more after the last byte: without this, the client would be said to have gone.
#[tokio::test]
async fn an_answer_has_ended_with_its_last_byte() {
    let room = Room::new(&Capacity::default(), &Limits::default());
    let pieces = || vec![vec![0; 100_000].into(), vec![0; 1_000].into()];
    let held = hold(
        &room,
        Ipv4Addr::LOCALHOST.into(),
        Response::new(body(pieces())),
    );
    for mut answer in [held.into_body(), body(pieces())] {
        let mut left = 101_000;
        while left > 0 {
            assert!(!answer.is_end_stream(), "{left}");
            let frame = answer.frame().await.unwrap().unwrap();
            left -= frame.into_data().unwrap().len();
        }
        assert!(answer.is_end_stream());
    }
}

#[tokio::test]
async fn an_answer_has_room_until_it_is_read() {
    let capacity = Capacity {
        answers_bytes: 128 * 1024,
        ..Capacity::default()
    };
    let room = Room::new(&capacity, &Limits::default());
    let client = Ipv4Addr::LOCALHOST.into();
    let answer = || {
        let answer = Response::new(body(vec![vec![0; 100_000].into()]));
        hold(&room, client, answer)
    };
    let first = answer();
    assert_eq!(first.status(), StatusCode::OK);
    assert_eq!(answer().status(), StatusCode::SERVICE_UNAVAILABLE);
    // A short one needs none.
    let short = hold(&room, client, Response::new(Body::from("short")));
    assert_eq!(short.status(), StatusCode::OK);
    let read = first.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(read.len(), 100_000);
    assert_eq!(answer().status(), StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_read_too_slowly_is_cut_off() {
    let room = Room::new(&Capacity::default(), &Limits::default());
    let pieces = vec![vec![0; FRAME].into(), vec![0; FRAME].into()];
    let client = Ipv4Addr::LOCALHOST.into();
    let mut answer = hold(&room, client, Response::new(body(pieces))).into_body();
    assert!(answer.frame().await.unwrap().is_ok());
    tokio::time::advance(Duration::from_secs(61)).await;
    assert!(answer.frame().await.unwrap().is_err());
}

#[tokio::test]
async fn a_body_is_given_in_its_pieces_and_its_length() {
    let whole = body(vec!["ab".into(), "cde".into()]);
    assert_eq!(whole.size_hint().exact(), Some(5));
    assert_eq!(whole.collect().await.unwrap().to_bytes(), "abcde");
    assert_eq!(body(Vec::new()).collect().await.unwrap().to_bytes(), "");
}

#[tokio::test]
async fn answers_are_bounded_at_the_rest_door_too() {
    let fixture = Fixture::with(|config| config.limits.answer_bytes = 4);
    let answer = fixture.get("/api/v1/add?a=1&b=2", "").await;
    assert_eq!(answer.json()["code"], "LIMIT_EXCEEDED");
}

#[tokio::test]
async fn keys_come_in_the_order_of_the_selection_however_long_a_request_is() {
    let fixture = Fixture::new();
    let fields: String = (0..900).map(|n| format!("a{n}: double(n: {n}) ")).collect();
    let query = json!({ "query": format!("{{ {fields} }}") });
    let answer = fixture.send(post("/graphql", query.to_string())).await;
    let expected: Vec<String> = (0..900).map(|n| format!("\"a{n}\":{}", n * 2)).collect();
    assert_eq!(
        answer.body,
        format!("{{\"data\":{{{}}}}}", expected.join(","))
    );
}

/// Bytes that say when nobody has them any more.
struct Watched {
    bytes: Vec<u8>,
    _watch: Arc<()>,
}

impl AsRef<[u8]> for Watched {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[tokio::test]
async fn what_the_connection_still_has_keeps_nothing_of_an_answer() {
    let room = Room::new(&Capacity::default(), &Limits::default());
    let watch = Arc::new(());
    let bytes = Bytes::from_owner(Watched {
        bytes: vec![7; 1 << 20],
        _watch: Arc::clone(&watch),
    });
    let answer = hold(
        &room,
        Ipv4Addr::LOCALHOST.into(),
        Response::new(body(vec![bytes])),
    );
    let mut answer = answer.into_body();
    let mut frames = Vec::new();
    while let Some(frame) = answer.frame().await {
        frames.push(frame.unwrap().into_data().unwrap());
    }
    assert_eq!(frames.concat(), vec![7; 1 << 20]);
    // The last frames are what the connection's buffer may hold when it asks for more.
    drop(frames.drain(..frames.len() - 2));
    drop(answer);
    assert_eq!(Arc::strong_count(&watch), 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_ends_whose_room_is_given_away() {
    let capacity = Capacity {
        answers_bytes: 1024 * 1024,
        ..Capacity::default()
    };
    let room = Room::new(&capacity, &Limits::default());
    let client = Ipv4Addr::LOCALHOST.into();
    let answer = || {
        hold(
            &room,
            client,
            Response::new(body(vec![vec![0; 900_000].into()])),
        )
    };
    let first = answer();
    let cut = first
        .extensions()
        .get::<abaque_edge::Cut>()
        .cloned()
        .unwrap();
    let mut first = first.into_body();
    assert!(first.frame().await.unwrap().is_ok());
    assert_eq!(answer().status(), StatusCode::SERVICE_UNAVAILABLE);
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!(answer().status(), StatusCode::OK);
    assert!(cut.is_cut());
    assert!(first.frame().await.unwrap().is_err());
}

#[test]
fn a_network_of_ipv6_is_one_client() {
    let client = |text: &str| network(text.parse().unwrap());
    assert_eq!(client("2001:db8::1"), client("2001:db8::ffff:1"));
    assert_ne!(client("2001:db8::1"), client("2001:db8:0:1::1"));
    assert_eq!(client("::ffff:10.0.0.1"), client("10.0.0.1"));
}
