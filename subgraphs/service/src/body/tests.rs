//! Compressed bodies, at both endpoints, asked without a socket.

use std::io::Write as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Request, StatusCode};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use hyper::body::{Frame, SizeHint};

use crate::fixture::Fixture;

const JSON: &str = "application/json";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut coded = GzEncoder::new(Vec::new(), Compression::best());
    coded.write_all(bytes).expect("memory takes it");
    coded.finish().expect("memory takes it")
}

/// A frame with a window of 8 MiB and one block, which is not compressed.
fn zstd(bytes: &[u8]) -> Vec<u8> {
    let block = u32::try_from(bytes.len()).unwrap() << 3 | 1;
    let head = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x68];
    [&head, &block.to_le_bytes()[..3], bytes].concat()
}

/// At both endpoints, the body that a request stands for.
fn compressed(coding: &str, body: Vec<u8>, at: &str) -> Request<Body> {
    let request = Request::post(at)
        .header("accept", JSON)
        .header("content-type", JSON)
        .header("content-encoding", coding)
        .header("content-length", body.len());
    request.body(Body::from(body)).unwrap()
}

const BOTH: [(&str, &str); 2] = [
    ("/api/v1/add", r#"{"a":1,"b":2}"#),
    ("/graphql", r#"{"query":"{hello}"}"#),
];

#[tokio::test]
async fn compressed_bodies_are_taken_at_both_endpoints() {
    let fixture = Fixture::new();
    for (path, body) in BOTH {
        let mut deflated = ZlibEncoder::new(Vec::new(), Compression::fast());
        deflated.write_all(body.as_bytes()).unwrap();
        for (coding, coded) in [
            ("gzip", gzip(body.as_bytes())),
            ("GZIP", gzip(body.as_bytes())),
            ("deflate", deflated.finish().unwrap()),
        ] {
            let answer = fixture.send(compressed(coding, coded, path)).await;
            assert_eq!(answer.status, StatusCode::OK, "{path} {coding} {answer:?}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
        }
        for (coding, sent) in [
            ("gzip", body.as_bytes().to_vec()),
            ("br", vec![255; 20]),
            ("zstd", body.as_bytes().to_vec()),
            ("deflate", body.as_bytes().to_vec()),
            ("gzip", gzip(body.as_bytes())[..12].to_vec()),
        ] {
            let answer = fixture.send(compressed(coding, sent, path)).await;
            assert_eq!(
                answer.status,
                StatusCode::BAD_REQUEST,
                "{path} {coding} {answer:?}"
            );
            let told = format!("the body is not valid {coding}");
            assert!(answer.body.contains(&told), "{path} {coding} {answer:?}");
        }
    }
}

/// A megabyte of nothing comes in a kilobyte.
#[tokio::test]
async fn what_a_compressed_body_stands_for_is_bounded_as_a_body_is() {
    let fixture = Fixture::with(|config| config.limits.body_bytes = 100_000);
    for (path, body) in BOTH {
        let of =
            |bytes: usize| gzip(format!("{body}{}", " ".repeat(bytes - body.len())).as_bytes());
        let answer = fixture.send(compressed("gzip", of(100_000), path)).await;
        assert_eq!(answer.status, StatusCode::OK, "{path} {answer:?}");
        for bomb in [of(100_001), of(10_000_000)] {
            assert!(bomb.len() < 20_000, "{}", bomb.len());
            let answer = fixture.send(compressed("gzip", bomb, path)).await;
            assert_eq!(answer.status.as_u16(), 413, "{path} {answer:?}");
            assert!(
                answer.body.contains("PAYLOAD_TOO_LARGE"),
                "{path} {answer:?}"
            );
        }
        // One that is too long before it is unpacked is so, too.
        let answer = fixture
            .send(compressed("gzip", vec![0; 100_001], path))
            .await;
        assert_eq!(answer.status.as_u16(), 413, "{path} {answer:?}");
    }
}

/// One that waits has no memory of a body that is decoded; one that is decoded keeps what comes of it, and not the window of its decoder.
#[tokio::test]
async fn what_a_decoder_has_is_given_back_before_the_request_is_answered() {
    let body = r#"{"query":"{hello}"}"#;
    let coded = zstd(body.as_bytes());
    // A decoder of Zstandard has some 600 KiB whatever it decodes, and a window of as much as a body may stand for.
    let small = Fixture::with(|config| config.capacity.bodies_bytes = 200 * 1024);
    let answer = small
        .send(compressed("zstd", coded.clone(), "/graphql"))
        .await;
    assert_eq!(answer.status.as_u16(), 503, "{answer:?}");
    let fixture = Fixture::with(|config| config.capacity.bodies_bytes = 2 * 1024 * 1024);
    let waits = zstd(br#"{"query":"{waits}"}"#);
    let waiting = fixture.send(compressed("zstd", waits, "/graphql"));
    let others = async {
        for _ in 0..3 {
            let answer = fixture
                .send(compressed("zstd", coded.clone(), "/graphql"))
                .await;
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        }
        fixture.gate.add_permits(1);
    };
    let (waited, ()) = tokio::join!(waiting, others);
    assert_eq!(waited.status, StatusCode::OK, "{waited:?}");
}

#[tokio::test]
async fn what_a_compressed_body_stands_for_has_room_among_the_bodies() {
    let fixture = Fixture::with(|config| config.capacity.bodies_bytes = 200 * 1024);
    for (path, body) in BOTH {
        let large = gzip(format!("{body}{}", " ".repeat(500_000)).as_bytes());
        let answer = fixture.send(compressed("gzip", large, path)).await;
        assert_eq!(answer.status.as_u16(), 503, "{path} {answer:?}");
        assert!(answer.body.contains("OVERLOADED"), "{path} {answer:?}");
        // It is given back: many that fit can come after each other.
        for _ in 0..5 {
            let fits = gzip(format!("{body}{}", " ".repeat(100_000)).as_bytes());
            let answer = fixture.send(compressed("gzip", fits, path)).await;
            assert_eq!(answer.status, StatusCode::OK, "{path} {answer:?}");
        }
    }
}

/// A body that is announced, and never comes.
struct Announced;

impl HttpBody for Announced {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Poll::Pending
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(100_001)
    }
}

#[tokio::test]
async fn a_body_that_is_announced_to_be_too_large_is_refused_before_it_comes() {
    let fixture = Fixture::with(|config| config.limits.body_bytes = 100_000);
    for (path, _) in BOTH {
        let request = Request::post(path).header("content-type", JSON);
        let request = request.body(Body::new(Announced)).unwrap();
        let answer = fixture.send(request).await;
        assert_eq!(answer.status.as_u16(), 413, "{path} {answer:?}");
    }
}
