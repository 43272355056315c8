//! What goes on from one configuration to the next: connections, counts, caches, subscriptions.

use serde_json::{Value, json};
use tokio::sync::watch;

use super::{Reloaded, dogs, dogs_after, yaml};
use crate::encrypted::{file, subgraph_for};
use crate::identify::issuer::{Issuer, Manner, Signer, claims};
use crate::kit::{
    Numbered, RedisServer, Reply, Socket, Subgraph, Ticks, stream, until, until_redis_is,
};

const SSE: [(&str, &str); 2] = [
    ("content-type", "application/json"),
    ("accept", "text/event-stream"),
];
const SOURCE: &str = r#"
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
    type Query { a: Int }
    type Subscription { tick: Tick }
    type Tick @key(fields: "n") { n: Int! }
"#;

#[tokio::test]
async fn a_request_ends_with_the_configuration_that_it_began_with() {
    let (gate, gated) = watch::channel(false);
    let dogs = dogs_after(Reply::Gated(gated, json!({ "dog": "Rex" }))).await;
    let router = Reloaded::start(&yaml(&[("dogs", &dogs)], "")).await;
    let asking = router.router.query("{ dog }");
    let meanwhile = async {
        let asked = async || (dogs.requests().len() == 1).then_some(());
        until(asked).await.expect("it is asked");
        let bella = json!({ "other": "Bella" });
        let elsewhere = Subgraph::with_data(super::DOGS, bella).await;
        router.take_over(&yaml(&[("dogs", &elsewhere)], "")).await;
        let moved = async || {
            // Of another text, or it would wait for the answer to the first.
            let answer = router.router.query("{ other: dog }").await.json();
            (answer["data"]["other"] == "Bella").then_some(())
        };
        until(moved).await.expect("it has moved");
        gate.send(true).expect("it waits");
    };
    let (answer, ()) = tokio::join!(asking, meanwhile);
    assert_eq!(answer.json()["data"]["dog"], "Rex");
    router.only_one_is_held().await;
}

#[tokio::test]
async fn counts_of_clients_and_known_operations_stay_where_their_terms_are_the_same() {
    let dogs = dogs().await;
    let of = |more: &str| {
        let limited = format!("rate_limit: {{ requests: 3/h }}\n{more}");
        yaml(&[("dogs", &dogs)], &limited)
    };
    let router = Reloaded::start(&of("")).await;
    assert_eq!(router.router.query("{ dog }").await.status, 200);
    router.take_over(&of("compression: true")).await;
    assert_eq!(router.router.query("{ dog }").await.status, 200);
    let misses = router.router.metric("router_plan_cache_misses_total").await;
    assert_eq!(misses, 1.0, "the operation was not prepared again");
    router.take_over(&of("")).await;
    assert_eq!(router.router.query("{ dog }").await.status, 200);
    assert_eq!(router.router.query("{ dog }").await.status, 429);
}

#[tokio::test]
async fn a_breaker_stays_open_whatever_else_is_changed() {
    let dogs = dogs_after(Reply::Raw(503, "text/plain", "no".to_owned())).await;
    let of = |more: &str| {
        let url = dogs.url();
        let breaker = "{ errors: 1%, of: 1, open: 1h }";
        format!("subgraphs: {{ dogs: {{ url: \"{url}\", breaker: {breaker} }} }}\n{more}")
    };
    let router = Reloaded::start(&of("")).await;
    let code = async || {
        let answer = router.router.query("{ dog }").await.json();
        answer["errors"][0]["extensions"]["code"].clone()
    };
    assert_eq!(code().await, "SUBREQUEST_HTTP_ERROR");
    for more in [
        "compression: true",
        "headers: { response: [{ name: x-region }] }",
        "timeouts: { sdl: 9s, drain: 9s }",
    ] {
        router.take_over(&of(more)).await;
        assert_eq!(code().await, "SUBREQUEST_CIRCUIT_OPEN", "{more}");
    }
    // By another time of its own, it is asked on other terms.
    router.take_over(&of("timeouts: { subgraph: 9s }")).await;
    assert_eq!(code().await, Value::Null);
}

