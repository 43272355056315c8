//! Tokens that are not valid.

use super::*;

pub(super) fn decoded(part: &str) -> Vec<u8> {
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    engine.decode(part).expect("base64url")
}

/// A signature of ES256 as X.509 writes it: its two numbers in ASN.1.
fn in_asn1(signature: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let number = &number[zeros.min(number.len() - 1)..];
        // A first bit that is set would be a sign.
        let padding: &[u8] = if number[0] >= 0x80 { &[0] } else { &[] };
        let size = u8::try_from(padding.len() + number.len()).expect("33 bytes at most");
        [&[2, size], padding, number].concat()
    };
    let (r, s) = signature.split_at(32);
    let both = [integer(r), integer(s)].concat();
    let size = u8::try_from(both.len()).expect("70 bytes at most");
    [&[0x30, size][..], &both].concat()
}

/// What is wrong, the token, and the code.
type Case = (&'static str, String, &'static str);

/// A good token, and what it is made of.
struct Signed {
    /// The issuer's, for ES256.
    signer: Signer,
    /// The same for RS256.
    rsa: Signer,
    /// Somebody else's.
    other: Signer,
    good: Value,
    token: String,
}

fn parts(token: &str) -> [&str; 3] {
    let parts: Vec<&str> = token.split('.').collect();
    parts.try_into().expect("three parts")
}

