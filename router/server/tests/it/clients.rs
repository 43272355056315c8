//! How clients connect: HTTP/2, TLS, certificates that change, and what one connection may take.

use std::path::{Path, PathBuf};

use futures_util::{SinkExt, StreamExt};
use http::Version;
use rustls::pki_types::ServerName;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::cli::run;
use crate::encrypted::file;
use crate::kit::encrypted::{ask, ask_encrypted, client};
use crate::kit::{PATIENCE, Running, Subgraph, until};

const SDL: &str = "type Query { name: String }";

async fn dogs() -> Subgraph {
    Subgraph::with_data(SDL, json!({ "name": "Rex" })).await
}

fn rex() -> Value {
    json!({ "data": { "name": "Rex" } })
}

#[tokio::test]
async fn http_2_is_spoken_with_and_without_tls() {
    let dogs = dogs().await;
    let plain = Running::start(&[("dogs", &dogs)], "").await;
    let stream = TcpStream::connect(plain.address())
        .await
        .expect("it listens");
    assert_eq!(ask(stream, Version::HTTP_2).await, Some(rex()));

    let tls = format!(
        "tls: {{ cert: \"{}\", key: \"{}\" }}",
        file("cert.pem").display(),
        file("key.pem").display()
    );
    let encrypted = Running::start(&[("dogs", &dogs)], &tls).await;
    for (protocols, version) in [
        (&["h2", "http/1.1"][..], Version::HTTP_2),
        (&["http/1.1"], Version::HTTP_11),
        (&[], Version::HTTP_11),
    ] {
        let client = client("ca.pem", None, protocols);
        let answer = ask_encrypted(&encrypted, &client).await;
        assert_eq!(answer, Some((version, rex())));
    }
    let handshakes = r#"http_server_tls_handshake_duration_seconds_count{outcome="completed"}"#;
    assert_eq!(encrypted.metric(handshakes).await, 3.0);
    // Without TLS nobody is answered there.
    let stream = TcpStream::connect(encrypted.address())
        .await
        .expect("it listens");
    assert_eq!(ask(stream, Version::HTTP_11).await, None);
}

#[tokio::test]
async fn a_web_socket_is_opened_within_tls() {
    let dogs = dogs().await;
    let more = format!(
        "subscriptions: {{ websocket: true }}\ntls: {{ cert: \"{}\", key: \"{}\" }}",
        file("cert.pem").display(),
        file("key.pem").display()
    );
    let router = Running::start(&[("dogs", &dogs)], &more).await;
    let stream = TcpStream::connect(router.address())
        .await
        .expect("it listens");
    let name = ServerName::try_from("localhost").expect("a name");
    let stream = client("ca.pem", None, &["http/1.1"]).connect(name, stream);
    let mut request = "wss://localhost/graphql"
        .into_client_request()
        .expect("a URL");
    let protocol = "graphql-transport-ws".parse().expect("a value");
    request
        .headers_mut()
        .insert("sec-websocket-protocol", protocol);
    let opened = client_async(request, stream.await.expect("it is encrypted")).await;
    let (mut socket, _) = opened.expect("it is opened");
    for said in [
        json!({ "type": "connection_init" }),
        json!({ "type": "subscribe", "id": "1", "payload": { "query": "{ name }" } }),
    ] {
        let said = Message::text(said.to_string());
        socket.send(said).await.expect("it is open");
    }
    let mut heard = String::new();
    while !heard.contains("Rex") {
        let message = tokio::time::timeout(PATIENCE, socket.next()).await;
        let message = message
            .expect("in time")
            .expect("it is open")
            .expect("a message");
        heard = message.to_text().expect("text").to_owned();
    }
}

#[tokio::test]
async fn http_2_can_be_switched_off() {
    let dogs = dogs().await;
    let tls = format!(
        "limits: {{ streams: 0 }}\ntls: {{ cert: \"{}\", key: \"{}\" }}",
        file("cert.pem").display(),
        file("key.pem").display()
    );
    let router = Running::start(&[("dogs", &dogs)], &tls).await;
    let both = client("ca.pem", None, &["h2", "http/1.1"]);
    let answer = ask_encrypted(&router, &both).await;
    assert_eq!(answer, Some((Version::HTTP_11, rex())));
    let plain = Running::start(&[("dogs", &dogs)], "limits: { streams: 0 }").await;
    let stream = TcpStream::connect(plain.address())
        .await
        .expect("it listens");
    assert_eq!(ask(stream, Version::HTTP_2).await, None);
}

