//! How often a client may ask, counted by one router or by several together.

mod hanging;

use serde_json::json;

use crate::encrypted::file;
use crate::identify::issuer::{Issuer, Signer, claims};
use crate::kit::{Answer, RedisServer, Running, Socket, Subgraph, post, until, until_redis_is};

const JSON: (&str, &str) = ("content-type", "application/json");

async fn dogs() -> Subgraph {
    let sdl = "type Query { name: String dogs: [Dog] } type Dog { name: String }";
    Subgraph::with_data(sdl, json!({ "name": "Rex", "dogs": [] })).await
}

async fn ask(router: &Running, headers: &[(&str, &str)]) -> Answer {
    router
        .ask_with(headers, r#"{"query":"{ name }"}"#.to_owned())
        .await
}

/// Which of several requests are answered.
async fn statuses(router: &Running, many: usize, headers: &[(&str, &str)]) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..many {
        statuses.push(ask(router, headers).await.status.as_u16());
    }
    statuses
}

#[tokio::test]
async fn a_client_that_asks_too_often_is_told_when_to_ask_again() {
    let dogs = dogs().await;
    let router = Running::start(&[("dogs", &dogs)], "rate_limit: { requests: 2/h }").await;
    let first = ask(&router, &[]).await;
    assert_eq!(first.status, 200);
    assert_eq!(first.header("ratelimit-policy"), "\"requests\";q=2;w=3600");
    assert_eq!(
        first.header("ratelimit").get(..14),
        Some("\"requests\";r=1")
    );
    assert_eq!(
        ask(&router, &[]).await.header("ratelimit").get(..14),
        Some("\"requests\";r=0")
    );
    let refused = ask(&router, &[]).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.code(), "REQUEST_RATE_LIMITED");
    // Less what has gone by since.
    let wait: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!((1700..=1800).contains(&wait), "{wait}");
    assert_eq!(
        refused.header("ratelimit").get(..14),
        Some("\"requests\";r=0")
    );
    let refusals = r#"router_rate_limit_decisions_total{policy="requests",outcome="refused",counted="replica"}"#;
    assert_eq!(router.metric(refusals).await, 1.0);
    assert_eq!(dogs.requests().len(), 2);
}

#[tokio::test]
async fn a_refusal_comes_before_the_body() {
    let dogs = dogs().await;
    let more = "rate_limit: { requests: 1/h }\nlimits: { request_body: 1 KiB }";
    let router = Running::start(&[("dogs", &dogs)], more).await;
    let large = || router.ask_with(&[], "x".repeat(100_000));
    assert_eq!(large().await.status, 413);
    assert_eq!(large().await.status, 429);
}

#[tokio::test]
async fn a_burst_is_what_may_come_at_once() {
    let dogs = dogs().await;
    let more = "rate_limit: { requests: 1/h, burst: 3 }";
    let router = Running::start(&[("dogs", &dogs)], more).await;
    assert_eq!(statuses(&router, 4, &[]).await, [200, 200, 200, 429]);
}

#[tokio::test]
async fn clients_behind_a_trusted_proxy_are_told_apart_and_others_cannot_pretend() {
    let dogs = dogs().await;
    let limit = "rate_limit: { requests: 1/h }";
    let trusting = format!("{limit}\ntrusted_proxies: [127.0.0.0/8]");
    let router = Running::start(&[("dogs", &dogs)], &trusting).await;
    let of = |address: &'static str| [("x-forwarded-for", address)];
    assert_eq!(statuses(&router, 2, &of("203.0.113.1")).await, [200, 429]);
    assert_eq!(statuses(&router, 2, &of("203.0.113.2")).await, [200, 429]);
    // What a client writes before its proxy does makes no other client of it.
    for forged in ["6.6.6.6, 203.0.113.1", "127.0.0.1, 203.0.113.1"] {
        assert_eq!(ask(&router, &of(forged)).await.status, 429);
    }
    let both = [
        ("x-forwarded-for", "203.0.113.1"),
        ("forwarded", "for=6.6.6.6"),
    ];
    let another = [
        ("x-forwarded-for", "203.0.113.2"),
        ("forwarded", "for=7.7.7.7"),
    ];
    assert_eq!(
        statuses(&router, 1, &both).await,
        [200],
        "as the proxy itself"
    );
    assert_eq!(statuses(&router, 1, &another).await, [429]);

    let router = Running::start(&[("dogs", &dogs)], limit).await;
    assert_eq!(statuses(&router, 1, &of("203.0.113.1")).await, [200]);
    assert_eq!(statuses(&router, 1, &of("203.0.113.2")).await, [429]);
}

#[tokio::test]
async fn clients_can_be_told_apart_by_a_header() {
    let dogs = dogs().await;
    let more = "rate_limit: { by: { header: x-api-key }, requests: 1/h }";
    let router = Running::start(&[("dogs", &dogs)], more).await;
    assert_eq!(
        statuses(&router, 2, &[("x-api-key", "a")]).await,
        [200, 429]
    );
    assert_eq!(
        statuses(&router, 2, &[("x-api-key", "b")]).await,
        [200, 429]
    );
    // Those without are not without a limit.
    assert_eq!(statuses(&router, 2, &[]).await, [200, 429]);
}

