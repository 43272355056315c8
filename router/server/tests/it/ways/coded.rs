//! Answers of subgraphs in fewer bytes.

use std::io::Write;
use std::sync::Arc;

use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::routing::post;
use serde_json::json;
use tokio::net::TcpListener;

use crate::kit::{Answer, Running};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    writer.write_all(bytes).expect("memory takes it");
    writer.finish().expect("memory takes it")
}

/// The answer about a dog with a name of this many letters that comes in this coding.
async fn ask(coding: &'static str, letters: usize, terms: &str) -> Answer {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let name: Arc<str> = "a".repeat(letters).into();
    let asks = terms.contains("compression");
    let app = Router::new().route(
        "/graphql",
        post(move |headers: HeaderMap, body: String| async move {
            let accepted = headers.get("accept-encoding");
            assert_eq!(
                accepted.is_some_and(|value| value == "br, zstd, gzip"),
                asks
            );
            let sdl = json!({ "data": { "_service": { "sdl": "type Query { dog: String }" } } });
            if body.contains("_service") {
                return (
                    [
                        (CONTENT_TYPE, "application/json"),
                        (CONTENT_ENCODING, "identity"),
                    ],
                    sdl.to_string().into_bytes(),
                );
            }
            let text = json!({ "data": { "dog": &*name } }).to_string();
            let body = match coding {
                "gzip" => gzip(text.as_bytes()),
                "zstd" => zstd::encode_all(text.as_bytes(), 3).expect("memory takes it"),
                "br" => {
                    let mut coded = Vec::new();
                    let mut writer = brotli::CompressorWriter::new(&mut coded, 4096, 5, 20);
                    writer.write_all(text.as_bytes()).expect("memory takes it");
                    drop(writer);
                    coded
                }
                _ => text.into_bytes(),
            };
            let said = if coding == "broken" { "gzip" } else { coding };
            (
                [(CONTENT_TYPE, "application/json"), (CONTENT_ENCODING, said)],
                body,
            )
        }),
    );
    tokio::spawn(async move { axum::serve(listener, app).await });
    let router = Running::configured(&format!(
        "limits: {{ subgraph_response: 64 KiB }}\nsubgraphs: {{ dogs: {{ url: \"http://{address}/graphql\", {terms} }} }}"
    ))
    .await;
    router.until_ready().await;
    router.query("{ dog }").await
}

#[tokio::test]
async fn what_is_configured_is_asked_for_and_decoded() {
    for coding in ["gzip", "br", "zstd", "identity"] {
        let answer = ask(coding, 10_000, "compression: true").await;
        let text = format!(r#"{{"data":{{"dog":"{}"}}}}"#, "a".repeat(10_000));
        assert_eq!(answer.text(), text, "{coding}");
    }
}

#[tokio::test]
async fn a_few_bytes_that_stand_for_many_are_refused() {
    for coding in ["gzip", "br", "zstd"] {
        let answer = ask(coding, 20_000_000, "compression: true").await;
        assert_eq!(answer.code(), "SUBREQUEST_TOO_LARGE", "{coding}");
    }
}

#[tokio::test]
async fn what_is_not_what_it_says_is_an_error_and_so_is_what_was_not_asked_for() {
    let broken = ask("broken", 10, "compression: true").await;
    assert_eq!(broken.code(), "SUBREQUEST_CONNECTION_ERROR");
    for (coding, terms) in [("gzip", ""), ("compress", "compression: true")] {
        let answer = ask(coding, 10, terms).await;
        assert_eq!(answer.json()["data"]["dog"], json!(null), "{coding}");
        assert_ne!(answer.code(), "", "{coding}");
    }
}
