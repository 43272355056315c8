//! Proxies on the way to subgraphs.

use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::encrypted::{file, subgraph_for};
use crate::kit::{Program, Running, Subgraph, until};

/// A proxy, with the heads that it was sent.
struct Proxy {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&heads);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(pass(stream, Arc::clone(&noted)));
            }
        });
        Self { port, heads }
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("no panic").clone()
    }
}

/// Passes on what comes over a connection, whose requests are all for one place.
async fn pass(mut stream: TcpStream, heads: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let mut read = Vec::new();
    let (head, rest) = loop {
        if stream.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, rest)) = text.split_once("\r\n\r\n") {
            break (head.to_owned(), rest.to_owned());
        }
    };
    heads.lock().expect("no panic").push(head.clone());
    let mut words = head.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    if method == "CONNECT" {
        let mut server = TcpStream::connect(target).await.ok()?;
        let opened = b"HTTP/1.1 200 OK\r\n\r\n";
        stream.write_all(opened).await.ok()?;
        copy_bidirectional(&mut stream, &mut server).await.ok()?;
        return Some(());
    }
    let (authority, path) = target.strip_prefix("http://")?.split_once('/')?;
    let mut server = TcpStream::connect(authority).await.ok()?;
    // One request for each connection, so that none goes by unseen.
    let passed_on = head.replacen(target, &format!("/{path}"), 1);
    let whole = format!("{passed_on}\r\nconnection: close\r\n\r\n{rest}");
    server.write_all(whole.as_bytes()).await.ok()?;
    copy_bidirectional(&mut stream, &mut server).await.ok()?;
    Some(())
}

const DOGS: &str = "type Query { dog: String }";

#[tokio::test]
async fn a_proxy_is_sent_whole_urls_and_opens_tunnels() {
    let proxy = Proxy::start().await;
    let dogs = Subgraph::with_data(DOGS, json!({ "dog": "Rex" })).await;
    let encrypted = subgraph_for(&[b"http/1.1"], None).await;
    let yaml = format!(
        "proxy: {{ url: \"http://me:s3cr3t@127.0.0.1:{}\" }}\ntls: {{ ca: \"{}\" }}\nsubgraphs: {{ dogs: {{ url: \"{}\" }}, a: {{ url: \"{encrypted}\" }} }}",
        proxy.port,
        file("ca.pem").display(),
        dogs.url()
    );
    let router = Running::configured(&yaml).await;
    router.until_ready().await;
    let answer = router.query("{ dog version }").await.json();
    assert_eq!(
        answer["data"],
        json!({ "dog": "Rex", "version": "HTTP/1.1" })
    );
    let heads = proxy.heads();
    let place = encrypted
        .strip_prefix("https://")
        .and_then(|url| url.split('/').next());
    let tunnel = format!("CONNECT {} HTTP/1.1", place.expect("an authority"));
    let whole = format!("POST {} HTTP/1.1", dogs.url());
    for first in [tunnel, whole] {
        let head = heads.iter().find(|head| head.starts_with(&first));
        let head = head.unwrap_or_else(|| panic!("no {first} in {heads:#?}"));
        assert!(
            head.to_lowercase().contains("proxy-authorization: basic "),
            "{head}"
        );
    }
}

#[tokio::test]
async fn some_subgraphs_are_asked_without_the_proxy() {
    let proxy = Proxy::start().await;
    let dogs = Subgraph::with_data(DOGS, json!({ "dog": "Rex" })).await;
    let router = Running::configured(&format!(
        "proxy: {{ url: \"http://127.0.0.1:{}\", except: [127.0.0.0/8] }}\nsubgraphs: {{ dogs: {{ url: \"{}\" }} }}",
        proxy.port,
        dogs.url()
    ))
    .await;
    router.until_ready().await;
    assert_eq!(router.query("{ dog }").await.json()["data"]["dog"], "Rex");
    assert_eq!(proxy.heads(), [""; 0]);
}

#[tokio::test]
async fn the_environment_counts_where_the_configuration_says_so() {
    let proxy = Proxy::start().await;
    let dogs = Subgraph::with_data(DOGS, json!({ "dog": "Rex" })).await;
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("http://127.0.0.1:{}", proxy.port);
    let of = |more: &str| {
        format!(
            "{more}\nsubgraphs: {{ dogs: {{ url: \"{}\" }} }}",
            dogs.url()
        )
    };
    let wanted = of("proxy: { environment: true }");
    for (config, variables, used) in [
        (of(""), &[("http_proxy", url.as_str())][..], false),
        (
            wanted.clone(),
            &[("http_proxy", &url), ("no_proxy", "127.0.0.1")],
            false,
        ),
        (
            wanted,
            &[("HTTP_PROXY", &url), ("NO_PROXY", "elsewhere.test")],
            true,
        ),
    ] {
        let router = Program::start_with(folder.path(), "router.yaml", &config, variables).await;
        assert_eq!(router.answer("{ dog }").await, json!({ "dog": "Rex" }));
        assert_eq!(!proxy.heads().is_empty(), used, "{variables:?}");
    }
}

#[tokio::test]
async fn nobody_is_asked_past_a_proxy_of_the_environment_that_cannot_be_used() {
    let dogs = Subgraph::with_data(DOGS, json!({ "dog": "Rex" })).await;
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("dogs.graphql"), DOGS).expect("written");
    let config = format!(
        "proxy: {{ environment: true }}\nsubgraphs: {{ dogs: {{ url: \"{}\", sdl: dogs.graphql }} }}",
        dogs.url()
    );
    for unusable in ["https://127.0.0.1:9", "socks5://127.0.0.1:9"] {
        let variables = [("HTTP_PROXY", unusable)];
        let router = Program::start_with(folder.path(), "router.yaml", &config, &variables).await;
        let ready = async || (router.ask("{ __typename }").await.status == 200).then_some(());
        until(ready).await.expect("it has a schema");
        let answer = router.ask("{ dog }").await;
        assert_eq!(answer.code(), "SUBREQUEST_CONNECTION_ERROR", "{unusable}");
    }
    assert!(dogs.requests().is_empty());
}
