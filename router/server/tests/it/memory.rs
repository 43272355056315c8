//! What all requests hold together is bounded, and a request that finds none left gets a coded error.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::kit::{Reply, Running, Subgraph};

const SDL: &str = "type Query { big: [Int] long: [String] small: Int objects: [Thing] } type Thing { a: Int b: Int }";

async fn subgraph() -> Subgraph {
    Subgraph::start(SDL, |request| {
        let query = request["query"].as_str().unwrap_or_default();
        Reply::Data(if query.contains("big") {
            json!({ "big": vec![1; 1_000_000] })
        } else if query.contains("long") {
            json!({ "long": vec!["x".repeat(1_000_000); 24] })
        } else if query.contains("objects") {
            json!({ "objects": vec![json!({}); 100_000] })
        } else {
            json!({ "small": 1 })
        })
    })
    .await
}

const HELD: &str = "router_memory_held_bytes";

#[tokio::test]
async fn an_answer_beyond_all_memory_is_refused_and_given_back() {
    let a = subgraph().await;
    let router = Running::start(&[("a", &a)], "limits: { memory: 1 MiB }").await;
    for _ in 0..3 {
        let answer = router.query("{ big }").await;
        assert_eq!(
            (answer.status.as_u16(), &*answer.code()),
            (503, "MEMORY_EXHAUSTED")
        );
        assert_eq!(answer.header("retry-after"), "1");
        assert_eq!(
            router.query("{ small }").await.json(),
            json!({ "data": { "small": 1 } })
        );
    }
    assert_eq!(router.metric(HELD).await, 0.0);
    assert_eq!(
        router.metric("router_memory_limit_bytes").await,
        1024.0 * 1024.0
    );
    let refusals = router
        .metric("router_memory_refusals_total{reason=\"all\"}")
        .await;
    assert!(refusals >= 3.0, "{refusals}");
}

#[tokio::test]
async fn one_request_has_its_share_of_memory() {
    let a = subgraph().await;
    let limits = "limits: { memory: 64 MiB, request_memory: 3 MiB }";
    let router = Running::start(&[("a", &a)], limits).await;
    // Two bytes an item are read, and written.
    for query in ["{ big }", "{ objects { a b } }"] {
        let answer = router.query(query).await;
        let refused = (answer.status.as_u16(), &*answer.code());
        assert_eq!(refused, (503, "REQUEST_MEMORY_EXCEEDED"), "{query}");
    }
    assert_eq!(
        router.query("{ small }").await.json(),
        json!({ "data": { "small": 1 } })
    );
    assert_eq!(router.metric(HELD).await, 0.0);
}

#[tokio::test]
async fn a_response_is_held_until_the_client_has_it() {
    let a = subgraph().await;
    let router = Running::start(&[("a", &a)], "").await;
    let address = router.url().replace("http://", "").replace("/graphql", "");
    let mut slow = TcpStream::connect(&address).await.unwrap();
    let body = r#"{"query":"{ long }"}"#;
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    slow.write_all(format!("{head}{body}").as_bytes())
        .await
        .unwrap();
    let mut first = [0; 100];
    slow.read_exact(&mut first).await.unwrap();
    // More than the buffers of a connection take.
    let mut rest = Vec::new();
    let held = router.metric(HELD).await;
    slow.read_to_end(&mut rest).await.unwrap();
    assert!(rest.ends_with(b"xx\"]}}"));
    assert!(held > 24_000_000.0, "{held}");
    let released = crate::kit::until(async || (router.metric(HELD).await == 0.0).then_some(()));
    assert_eq!(released.await, Some(()));
}

