//! How and where subgraphs are asked.

mod at_once;
mod claimed;
mod streams;

use std::convert::Infallible;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::identify::issuer::{Issuer, Signer, claims};
use crate::kit::{Reply, Running, Socket, Subgraph, until};

const DOGS: &str = "type Query { dog: String }";

/// What the subgraph is asked for an operation, and under which `operationName`.
async fn asked(query: &str, more: &str) -> (String, Option<String>) {
    let dogs = Subgraph::with_data(DOGS, json!({ "dog": "Rex" })).await;
    let router = Running::start(&[("my-dogs", &dogs)], more).await;
    assert_eq!(router.query(query).await.json()["data"]["dog"], "Rex");
    let requests = dogs.requests();
    let request: serde_json::Value = serde_json::from_str(&requests[0].1).expect("JSON");
    let member = |name: &str| request[name].as_str().map(str::to_owned);
    (member("query").expect("a query"), member("operationName"))
}

#[tokio::test]
async fn requests_are_named_after_the_operation() {
    let named = "query Report { dog }";
    let name = "Report__my_dogs__0".to_owned();
    assert_eq!(
        asked(named, "").await,
        (format!("query {name}{{dog}}"), Some(name))
    );
    let unnamed = asked("{ dog }", "").await;
    assert_eq!(unnamed.1, None);
    assert_eq!(asked(named, "operation_names: false").await, unnamed);
}

#[tokio::test]
async fn a_header_can_send_a_request_elsewhere() {
    let stable = Subgraph::with_data(DOGS, json!({ "dog": "Rex" })).await;
    let canary = Subgraph::with_data(DOGS, json!({ "dog": "Bello" })).await;
    let router = Running::configured(&format!(
        r#"subgraphs: {{ dogs: {{ url: "{}", routes: [{{ when: {{ header: x-canary, is: "1" }}, url: "{}" }}] }} }}"#,
        stable.url(),
        canary.url()
    ))
    .await;
    router.until_ready().await;
    for (value, dog) in [("1", "Bello"), ("2", "Rex")] {
        let body = json!({ "query": "{ dog }" }).to_string();
        let answer = router.ask_with(&[("x-canary", value)], body).await;
        assert_eq!(answer.json()["data"]["dog"], dog);
    }
    assert_eq!((stable.requests().len(), canary.requests().len()), (1, 1));
}

#[tokio::test]
async fn a_claim_of_the_verified_token_can_send_a_request_elsewhere_and_a_header_of_that_name_cannot()
 {
    let signer = Signer::es256("a");
    let issuer = Issuer::start(&[&signer]).await;
    let (gate, gated) = watch::channel(true);
    let dog = async |name: &'static str| {
        let gated = gated.clone();
        Subgraph::start(DOGS, move |_| {
            Reply::Gated(gated.clone(), json!({ "dog": name }))
        })
        .await
    };
    let (home, eu) = (dog("Rex").await, dog("Hasso").await);
    let router = Running::configured(&format!(
        r#"
subgraphs:
  dogs:
    url: "{}"
    routes: [{{ when: {{ claim: place.region, is: eu }}, url: "{}" }}]
authentication: {{ jwt: [{{ jwks: "{}", issuer: me, audiences: [api] }}] }}"#,
        home.url(),
        eu.url(),
        issuer.url()
    ))
    .await;
    router.until_ready().await;
    let token = |region: &str| {
        let mut claims = claims();
        claims["place"] = json!({ "region": region });
        format!("Bearer {}", signer.sign(&claims))
    };
    let (of_eu, of_us) = (token("eu"), token("us"));
    let ask = async |name: &'static str, value: &str| {
        let body = json!({ "query": "{ dog }" }).to_string();
        let answer = router.ask_with(&[(name, value)], body).await.json();
        answer["data"]["dog"].as_str().expect("a dog").to_owned()
    };
    // In flight at once, and equal but for the place: two are sent.
    gate.send(false).expect("they wait");
    let all = async {
        tokio::join!(
            ask("authorization", &of_eu),
            ask("authorization", &of_us),
            ask("place.region", "eu"),
        )
    };
    let opening = async {
        let joined = r#"graphql_subgraph_requests_deduplicated_total{subgraph="dogs"}"#;
        until(async || (router.metric(joined).await == 1.0).then_some(()))
            .await
            .expect("one joins");
        until(async || (!eu.requests().is_empty()).then_some(()))
            .await
            .expect("one goes elsewhere");
        gate.send(true).expect("they wait");
    };
    let (dogs, ()) = tokio::join!(all, opening);
    assert_eq!(dogs, ("Hasso".into(), "Rex".into(), "Rex".into()));
    assert_eq!((home.requests().len(), eu.requests().len()), (1, 1));
}