#[tokio::test]
async fn a_client_is_told_how_many_requests_its_connection_may_have() {
    let dogs = dogs().await;
    let router = Running::start(&[("dogs", &dogs)], "limits: { streams: 7 }").await;
    let mut stream = TcpStream::connect(router.address())
        .await
        .expect("it listens");
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    stream.write_all(preface).await.expect("it is taken");
    // A frame of settings: a number of two bytes and a value of four each.
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.expect("a frame");
    assert_eq!(head[3], 4, "settings come first");
    let mut settings = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
    stream.read_exact(&mut settings).await.expect("a frame");
    let most_streams = settings.chunks(6).find(|setting| setting[..2] == [0, 3]);
    let told = most_streams.map(|setting| &setting[2..]);
    assert_eq!(told, Some(&[0, 0, 0, 7][..]));
}

/// What makes a router want certificates of its clients.
fn wanting_certificates() -> String {
    format!(
        "tls: {{ cert: \"{}\", key: \"{}\", client_ca: \"{}\" }}",
        file("cert.pem").display(),
        file("key.pem").display(),
        file("other-ca.pem").display()
    )
}

#[tokio::test]
async fn clients_must_show_a_certificate_where_authorities_are_named() {
    let dogs = dogs().await;
    let router = Running::start(&[("dogs", &dogs)], &wanting_certificates()).await;
    let known = client("ca.pem", Some("client"), &["h2"]);
    let answer = ask_encrypted(&router, &known).await;
    assert_eq!(answer, Some((Version::HTTP_2, rex())));
    // None, and one that is made for servers.
    for certificate in [None, Some("other")] {
        let stranger = client("ca.pem", certificate, &["h2"]);
        assert_eq!(ask_encrypted(&router, &stranger).await, None);
    }
    let handshakes = r#"http_server_tls_handshake_duration_seconds_count{outcome="failed"}"#;
    assert_eq!(router.metric(handshakes).await, 2.0);
}

/// A folder with a certificate and its key, which can be replaced.
struct Certificates(tempfile::TempDir);

