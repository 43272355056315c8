//! Requests to servers that answer as they like, over real sockets.

use std::net::SocketAddr;
use std::time::Duration;

use fetch::{Answer, Client, Error};
use http::HeaderMap;
use resolver::{Resolver, Settings};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server that answers the next connections with these bytes, and says what it was asked.
async fn answering(bytes: Vec<u8>) -> (SocketAddr, tokio::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (sender, receiver) = tokio::sync::mpsc::channel(8);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 4096];
            let length = stream.read(&mut request).await.expect("a request");
            let request = String::from_utf8_lossy(&request[..length]).into_owned();
            sender.try_send(request).expect("there is room");
            // Who has read enough closes the connection.
            stream.write_all(&bytes).await.ok();
        }
    });
    (address, receiver)
}

fn client() -> Client {
    let provider = rustls::crypto::ring::default_provider();
    let tls = ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .expect("the defaults are right")
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    Client::new(
        Resolver::new(Settings::default()),
        tls,
        Duration::from_secs(5),
    )
}

async fn get(bytes: impl Into<Vec<u8>>) -> Result<Answer, Error> {
    let (address, _asked) = answering(bytes.into()).await;
    let url = format!("http://{address}/a?b=c").parse().expect("a URL");
    client().get(&url, HeaderMap::new()).await
}

#[tokio::test]
async fn a_request_names_its_host_and_a_body_is_read_whole() {
    let (address, mut asked) =
        answering(b"HTTP/1.1 404 Not Found\r\ncontent-length: 5\r\n\r\nhello".to_vec()).await;
    let url = format!("http://localhost:{}/a?b=c", address.port());
    let answer = client()
        .get(&url.parse().expect("a URL"), HeaderMap::new())
        .await
        .expect("an answer");
    assert_eq!(answer.status, 404);
    assert_eq!(answer.whole(5).await.expect("it is short"), b"hello");
    let asked = asked.recv().await.expect("it was asked");
    let host = format!("host: localhost:{}\r\n", address.port());
    assert!(asked.starts_with("GET /a?b=c HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains(&host), "{asked}");
}

#[tokio::test]
async fn a_body_beyond_its_bound_is_refused_announced_or_not() {
    let announced = get("HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n").await;
    let announced = announced.expect("a head").whole(100).await;
    assert_eq!(announced.expect_err("it is long"), Error::TooLarge(100));
    let endless = [&b"HTTP/1.1 200 OK\r\n\r\n"[..], &[b'x'; 1000]].concat();
    let endless = get(endless).await.expect("a head").whole(100).await;
    assert_eq!(endless.expect_err("it is long"), Error::TooLarge(100));
}

#[tokio::test]
async fn garbage_and_endless_heads_break_the_connection() {
    let garbage = get("SSH-2.0-OpenSSH\r\n").await;
    assert!(matches!(garbage, Err(Error::Broken(_))), "{garbage:?}");
    let head = [&b"HTTP/1.1 200 OK\r\nx: "[..], &[b'x'; 100_000]].concat();
    let head = get(head).await;
    assert!(matches!(head, Err(Error::Broken(_))), "{head:?}");
    let nothing = get("").await;
    assert!(matches!(nothing, Err(Error::Broken(_))), "{nothing:?}");
}

#[tokio::test]
async fn lines_come_one_by_one_and_have_a_bound() {
    let chunks = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\na\nb\n\r\n3\r\nc\nd\r\n2\r\ne\n\r\n6\r\nlonger\r\n0\r\n\r\n";
    let mut lines = get(chunks).await.expect("a head").lines(3);
    for expect in ["a", "b", "c", "de"] {
        let line = lines.next().await.expect("it is short");
        assert_eq!(line.expect("there is another"), expect.as_bytes());
    }
    assert_eq!(lines.next().await, Err(Error::TooLarge(3)));

    let cut = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\na\n\r\n";
    let mut lines = get(cut).await.expect("a head").lines(3);
    assert_eq!(
        lines.next().await.expect("a line").as_deref(),
        Some(&b"a"[..])
    );
    assert!(matches!(lines.next().await, Err(Error::Broken(_))));

    let last = "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\na\nb";
    let mut lines = get(last).await.expect("a head").lines(3);
    assert_eq!(
        lines.next().await.expect("a line").as_deref(),
        Some(&b"a"[..])
    );
    assert_eq!(
        lines.next().await.expect("a line").as_deref(),
        Some(&b"b"[..])
    );
    assert_eq!(lines.next().await, Ok(None));
}

#[tokio::test]
async fn who_is_not_there_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    drop(listener);
    let refused = client()
        .get(&url.parse().expect("a URL"), HeaderMap::new())
        .await;
    let Err(Error::Unreachable(reason)) = refused else {
        panic!("{refused:?}");
    };
    assert!(reason.contains("refused"), "{reason}");
}
