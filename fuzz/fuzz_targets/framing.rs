//! Bytes to the edge's connection handling, over a socket of loopback: the connection ends, and what comes first is HTTP.

#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use abaque_edge::Bounds;
use axum::Router;
use axum::routing::{get, post};
use fuzz::Served;
use libfuzzer_sys::fuzz_target;

static EDGE: LazyLock<Served> = LazyLock::new(|| {
    let app = Router::new()
        .route("/", get(async || "hello"))
        // One that reads its body, and one that does not.
        .route(
            "/read",
            post(async |body: bytes::Bytes| body.len().to_string()),
        )
        .route("/refuse", post(async || "no"));
    let bounds = Bounds {
        header_read_timeout: Duration::from_secs(5),
        // A beginning that is HTTP/2's is read as such.
        max_streams: 100,
        max_connections: 64,
        ..Bounds::default()
    };
    Served::start(|listener| async move {
        abaque_edge::serve(listener, app, bounds, std::future::pending())
            .await
            .expect("it serves");
    })
});

fuzz_target!(|data: &[u8]| {
    let answer = EDGE.exchange(data, true);
    assert!(
        answer.is_empty() || answer.starts_with(b"HTTP/1."),
        "{}",
        String::from_utf8_lossy(&answer)
    );
});