#[tokio::test]
async fn a_canary_that_fails_is_left_alone_and_nothing_else_is() {
    let stable = Subgraph::with_data(DOGS, json!({ "dog": "Rex" })).await;
    let canary = Subgraph::start(DOGS, |_| {
        Reply::Raw(503, "application/json", "{}".to_owned())
    })
    .await;
    let router = Running::configured(&format!(
        r#"
subgraphs:
  dogs:
    url: "{}"
    routes: [{{ when: {{ header: x-canary, is: "1" }}, url: "{}" }}]
    retry: {{ attempts: 2, budget: 100% }}
    breaker: {{ errors: 50%, of: 2, open: 1h }}"#,
        stable.url(),
        canary.url()
    ))
    .await;
    router.until_ready().await;
    let ask = async |value: &str| {
        let body = json!({ "query": "{ dog }" }).to_string();
        router.ask_with(&[("x-canary", value)], body).await
    };
    let durations = "http_client_request_duration_seconds_count";
    let ended = |route: &str, status: &str| {
        format!(r#"{durations}{{subgraph="dogs",status="{status}"{route}}}"#)
    };
    // It has been asked for its SDL.
    let before = router.metric(&ended("", "2xx")).await;
    let failed = "SUBREQUEST_HTTP_ERROR";
    for code in [failed, failed, "SUBREQUEST_CIRCUIT_OPEN"] {
        assert_eq!(ask("1").await.code(), code);
        assert_eq!(ask("0").await.json()["data"]["dog"], "Rex");
    }
    assert_eq!((stable.requests().len(), canary.requests().len()), (3, 4));

    let status = router.status().await;
    let dogs = &status["subgraphs"][0];
    assert_eq!(dogs["breaker"], "closed");
    let routes = json!([{ "url": canary.url(), "breaker": "open" }]);
    assert_eq!(dogs["routes"], routes);
    let of_canary = format!(r#"subgraph="dogs",route="{}""#, canary.url());
    for (name, own, elsewhere) in [
        ("graphql_subgraph_breaker_state", 0.0, 2.0),
        ("graphql_subgraph_breaker_refused_total", 0.0, 1.0),
        ("graphql_subgraph_retries_total", 0.0, 2.0),
        ("http_client_active_requests", 0.0, 0.0),
    ] {
        let of = async |labels: &str| router.metric(&format!("{name}{{{labels}}}")).await;
        assert_eq!(of(r#"subgraph="dogs""#).await, own, "{name}");
        assert_eq!(of(&of_canary).await, elsewhere, "{name}");
    }
    assert!(router.metric(&ended("", "2xx")).await >= before + 3.0);
    let route = format!(",route=\"{}\"", canary.url());
    assert_eq!(router.metric(&ended(&route, "5xx")).await, 2.0);
    assert_eq!(router.metric(&ended(&route, "refused")).await, 1.0);
    let metrics = router.metrics().await;
    assert!(!metrics.contains(&ended("", "5xx")), "{metrics}");
}

/// Answers both the SDL and the dog, by HTTP/2 only.
async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    assert_eq!(request.version(), Version::HTTP_2);
    let body = request.into_body().collect().await;
    let body = body.expect("the router sends it all").to_bytes();
    let asks_for_sdl = String::from_utf8_lossy(&body).contains("_service");
    let data = match asks_for_sdl {
        true => json!({ "data": { "_service": { "sdl": DOGS } } }),
        false => json!({ "data": { "dog": "Rex" } }),
    };
    let response = Response::builder().header("content-type", "application/json");
    Ok(response
        .body(Full::from(data.to_string()))
        .expect("a response"))
}

#[tokio::test]
async fn http2_is_spoken_without_tls_where_it_is_known() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let server = Builder::new(TokioExecutor::new()).http2_only();
                let served = server.serve_connection(TokioIo::new(stream), service_fn(answer));
                served.await.ok();
            });
        }
    });
    let url = format!("http://{address}/graphql");
    let router = Running::configured(&format!(
        r#"subgraphs: {{ dogs: {{ url: "{url}", http2: true, max_requests: auto }} }}"#
    ))
    .await;
    router.until_ready().await;
    for _ in 0..3 {
        assert_eq!(
            router.query("{ dog }").await.text(),
            r#"{"data":{"dog":"Rex"}}"#
        );
    }
}