#[tokio::test]
async fn clients_that_send_slowly_leave_room_for_others() {
    let a = subgraph().await;
    let router = Running::start(&[("a", &a)], "limits: { memory: 1 MiB }").await;
    let address = router.url().replace("http://", "").replace("/graphql", "");
    let mut slow = Vec::new();
    for _ in 0..3 {
        let mut one = TcpStream::connect(&address).await.unwrap();
        let head = "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 900000\r\n\r\n";
        one.write_all(head.as_bytes()).await.unwrap();
        one.write_all(&vec![b' '; 400_000]).await.unwrap();
        slow.push(one);
    }
    let some = crate::kit::until(async || (router.metric(HELD).await > 300_000.0).then_some(()));
    assert_eq!(some.await, Some(()));
    assert!(router.metric(HELD).await <= 512.0 * 1024.0);
    assert_eq!(
        router.query("{ small }").await.json(),
        json!({ "data": { "small": 1 } })
    );
    drop(slow);
    let released = crate::kit::until(async || (router.metric(HELD).await == 0.0).then_some(()));
    assert_eq!(released.await, Some(()));
}

#[tokio::test]
async fn heads_of_requests_in_flight_are_counted() {
    let a = subgraph().await;
    let router = Running::start(&[("a", &a)], "limits: { memory: 1 MiB }").await;
    let address = router.url().replace("http://", "").replace("/graphql", "");
    let padding = "x".repeat(50_000);
    // The body does not come, so that each request stays.
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: a\r\nx-padding: {padding}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n"
    );
    let mut open = Vec::new();
    let refused = crate::kit::until(async || {
        let mut one = TcpStream::connect(&address).await.unwrap();
        one.write_all(head.as_bytes()).await.unwrap();
        open.push(one);
        let refusals = "router_memory_refusals_total{reason=\"all\"}";
        (router.metric(refusals).await > 0.0).then_some(())
    });
    assert_eq!(refused.await, Some(()));
    assert!(router.metric(HELD).await > 900_000.0);
    let mut answer = vec![0; 12];
    let last = open.last_mut().unwrap();
    last.read_exact(&mut answer).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 503");
    drop(open);
    let released = crate::kit::until(async || (router.metric(HELD).await == 0.0).then_some(()));
    assert_eq!(released.await, Some(()));
}

#[tokio::test]
async fn a_text_that_is_new_counts_with_its_copies_until_it_is_prepared() {
    let a = subgraph().await;
    let limits = "limits: { memory: 64 MiB, request_memory: 4 MiB }";
    let router = Running::start(&[("a", &a)], limits).await;
    let commented = |bytes: usize| format!("{{ small }} #{}", "x".repeat(bytes));
    let fits = router.query(&commented(300_000)).await;
    assert_eq!(fits.json(), json!({ "data": { "small": 1 } }));
    // Each line is remembered by the parser, for the places of mistakes.
    let lines = "\n".repeat(300_000);
    for query in [commented(900_000), format!("{{ small }}{lines}")] {
        let answer = router.query(&query).await;
        let refused = (answer.status.as_u16(), &*answer.code());
        assert_eq!(refused, (503, "REQUEST_MEMORY_EXCEEDED"));
    }
    assert_eq!(router.metric(HELD).await, 0.0);
}

#[tokio::test]
async fn what_variables_were_reserved_beyond_themselves_is_given_back_before_execution() {
    let (open, gate) = watch::channel(false);
    let a = Subgraph::start("type Query { size(of: String): Int }", move |_| {
        Reply::Gated(gate.clone(), json!({ "size": 1 }))
    })
    .await;
    let router = Running::start(&[("a", &a)], "").await;
    let query = json!({ "query": "query($of: String) { size(of: $of) }", "variables": { "of": "x".repeat(500_000) } });
    let asking = router.ask(&query);
    let looking = async {
        let asked = crate::kit::until(async || (a.requests().len() == 1).then_some(()));
        assert_eq!(asked.await, Some(()));
        let bytes = router.metric(HELD).await;
        open.send_replace(true);
        bytes
    };
    let (answer, bytes) = tokio::join!(asking, looking);
    assert_eq!(answer.json(), json!({ "data": { "size": 1 } }));
    assert!(bytes < 2_500_000.0, "{bytes}");
}
