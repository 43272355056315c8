//! Serving over real sockets: readiness, the drain, and its end. Nothing sleeps.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::fixture::running::start;

/// Sends a request on a connection of its own; what it answers is read by [`answer`].
async fn ask(at: SocketAddr, path: &str) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(at).await?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    Ok(stream)
}

async fn answer(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

async fn get(at: SocketAddr, path: &str) -> String {
    answer(ask(at, path).await.unwrap()).await
}

#[tokio::test]
async fn a_program_is_ready_once_it_serves_and_not_while_it_drains() {
    let running = start(Config::default()).await;
    assert!(
        get(running.admin, "/health/ready")
            .await
            .starts_with("HTTP/1.1 200")
    );
    assert!(
        get(running.public, "/graphql?query=%7Bhello%7D")
            .await
            .contains("hello world")
    );

    let held = ask(running.public, "/graphql?query=%7Bwaits%7D")
        .await
        .unwrap();
    // Held once the metrics say so.
    while !get(running.admin, "/metrics").await.contains(
        "http_server_active_requests{service=\"example\",http_request_method=\"GET\"} 1\n",
    ) {}
    drop(running.stop);
    let mut readiness = get(running.admin, "/health/ready").await;
    while readiness.starts_with("HTTP/1.1 200") {
        readiness = get(running.admin, "/health/ready").await;
    }
    assert!(
        readiness.ends_with(r#"{"reason":"draining","status":"not ready"}"#),
        "{readiness}"
    );

    running.gate.add_permits(1);
    assert!(answer(held).await.ends_with(r#"{"data":{"waits":true}}"#));
    running.served.await.unwrap().unwrap();
    assert!(ask(running.public, "/").await.is_err());
    assert!(ask(running.admin, "/").await.is_err());
}

#[tokio::test]
async fn a_program_serves_again_on_the_address_it_had() {
    let first = start(Config::default()).await;
    let (listen, admin) = (first.public, first.admin);
    get(listen, "/graphql?query=%7Bhello%7D").await;
    drop(first.stop);
    first.served.await.unwrap().unwrap();

    let second = start(Config::default().at(listen, admin)).await;
    assert!(
        get(listen, "/graphql?query=%7Bhello%7D")
            .await
            .contains("hello world")
    );
    drop(second.stop);
    second.served.await.unwrap().unwrap();
}

#[tokio::test]
async fn requests_are_accepted_during_the_drain_delay() {
    let config = Config {
        drain_delay: Duration::from_secs(3600),
        ..Config::default()
    };
    let running = start(config).await;
    drop(running.stop);
    while get(running.admin, "/health/ready")
        .await
        .starts_with("HTTP/1.1 200")
    {}
    assert!(
        get(running.public, "/graphql?query=%7Bhello%7D")
            .await
            .contains("hello world")
    );
    running.served.abort();
}

#[tokio::test]
async fn an_address_in_use_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let config = Config::default().at(address, "127.0.0.1:0".parse().unwrap());
    let error = Listeners::bind(&config).await.unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("cannot listen on {address}: ")),
        "{error}"
    );
}

/// Asks for an answer of seven million bytes, more than the buffers of the system take.
async fn ask_for_much(at: SocketAddr) -> TcpStream {
    let fields: String = (0..8)
        .map(|n| format!("a{n}: hello(name: $name) "))
        .collect();
    let query = format!("query($name: String!) {{ {fields} }}");
    let variables = serde_json::json!({ "name": "x".repeat(900_000) });
    let body = serde_json::json!({ "query": query, "variables": variables }).to_string();
    let length = body.len();
    let mut stream = TcpStream::connect(at).await.unwrap();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn a_client_that_does_not_read_keeps_nobody_from_large_answers() {
    let hour = Duration::from_secs(3600);
    let mut config = Config::default();
    config.capacity.answers_bytes = 8 << 20;
    config.capacity.answer_timeout = hour;
    config.bounds.write_timeout = hour;
    let running = start(config).await;
    let mut slow = ask_for_much(running.public).await;
    // Its answer has begun, and goes on as far as the system's buffers take it.
    slow.readable().await.unwrap();
    loop {
        let whole = answer(ask_for_much(running.public).await).await;
        if whole.starts_with("HTTP/1.1 200") {
            assert!(whole.len() > 7_000_000, "{}", whole.len());
            break;
        }
        assert!(whole.starts_with("HTTP/1.1 503"), "{whole:.200}");
    }
    let mut read = Vec::new();
    // A reset is an end too.
    let _ = slow.read_to_end(&mut read).await;
    assert!(read.len() < 7_000_000, "{}", read.len());
    running.served.abort();
}