#[tokio::test]
async fn another_certificate_for_one_subgraph_changes_nothing_for_the_others() {
    let dogs = dogs_after(Reply::Raw(503, "text/plain", "no".to_owned())).await;
    let secret = subgraph_for(&[b"http/1.1"], Some("other-ca.pem")).await;
    let folder = tempfile::tempdir().expect("a folder");
    let (cert, key) = (
        folder.path().join("cert.pem"),
        folder.path().join("key.pem"),
    );
    let show = |name: &str| {
        let copy = |from: String, to| std::fs::copy(file(&from), to).expect("it can be copied");
        copy(format!("{name}-key.pem"), &key);
        copy(format!("{name}.pem"), &cert);
    };
    show("client");
    let (url, ca) = (dogs.url(), file("ca.pem"));
    let yaml = format!(
        "subgraphs:
  dogs: {{ url: \"{url}\", breaker: {{ errors: 1%, of: 1, open: 1h }} }}
  secret: {{ url: \"{secret}\", tls: {{ ca: '{}', cert: cert.pem, key: key.pem }} }}
",
        ca.display()
    );
    let router = Reloaded::start_in(folder, &yaml).await;
    let code = async |query: &str| {
        let answer = router.router.query(query).await.json();
        answer["errors"][0]["extensions"]["code"].clone()
    };
    assert_eq!(code("{ dog }").await, "SUBREQUEST_HTTP_ERROR");
    assert_eq!(code("{ version }").await, Value::Null);
    // One that the server does not take.
    show("other");
    router.take_over(&yaml).await;
    assert_eq!(code("{ version }").await, "SUBREQUEST_CONNECTION_ERROR");
    assert_eq!(code("{ dog }").await, "SUBREQUEST_CIRCUIT_OPEN");
    show("client");
    router.take_over(&yaml).await;
    assert_eq!(code("{ version }").await, Value::Null);
    assert_eq!(code("{ dog }").await, "SUBREQUEST_CIRCUIT_OPEN");
}

#[tokio::test]
async fn counts_of_clients_stay_where_connections_to_subgraphs_do_not() {
    let dogs = dogs().await;
    let of = |more: &str| {
        let limited = format!("rate_limit: {{ requests: 2/h }}\n{more}");
        yaml(&[("dogs", &dogs)], &limited)
    };
    let router = Reloaded::start(&of("")).await;
    assert_eq!(router.router.query("{ dog }").await.status, 200);
    router.take_over(&of("timeouts: { idle: 22s }")).await;
    assert_eq!(router.router.query("{ dog }").await.status, 200);
    assert_eq!(router.router.query("{ dog }").await.status, 429);
}

#[tokio::test]
async fn the_last_good_keys_of_an_issuer_stay_whatever_else_is_changed() {
    let (dogs, signer) = (dogs().await, Signer::es256("a"));
    let issuer = Issuer::start(&[&signer]).await;
    let of = |jwt: &str, more: &str| {
        let jwks = issuer.url();
        let jwt = format!("{{ jwks: \"{jwks}\", algorithms: [ES256]{jwt} }}");
        let more = format!("authentication: {{ required: true, jwt: [{jwt}] }}\n{more}");
        yaml(&[("dogs", &dogs)], &more)
    };
    let router = Reloaded::start(&of("", "")).await;
    let ask = async || {
        let authorization = format!("Bearer {}", signer.sign(&claims()));
        let body = json!({ "query": "{ dog }" }).to_string();
        let headers = [("authorization", &*authorization)];
        router.router.ask_with(&headers, body).await.status
    };
    assert_eq!(ask().await, 200);
    issuer.answers(Manner::Wrong(500, ""));
    for (jwt, more) in [
        ("", "timeouts: { idle: 22s }"),
        (", leeway: 61s", "timeouts: { idle: 22s }"),
    ] {
        router.take_over(&of(jwt, more)).await;
        assert_eq!(ask().await, 200, "{jwt} {more}");
    }
    let keys = router.router.metrics().await;
    let keys = keys
        .lines()
        .find(|line| line.starts_with("router_token_keys{"));
    assert!(keys.is_some_and(|line| line.ends_with(" 1")), "{keys:?}");
}

#[tokio::test]
async fn a_redis_that_is_not_named_any_more_does_not_count_as_up() {
    let Some(redis) = RedisServer::start(&["--port", "PORT"]).await else {
        return;
    };
    let dogs = dogs().await;
    let with = format!("redis: {{ url: \"redis://127.0.0.1:{}\" }}", redis.port);
    let router = Reloaded::start(&yaml(&[("dogs", &dogs)], &with)).await;
    until_redis_is(&router.router, 1.0).await;
    router.take_over(&yaml(&[("dogs", &dogs)], "")).await;
    until_redis_is(&router.router, 0.0).await;
}

#[tokio::test]
async fn a_breaker_that_is_open_stays_open_where_the_terms_are_the_same() {
    let dogs = Subgraph::start(super::DOGS, |_| {
        Reply::Raw(500, "application/json", "{}".to_owned())
    })
    .await;
    let of = |more: &str, errors: u8| {
        let breaker = format!("breaker: {{ errors: {errors}%, of: 1, open: 1h }}");
        format!(
            "subgraphs: {{ dogs: {{ url: \"{}\", {breaker} }} }}\n{more}",
            dogs.url()
        )
    };
    let router = Reloaded::start(&of("", 1)).await;
    let code = async || router.router.query("{ dog }").await.code();
    assert_eq!(code().await, "SUBREQUEST_HTTP_ERROR");
    assert_eq!(code().await, "SUBREQUEST_CIRCUIT_OPEN");
    router.take_over(&of("compression: true", 1)).await;
    router.only_one_is_held().await;
    assert_eq!(code().await, "SUBREQUEST_CIRCUIT_OPEN");
    router.take_over(&of("", 2)).await;
    let closed = async || (code().await == "SUBREQUEST_HTTP_ERROR").then_some(());
    until(closed).await.expect("on other terms it is asked");
}

#[tokio::test]
async fn a_subscription_goes_over_with_its_stream_and_holds_no_older_configuration() {
    let ticks = Ticks::new();
    let source = Numbered::start(SOURCE, &ticks, true).await;
    let of = |more: &str| {
        format!(
            "subgraphs: {{ source: {{ url: \"{}\" }} }}\nsubscriptions: {{ max: 1, websocket: true }}\n{more}",
            source.url()
        )
    };
    let router = Reloaded::start(&of("")).await;
    let body = json!({ "query": "subscription { tick { n } }" }).to_string();
    let mut answer = stream(&router.router.url(), &SSE, body.clone()).await;
    source.opened(1).await;
    let expect = async |answer: &mut crate::kit::Streaming| {
        let n = ticks.tick();
        let said = answer.until("\n\n").await;
        let said = said.trim_start_matches(":\n\n");
        let event = format!(r#"{{"data":{{"tick":{{"n":{n}}}}}}}"#);
        assert_eq!(said, format!("event: next\ndata: {event}\n\n"));
    };
    expect(&mut answer).await;
    let socket = Socket::open(&router.router.url(), &[]).await;
    let socket = socket.expect("it is opened");
    for round in 0..5 {
        // So are the headers that its subgraph is sent.
        let more = format!("headers: {{ insert: {{ x-round: \"{round}\" }} }}");
        router.take_over(&of(&more)).await;
        expect(&mut answer).await;
    }
    // It still has its place.
    let refused = stream(&router.router.url(), &SSE, body).await;
    assert!(refused.rest().await.contains("TOO_MANY_SUBSCRIPTIONS"));
    drop(socket);
    router.only_one_is_held().await;
    source.opened(1).await;
    expect(&mut answer).await;

    // Elsewhere it is opened again, before the next event.
    let elsewhere = Numbered::start(SOURCE, &ticks, true).await;
    router
        .take_over(&of("").replace(&source.url(), &elsewhere.url()))
        .await;
    elsewhere.opened(1).await;
    expect(&mut answer).await;
    router.only_one_is_held().await;
    drop(answer);
    let none = |status: &Value| status["state"] == "serving";
    router.router.until_status(none).await;
}
