//! Who asks: tokens, good and bad, over real HTTP.

pub(crate) mod issuer;

use serde_json::{Value, json};

use self::issuer::{Issuer, Signer, claims};
use crate::kit::{Answer, Running, Subgraph};

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

fn decoded(part: &str) -> Vec<u8> {
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    engine.decode(part).expect("base64url")
}

fn without(claims: &Value, name: &str) -> Value {
    let mut claims = claims.clone();
    claims.as_object_mut().expect("an object").remove(name);
    claims
}

/// Every way of being wrong is reported by its own code, none is anonymous, and no subgraph hears of it.
#[tokio::test]
async fn a_token_that_is_not_valid_is_refused_with_the_code_that_says_why() {
    let signer = Signer::es256("a");
    let (rsa, other) = (Signer::rs256("r"), Signer::es256("a"));
    let issuer = Issuer::start(&[&signer, &rsa]).await;
    let dogs = dogs().await;
    let config = format!(
        "authentication: {{ jwt: [{{ jwks: \"{}\", issuer: me, audiences: [api] }}] }}",
        issuer.url()
    );
    let router = Running::start(&[("dogs", &dogs)], &config).await;
    let good = claims();
    let token = signer.sign(&good);
    let [header, body, signature] = token.split('.').collect::<Vec<_>>()[..] else {
        panic!("three parts")
    };
    let raw = issuer::encode;
    // The public key as the secret of an HMAC.
    let confused = Signer::hs256("r", rsa.public()).sign(&good);
    let nested = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let cases: Vec<(&str, String, &str)> = vec![
        ("empty", String::new(), "TOKEN_MALFORMED"),
        ("no dots", "abc".into(), "TOKEN_MALFORMED"),
        ("two parts", format!("{header}.{body}"), "TOKEN_MALFORMED"),
        ("four parts", format!("{token}.x"), "TOKEN_MALFORMED"),
        ("five parts", "a.b.c.d.e".into(), "TOKEN_MALFORMED"),
        ("padding", format!("{header}=.{body}.{signature}"), "TOKEN_MALFORMED"),
        ("huge", "a".repeat(20_000), "TOKEN_MALFORMED"),
        ("a header that is no JSON", format!("{}.{body}.{signature}", raw(b"{")), "TOKEN_MALFORMED"),
        ("a header without alg", format!("{}.{body}.{signature}", raw(b"{}")), "TOKEN_MALFORMED"),
        ("alg twice", format!("{}.{body}.{signature}", raw(br#"{"alg":"ES256","alg":"none"}"#)), "TOKEN_MALFORMED"),
        ("crit", signer.sign_with(json!({ "alg": "ES256", "kid": "a", "crit": ["exp"] }), &good), "TOKEN_MALFORMED"),
        ("crit that is null", signer.sign_with(json!({ "alg": "ES256", "kid": "a", "crit": null }), &good), "TOKEN_MALFORMED"),
        ("an empty crit", signer.sign_with(json!({ "alg": "ES256", "kid": "a", "crit": [] }), &good), "TOKEN_MALFORMED"),
        ("a payload that is not encoded", signer.sign_with(json!({ "alg": "ES256", "kid": "a", "b64": false, "crit": ["b64"] }), &good), "TOKEN_MALFORMED"),
        ("a header that is a list", format!("{}.{body}.{signature}", raw(b"[]")), "TOKEN_MALFORMED"),
        ("an alg that is a number", format!("{}.{body}.{signature}", raw(br#"{"alg":256}"#)), "TOKEN_MALFORMED"),
        ("a kid that is a number", format!("{}.{body}.{signature}", raw(br#"{"alg":"ES256","kid":1}"#)), "TOKEN_MALFORMED"),
        ("kid twice", format!("{}.{body}.{signature}", raw(br#"{"alg":"ES256","kid":"b","kid":"a"}"#)), "TOKEN_MALFORMED"),
        ("a space within", format!("{header}. {body}.{signature}"), "TOKEN_MALFORMED"),
        ("a second token", format!("{token} {token}"), "TOKEN_MALFORMED"),
        ("a list of tokens", format!("{token}, Bearer {token}"), "TOKEN_MALFORMED"),
        ("quotation marks", format!("\"{token}\""), "TOKEN_MALFORMED"),
        ("letters of base64", format!("{header}.{body}.{}", signature.replace(['-', '_'], "+") + "+"), "TOKEN_MALFORMED"),
        ("bits beyond the last byte", format!("{header}.{body}.AB"), "TOKEN_MALFORMED"),
        ("no claims", format!("{header}..{signature}"), "TOKEN_MALFORMED"),
        ("no header", format!(".{body}.{signature}"), "TOKEN_MALFORMED"),
        ("claims that are a text", signer.sign(&json!("claims")), "TOKEN_MALFORMED"),
        ("claims that are null", signer.sign(&Value::Null), "TOKEN_MALFORMED"),
        ("claims that are no UTF-8", format!("{header}.{}.{signature}", raw(b"{\"exp\":9999999999,\"a\":\"\xff\"}")), "TOKEN_MALFORMED"),
        ("exp beyond all numbers", signer.sign_text(r#"{"iss":"me","aud":"api","exp":1e999}"#), "TOKEN_MALFORMED"),
        ("exp that is null", signer.sign(&with(&good, "exp", Value::Null)), "TOKEN_MALFORMED"),
        ("exp that is a list", signer.sign(&with(&good, "exp", json!([9_999_999_999_u64]))), "TOKEN_MALFORMED"),
        ("nbf that is a text", signer.sign(&with(&good, "nbf", json!("0"))), "TOKEN_MALFORMED"),
        ("claims that are a list", signer.sign(&json!([1])), "TOKEN_MALFORMED"),
        ("claims nested 200 deep", signer.sign_text(&format!("{{\"exp\":{nested}}}")), "TOKEN_MALFORMED"),
        ("no exp", signer.sign(&without(&good, "exp")), "TOKEN_MALFORMED"),
        ("exp that is a text", signer.sign(&with(&good, "exp", json!("9999999999"))), "TOKEN_MALFORMED"),
        ("nbf that is an object", signer.sign(&with(&good, "nbf", json!({}))), "TOKEN_MALFORMED"),
        ("none", format!("{}.{body}.", raw(br#"{"alg":"none"}"#)), "TOKEN_ALGORITHM_NOT_ALLOWED"),
        ("None", format!("{}.{body}.", raw(br#"{"alg":"None"}"#)), "TOKEN_ALGORITHM_NOT_ALLOWED"),
        ("nOnE", format!("{}.{body}.", raw(br#"{"alg":"nOnE"}"#)), "TOKEN_ALGORITHM_NOT_ALLOWED"),
        ("an empty algorithm", format!("{}.{body}.", raw(br#"{"alg":""}"#)), "TOKEN_ALGORITHM_NOT_ALLOWED"),
        ("small letters", format!("{}.{body}.{signature}", raw(br#"{"alg":"es256","kid":"a"}"#)), "TOKEN_ALGORITHM_NOT_ALLOWED"),
        ("an algorithm of encryption", format!("{}.{body}.{signature}", raw(br#"{"alg":"RSA-OAEP","kid":"r"}"#)), "TOKEN_ALGORITHM_NOT_ALLOWED"),
        ("an RSA algorithm that the key is not for", rsa.sign_with(json!({ "alg": "PS256", "kid": "r" }), &good), "TOKEN_ALGORITHM_NOT_ALLOWED"),
        ("an unknown algorithm", format!("{}.{body}.{signature}", raw(br#"{"alg":"ES257"}"#)), "TOKEN_ALGORITHM_NOT_ALLOWED"),
        ("HS256 with the public key", confused, "TOKEN_ALGORITHM_NOT_ALLOWED"),
        ("the key of another type", rsa.sign_with(json!({ "alg": "RS256", "kid": "a" }), &good), "TOKEN_ALGORITHM_NOT_ALLOWED"),
        ("another issuer", signer.sign(&with(&good, "iss", json!("you"))), "TOKEN_ISSUER_INVALID"),
        ("no issuer", signer.sign(&without(&good, "iss")), "TOKEN_ISSUER_INVALID"),
        ("issuers in a list", signer.sign(&with(&good, "iss", json!(["me"]))), "TOKEN_ISSUER_INVALID"),
        ("an unknown kid", signer.sign_with(json!({ "alg": "ES256", "kid": "b" }), &good), "TOKEN_KEY_UNKNOWN"),
        ("a kid that is a path", signer.sign_with(json!({ "alg": "ES256", "kid": "../../etc/passwd" }), &good), "TOKEN_KEY_UNKNOWN"),
        ("an empty kid", signer.sign_with(json!({ "alg": "ES256", "kid": "" }), &good), "TOKEN_KEY_UNKNOWN"),
        ("a kid of 8 KB", signer.sign_with(json!({ "alg": "ES256", "kid": "a".repeat(8_000) }), &good), "TOKEN_KEY_UNKNOWN"),
        ("a signature of zeros", format!("{header}.{body}.{}", raw(&[0; 64])), "TOKEN_SIGNATURE_INVALID"),
        ("half a signature", format!("{header}.{body}.{}", raw(&[7; 32])), "TOKEN_SIGNATURE_INVALID"),
        ("a signature in ASN.1", format!("{header}.{body}.{}", raw(&[0x30, 6, 2, 1, 1, 2, 1, 1])), "TOKEN_SIGNATURE_INVALID"),
        ("a signature and more", format!("{header}.{body}.{}", raw(&[&decoded(signature)[..], &[0]].concat())), "TOKEN_SIGNATURE_INVALID"),
        ("a signature of RSA of zeros", format!("{}.{body}.{}", raw(br#"{"alg":"RS256","kid":"r"}"#), raw(&[0; 256])), "TOKEN_SIGNATURE_INVALID"),
        ("no kid, somebody else's key", other.sign_with(json!({ "alg": "ES256" }), &good), "TOKEN_SIGNATURE_INVALID"),
        ("somebody else's key", other.sign(&good), "TOKEN_SIGNATURE_INVALID"),
        ("no signature", format!("{header}.{body}."), "TOKEN_SIGNATURE_INVALID"),
        ("other claims", format!("{header}.{}.{signature}", raw(with(&good, "sub", json!("root")).to_string().as_bytes())), "TOKEN_SIGNATURE_INVALID"),
        ("a key of its own", other.sign_with(json!({ "alg": "ES256", "kid": "a", "jwk": other.jwk(), "jku": "http://127.0.0.1:1/" }), &good), "TOKEN_SIGNATURE_INVALID"),
        ("expired", signer.sign(&with(&good, "exp", json!(1_000))), "TOKEN_EXPIRED"),
        ("exp below zero", signer.sign(&with(&good, "exp", json!(-1))), "TOKEN_EXPIRED"),
        ("expired, as a fraction", signer.sign(&with(&good, "exp", json!(1_000.5))), "TOKEN_EXPIRED"),
        ("expired at zero", signer.sign(&with(&good, "exp", json!(0))), "TOKEN_EXPIRED"),
        ("expired long before all times", signer.sign_text(r#"{"iss":"me","aud":"api","exp":-1e300}"#), "TOKEN_EXPIRED"),
        ("the last of two exp", signer.sign_text(r#"{"iss":"me","aud":"api","exp":9999999999,"exp":1}"#), "TOKEN_EXPIRED"),
        ("not valid for ages", signer.sign(&with(&good, "nbf", json!(1e300))), "TOKEN_NOT_YET_VALID"),
        ("not valid yet", signer.sign(&with(&good, "nbf", json!(9_999_999_998_u64))), "TOKEN_NOT_YET_VALID"),
        ("another audience", signer.sign(&with(&good, "aud", json!("app"))), "TOKEN_AUDIENCE_INVALID"),
        ("an audience with a space", signer.sign(&with(&good, "aud", json!("api "))), "TOKEN_AUDIENCE_INVALID"),
        ("an empty list of audiences", signer.sign(&with(&good, "aud", json!([]))), "TOKEN_AUDIENCE_INVALID"),
        ("audiences that are numbers", signer.sign(&with(&good, "aud", json!([1, null]))), "TOKEN_AUDIENCE_INVALID"),
        ("no audience", signer.sign(&without(&good, "aud")), "TOKEN_AUDIENCE_INVALID"),
        ("an audience in an object", signer.sign(&with(&good, "aud", json!({ "api": true }))), "TOKEN_AUDIENCE_INVALID"),
    ];
    for (name, token, code) in cases {
        let answer = ask(&router, &token).await;
        assert_eq!(answer.status, 401, "{name}: {}", answer.text());
        assert_eq!(answer.code(), code, "{name}");
        let challenge = answer.header("www-authenticate");
        assert!(
            challenge.starts_with("Bearer error=\"invalid_token\""),
            "{name}: {challenge}"
        );
    }
    assert!(dogs.requests().is_empty());
    let answer = ask(&router, &token).await;
    assert_eq!(answer.text(), r#"{"data":{"dog":"Rex"}}"#);
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
    for other in ["", "Basic YTpi", "DPoP x", &format!("JWT {token}")] {
        assert_eq!(send(&[other]).await, "", "{other:?}");
    }
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
