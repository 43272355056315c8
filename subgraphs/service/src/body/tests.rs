//! Compressed bodies, at both endpoints, asked without a socket.

use std::io::Write as _;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use crate::fixture::Fixture;

const JSON: &str = "application/json";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut coded = GzEncoder::new(Vec::new(), Compression::best());
    coded.write_all(bytes).expect("memory takes it");
    coded.finish().expect("memory takes it")
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
