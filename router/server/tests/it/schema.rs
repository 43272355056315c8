//! How schemas take effect and stay there.

mod draining;
mod refused;

use serde_json::json;
use tokio::sync::watch;

use crate::identify::issuer::{Issuer, Signer, claims};
use crate::kit::{Reply, Running, Subgraph, until};

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])"#;

fn dogs() -> String {
    format!("{LINK} type Query {{ dog: String }}")
}

fn cats() -> String {
    format!("{LINK} type Query {{ cat: String }}")
}

#[tokio::test]
async fn two_subgraphs_are_composed_and_asked() {
    let a = Subgraph::with_data(&dogs(), json!({ "dog": "Rex" })).await;
    let b = Subgraph::with_data(&cats(), json!({ "cat": "Mimi" })).await;
    let router = Running::start(&[("dogs", &a), ("cats", &b)], "").await;
    let answer = router.query("{ cat dog }").await;
    assert_eq!(answer.text(), r#"{"data":{"cat":"Mimi","dog":"Rex"}}"#);
    assert_eq!((a.requests().len(), b.requests().len()), (1, 1));
}

#[tokio::test]
async fn start_order_does_not_matter() {
    let a = Subgraph::with_data(&dogs(), json!({ "dog": "Rex" })).await;
    let mut b = Subgraph::with_data(&cats(), json!({ "cat": "Mimi" })).await;
    b.stop().await;
    let router = Running::launch(&[("dogs", &a), ("cats", &b)], "").await;

    assert_eq!(router.admin("/health/live").await.status, 200);
    let status = router
        .until_status(|status| status["subgraphs"][1]["state"] == "unreachable")
        .await;
    assert_eq!(status["state"], "starting");
    let ready = router.admin("/health/ready").await;
    assert_eq!(ready.status, 503);
    assert!(
        ready.text().contains("waiting for cats"),
        "{}",
        ready.text()
    );
    let refused = router.query("{ dog }").await;
    assert_eq!(
        (refused.status.as_u16(), refused.code().as_str()),
        (503, "SCHEMA_NOT_READY")
    );

    b.start_again().await;
    router.until_ready().await;
    assert_eq!(router.query("{ cat }").await.json()["data"]["cat"], "Mimi");
}

#[tokio::test]
async fn a_changed_sdl_comes_into_service() {
    let a = Subgraph::with_data(&dogs(), json!({ "dog": "Rex", "wolf": "Isegrim" })).await;
    let router = Running::start(&[("dogs", &a)], "").await;
    let before = router.status().await["schema"]["hash"].clone();
    assert_eq!(
        router.query("{ wolf }").await.code(),
        "GRAPHQL_VALIDATION_FAILED"
    );

    a.set_sdl(&format!("{LINK} type Query {{ dog: String wolf: String }}"));
    router.refresh().await;
    router
        .until_status(|status| status["schema"]["hash"] != before)
        .await;
    assert_eq!(
        router.query("{ wolf }").await.json()["data"]["wolf"],
        "Isegrim"
    );
    assert_eq!(
        router
            .metric("router_compositions_total{outcome=\"composed\"}")
            .await,
        2.0
    );
}

#[tokio::test]
async fn polling_alone_picks_a_change_up() {
    let a = Subgraph::with_data(&dogs(), json!({ "wolf": "Isegrim" })).await;
    let router = Running::start(&[("dogs", &a)], "polling: { interval: 100ms }").await;
    a.set_sdl(&format!("{LINK} type Query {{ wolf: String }}"));
    let wolf = until(async || {
        let answer = router.query("{ wolf }").await.json();
        (answer["data"]["wolf"] == "Isegrim").then_some(())
    });
    wolf.await.expect("the change is picked up");
}

#[tokio::test]
async fn a_request_ends_with_the_schema_it_began_with() {
    let (open, gate) = watch::channel(false);
    let a = Subgraph::start(&dogs(), move |_| {
        Reply::Gated(gate.clone(), json!({ "dog": "Rex" }))
    })
    .await;
    let router = Running::start(&[("dogs", &a)], "").await;
    let before = router.status().await["schema"]["hash"].clone();
    let asking = router.query("{ dog }");
    let swapping = async {
        until(async || (a.requests().len() == 1).then_some(()))
            .await
            .expect("it was asked");
        a.set_sdl(&format!("{LINK} type Query {{ wolf: String }}"));
        router.refresh().await;
        router
            .until_status(|status| status["schema"]["hash"] != before)
            .await;
        open.send_replace(true);
    };
    let (answer, ()) = tokio::join!(asking, swapping);
    assert_eq!(answer.text(), r#"{"data":{"dog":"Rex"}}"#);
}

#[tokio::test]
async fn files_are_watched() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("dogs.graphql");
    std::fs::write(&file, dogs()).expect("it can be written");
    let a = Subgraph::with_data("", json!({ "dog": "Rex", "wolf": "Isegrim" })).await;
    let yaml = format!(
        "subgraphs: {{ dogs: {{ url: \"{}\", sdl: \"{}\" }} }}",
        a.url(),
        file.display()
    );
    let router = Running::configured(&yaml).await;
    router.until_ready().await;
    assert_eq!(router.query("{ dog }").await.json()["data"]["dog"], "Rex");

    let before = router.status().await["schema"]["hash"].clone();
    std::fs::write(&file, format!("{LINK} type Query {{ wolf: String }}"))
        .expect("it can be written");
    router.refresh().await;
    router
        .until_status(|status| status["schema"]["hash"] != before)
        .await;
    assert_eq!(
        router.query("{ wolf }").await.json()["data"]["wolf"],
        "Isegrim"
    );

    // What a running router composed is what another one can serve.
    let supergraph = folder.path().join("supergraph.graphql");
    std::fs::write(
        &supergraph,
        router.admin("/composition/supergraph").await.text(),
    )
    .expect("written");
    let second = Running::configured(&format!("supergraph: \"{}\"", supergraph.display())).await;
    second.until_ready().await;
    assert_eq!(
        second.query("{ wolf }").await.json()["data"]["wolf"],
        "Isegrim"
    );
    assert_eq!(
        second.status().await["schema"]["hash"],
        router.status().await["schema"]["hash"]
    );
    assert!(
        second
            .admin("/composition/api")
            .await
            .text()
            .contains("wolf: String")
    );
}

#[tokio::test]
async fn a_kept_schema_is_served_until_the_subgraphs_have_been_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = folder.path().join("kept.graphql");
    let keep = format!("keep: \"{}\"", kept.display());
    let a = Subgraph::with_data(&dogs(), json!({ "dog": "Rex" })).await;
    let mut b = Subgraph::with_data(&cats(), json!({ "cat": "Mimi" })).await;
    let first = Running::start(&[("dogs", &a), ("cats", &b)], &keep).await;
    let hash = first.status().await["schema"]["hash"].clone();
    until(async || kept.exists().then_some(()))
        .await
        .expect("it is written");

    b.stop().await;
    let second = Running::start(&[("dogs", &a), ("cats", &b)], &keep).await;
    let status = second
        .until_status(|status| status["subgraphs"][1]["state"] == "unreachable")
        .await;
    assert_eq!(
        (&status["schema"]["hash"], &status["schema"]["origin"]),
        (&hash, &json!("kept"))
    );
    assert_eq!(second.query("{ dog }").await.json()["data"]["dog"], "Rex");
    b.start_again().await;
    second.refresh().await;
    second
        .until_status(|status| status["schema"]["origin"] == "composed")
        .await;

    // Kept for other subgraphs, it is useless.
    b.stop().await;
    let third = Running::launch(&[("dogs", &a), ("chats", &b)], &keep).await;
    let status = third
        .until_status(|status| status["subgraphs"][1]["state"] == "unreachable")
        .await;
    assert!(status["schema"].is_null());
}