impl Certificates {
    fn copied(cert: &str, key: &str) -> Self {
        let certificates = Self(tempfile::tempdir().expect("a folder"));
        certificates.replace(cert, key);
        certificates
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn replace(&self, cert: &str, key: &str) {
        std::fs::copy(file(cert), self.path("cert.pem")).expect("it can be copied");
        std::fs::copy(file(key), self.path("key.pem")).expect("it can be copied");
    }
}

#[tokio::test]
async fn new_certificates_are_taken_over_and_bad_ones_are_not() {
    let dogs = dogs().await;
    let certificates = Certificates::copied("cert.pem", "key.pem");
    let tls = format!(
        "polling: {{ interval: 100ms }}\ntls: {{ cert: \"{}\", key: \"{}\" }}",
        certificates.path("cert.pem").display(),
        certificates.path("key.pem").display()
    );
    let router = Running::start(&[("dogs", &dogs)], &tls).await;
    let (first, second) = (
        client("ca.pem", None, &[]),
        client("other-ca.pem", None, &[]),
    );
    let stale = "http_server_tls_certificates_stale";
    assert!(ask_encrypted(&router, &first).await.is_some());
    assert!(ask_encrypted(&router, &second).await.is_none());

    // A key that is not the certificate's.
    certificates.replace("other.pem", "key.pem");
    let told = until(async || (router.metric(stale).await == 1.0).then_some(())).await;
    told.expect("it is reported");
    assert!(ask_encrypted(&router, &first).await.is_some());

    certificates.replace("other.pem", "other-key.pem");
    let taken_over = until(async || ask_encrypted(&router, &second).await).await;
    taken_over.expect("it is taken over");
    let told = until(async || (router.metric(stale).await == 0.0).then_some(())).await;
    told.expect("it is reported");
    assert!(ask_encrypted(&router, &first).await.is_none());
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_cut() {
    let dogs = dogs().await;
    let tls = format!(
        "timeouts: {{ handshake: 20ms }}\ntls: {{ cert: \"{}\", key: \"{}\" }}",
        file("cert.pem").display(),
        file("key.pem").display()
    );
    let router = Running::start(&[("dogs", &dogs)], &tls).await;
    // Nothing, and the beginning of a record.
    for beginning in [&b""[..], &[22, 3, 1, 2, 0, 1, 0]] {
        let mut stream = TcpStream::connect(router.address())
            .await
            .expect("it listens");
        stream.write_all(beginning).await.expect("it is taken");
        let mut nothing = Vec::new();
        let read = stream.read_to_end(&mut nothing).await;
        assert!(matches!(read, Ok(0) | Err(_)), "{nothing:?}");
    }
    let handshakes = r#"http_server_tls_handshake_duration_seconds_count{outcome="timeout"}"#;
    assert_eq!(router.metric(handshakes).await, 2.0);
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_when_the_configuration_says() {
    let name = "x".repeat(16 << 20);
    let dogs = Subgraph::with_data(SDL, json!({ "name": name })).await;
    let router = Running::start(&[("dogs", &dogs)], "timeouts: { write: 20ms }").await;
    let mut stream = TcpStream::connect(router.address())
        .await
        .expect("it listens");
    let body = r#"{"query":"{ name }"}"#;
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it is taken");
    // Its answer is there, and after a while it is not any more.
    for (metric, value) in [
        (r#"graphql_requests_total{outcome="ok"}"#, 1.0),
        ("router_memory_held_bytes", 0.0),
    ] {
        let reached = until(async || (router.metric(metric).await == value).then_some(())).await;
        reached.expect(metric);
    }
    let mut read = Vec::new();
    let _ = stream.read_to_end(&mut read).await;
    assert!(read.len() < name.len());
}

#[tokio::test]
async fn a_server_can_be_asked_that_is_known_by_its_certificate_alone() {
    let dogs = dogs().await;
    let tls = format!(
        "tls: {{ cert: \"{}\", key: \"{}\" }}",
        file("cert.pem").display(),
        file("key.pem").display()
    );
    let router = Running::start(&[("dogs", &dogs)], &tls).await;
    // No name of the certificate, and no authority that anybody trusts.
    let url = format!("https://{}/graphql", router.address());
    for (certificate, code) in [("cert.pem", 0), ("other.pem", 1)] {
        let (url, certificate) = (url.clone(), file(certificate).display().to_string());
        let asking = tokio::task::spawn_blocking(move || {
            let known = ["ask", &url, "--certificate", &certificate];
            let asked = ["--query", "{ __typename }", "--contains", "Query"];
            let within = ["--within", if code == 0 { "20" } else { "1" }];
            let arguments: Vec<&str> = known.into_iter().chain(asked).chain(within).collect();
            run(Path::new("."), &arguments, "")
        });
        let ran = asking.await.expect("no panic");
        assert_eq!(ran.code, code, "{}", ran.err);
    }
}

#[tokio::test]
async fn a_server_that_wants_a_certificate_can_be_asked_with_one() {
    let dogs = dogs().await;
    let router = Running::start(&[("dogs", &dogs)], &wanting_certificates()).await;
    let url = format!("https://{}/graphql", router.address());
    let name = |file_name| file(file_name).display().to_string();
    let (certificate, client, key) = (name("cert.pem"), name("client.pem"), name("client-key.pem"));
    let shown = ["--client-certificate", &client, "--client-key", &key];
    // With it, without, and with half of it.
    for (shown, code) in [(&shown[..], 0), (&[], 1), (&shown[..2], 2)] {
        let known = ["ask", &url, "--certificate", &certificate];
        let asked = ["--query", "{ __typename }", "--contains", "Query"];
        let within = ["--within", if code == 0 { "20" } else { "1" }];
        let arguments = known.into_iter().chain(asked).chain(within);
        let arguments: Vec<String> = arguments
            .chain(shown.iter().copied())
            .map(str::to_owned)
            .collect();
        let asking = tokio::task::spawn_blocking(move || {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            run(Path::new("."), &arguments, "")
        });
        let ran = asking.await.expect("no panic");
        assert_eq!(ran.code, code, "{}", ran.err);
    }
}
