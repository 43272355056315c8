//! Who asks: tokens, good and bad, over real HTTP.

mod invalid;
pub(crate) mod issuer;
mod keys;
mod places;
mod unavailable;

use serde_json::{Value, json};

use self::issuer::{Issuer, Signer, claims};
use crate::kit::{Answer, Running, Socket, Subgraph};

const SDL: &str = "type Query { dog: String }";

async fn dogs() -> Subgraph {
    Subgraph::with_data(SDL, json!({ "dog": "Rex" })).await
}

async fn ask(router: &Running, token: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    router
        .ask_with(&headers, json!({ "query": "{ dog }" }).to_string())
        .await
}

fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[name] = value;
    claims
}

fn without(claims: &Value, name: &str) -> Value {
    let mut claims = claims.clone();
    claims.as_object_mut().expect("an object").remove(name);
    claims
}

/// What is unusual, and right.
#[tokio::test]
async fn a_token_is_valid_whatever_it_says_beside_what_counts() {
    let (signer, other) = (Signer::es256("a"), Signer::es256("b"));
    let issuer = Issuer::start(&[&other, &signer, &Signer::ed25519("c")]).await;
    let dogs = dogs().await;
    let config = format!(
        "authentication: {{ jwt: [{{ jwks: \"{}\", issuer: me, audiences: [api] }}] }}",
        issuer.url()
    );
    let router = Running::start(&[("dogs", &dogs)], &config).await;
    let good = claims();
    let header = |more: Value| {
        let mut header = json!({ "alg": "ES256", "kid": "a" });
        for (name, value) in more.as_object().expect("an object") {
            header[name] = value.clone();
        }
        signer.sign_with(header, &good)
    };
    let far = |exp: Value| signer.sign(&with(&good, "exp", exp));
    for (name, token) in [
        (
            "several audiences",
            signer.sign(&with(&good, "aud", json!(["app", "api", 1]))),
        ),
        (
            "no kid, where several keys fit",
            signer.sign_with(json!({ "alg": "ES256" }), &good),
        ),
        (
            "a kid that is null",
            signer.sign_with(json!({ "alg": "ES256", "kid": null }), &good),
        ),
        (
            "another type",
            header(json!({ "typ": "at+jwt", "cty": "JWT" })),
        ),
        (
            "keys that it brings along",
            header(
                json!({ "jwk": other.jwk(), "jku": "http://127.0.0.1:1/", "x5u": "http://127.0.0.1:1/", "x5c": ["AAAA"], "x5t": "AA" }),
            ),
        ),
        ("exp as a fraction", far(json!(9_999_999_999.5))),
        ("exp in far ages", far(json!(1e300))),
        (
            "nbf below zero",
            signer.sign(&with(&good, "nbf", json!(-5))),
        ),
        ("no nbf", signer.sign(&without(&good, "nbf"))),
        (
            "issued tomorrow",
            signer.sign(&with(&good, "iat", json!(9_999_999_998_u64))),
        ),
        (
            "the last of two exp",
            signer.sign_text(r#"{"iss":"me","aud":"api","exp":1,"exp":9999999999}"#),
        ),
        (
            "claims of 8 KB",
            signer.sign(&with(&good, "text", json!("x".repeat(8_000)))),
        ),
        (
            "claims with spaces",
            signer.sign_text(&format!(" {good}\n")),
        ),
    ] {
        let answer = ask(&router, &token).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
    }
    assert_eq!(issuer.asked(), 1);
}

/// A key of fewer than 2048 bits verifies nothing.
#[tokio::test]
async fn a_short_rsa_key_is_no_key() {
    let short = json!({ "kty": "RSA", "kid": "r", "n": issuer::encode(&[0xc5; 128]), "e": "AQAB" });
    let issuer = Issuer::with_body(json!({ "keys": [short] }).to_string()).await;
    let dogs = dogs().await;
    let config = format!(
        "authentication: {{ jwt: [{{ jwks: \"{}\" }}] }}",
        issuer.url()
    );
    let router = Running::start(&[("dogs", &dogs)], &config).await;
    let header = issuer::encode(br#"{"alg":"RS256","kid":"r"}"#);
    let body = issuer::encode(claims().to_string().as_bytes());
    let token = format!("{header}.{body}.{}", issuer::encode(&[1; 128]));
    assert_eq!(ask(&router, &token).await.code(), "TOKEN_SIGNATURE_INVALID");
}

/// The header counts as it stands: one that names its scheme and has no token is a token that is wrong, never nobody.
#[tokio::test]
async fn the_scheme_is_read_in_any_case_and_the_header_once() {
    let signer = Signer::es256("a");
    let issuer = Issuer::start(&[&signer]).await;
    let dogs = dogs().await;
    let config = format!(
        "authentication: {{ jwt: [{{ jwks: \"{}\" }}] }}",
        issuer.url()
    );
    let router = Running::start(&[("dogs", &dogs)], &config).await;
    let token = signer.sign(&claims());
    let body = json!({ "query": "{ dog }" }).to_string();
    let send = async |values: &[&str]| {
        let headers: Vec<_> = values
            .iter()
            .map(|value| ("authorization", *value))
            .collect();
        let answer = router.ask_with(&headers, body.clone()).await;
        match answer.status.as_u16() {
            200 => String::new(),
            _ => answer.code(),
        }
    };
    for prefix in ["Bearer ", "bearer ", "BEARER ", "Bearer   ", "Bearer\t"] {
        assert_eq!(send(&[&format!("{prefix}{token}")]).await, "", "{prefix:?}");
        assert_eq!(send(&[prefix]).await, "TOKEN_MALFORMED", "{prefix:?}");
        let wrong = format!("{prefix}x");
        assert_eq!(send(&[&wrong]).await, "TOKEN_MALFORMED", "{prefix:?}");
    }
    let good = format!("Bearer {token}");
    assert_eq!(send(&[&good, &good]).await, "TOKEN_MALFORMED");
    assert_eq!(send(&[&good, "Basic x"]).await, "TOKEN_MALFORMED");
    // Other schemes are somebody else's, and this one is nobody's.
    for other in ["", "Basic YTpi", "DPoP x", "JWT x"] {
        assert_eq!(send(&[other]).await, "", "{other:?}");
    }
    // But who sends a token is somebody.
    let other = format!("JWT {token}");
    assert_eq!(send(&[&other]).await, "TOKEN_MALFORMED");
}

#[tokio::test]
async fn tokens_of_every_kind_of_key_are_verified_and_a_shared_secret_only_when_it_is_named() {
    let secret = Signer::hs256("s", vec![7; 32]);
    let signers = [Signer::es256("a"), Signer::ed25519("b"), Signer::rs256("c")];
    let issuer = Issuer::start(&[&signers[0], &signers[1], &signers[2], &secret]).await;
    let dogs = dogs().await;
    let url = issuer.url();
    let config = format!("authentication: {{ jwt: [{{ jwks: \"{url}\" }}] }}");
    let router = Running::start(&[("dogs", &dogs)], &config).await;
    for signer in &signers {
        let answer = ask(&router, &signer.sign(&claims())).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let answer = ask(&router, &secret.sign(&claims())).await;
    assert_eq!(answer.code(), "TOKEN_ALGORITHM_NOT_ALLOWED");
    let config = format!("authentication: {{ jwt: [{{ jwks: \"{url}\", algorithms: [HS256] }}] }}");
    let router = Running::start(&[("dogs", &dogs)], &config).await;
    assert_eq!(ask(&router, &secret.sign(&claims())).await.status, 200);
    let answer = ask(&router, &signers[0].sign(&claims())).await;
    assert_eq!(answer.code(), "TOKEN_ALGORITHM_NOT_ALLOWED");
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_once_and_then_not_for_a_while() {
    let (first, second, third) = (Signer::es256("a"), Signer::es256("b"), Signer::es256("c"));
    let issuer = Issuer::start(&[&first]).await;
    let dogs = dogs().await;
    let config = format!(
        "authentication: {{ jwt: [{{ jwks: \"{}\" }}] }}",
        issuer.url()
    );
    let router = Running::start(&[("dogs", &dogs)], &config).await;
    assert_eq!(ask(&router, &first.sign(&claims())).await.status, 200);
    issuer.publish(&[&second]);
    assert_eq!(ask(&router, &second.sign(&claims())).await.status, 200);
    // The key of a token that was verified before is gone.
    let answer = ask(&router, &first.sign(&claims())).await;
    assert_eq!(answer.code(), "TOKEN_KEY_UNKNOWN");
    issuer.publish(&[&third]);
    let asked = issuer.asked();
    for kid in 0..50 {
        let token = third.sign_with(json!({ "alg": "ES256", "kid": kid.to_string() }), &claims());
        assert_eq!(ask(&router, &token).await.code(), "TOKEN_KEY_UNKNOWN");
    }
    assert_eq!(issuer.asked(), asked);
}

#[tokio::test]
async fn keys_that_are_garbage_or_too_many_are_not_taken_and_nobody_is_let_in() {
    let signer = Signer::es256("a");
    let key = signer.jwk();
    for body in [
        "<html>".to_owned(),
        json!({ "keys": [] }).to_string(),
        json!({ "keys": [{ "kty": "oct", "k": "c2hvcnQ" }, 7, null] }).to_string(),
        json!({ "keys": vec![key; 10_000] }).to_string(),
        " ".repeat(2 * 1024 * 1024),
    ] {
        let issuer = Issuer::with_body(body).await;
        let dogs = dogs().await;
        let config = format!(
            "authentication: {{ jwt: [{{ jwks: \"{}\" }}] }}",
            issuer.url()
        );
        let router = Running::start(&[("dogs", &dogs)], &config).await;
        let answer = ask(&router, &signer.sign(&claims())).await;
        assert_eq!(
            (answer.status.as_u16(), &*answer.code()),
            (503, "AUTHENTICATION_UNAVAILABLE")
        );
        // Who has no token is asked for none.
        assert_eq!(router.query("{ dog }").await.status, 200);
    }
}

#[tokio::test]
async fn a_token_is_needed_where_it_is_required_and_may_stand_in_a_cookie() {
    let signer = Signer::es256("a");
    let issuer = Issuer::start(&[&signer]).await;
    let dogs = dogs().await;
    let config = format!(
        "authentication: {{ required: true, jwt: [{{ jwks: \"{}\" }}], sources: [{{ header: authorization, scheme: Bearer }}, {{ cookie: session }}] }}",
        issuer.url()
    );
    let router = Running::start(&[("dogs", &dogs)], &config).await;
    let answer = router.query("{ dog }").await;
    assert_eq!(
        (answer.status.as_u16(), &*answer.code()),
        (401, "UNAUTHENTICATED")
    );
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    let body = json!({ "query": "{ dog }" }).to_string();
    let basic = [("authorization", "Basic YTpi")];
    let answer = router.ask_with(&basic, body.clone()).await;
    assert_eq!(answer.code(), "UNAUTHENTICATED");
    let cookie = format!("theme=dark; session={}", signer.sign(&claims()));
    let answer = router.ask_with(&[("cookie", &cookie)], body.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let bad = [("authorization", "Bearer x"), ("cookie", cookie.as_str())];
    let answer = router.ask_with(&bad, body.clone()).await;
    assert_eq!(answer.code(), "TOKEN_MALFORMED");
    let token = format!("Bearer {}", signer.sign(&claims()));
    let twice = [
        ("authorization", token.as_str()),
        ("authorization", token.as_str()),
    ];
    assert_eq!(
        router.ask_with(&twice, body).await.code(),
        "TOKEN_MALFORMED"
    );
}

#[tokio::test]
async fn claims_reach_subgraphs_in_headers_that_no_client_can_set() {
    let signer = Signer::es256("a");
    let issuer = Issuer::start(&[&signer]).await;
    let dogs = dogs().await;
    let config = format!(
        "authentication: {{ jwt: [{{ jwks: \"{}\" }}] }}\nheaders: {{ claims: {{ x-user: sub, x-team: org.team, x-none: nothing }} }}",
        issuer.url()
    );
    let router = Running::start(&[("dogs", &dogs)], &config).await;
    let body = json!({ "query": "{ dog }" }).to_string();
    let forged = [("x-user", "root"), ("x-team", "root"), ("x-none", "root")];
    router.ask_with(&forged, body.clone()).await;
    let (headers, _) = dogs.requests().pop().expect("a request");
    assert!(
        ["x-user", "x-team", "x-none"]
            .iter()
            .all(|name| !headers.contains_key(*name))
    );
    let claims = with(&claims(), "org", json!({ "team": 7 }));
    let token = format!("Bearer {}", signer.sign(&claims));
    let mut headers = forged.to_vec();
    headers.push(("authorization", &token));
    router.ask_with(&headers, body).await;
    let (headers, _) = dogs.requests().pop().expect("a request");
    assert_eq!(headers["x-user"], "ada");
    assert_eq!(headers["x-team"], "7");
    assert!(!headers.contains_key("x-none"));
}

/// A client that is not allowed at all gets another close code than one whose token has expired, which may come back with a new one.
#[tokio::test]
async fn a_socket_is_closed_with_a_code_that_says_whether_to_come_back() {
    let signer = Signer::es256("a");
    let issuer = Issuer::start(&[&signer]).await;
    let dogs = dogs().await;
    let config = format!(
        "subscriptions: {{ websocket: true }}\nauthentication: {{ required: true, jwt: [{{ jwks: \"{}\" }}] }}",
        issuer.url()
    );
    let router = Running::start(&[("dogs", &dogs)], &config).await;
    let closed = async |payload: Value| {
        let mut socket = Socket::open(&router.url(), &[])
            .await
            .expect("it is opened");
        socket
            .say(&json!({ "type": "connection_init", "payload": payload }))
            .await;
        socket.closed().await.0
    };
    assert_eq!(closed(json!({})).await, 4401);
    assert_eq!(closed(json!({ "authorization": "Bearer x" })).await, 4403);
    let expired = signer.sign(&with(&claims(), "exp", json!(1)));
    let expired = json!({ "authorization": format!("Bearer {expired}") });
    assert_eq!(closed(expired).await, 4403);
    let good = json!({ "authorization": format!("Bearer {}", signer.sign(&claims())) });
    Socket::acknowledged(&router.url(), good).await;
}

/// The payload of `connection_init` has what a page cannot set as headers: a token counts there under every name under which it counts as a header.
#[tokio::test]
async fn a_socket_has_its_token_in_any_of_the_places_where_it_is_looked_for() {
    let signer = Signer::es256("a");
    let issuer = Issuer::start(&[&signer]).await;
    let dogs = dogs().await;
    let config = format!(
        "subscriptions: {{ websocket: true }}\nheaders: {{ claims: {{ x-user: sub }} }}\n\
         authentication: {{ jwt: [{{ jwks: \"{}\" }}], sources: [{{ header: authorization, scheme: Bearer }}, {{ header: x-token, scheme: Bearer }}, {{ cookie: session }}] }}",
        issuer.url()
    );
    let router = Running::start(&[("dogs", &dogs)], &config).await;
    let token = signer.sign(&claims());
    let bearer = format!("Bearer {token}");
    for payload in [
        json!({ "x-token": bearer }),
        json!({ "headers": { "X-Token": bearer } }),
        json!({ "authorization": bearer }),
    ] {
        let mut socket = Socket::acknowledged(&router.url(), payload).await;
        socket.subscribe("1", "{ dog }").await;
        assert_eq!(socket.hear().await["type"], "next");
        let (headers, _) = dogs.requests().pop().expect("a request");
        assert_eq!(headers["x-user"], "ada");
    }
    let refused = async |payload: Value| {
        let mut socket = Socket::open(&router.url(), &[])
            .await
            .expect("it is opened");
        let init = json!({ "type": "connection_init", "payload": payload });
        socket.say(&init).await;
        socket.closed().await.0
    };
    assert_eq!(refused(json!({ "x-token": "Bearer bad" })).await, 4403);
    assert_eq!(
        refused(json!({ "x-token": format!("JWT {token}") })).await,
        4403
    );
    assert_eq!(refused(json!({ "x-token": 1 })).await, 4400);
    // A cookie is the browser's to send.
    let own = json!({ "cookie": format!("session={token}"), "session": token });
    let mut socket = Socket::acknowledged(&router.url(), own).await;
    socket.subscribe("1", "{ dog }").await;
    assert_eq!(socket.hear().await["type"], "next");
    let (headers, _) = dogs.requests().pop().expect("a request");
    assert!(!headers.contains_key("x-user"));
}