#[tokio::test]
async fn what_operations_cost_is_limited_too() {
    let dogs = dogs().await;
    let more = "rate_limit: { cost: 10/h }\ncost: { list_size: 9 }";
    let router = Running::start(&[("dogs", &dogs)], more).await;
    let cheap = router.query("{ name }").await;
    assert_eq!(cheap.status, 200);
    let dear = router.query("{ dogs { name } }").await;
    assert_eq!(dear.status, 200);
    let refused = router.query("{ dogs { name } }").await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (429, "REQUEST_RATE_LIMITED".to_owned())
    );
    assert_eq!(refused.header("ratelimit-policy"), "\"cost\";q=10;w=3600");
    assert_eq!(refused.header("ratelimit").get(..10), Some("\"cost\";r=1"));
    assert!(refused.header("retry-after").parse::<u32>().is_ok());
    // What costs nothing is still answered.
    assert_eq!(router.query("{ name }").await.status, 200);
}

#[tokio::test]
async fn deferred_operations_are_charged_for_too() {
    let dogs = dogs().await;
    let more = "rate_limit: { requests: 100/h, cost: 10/h }\ncost: { list_size: 9 }";
    let router = Running::start(&[("dogs", &dogs)], more).await;
    let headers = [
        JSON,
        (
            "accept",
            "multipart/mixed;deferSpec=20220824, application/json",
        ),
    ];
    let body = json!({ "query": "{ ... @defer { dogs { name } } }" }).to_string();
    let first = post(&router.url(), &headers, body.clone()).await;
    assert_eq!(first.status, 200);
    assert!(first.header("ratelimit").starts_with("\"requests\";r=99;"));
    assert_eq!(post(&router.url(), &headers, body).await.status, 429);
}

#[tokio::test]
async fn each_operation_over_a_web_socket_is_a_request() {
    let dogs = dogs().await;
    let more = "rate_limit: { requests: 2/h }\nsubscriptions: { websocket: true }";
    let router = Running::start(&[("dogs", &dogs)], more).await;
    let mut socket = Socket::acknowledged(&router.url(), json!({})).await;
    for (id, kind) in [("1", "next"), ("2", "next"), ("3", "error")] {
        socket.subscribe(id, "{ name }").await;
        let heard = socket.hear().await;
        assert_eq!(heard["type"], kind, "{heard}");
        match kind {
            "next" => assert_eq!(socket.hear().await["type"], "complete"),
            _ => assert!(
                heard.to_string().contains("REQUEST_RATE_LIMITED"),
                "{heard}"
            ),
        }
    }
    // It is the same client, however it connects.
    assert_eq!(ask(&router, &[]).await.status, 429);
}

/// Tokens are not tried more often over one connection than over others.
#[tokio::test]
async fn a_token_that_is_tried_over_a_web_socket_is_a_request() {
    let dogs = dogs().await;
    let issuer = Issuer::start(&[&Signer::es256("a")]).await;
    let more = format!(
        "rate_limit: {{ requests: 3/h }}\nsubscriptions: {{ websocket: true }}\nauthentication: {{ jwt: [{{ jwks: \"{}\" }}] }}",
        issuer.url()
    );
    let router = Running::start(&[("dogs", &dogs)], &more).await;
    let token = format!("Bearer {}", Signer::es256("a").sign(&claims()));
    let init = json!({ "type": "connection_init", "payload": { "authorization": token } });
    for round in 0..5 {
        let socket = Socket::open(&router.url(), &[]).await;
        let mut socket = socket.expect("it is opened");
        socket.say(&init).await;
        let (code, reason) = socket.closed().await;
        assert_eq!(code, 4403, "{reason}");
        assert_eq!(reason.contains("signature"), round < 3, "{reason}");
    }
    assert_eq!(ask(&router, &[]).await.status, 429);
}

