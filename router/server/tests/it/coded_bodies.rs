//! Bodies of requests in fewer bytes.

use std::io::Write;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use serde_json::json;

use crate::kit::{Answer, Running, Subgraph, post, until};

const TAKEN: &str = "br, zstd, gzip, deflate";

fn coded(coding: &str, bytes: &[u8]) -> Vec<u8> {
    let level = Compression::new(6);
    let written = match coding {
        "gzip" => {
            let mut writer = GzEncoder::new(Vec::new(), level);
            writer.write_all(bytes).and_then(|()| writer.finish())
        }
        "deflate" => {
            let mut writer = ZlibEncoder::new(Vec::new(), level);
            writer.write_all(bytes).and_then(|()| writer.finish())
        }
        "br" => {
            let mut out = Vec::new();
            let mut writer = brotli::CompressorWriter::new(&mut out, 4096, 5, 20);
            let written = writer.write_all(bytes);
            drop(writer);
            written.map(|()| out)
        }
        "zstd" => zstd::encode_all(bytes, 3),
        other => panic!("{other}"),
    };
    written.expect("memory takes it")
}

async fn router(more: &str) -> (Running, Subgraph) {
    let data = json!({ "name": "Rex" });
    let dogs = Subgraph::with_data("type Query { name: String }", data).await;
    let router = Running::start(&[("dogs", &dogs)], more).await;
    (router, dogs)
}

async fn send(router: &Running, codings: &[&str], body: Vec<u8>) -> Answer {
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(codings.iter().map(|coding| ("content-encoding", *coding)));
    post(&router.url(), &headers, body).await
}

fn query() -> Vec<u8> {
    json!({ "query": "{ name }" }).to_string().into_bytes()
}

#[tokio::test]
async fn a_body_is_taken_in_each_coding_that_is_told() {
    let (router, _dogs) = router("").await;
    for coding in TAKEN.split(", ") {
        let answer = send(&router, &[coding], coded(coding, &query())).await;
        assert_eq!(
            answer.json(),
            json!({ "data": { "name": "Rex" } }),
            "{coding}"
        );
    }
    let answer = send(&router, &["GZIP"], coded("gzip", &query())).await;
    assert_eq!(answer.status, 200);
    let answer = send(&router, &["identity"], query()).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn other_codings_are_refused_with_those_that_are_taken() {
    let (router, _dogs) = router("").await;
    let twice = coded("gzip", &coded("gzip", &query()));
    for (codings, body) in [
        (&["compress"][..], query()),
        (&["gzip, gzip"], twice.clone()),
        (&["gzip", "gzip"], twice),
        (&["identity", "gzip"], coded("gzip", &query())),
    ] {
        let refused = send(&router, codings, body).await;
        assert_eq!(refused.status, 415, "{codings:?}");
        assert_eq!(refused.header("accept-encoding"), TAKEN);
        assert_eq!(refused.code(), "UNSUPPORTED_MEDIA_TYPE");
        assert!(refused.text().contains(TAKEN), "{}", refused.text());
    }
}

/// The bound of bodies holds for what is sent, and for what that stands for.
#[tokio::test]
async fn a_few_bytes_that_stand_for_many_are_too_large() {
    let (router, _dogs) = router("limits: { request_body: 64 KiB }").await;
    let fits = [query(), vec![b' '; 60_000]].concat();
    let bomb = [query(), vec![b' '; 2_000_000]].concat();
    for coding in TAKEN.split(", ") {
        let answer = send(&router, &[coding], coded(coding, &fits)).await;
        assert_eq!(answer.status, 200, "{coding}");
        let bomb = coded(coding, &bomb);
        assert!(bomb.len() < 40_000, "{coding}: {}", bomb.len());
        let refused = send(&router, &[coding], bomb).await;
        assert_eq!(refused.status, 413, "{coding}");
        assert_eq!(refused.code(), "PAYLOAD_TOO_LARGE");
    }
    let refused = send(&router, &["gzip"], vec![b'x'; 70_000]).await;
    assert_eq!(refused.code(), "PAYLOAD_TOO_LARGE");
}

#[tokio::test]
async fn what_a_body_stands_for_has_the_memory_of_a_request() {
    let memory = "limits: { request_body: 8 MiB, memory: 64 MiB, request_memory: 2 MiB }";
    let (router, _dogs) = router(memory).await;
    let large = [query(), vec![b' '; 6_000_000]].concat();
    for coding in TAKEN.split(", ") {
        let refused = send(&router, &[coding], coded(coding, &large)).await;
        assert_eq!(refused.code(), "REQUEST_MEMORY_EXCEEDED", "{coding}");
    }
    assert_eq!(send(&router, &[], query()).await.status, 200);
    let held = async || router.metric("router_memory_held_bytes").await;
    let given_back = until(async || (held().await == 0.0).then_some(())).await;
    assert!(given_back.is_some(), "{}", held().await);
}

#[tokio::test]
async fn a_body_that_is_not_what_it_says_is_a_bad_request() {
    let (router, _dogs) = router("").await;
    for coding in TAKEN.split(", ") {
        let whole = coded(coding, &query());
        for body in [query(), whole[..whole.len() / 2].to_vec(), Vec::new()] {
            let refused = send(&router, &[coding], body).await;
            assert_eq!(refused.status, 400, "{coding}: {}", refused.text());
            assert_eq!(refused.code(), "BAD_REQUEST");
        }
        let refused = send(&router, &[coding], query()).await;
        let told = format!("the body is not valid {coding}");
        assert!(refused.text().contains(&told), "{}", refused.text());
    }
}

#[tokio::test]
async fn files_are_not_taken_in_a_coding() {
    let (router, _dogs) = router("uploads: { max_files: 1 }").await;
    let headers = [
        ("content-type", "multipart/form-data; boundary=x"),
        ("graphql-require-preflight", "1"),
        ("content-encoding", "gzip"),
    ];
    let refused = post(&router.url(), &headers, coded("gzip", b"--x")).await;
    assert_eq!(refused.status, 415);
    assert_eq!(refused.header("accept-encoding"), "identity");
}
