//! How subgraphs are found by name.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::kit::{PATIENCE, Running, Subgraph};
use crate::name_server::{A, Reply, Server};

const SDL: &str = "type Query { dog: String }";

async fn dogs() -> (Subgraph, String) {
    let subgraph = Subgraph::with_data(SDL, json!({ "dog": "Rex" })).await;
    let url = subgraph.url().replace("127.0.0.1", "dogs.test");
    (subgraph, url)
}

/// A router that opens a connection for each request.
async fn router(url: &str, server: &Server) -> Running {
    let yaml = format!(
        "subgraphs: {{ dogs: {{ url: \"{url}\" }} }}\ntimeouts: {{ idle: 1ms, connect: 5m, request: 10m, subgraph: 10m, sdl: 5m }}\ndns: {{ servers: [\"{}\"], timeout: 100ms }}",
        server.address
    );
    let router = Running::configured(&yaml).await;
    router.until_ready().await;
    router
}

#[tokio::test]
async fn requests_go_on_while_the_name_server_is_silent() {
    let (subgraph, url) = dogs().await;
    let silent = Arc::new(AtomicBool::new(false));
    let is_silent = Arc::clone(&silent);
    let server = Server::start(move |_, kind| match is_silent.load(Ordering::SeqCst) {
        true => Reply::Silence,
        false if kind == A => Reply::Addresses(vec![Ipv4Addr::LOCALHOST.into()], 0),
        false => Reply::NoData,
    })
    .await;
    let router = router(&url, &server).await;
    silent.store(true, Ordering::SeqCst);
    let unanswered = "router_name_lookups_total{outcome=\"unanswered\"}";
    crate::kit::until(async || {
        let answer = router.query("{ dog }").await;
        assert_eq!(answer.text(), r#"{"data":{"dog":"Rex"}}"#);
        (router.metric(unanswered).await > 0.0).then_some(())
    })
    .await
    .expect("it looks the name up again");
    drop(subgraph);
}

#[tokio::test]
async fn another_address_is_tried_when_one_has_nobody() {
    let (subgraph, url) = dogs().await;
    let addresses: Vec<IpAddr> = (1..=4)
        .map(|last| Ipv4Addr::new(127, 0, 0, last).into())
        .collect();
    let server = Server::start(move |_, kind| match kind {
        A => Reply::Addresses(addresses.clone(), 60),
        _ => Reply::NoData,
    })
    .await;
    let router = router(&url, &server).await;
    for _ in 0..20 {
        let answer = router.query("{ dog }").await;
        assert_eq!(answer.text(), r#"{"data":{"dog":"Rex"}}"#);
    }
    assert_eq!(server.asked_v4(), 1);
    drop(subgraph);
}

/// What takes no connections at an address, and refuses none: a packet that asks for one is lost.
async fn swallowing(address: SocketAddr) -> (TcpListener, Vec<TcpStream>) {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(address).expect("the address is free");
    let listener = socket.listen(1).expect("it listens");
    let mut waiting = Vec::new();
    let soon = Duration::from_millis(100);
    while let Ok(opened) = tokio::time::timeout(soon, TcpStream::connect(address)).await {
        waiting.push(opened.expect("it waits for its turn"));
    }
    (listener, waiting)
}

#[tokio::test]
async fn another_address_is_tried_while_one_swallows_what_is_sent() {
    let (subgraph, url) = dogs().await;
    let port = url.parse::<http::Uri>().expect("a URL").port_u16();
    let lost = Ipv4Addr::new(127, 0, 0, 2);
    let _lost = swallowing((lost, port.expect("a port")).into()).await;
    let addresses = vec![lost.into(), Ipv4Addr::LOCALHOST.into()];
    let server = Server::start(move |_, kind| match kind {
        A => Reply::Addresses(addresses.clone(), 60),
        _ => Reply::NoData,
    })
    .await;
    let router = router(&url, &server).await;
    for _ in 0..10 {
        let answering = router.query("{ dog }");
        let answer = tokio::time::timeout(PATIENCE, answering).await;
        let answer = answer.expect("it does not wait for the address that is lost");
        assert_eq!(answer.text(), r#"{"data":{"dog":"Rex"}}"#);
    }
    drop(subgraph);
}

#[tokio::test]
async fn a_name_without_an_address_is_told() {
    let server = Server::start(|_, _| Reply::NoName).await;
    let yaml = format!(
        "subgraphs: {{ dogs: {{ url: \"http://dogs.test/graphql\" }} }}\ndns: {{ servers: [\"{}\"] }}",
        server.address
    );
    let router = Running::configured(&yaml).await;
    let status = router
        .until_status(|status| status["subgraphs"][0]["last_error"].is_string())
        .await;
    let error = status["subgraphs"][0]["last_error"]
        .as_str()
        .expect("a text");
    assert!(
        error.contains("dogs.test has no address, say the name servers"),
        "{error}"
    );
}
