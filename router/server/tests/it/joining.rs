//! What is served while a subgraph is unreachable: the schema of a sibling, or those that are there.

use std::net::SocketAddr;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::kit::{Running, Subgraph, until};

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])"#;

/// A subgraph with one root field, and what it answers.
async fn with_field(field: &str) -> Subgraph {
    let sdl = format!("{LINK} type Query {{ {field}: String }}");
    Subgraph::with_data(&sdl, json!({ field: format!("a {field}") })).await
}

/// Where siblings of a router ask it.
fn seeds(siblings: &[String]) -> String {
    format!(
        "schema: {{ seed: {siblings:?}, seed_timeout: 6s }}\npolling: {{ interval: 100ms }}\nlimits: {{ sdl_total: 64 KiB }}"
    )
}

#[tokio::test]
async fn a_sibling_seeds_a_router_that_cannot_compose() {
    let a = with_field("dog").await;
    let mut b = with_field("cat").await;
    let mut first = Running::start(&[("dogs", &a), ("cats", &b)], "").await;
    let hash = first.status().await["schema"]["hash"].clone();

    b.stop().await;
    // A name stands for all its addresses, of which some may have nobody.
    let place = first.admin_url("").replace("127.0.0.1", "localhost");
    let second = Running::start(&[("dogs", &a), ("cats", &b)], &seeds(&[place])).await;
    let status = second.status().await;
    assert_eq!(
        (
            &status["schema"]["hash"],
            &status["schema"]["origin"],
            &status["state"]
        ),
        (&hash, &json!("seed"), &json!("degraded"))
    );
    assert_eq!(
        second.metric("router_schema_origin{origin=\"seed\"}").await,
        1.0
    );
    assert_eq!(
        second
            .metric("router_seed_requests_total{outcome=\"taken\"}")
            .await,
        1.0
    );
    let answer = second.query("{ dog cat }").await.json();
    assert_eq!(answer["data"], json!({ "dog": "a dog", "cat": null }));

    // The texts that came along compose with what is new here.
    a.set_sdl(&format!("{LINK} type Query {{ dog: String wolf: String }}"));
    second.refresh().await;
    let status = second
        .until_status(|status| status["schema"]["hash"] != hash)
        .await;
    assert_eq!(status["schema"]["origin"], "seed");
    assert!(
        second
            .admin("/composition/api")
            .await
            .text()
            .contains("wolf")
    );

    // A router that was seeded seeds others.
    first.shut_down();
    first.ended().await;
    let third = Running::start(
        &[("dogs", &a), ("cats", &b)],
        &seeds(&[second.admin_url("")]),
    )
    .await;
    assert_eq!(third.status().await["schema"]["origin"], "seed");

    b.start_again().await;
    for router in [&second, &third] {
        let status = router
            .until_status(|status| status["schema"]["origin"] == "composed")
            .await;
        assert_eq!(status["state"], "serving");
        let answer = router.query("{ cat }").await.json();
        assert_eq!(answer["data"]["cat"], "a cat");
    }
    assert_eq!(
        third.metric("router_schema_origin{origin=\"seed\"}").await,
        0.0
    );
}

#[tokio::test]
async fn siblings_that_wait_for_each_other_have_nothing_to_offer() {
    let a = with_field("dog").await;
    let mut b = with_field("cat").await;
    b.stop().await;
    let first = Running::launch(&[("dogs", &a), ("cats", &b)], "").await;
    let second = Running::launch(
        &[("dogs", &a), ("cats", &b)],
        &seeds(&[first.admin_url("")]),
    )
    .await;
    let unavailable = "router_seed_requests_total{outcome=\"unavailable\"}";
    until(async || (second.metric(unavailable).await >= 2.0).then_some(()))
        .await
        .expect("it asks again");
    assert_eq!(second.admin("/health/ready").await.status, 503);
    assert_eq!(first.admin("/composition/seed").await.status, 503);
    b.start_again().await;
    // The first may have composed before the second did, and then has something to offer for a moment.
    second
        .until_status(|status| status["schema"]["origin"] == "composed")
        .await;
    assert_eq!(second.admin("/composition/seed").await.status, 200);
}

