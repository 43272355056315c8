//! Replicas of a subgraph that join those behind its name.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Disturbed;
use crate::kit::{Running, until};
use crate::name_server::{A, Reply, Server};

#[tokio::test]
async fn a_replica_that_joins_gets_requests_though_connections_are_in_use_all_the_time() {
    let first = Disturbed::start().await;
    let port = first.url.rsplit(':').next().expect("a port");
    let port = port.trim_end_matches("/graphql");
    let second = Disturbed::at(&format!("127.0.0.2:{port}")).await;
    let is_there = Arc::new(AtomicBool::new(false));
    let joined = Arc::clone(&is_there);
    let names = Server::start(move |_, kind| match kind {
        A => {
            let last = if joined.load(Ordering::SeqCst) { 2 } else { 1 };
            let addresses: Vec<IpAddr> = (1..=last)
                .map(|last| Ipv4Addr::new(127, 0, 0, last).into())
                .collect();
            Reply::Addresses(addresses, 0)
        }
        _ => Reply::NoData,
    })
    .await;
    let router = Running::configured(&format!(
        "subgraphs: {{ cats: {{ url: \"{}\" }} }}\ntimeouts: {{ connection_age: 1s }}\ndns: {{ servers: [\"{}\"], timeout: 100ms }}",
        first.url.replace("127.0.0.1", "cats.test"),
        names.address
    ))
    .await;
    router.until_ready().await;
    let ask = async || {
        let answer = router.query("{ cat }").await;
        assert_eq!(answer.text(), r#"{"data":{"cat":"Mimi"}}"#);
    };
    // The one connection carries all of them.
    for _ in 0..20 {
        ask().await;
    }
    assert_eq!((first.asked(), second.asked()), (20, 0));
    is_there.store(true, Ordering::SeqCst);
    until(async || {
        ask().await;
        (second.asked() > 0).then_some(())
    })
    .await
    .expect("the second is asked");
    let before = first.asked();
    until(async || {
        ask().await;
        (first.asked() > before).then_some(())
    })
    .await
    .expect("the first is still asked");
}