#[tokio::test]
async fn access_rules_are_enforced_unless_the_subgraphs_do_so() {
    let sdl = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@authenticated"])
        type Query { secret: Int @authenticated }"#;
    let a = Subgraph::with_data(sdl, json!({ "secret": 42 })).await;
    // Nobody has a token here.
    let router = Running::start(&[("a", &a)], "").await;
    let answer = router.query("{ secret }").await;
    assert_eq!(answer.code(), "UNAUTHORIZED_FIELD_OR_TYPE");
    assert!(a.requests().is_empty());

    let router = Running::start(&[("a", &a)], "delegated_features: [authenticated]").await;
    let answer = router.query("{ secret }").await;
    assert_eq!(answer.text(), r#"{"data":{"secret":42}}"#);
}

/// Rules have numbers, and a rule that is added before others gives them other ones.
#[tokio::test]
async fn what_signed_in_clients_use_is_prepared_for_them_whatever_rules_are_added() {
    let sdl = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@requiresScopes"])
        type Query { dog: String first: Int later: Int @requiresScopes(scopes: [["later"]]) }"#;
    let a = Subgraph::with_data(sdl, json!({ "dog": "Rex", "first": 1, "later": 2 })).await;
    let signer = Signer::es256("a");
    let issuer = Issuer::start(&[&signer]).await;
    let config = format!(
        "authentication: {{ jwt: [{{ jwks: \"{}\" }}] }}",
        issuer.url()
    );
    let router = Running::start(&[("a", &a)], &config).await;
    let mut claims = claims();
    claims["scope"] = "later".into();
    let token = format!("Bearer {}", signer.sign(&claims));
    let ask = async || {
        let body = json!({ "query": "{ dog later }" }).to_string();
        let answer = router.ask_with(&[("authorization", &token)], body).await;
        assert_eq!(answer.json()["data"]["later"], 2, "{}", answer.text());
    };
    let misses = async || router.metric("router_plan_cache_misses_total").await;
    ask().await;
    assert_eq!(misses().await, 1.0);
    let ruled = sdl.replace(
        "first: Int",
        r#"first: Int @requiresScopes(scopes: [["first"]])"#,
    );
    let many = (0..150).map(|n| format!("f{n}: Int @requiresScopes(scopes: [[\"s{n}\"]])"));
    let many: String = many.collect::<Vec<_>>().join(" ");
    let many = ruled.replace("dog: String", &format!("dog: String {many}"));
    for sdl in [&*ruled, &many, sdl] {
        router.changes(|| a.set_sdl(sdl)).await;
        ask().await;
        assert_eq!(misses().await, 1.0, "it was prepared before");
    }
}

/// So that clients do not wait for it.
#[tokio::test]
async fn what_is_used_most_is_prepared_before_a_new_schema_serves() {
    let sdl = "type Query { dog: String dogs(first: Int): [String!] }";
    let data = json!({ "dog": "Rex", "dogs": ["Rex"] });
    let a = Subgraph::with_data(sdl, data).await;
    let router = Running::start(&[("dogs", &a)], "schema: { warm_up: { operations: 3 } }").await;
    let misses = async || router.metric("router_plan_cache_misses_total").await;
    for _ in 0..3 {
        router.query("{ dog }").await;
    }
    // These share an operation from the third on.
    for first in 1..=4 {
        router.query(&format!("{{ dogs(first: {first}) }}")).await;
    }
    for _ in 0..2 {
        router.query("{ gone: dogs(first: 1) dog }").await;
    }
    a.set_sdl(&sdl.replace("dog:", "cat: String dog:"));
    let before = router.status().await;
    router.refresh().await;
    router
        .until_status(|status| status["schema"]["hash"] != before["schema"]["hash"])
        .await;
    assert_eq!(router.metric("router_operations_warmed_total").await, 3.0);
    assert!(router.metric("router_plan_cache_entries").await >= 3.0);
    let prepared = misses().await;
    assert_eq!(router.query("{ dog }").await.json()["data"]["dog"], "Rex");
    router.query("{ dogs(first: 77) }").await;
    assert_eq!(misses().await, prepared);
    router.query("{ cat }").await;
    assert_eq!(misses().await, prepared + 1.0);
}