#[tokio::test]
async fn replicas_count_together_and_each_for_itself_while_redis_is_gone() {
    let Some(mut redis) = RedisServer::start(&["--port", "PORT"]).await else {
        return;
    };
    let dogs = dogs().await;
    // Nothing here is about how fast that is.
    let more = format!(
        "rate_limit: {{ requests: 4/h }}\nredis: {{ url: \"redis://127.0.0.1:{}\", timeout: 5s }}",
        redis.port
    );
    let one = Running::start(&[("dogs", &dogs)], &more).await;
    let other = Running::start(&[("dogs", &dogs)], &more).await;
    let both = [&one, &other];
    for router in both {
        until_redis_is(router, 1.0).await;
    }
    assert_eq!(statuses(&one, 2, &[]).await, [200, 200]);
    let third = ask(&other, &[]).await;
    assert_eq!(
        third.header("ratelimit").get(..14),
        Some("\"requests\";r=1")
    );
    assert_eq!(ask(&one, &[]).await.status, 200);
    for router in both {
        let refused = ask(router, &[]).await;
        assert_eq!(refused.status, 429);
        let seconds = refused
            .header("retry-after")
            .parse::<u32>()
            .expect("a number");
        assert!((850..=900).contains(&seconds), "{seconds}");
    }

    redis.stop();
    for router in both {
        until_redis_is(router, 0.0).await;
        assert_eq!(statuses(router, 5, &[]).await, [200, 200, 200, 200, 429]);
        let alone = r#"router_rate_limit_decisions_total{policy="requests",outcome="allowed",counted="replica"}"#;
        assert_eq!(router.metric(alone).await, 4.0);
    }

    // It comes back having forgotten what it knew.
    assert!(redis.start_again().await);
    for router in both {
        until_redis_is(router, 1.0).await;
    }
    assert_eq!(statuses(&one, 2, &[]).await, [200, 200]);
    assert_eq!(statuses(&other, 3, &[]).await, [200, 200, 429]);
    assert_eq!(statuses(&one, 1, &[]).await, [429]);
}

#[tokio::test]
async fn replicas_count_together_to_the_end_of_the_drain() {
    let Some(redis) = RedisServer::start(&["--port", "PORT"]).await else {
        return;
    };
    let dogs = dogs().await;
    let more = format!(
        "rate_limit: {{ requests: 4/h }}\nredis: {{ url: \"redis://127.0.0.1:{}\", timeout: 5s }}\ntimeouts: {{ drain_delay: 1h }}",
        redis.port
    );
    let other = Running::start(&[("dogs", &dogs)], &more).await;
    let mut ending = Running::start(&[("dogs", &dogs)], &more).await;
    for router in [&other, &ending] {
        until_redis_is(router, 1.0).await;
    }
    assert_eq!(statuses(&other, 3, &[]).await, [200, 200, 200]);
    ending.shut_down();
    until(async || (ending.admin("/health/ready").await.status == 503).then_some(()))
        .await
        .expect("it is not ready");
    assert_eq!(statuses(&ending, 2, &[]).await, [200, 429]);
    let shared = r#"router_rate_limit_decisions_total{policy="requests",outcome="refused",counted="shared"}"#;
    assert_eq!(ending.metric(shared).await, 1.0);
    assert_eq!(ending.metric("router_redis_up").await, 1.0);
}

#[tokio::test]
async fn redis_can_be_reached_by_tls_and_want_a_password() {
    let (cert, key, ca) = (
        file("other.pem"),
        file("other-key.pem"),
        file("other-ca.pem"),
    );
    let path = |path: &std::path::Path| path.display().to_string();
    let (cert, key, ca) = (path(&cert), path(&key), path(&ca));
    let arguments = [
        "--port",
        "0",
        "--tls-port",
        "PORT",
        "--tls-cert-file",
        &cert,
        "--tls-key-file",
        &key,
        "--tls-ca-cert-file",
        &ca,
        "--tls-auth-clients",
        "no",
        "--requirepass",
        "open:sesame",
    ];
    let Some(redis) = RedisServer::start(&arguments).await else {
        return;
    };
    let dogs = dogs().await;
    let more = format!(
        "rate_limit: {{ requests: 1/h }}\ntls: {{ ca: \"{ca}\" }}\nredis: {{ url: \"rediss://:open%3Asesame@localhost:{}/1\", timeout: 5s }}",
        redis.port
    );
    let router = Running::start(&[("dogs", &dogs)], &more).await;
    until_redis_is(&router, 1.0).await;
    assert_eq!(statuses(&router, 2, &[]).await, [200, 429]);
    let shared = r#"router_rate_limit_decisions_total{policy="requests",outcome="refused",counted="shared"}"#;
    assert_eq!(router.metric(shared).await, 1.0);
}

#[tokio::test]
async fn clients_can_be_told_apart_by_a_claim_of_their_token() {
    let signer = Signer::es256("a");
    let issuer = Issuer::start(&[&signer]).await;
    let dogs = dogs().await;
    let more = format!(
        "authentication: {{ jwt: [{{ jwks: \"{}\" }}] }}\n\
         rate_limit: {{ by: {{ claim: sub }}, requests: 1/h }}",
        issuer.url()
    );
    let router = Running::start(&[("dogs", &dogs)], &more).await;
    for name in ["ada", "blaise"] {
        // Two tokens of one client are one client.
        let mut told = Vec::new();
        for id in [1, 2] {
            let mut claims = claims();
            claims["sub"] = json!(name);
            claims["jti"] = json!(id);
            let bearer = format!("Bearer {}", signer.sign(&claims));
            told.extend(statuses(&router, 1, &[("authorization", bearer.as_str())]).await);
        }
        assert_eq!(told, [200, 429], "{name}");
    }
    assert_eq!(
        statuses(&router, 2, &[]).await,
        [200, 429],
        "by the address"
    );
}
