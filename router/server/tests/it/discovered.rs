//! Subgraphs that join and leave as Services of a cluster.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use crate::api_server::Api;
use crate::kit::{Running, Subgraph};
use crate::name_server::{A, Reply, Server};

struct Cluster {
    api: Api,
    names: Server,
}

impl Cluster {
    /// A cluster in which every Service is on this machine.
    async fn new() -> Self {
        let names = Server::start(|_, kind| match kind {
            A => Reply::Addresses(vec![Ipv4Addr::LOCALHOST.into()], 60),
            _ => Reply::NoData,
        });
        Self {
            api: Api::start().await,
            names: names.await,
        }
    }

    fn put(&self, id: &str, name: &str, subgraph: &Subgraph) {
        self.api
            .put(id, name, port(subgraph), "2026-01-01T00:00:00Z");
    }

    async fn router(&self, more: &str) -> Running {
        let (api, names) = (self.api.url(), self.names.address);
        let yaml = format!(
            "discovery: {{ kubernetes: {{ server: \"{api}\", namespaces: [shop], grace: 0s }} }}\ndns: {{ servers: [\"{names}\"] }}\npolling: {{ interval: 100ms }}\n{more}"
        );
        Running::configured(&yaml).await
    }
}

fn port(subgraph: &Subgraph) -> u16 {
    let url: http::Uri = subgraph.url().parse().expect("a URL");
    url.port_u16().expect("a port")
}

async fn with_field(field: &str) -> Subgraph {
    let sdl = format!("type Query {{ {field}: String }}");
    Subgraph::with_data(&sdl, json!({ field: format!("a {field}") })).await
}

fn has_field(status: &Value, subgraph: &str) -> bool {
    let all = status["subgraphs"].as_array().expect("a list");
    all.iter()
        .any(|one| one["name"] == subgraph && one["state"] == "fetched")
}

#[tokio::test]
async fn services_join_and_leave_the_graph() {
    let cluster = Cluster::new().await;
    let (dogs, cats) = (with_field("dog").await, with_field("cat").await);
    let router = cluster.router("").await;
    let status = router
        .until_status(|status| status["discovery"]["listed"] == true)
        .await;
    assert!(status["schema"].is_null());
    let ready = router.admin("/health/ready").await.text();
    assert!(ready.contains("no subgraph has been discovered"), "{ready}");

    cluster.put("shop/dogs", "dogs", &dogs);
    router.until_ready().await;
    assert_eq!(router.query("{ dog }").await.json()["data"]["dog"], "a dog");
    let status = router.status().await;
    let one = &status["subgraphs"][0];
    assert_eq!(
        (&one["name"], &one["service"], &one["url"]),
        (
            &json!("dogs"),
            &json!("shop/dogs"),
            &json!(format!("http://dogs.shop.svc:{}/graphql", port(&dogs)))
        )
    );

    cluster.put("shop/cats", "cats", &cats);
    let before = status["schema"]["hash"].clone();
    router
        .until_status(|status| status["schema"]["hash"] != before && has_field(status, "cats"))
        .await;
    let answer = router.query("{ dog cat }").await.json();
    assert_eq!(answer["data"], json!({ "dog": "a dog", "cat": "a cat" }));
    assert_eq!(router.metric("router_discovered_subgraphs").await, 2.0);

    cluster.api.remove("shop/dogs");
    router
        .until_status(|status| !has_field(status, "dogs") && status["state"] == "serving")
        .await;
    crate::kit::until(async || {
        let code = router.query("{ dog }").await.code();
        (code == "GRAPHQL_VALIDATION_FAILED").then_some(())
    })
    .await
    .expect("its fields are gone");
    assert_eq!(router.query("{ cat }").await.json()["data"]["cat"], "a cat");
}