#[tokio::test]
async fn a_client_s_cookies_are_one_line_and_its_connection_s_headers_stay_with_it() {
    let dogs = Subgraph::with_data(DOGS, json!({ "dog": "Rex" })).await;
    let rules = "headers: { propagate: [cookie, x-a, { name: x-b, rename: x-org }, { name: x-c, rename: x-org }] }";
    let rules = format!("{rules}\nsubscriptions: {{ websocket: true }}");
    let router = Running::start(&[("dogs", &dogs)], &rules).await;
    let sent = [
        ("cookie", "a=1"),
        ("cookie", "b=2"),
        ("x-a", "mine"),
        ("connection", "keep-alive, x-a"),
        ("x-c", "main"),
    ];
    let body = json!({ "query": "{ dog }" }).to_string();
    // What may be answered with a stream has its headers for longer.
    let streams = [("accept", "text/event-stream, application/json")];
    for more in [&streams[..0], &streams] {
        let sent = [&sent, more].concat();
        let answer = router.ask_with(&sent, body.clone()).await;
        assert!(answer.text().contains("Rex"), "{}", answer.text());
    }
    let mut socket = Socket::open(
        &router.url(),
        &[
            ("cookie", "a=1; b=2"),
            ("x-a", "mine"),
            ("connection", "Upgrade, x-a"),
            ("x-c", "main"),
        ],
    )
    .await
    .expect("it is opened");
    socket.say(&json!({ "type": "connection_init" })).await;
    socket.subscribe("1", "{ dog }").await;
    while socket.hear().await["type"] != "complete" {}
    let requests = dogs.requests();
    assert_eq!(requests.len(), 3);
    for (headers, _) in requests {
        let values = |name: &str| {
            let values = headers.get_all(name).iter();
            values.map(|value| value.to_str().expect("text")).collect()
        };
        let cookies: Vec<&str> = values("cookie");
        assert_eq!(cookies, ["a=1; b=2"]);
        assert_eq!(headers.get("x-a"), None);
        assert_eq!(headers["x-org"], "main");
    }
}

/// Each connection takes one request, and ends without an answer at the next one: as those do that a server gives up just then.
#[tokio::test]
async fn a_subscription_is_opened_over_a_connection_of_its_own() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/graphql", listener.local_addr().expect("one"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let asked = AtomicUsize::new(0);
            let answer = service_fn(move |request: Request<Incoming>| {
                once(asked.fetch_add(1, Ordering::SeqCst) == 0, request)
            });
            tokio::spawn(async move {
                let server = Builder::new(TokioExecutor::new());
                let served = server.serve_connection(TokioIo::new(stream), answer);
                served.await.ok();
            });
        }
    });
    let router = Running::configured(&format!("subgraphs: {{ dogs: {{ url: \"{url}\" }} }}")).await;
    router.until_ready().await;
    for _ in 0..3 {
        let dog = router.query("{ dog }").await;
        assert_eq!(dog.text(), r#"{"data":{"dog":"Rex"}}"#);
        let body = json!({ "query": "subscription { barks }" }).to_string();
        let events = router
            .ask_with(&[("accept", "text/event-stream")], body)
            .await;
        let all = events.text();
        assert!(all.contains("wuff") && !all.contains("errors"), "{all}");
    }
}

/// An answer to whatever is asked first, and all events of a subscription at once.
async fn once(is_first: bool, request: Request<Incoming>) -> io::Result<Response<Full<Bytes>>> {
    let body = request.into_body().collect().await;
    let body = body.expect("the router sends it all").to_bytes();
    if !is_first {
        return Err(io::Error::other("it takes no more"));
    }
    let is_subscription = String::from_utf8_lossy(&body).contains("subscription");
    let (content_type, body) = if is_subscription {
        let event = json!({ "data": { "barks": "wuff" } });
        let events = format!("event: next\ndata: {event}\n\nevent: complete\n\n");
        ("text/event-stream", events)
    } else {
        let sdl = format!("{DOGS} type Subscription {{ barks: String }}");
        let data = json!({ "_service": { "sdl": sdl }, "dog": "Rex" });
        ("application/json", json!({ "data": data }).to_string())
    };
    let response = Response::builder().header("content-type", content_type);
    Ok(response.body(Full::from(body)).expect("a response"))
}

#[tokio::test]
async fn what_is_no_graphql_response_opens_the_breaker_whatever_its_status_is() {
    for body in [r#"{"message":"maintenance"}"#, r#"{"data":{"dog":"Rex"}"#] {
        let reply = move |_: &_| Reply::Raw(200, "application/json", body.to_owned());
        let dogs = Subgraph::start(DOGS, reply).await;
        let url = dogs.url();
        let router = Running::configured(&format!(
            r#"subgraphs: {{ dogs: {{ url: "{url}", breaker: {{ errors: 50%, of: 2 }} }} }}"#
        ))
        .await;
        router.until_ready().await;
        let mut codes = Vec::new();
        for _ in 0..3 {
            let answer = router.query("{ dog }").await.json();
            codes.push(answer["errors"][0]["extensions"]["code"].clone());
        }
        let malformed = "SUBREQUEST_MALFORMED_RESPONSE";
        assert_eq!(codes, [malformed, malformed, "SUBREQUEST_CIRCUIT_OPEN"]);
    }
}