/// A sibling that answers every request with these bytes, and then with more of the last ones for ever.
async fn hostile(head: &'static str, body: Vec<u8>, endless: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address: SocketAddr = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (head, body) = (head.to_owned(), body.clone());
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _read = stream.read(&mut request).await;
                stream.write_all(head.as_bytes()).await.ok();
                while stream.write_all(&body).await.is_ok() && endless {}
                // Nothing more comes, and the connection stays.
                let _read = stream.read(&mut request).await;
            });
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn what_hostile_siblings_send_is_not_taken() {
    let a = with_field("dog").await;
    let mut b = with_field("cat").await;
    let whole = Running::start(&[("dogs", &a), ("cats", &b)], "").await;
    let others = Running::start(&[("mice", &a), ("cats", &b)], "").await;
    let elsewhere = Running::start(&[("dogs", &b), ("cats", &a)], "").await;
    let good = whole.admin("/composition/seed").await;
    let digest = good.header("content-digest").to_owned();
    let good = good.body.to_vec();
    let length = good.len();
    let head = move |length: usize| -> &'static str {
        format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\ncontent-digest: {digest}\r\n\r\n")
            .leak()
    };
    let mut changed = good.clone();
    changed[length / 2] ^= 1;
    let garbage = "HTTP/1.1 200 OK\r\ncontent-digest: sha-256=:x:\r\n\r\n";
    let siblings = [
        hostile("SSH-2.0-OpenSSH\r\n", Vec::new(), false).await,
        hostile(head(1_000_000_000), Vec::new(), false).await,
        hostile(garbage, vec![b'x'; 65_536], true).await,
        hostile(head(length), changed, false).await,
        hostile(head(length), good[..length / 2].to_vec(), false).await,
        hostile(
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n",
            b"{}".to_vec(),
            false,
        )
        .await,
        hostile(
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
            Vec::new(),
            false,
        )
        .await,
        others.admin_url(""),
        elsewhere.admin_url(""),
    ];
    b.stop().await;
    let router = Running::launch(&[("dogs", &a), ("cats", &b)], &seeds(&siblings)).await;
    let unusable = "router_seed_requests_total{outcome=\"unusable\"}";
    until(async || (router.metric(unusable).await >= 8.0).then_some(()))
        .await
        .expect("they are asked");
    assert_eq!(
        router
            .metric("router_seed_requests_total{outcome=\"taken\"}")
            .await,
        0.0
    );
    assert_eq!(router.admin("/health/ready").await.status, 503);
    assert!(router.status().await["schema"].is_null());

    let with_good = [&siblings[..], &[whole.admin_url("")]].concat();
    let router = Running::start(&[("dogs", &a), ("cats", &b)], &seeds(&with_good)).await;
    assert_eq!(router.status().await["schema"]["origin"], "seed");
    assert_eq!(router.query("{ dog }").await.json()["data"]["dog"], "a dog");
}

#[tokio::test]
async fn what_is_there_is_served_without_the_rest_where_the_configuration_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = folder.path().join("kept.graphql");
    let more = format!(
        "keep: \"{}\"\nschema: {{ partial: true, partial_after: 0s }}",
        kept.display()
    );
    let a = with_field("dog").await;
    let (mut b, mut c) = (with_field("cat").await, with_field("mouse").await);
    b.stop().await;
    c.stop().await;
    let router = Running::start(&[("dogs", &a), ("cats", &b), ("mice", &c)], &more).await;
    let status = router.status().await;
    assert_eq!(
        (
            &status["schema"]["origin"],
            &status["state"],
            &status["schema"]["missing"]
        ),
        (
            &json!("partial"),
            &json!("degraded"),
            &json!(["cats", "mice"])
        )
    );
    assert_eq!(
        router
            .metric("router_schema_origin{origin=\"partial\"}")
            .await,
        1.0
    );
    assert_eq!(router.query("{ dog }").await.json()["data"]["dog"], "a dog");
    assert_eq!(
        router.query("{ cat }").await.code(),
        "GRAPHQL_VALIDATION_FAILED"
    );
    // Nobody takes it for the whole.
    assert_eq!(router.admin("/composition/seed").await.status, 503);
    assert!(!kept.exists());

    b.start_again().await;
    router.refresh().await;
    let status = router
        .until_status(|status| status["schema"]["missing"] == json!(["mice"]))
        .await;
    assert_eq!(status["schema"]["origin"], "partial");
    assert_eq!(router.query("{ cat }").await.json()["data"]["cat"], "a cat");

    c.start_again().await;
    router.refresh().await;
    let status = router
        .until_status(|status| status["schema"]["origin"] == "composed")
        .await;
    assert_eq!(
        (&status["state"], &status["schema"]["missing"]),
        (&json!("serving"), &json!([]))
    );
    assert_eq!(
        router.query("{ mouse }").await.json()["data"]["mouse"],
        "a mouse"
    );

    // From then on it is the whole that stays.
    c.stop().await;
    router.refresh().await;
    router
        .until_status(|status| status["subgraphs"][2]["state"] == "unreachable")
        .await;
    let status = router.status().await;
    assert_eq!(status["schema"]["origin"], "composed");
}

#[tokio::test]
async fn a_sibling_is_better_than_a_part() {
    let a = with_field("dog").await;
    let mut b = with_field("cat").await;
    let whole = Running::start(&[("dogs", &a), ("cats", &b)], "").await;
    b.stop().await;
    let more = seeds(&[whole.admin_url("")])
        .replace("schema: {", "schema: { partial: true, partial_after: 0s,");
    let router = Running::start(&[("dogs", &a), ("cats", &b)], &more).await;
    assert_eq!(router.status().await["schema"]["origin"], "seed");

    // And it comes in place of one.
    let alone = Running::start(
        &[("dogs", &a), ("cats", &b)],
        "schema: { partial: true, partial_after: 0s }",
    )
    .await;
    assert_eq!(alone.status().await["schema"]["origin"], "partial");
    let late = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = late.local_addr().expect("an address");
    drop(late);
    let more = seeds(&[format!("http://{address}")])
        .replace("schema: {", "schema: { partial: true, partial_after: 0s,");
    let router = Running::start(&[("dogs", &a), ("cats", &b)], &more).await;
    assert_eq!(router.status().await["schema"]["origin"], "partial");
    let seed = whole.admin("/composition/seed").await;
    let digest = seed.header("content-digest").to_owned();
    let app = axum::Router::new().route(
        "/composition/seed",
        axum::routing::get(move || async move { ([("content-digest", digest)], seed.body) }),
    );
    let listener = TcpListener::bind(address).await.expect("its port");
    tokio::spawn(async move { axum::serve(listener, app).await });
    router
        .until_status(|status| status["schema"]["origin"] == "seed")
        .await;
}