#[tokio::test]
async fn a_service_that_gives_no_sdl_holds_nobody_up() {
    let cluster = Cluster::new().await;
    let (dogs, mut cats) = (with_field("dog").await, with_field("cat").await);
    cluster.put("shop/dogs", "dogs", &dogs);
    let router = cluster.router("").await;
    router.until_ready().await;
    cats.stop().await;
    cluster.put("shop/cats", "cats", &cats);
    router
        .until_status(|status| status["subgraphs"][0]["state"] == "unreachable")
        .await;
    dogs.set_sdl("type Query { dog: String wolf: String }");
    let status = router
        .until_status(|status| status["schema"]["missing"] == json!(["cats"]))
        .await;
    assert_eq!(status["schema"]["origin"], "composed");
    crate::kit::until(async || {
        let api = router.admin("/composition/api").await.text();
        api.contains("wolf").then_some(())
    })
    .await
    .expect("the other's change is in service");
    cats.start_again().await;
    router
        .until_status(|status| status["schema"]["missing"] == json!([]))
        .await;
    assert_eq!(router.query("{ cat }").await.json()["data"]["cat"], "a cat");
}

#[tokio::test]
async fn what_does_not_compose_with_the_others_stays_out() {
    let cluster = Cluster::new().await;
    let dogs = with_field("dog").await;
    let broken = Subgraph::with_data("type Query { dog: Nothing }", json!({})).await;
    cluster.put("shop/dogs", "dogs", &dogs);
    let router = cluster.router("").await;
    router.until_ready().await;
    cluster.put("shop/cats", "cats", &broken);
    let status = router
        .until_status(|status| !status["failure"].is_null())
        .await;
    assert_eq!(status["state"], "degraded");
    assert_eq!(router.query("{ dog }").await.json()["data"]["dog"], "a dog");
}

#[tokio::test]
async fn configured_subgraphs_stand_beside_and_before_discovered_ones() {
    let cluster = Cluster::new().await;
    let (dogs, cats, thief) = (
        with_field("dog").await,
        with_field("cat").await,
        with_field("thief").await,
    );
    cluster.put("shop/cats", "cats", &cats);
    cluster.put("shop/thief", "dogs", &thief);
    let more = format!(
        "subgraphs: {{ dogs: {{ url: \"{}\" }}, cats: {{ timeout: 7s }} }}",
        dogs.url()
    );
    let router = cluster.router(&more).await;
    router.until_ready().await;
    let answer = router.query("{ dog cat }").await.json();
    assert_eq!(answer["data"], json!({ "dog": "a dog", "cat": "a cat" }));
    let status = router.status().await;
    let ignored = &status["discovery"]["ignored"];
    assert_eq!(
        *ignored,
        json!([{ "service": "shop/thief", "reason": "the configuration has a subgraph \"dogs\"" }])
    );
}

#[tokio::test]
async fn the_graph_stays_while_the_api_server_is_down() {
    let mut cluster = Cluster::new().await;
    let dogs = with_field("dog").await;
    cluster.put("shop/dogs", "dogs", &dogs);
    let router = cluster.router("").await;
    router.until_ready().await;
    cluster.api.stop().await;
    let status = router
        .until_status(|status| status["discovery"]["problems"] != json!([]))
        .await;
    assert_eq!(status["state"], "degraded");
    assert_eq!(router.metric("router_discovery_failing").await, 1.0);
    assert_eq!(router.query("{ dog }").await.json()["data"]["dog"], "a dog");

    // A router that starts now takes the schema of one that knows.
    let seeds = format!("schema: {{ seed: [\"{}\"] }}", router.admin_url(""));
    let second = cluster.router(&seeds).await;
    second.until_ready().await;
    assert_eq!(second.status().await["schema"]["origin"], "seed");
    assert_eq!(second.query("{ dog }").await.json()["data"]["dog"], "a dog");

    cluster.api.start_again().await;
    second
        .until_status(|status| status["schema"]["origin"] == "composed")
        .await;
}