/// Texts that are no token.
#[rustfmt::skip] // A table: one case a line.
fn malformed(signed: &Signed) -> Vec<Case> {
    let Signed { signer, good, token, .. } = signed;
    let [header, body, signature] = parts(token);
    let raw = issuer::encode;
    let nested = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    vec![
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
        ("crit", signer.sign_with(json!({ "alg": "ES256", "kid": "a", "crit": ["exp"] }), good), "TOKEN_MALFORMED"),
        ("crit that is null", signer.sign_with(json!({ "alg": "ES256", "kid": "a", "crit": null }), good), "TOKEN_MALFORMED"),
        ("an empty crit", signer.sign_with(json!({ "alg": "ES256", "kid": "a", "crit": [] }), good), "TOKEN_MALFORMED"),
        ("a payload that is not encoded", signer.sign_with(json!({ "alg": "ES256", "kid": "a", "b64": false, "crit": ["b64"] }), good), "TOKEN_MALFORMED"),
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
        ("exp that is null", signer.sign(&with(good, "exp", Value::Null)), "TOKEN_MALFORMED"),
        ("exp that is a list", signer.sign(&with(good, "exp", json!([9_999_999_999_u64]))), "TOKEN_MALFORMED"),
        ("nbf that is a text", signer.sign(&with(good, "nbf", json!("0"))), "TOKEN_MALFORMED"),
        ("claims that are a list", signer.sign(&json!([1])), "TOKEN_MALFORMED"),
        ("claims nested 200 deep", signer.sign_text(&format!("{{\"exp\":{nested}}}")), "TOKEN_MALFORMED"),
        ("claims nested 10,000 deep", signer.sign_text(&format!("{{\"exp\":9999999999,\"a\":{}", "[".repeat(10_000))), "TOKEN_MALFORMED"),
        ("a header nested 5,000 deep", format!("{}.{body}.{signature}", raw(format!("{{\"alg\":\"ES256\",\"jwk\":{}", "[".repeat(5_000)).as_bytes())), "TOKEN_MALFORMED"),
        ("a header that is no UTF-8", format!("{}.{body}.{signature}", raw(b"{\"alg\":\"ES256\",\"kid\":\"\xff\"}")), "TOKEN_MALFORMED"),
        ("exp that is a truth", signer.sign(&with(good, "exp", json!(true))), "TOKEN_MALFORMED"),
        ("exp that is no number of JSON", signer.sign_text(r#"{"iss":"me","aud":"api","exp":NaN}"#), "TOKEN_MALFORMED"),
        ("nbf that is null", signer.sign(&with(good, "nbf", Value::Null)), "TOKEN_MALFORMED"),
        ("an encrypted token", format!("{}.a.b.c.d", raw(br#"{"alg":"RSA-OAEP","enc":"A256GCM","zip":"DEF"}"#)), "TOKEN_MALFORMED"),
        ("only dots", "..".into(), "TOKEN_MALFORMED"),
        ("claims nested 200 deep, signed", signer.sign_text(&format!("{{\"iss\":\"me\",\"aud\":\"api\",\"exp\":9999999999,\"a\":{nested}}}")), "TOKEN_MALFORMED"),
        ("no exp", signer.sign(&without(good, "exp")), "TOKEN_MALFORMED"),
        ("exp that is a text", signer.sign(&with(good, "exp", json!("9999999999"))), "TOKEN_MALFORMED"),
        ("nbf that is an object", signer.sign(&with(good, "nbf", json!({}))), "TOKEN_MALFORMED"),
    ]
}

/// Tokens of algorithms, issuers and keys that are not taken.
#[rustfmt::skip] // A table: one case a line.
fn unacceptable(signed: &Signed) -> Vec<Case> {
    let Signed { signer, rsa, good, token, .. } = signed;
    let [_, body, signature] = parts(token);
    let raw = issuer::encode;
    // The public key as the secret of an HMAC.
    let confused = Signer::hs256("r", rsa.public()).sign(good);
    vec![
        ("none", format!("{}.{body}.", raw(br#"{"alg":"none"}"#)), "TOKEN_ALGORITHM_NOT_ALLOWED"),
        ("None", format!("{}.{body}.", raw(br#"{"alg":"None"}"#)), "TOKEN_ALGORITHM_NOT_ALLOWED"),
        ("nOnE", format!("{}.{body}.", raw(br#"{"alg":"nOnE"}"#)), "TOKEN_ALGORITHM_NOT_ALLOWED"),
        ("an empty algorithm", format!("{}.{body}.", raw(br#"{"alg":""}"#)), "TOKEN_ALGORITHM_NOT_ALLOWED"),
        ("small letters", format!("{}.{body}.{signature}", raw(br#"{"alg":"es256","kid":"a"}"#)), "TOKEN_ALGORITHM_NOT_ALLOWED"),
        ("an algorithm of encryption", format!("{}.{body}.{signature}", raw(br#"{"alg":"RSA-OAEP","kid":"r"}"#)), "TOKEN_ALGORITHM_NOT_ALLOWED"),
        ("an RSA algorithm that the key is not for", rsa.sign_with(json!({ "alg": "PS256", "kid": "r" }), good), "TOKEN_ALGORITHM_NOT_ALLOWED"),
        ("an unknown algorithm", format!("{}.{body}.{signature}", raw(br#"{"alg":"ES257"}"#)), "TOKEN_ALGORITHM_NOT_ALLOWED"),
        ("HS256 with the public key", confused, "TOKEN_ALGORITHM_NOT_ALLOWED"),
        ("the key of another type", rsa.sign_with(json!({ "alg": "RS256", "kid": "a" }), good), "TOKEN_ALGORITHM_NOT_ALLOWED"),
        ("another issuer", signer.sign(&with(good, "iss", json!("you"))), "TOKEN_ISSUER_INVALID"),
        ("no issuer", signer.sign(&without(good, "iss")), "TOKEN_ISSUER_INVALID"),
        ("issuers in a list", signer.sign(&with(good, "iss", json!(["me"]))), "TOKEN_ISSUER_INVALID"),
        ("an unknown kid", signer.sign_with(json!({ "alg": "ES256", "kid": "b" }), good), "TOKEN_KEY_UNKNOWN"),
        ("a kid that is a path", signer.sign_with(json!({ "alg": "ES256", "kid": "../../etc/passwd" }), good), "TOKEN_KEY_UNKNOWN"),
        ("issuers in an object", signer.sign(&with(good, "iss", json!({ "me": 1 }))), "TOKEN_ISSUER_INVALID"),
        ("an issuer in other letters", signer.sign(&with(good, "iss", json!("ME"))), "TOKEN_ISSUER_INVALID"),
        ("an issuer with a slash", signer.sign(&with(good, "iss", json!("me/"))), "TOKEN_ISSUER_INVALID"),
        ("NONE", format!("{}.{body}.", raw(br#"{"alg":"NONE"}"#)), "TOKEN_ALGORITHM_NOT_ALLOWED"),
        ("none with a signature", format!("{}.{body}.{signature}", raw(br#"{"alg":"none","kid":"a"}"#)), "TOKEN_ALGORITHM_NOT_ALLOWED"),
        ("an empty kid", signer.sign_with(json!({ "alg": "ES256", "kid": "" }), good), "TOKEN_KEY_UNKNOWN"),
        ("a kid of 8 KB", signer.sign_with(json!({ "alg": "ES256", "kid": "a".repeat(8_000) }), good), "TOKEN_KEY_UNKNOWN"),
    ]
}

/// Tokens that are signed wrongly, out of their time, or for others.
#[rustfmt::skip] // A table: one case a line.
fn untrue(signed: &Signed) -> Vec<Case> {
    let Signed { signer, other, good, token, .. } = signed;
    let [header, body, signature] = parts(token);
    let raw = issuer::encode;
    vec![
        ("a signature of zeros", format!("{header}.{body}.{}", raw(&[0; 64])), "TOKEN_SIGNATURE_INVALID"),
        ("half a signature", format!("{header}.{body}.{}", raw(&[7; 32])), "TOKEN_SIGNATURE_INVALID"),
        ("a signature in ASN.1", format!("{header}.{body}.{}", raw(&[0x30, 6, 2, 1, 1, 2, 1, 1])), "TOKEN_SIGNATURE_INVALID"),
        ("the signature in ASN.1", format!("{header}.{body}.{}", raw(&in_asn1(&decoded(signature)))), "TOKEN_SIGNATURE_INVALID"),
        ("a signature and more", format!("{header}.{body}.{}", raw(&[&decoded(signature)[..], &[0]].concat())), "TOKEN_SIGNATURE_INVALID"),
        ("a signature of RSA of zeros", format!("{}.{body}.{}", raw(br#"{"alg":"RS256","kid":"r"}"#), raw(&[0; 256])), "TOKEN_SIGNATURE_INVALID"),
        ("no kid, somebody else's key", other.sign_with(json!({ "alg": "ES256" }), good), "TOKEN_SIGNATURE_INVALID"),
        ("somebody else's key", other.sign(good), "TOKEN_SIGNATURE_INVALID"),
        ("no signature", format!("{header}.{body}."), "TOKEN_SIGNATURE_INVALID"),
        ("other claims", format!("{header}.{}.{signature}", raw(with(good, "sub", json!("root")).to_string().as_bytes())), "TOKEN_SIGNATURE_INVALID"),
        ("a key of its own", other.sign_with(json!({ "alg": "ES256", "kid": "a", "jwk": other.jwk(), "jku": "http://127.0.0.1:1/" }), good), "TOKEN_SIGNATURE_INVALID"),
        ("expired", signer.sign(&with(good, "exp", json!(1_000))), "TOKEN_EXPIRED"),
        ("exp below zero", signer.sign(&with(good, "exp", json!(-1))), "TOKEN_EXPIRED"),
        ("expired, as a fraction", signer.sign(&with(good, "exp", json!(1_000.5))), "TOKEN_EXPIRED"),
        ("expired at zero", signer.sign(&with(good, "exp", json!(0))), "TOKEN_EXPIRED"),
        ("expired long before all times", signer.sign_text(r#"{"iss":"me","aud":"api","exp":-1e300}"#), "TOKEN_EXPIRED"),
        ("the last of two exp", signer.sign_text(r#"{"iss":"me","aud":"api","exp":9999999999,"exp":1}"#), "TOKEN_EXPIRED"),
        ("not valid for ages", signer.sign(&with(good, "nbf", json!(1e300))), "TOKEN_NOT_YET_VALID"),
        ("not valid yet", signer.sign(&with(good, "nbf", json!(9_999_999_998_u64))), "TOKEN_NOT_YET_VALID"),
        ("another audience", signer.sign(&with(good, "aud", json!("app"))), "TOKEN_AUDIENCE_INVALID"),
        ("an audience with a space", signer.sign(&with(good, "aud", json!("api "))), "TOKEN_AUDIENCE_INVALID"),
        ("an empty list of audiences", signer.sign(&with(good, "aud", json!([]))), "TOKEN_AUDIENCE_INVALID"),
        ("audiences that are numbers", signer.sign(&with(good, "aud", json!([1, null]))), "TOKEN_AUDIENCE_INVALID"),
        ("no audience", signer.sign(&without(good, "aud")), "TOKEN_AUDIENCE_INVALID"),
        ("an audience in an object", signer.sign(&with(good, "aud", json!({ "api": true }))), "TOKEN_AUDIENCE_INVALID"),
    ]
}

/// Every way of being wrong is reported by its own code, none is anonymous, and no subgraph hears of it.
#[tokio::test]
async fn a_token_that_is_not_valid_is_refused_with_the_code_that_says_why() {
    let (signer, rsa) = (Signer::es256("a"), Signer::rs256("r"));
    let issuer = Issuer::start(&[&signer, &rsa]).await;
    let dogs = dogs().await;
    let config = format!(
        "authentication: {{ jwt: [{{ jwks: \"{}\", issuer: me, audiences: [api] }}] }}",
        issuer.url()
    );
    let router = Running::start(&[("dogs", &dogs)], &config).await;
    let good = claims();
    let signed = Signed {
        token: signer.sign(&good),
        signer,
        rsa,
        other: Signer::es256("a"),
        good,
    };
    let cases = [malformed, unacceptable, untrue].map(|cases| cases(&signed));
    for (name, token, code) in cases.into_iter().flatten() {
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
    let answer = ask(&router, &signed.token).await;
    assert_eq!(answer.text(), r#"{"data":{"dog":"Rex"}}"#);
}
