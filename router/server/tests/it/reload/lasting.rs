//! What lasts from the start of a router to its end takes over the numbers of each configuration.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Reloaded, dogs, yaml};
use crate::encrypted::file;
use crate::kit::encrypted::{ask_encrypted, client};
use crate::kit::{PATIENCE, post, until};

async fn connect(router: &Reloaded) -> TcpStream {
    let connecting = TcpStream::connect(router.router.address());
    connecting.await.expect("it listens")
}

const ASK: &[u8] = b"GET /graphql?query=%7Bdog%7D HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// Whether that connection is answered soon.
async fn is_answered(stream: &mut TcpStream, within: Duration) -> bool {
    let read = tokio::time::timeout(within, stream.read_u8());
    read.await.is_ok_and(|byte| byte.is_ok())
}

#[tokio::test]
async fn more_connections_and_shorter_waits_are_granted_without_a_restart() {
    let dogs = dogs().await;
    let of = |more: &str| yaml(&[("dogs", &dogs)], more);
    let router = Reloaded::start(&of("limits: { connections: 1 }")).await;
    // A request that is not whole keeps its connection from making room for a second.
    let mut first = connect(&router).await;
    let begun = b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    first.write_all(ASK).await.expect("it is taken");
    assert!(is_answered(&mut first, PATIENCE).await);
    first.write_all(begun).await.expect("it is taken");

    router
        .take_over(&of(
            "limits: { connections: 3 }\ntimeouts: { request_head: 50ms }",
        ))
        .await;
    let mut second = connect(&router).await;
    second.write_all(ASK).await.expect("it is taken");
    assert!(is_answered(&mut second, PATIENCE).await);
    // One that sends nothing is closed after the new time.
    let mut silent = connect(&router).await;
    let closed = tokio::time::timeout(PATIENCE, silent.read_u8()).await;
    assert!(closed.expect("it is closed").is_err());
    let status = router.router.status().await;
    assert_eq!(status["configuration"]["needsRestart"], json!([]));
}

#[tokio::test]
async fn memory_and_the_names_of_the_admin_port_are_those_of_the_file() {
    let dogs = dogs().await;
    let of = |more: &str| yaml(&[("dogs", &dogs)], more);
    let router = Reloaded::start(&of("")).await;
    let limit = "router_memory_limit_bytes";
    assert_eq!(router.router.metric(limit).await, 256.0 * 1048576.0);
    let refresh = async || {
        let url = router.router.admin_url("/composition/refresh");
        let answer = post(&url, &[("host", "ours.example")], String::new());
        answer.await.status.as_u16()
    };
    assert_eq!(refresh().await, 403);
    router
        .take_over(&of(
            "limits: { memory: 64 MiB }\nadmin_hosts: [ours.example]",
        ))
        .await;
    assert_eq!(router.router.metric(limit).await, 64.0 * 1048576.0);
    assert_eq!(refresh().await, 202);
    router.take_over(&of("")).await;
    assert_eq!(refresh().await, 403);
}

#[tokio::test]
async fn other_certificates_and_versions_of_http_are_those_of_the_next_handshake() {
    let dogs = dogs().await;
    let of = |cert: &str, key: &str, more: &str| {
        let (cert, key) = (file(cert), file(key));
        let tls = format!(
            "polling: {{ interval: 1h }}\ntls: {{ cert: \"{}\", key: \"{}\" }}\n{more}",
            cert.display(),
            key.display()
        );
        yaml(&[("dogs", &dogs)], &tls)
    };
    let router = Reloaded::start(&of("cert.pem", "key.pem", "")).await;
    let (first, second) = (
        client("ca.pem", None, &["h2", "http/1.1"]),
        client("other-ca.pem", None, &["h2", "http/1.1"]),
    );
    let asked = async |client| {
        let answer = ask_encrypted(&router.router, client).await;
        answer.map(|(version, _)| version)
    };
    assert_eq!(asked(&first).await, Some(http::Version::HTTP_2));

    router
        .take_over(&of("other.pem", "other-key.pem", "limits: { streams: 0 }"))
        .await;
    assert_eq!(asked(&first).await, None);
    assert_eq!(asked(&second).await, Some(http::Version::HTTP_11));

    // A key that is not the certificate's is refused with the file.
    router.write(&of("cert.pem", "other-key.pem", ""));
    router.file.reload();
    let refused = async || {
        let status = router.router.status().await;
        let why = super::failure(&status)["error"].as_str()?.to_owned();
        Some(why)
    };
    let why = until(refused).await.expect("it is refused");
    assert!(why.contains("tls.key"), "{why}");
    assert_eq!(asked(&second).await, Some(http::Version::HTTP_11));

    router.take_over(&yaml(&[("dogs", &dogs)], "")).await;
    let status = router.router.status().await;
    assert_eq!(
        status["configuration"]["needsRestart"],
        json!(["tls.cert", "tls.key"])
    );
    assert_eq!(asked(&second).await, Some(http::Version::HTTP_11));
}
