//! Keys that an issuer publishes and that are not, or not quite, those of its tokens.

use super::*;

fn with_all(key: &Value, more: &Value) -> Value {
    let mut key = key.clone();
    for (name, value) in more.as_object().expect("an object") {
        key[name] = value.clone();
    }
    key
}

/// What becomes of a good token when its key is published like that.
#[tokio::test]
#[rustfmt::skip] // A table: one case a line.
async fn a_key_is_for_what_it_says_it_is_for() {
    let (signer, other) = (Signer::es256("a"), Signer::es256("a"));
    let key = signer.jwk();
    let changed = |more: Value| vec![with_all(&key, &more)];
    let short = |name: &str| changed(json!({ name: issuer::encode(&[7; 31]) }));
    let text = |name: &str| key[name].as_str().expect("a text").to_owned();
    let padded = |name: &str| text(name) + "=";
    let standard = |name: &str| text(name).replace('-', "+").replace('_', "/") + "=";
    let (unknown, not_allowed, wrong) = ("TOKEN_KEY_UNKNOWN", "TOKEN_ALGORITHM_NOT_ALLOWED", "TOKEN_SIGNATURE_INVALID");
    for (name, keys, code) in [
        ("as it is", vec![key.clone()], ""),
        ("for nothing in particular", vec![without(&key, "use")], ""),
        ("for verifying", changed(json!({ "key_ops": ["verify"] })), ""),
        ("for its algorithm", changed(json!({ "alg": "ES256" })), ""),
        ("with members that nobody knows", changed(json!({ "x5c": ["AAAA"], "exp": 1, "more": {} })), ""),
        ("beside another one of its name", vec![other.jwk(), key.clone()], ""),
        ("for encryption", changed(json!({ "use": "enc" })), unknown),
        ("for signing", changed(json!({ "key_ops": ["sign"] })), unknown),
        ("for no operation", changed(json!({ "key_ops": [] })), unknown),
        ("for an algorithm of encryption", changed(json!({ "alg": "ECDH-ES" })), unknown),
        ("for another algorithm", changed(json!({ "alg": "ES384" })), not_allowed),
        ("for a shared secret", changed(json!({ "alg": "HS256" })), not_allowed),
        ("with another name", changed(json!({ "kid": "A" })), unknown),
        ("without a name", vec![without(&key, "kid")], ""),
        ("without a name, beside another one without", vec![without(&other.jwk(), "kid"), without(&key, "kid")], ""),
        ("without a name, beside another one of its name", vec![other.jwk(), without(&key, "kid")], wrong),
        ("somebody else's, without a name", vec![without(&other.jwk(), "kid")], unknown),
        ("with a number for a name", changed(json!({ "kid": 1 })), unknown),
        ("on another curve", changed(json!({ "crv": "P-384" })), unknown),
        ("on a curve that nobody knows", changed(json!({ "crv": "secp256k1" })), unknown),
        ("of another type", changed(json!({ "kty": "RSA" })), unknown),
        ("of the type of a secret", changed(json!({ "kty": "oct", "k": issuer::encode(&signer.public()) })), not_allowed),
        ("of a type that nobody knows", changed(json!({ "kty": "ec" })), unknown),
        ("without half of its point", vec![without(&key, "y")], unknown),
        ("with a point that is too short", short("x"), unknown),
        ("with a point on no curve", changed(json!({ "x": issuer::encode(&[7; 32]) })), wrong),
        ("with a point of zeros", changed(json!({ "x": issuer::encode(&[0; 32]), "y": issuer::encode(&[0; 32]) })), wrong),
        ("with a point in padded base64", changed(json!({ "x": padded("x"), "y": padded("y") })), ""),
        ("with a point in the letters of base64", changed(json!({ "x": standard("x"), "y": standard("y") })), ""),
        ("with a point in no base64", changed(json!({ "x": "*".repeat(43) })), unknown),
        ("behind fifteen others of its name", [vec![other.jwk(); 15], vec![key.clone()]].concat(), ""),
        ("behind sixteen others of its name", [vec![other.jwk(); 16], vec![key.clone()]].concat(), wrong),
        ("somebody else's", vec![other.jwk()], wrong),
    ] {
        // One that is usable, so that the set is.
        let all = [keys, vec![Signer::ed25519("z").jwk()]].concat();
        let issuer = Issuer::with_body(json!({ "keys": all }).to_string()).await;
        let dogs = dogs().await;
        let config = format!("authentication: {{ jwt: [{{ jwks: \"{}\" }}] }}", issuer.url());
        let router = Running::start(&[("dogs", &dogs)], &config).await;
        let answer = ask(&router, &signer.sign(&claims())).await;
        match code {
            "" => assert_eq!(answer.status, 200, "{name}: {}", answer.text()),
            code => assert_eq!((answer.status.as_u16(), &*answer.code()), (401, code), "{name}"),
        }
    }
}

/// Java writes a number with a byte for its sign.
#[tokio::test]
async fn an_rsa_key_may_have_leading_zeros() {
    let signer = Signer::rs256("a");
    let mut key = signer.jwk();
    for name in ["n", "e"] {
        let number = invalid::decoded(key[name].as_str().expect("a text"));
        key[name] = json!(issuer::encode(&[&[0, 0], &*number].concat()));
    }
    let issuer = Issuer::with_body(json!({ "keys": [key] }).to_string()).await;
    let dogs = dogs().await;
    let config = format!(
        "authentication: {{ jwt: [{{ jwks: \"{}\" }}] }}",
        issuer.url()
    );
    let router = Running::start(&[("dogs", &dogs)], &config).await;
    let answer = ask(&router, &signer.sign(&claims())).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// A token that does not say which key it is signed with is tried with some, and told so where there are more.
#[tokio::test]
async fn a_token_without_a_kid_is_tried_with_sixteen_keys() {
    let signers: Vec<Signer> = (0..17).map(|n| Signer::es256(&n.to_string())).collect();
    let all: Vec<&Signer> = signers.iter().collect();
    let dogs = dogs().await;
    for (keys, code) in [
        (&all[..16], ""),
        (&all[1..], ""),
        (&all[..], "TOKEN_MALFORMED"),
    ] {
        let issuer = Issuer::start(keys).await;
        let config = format!(
            "authentication: {{ jwt: [{{ jwks: \"{}\" }}] }}",
            issuer.url()
        );
        let router = Running::start(&[("dogs", &dogs)], &config).await;
        let last = keys.last().expect("some");
        let answer = ask(
            &router,
            &last.sign_with(json!({ "alg": "ES256" }), &claims()),
        )
        .await;
        match code {
            "" => assert_eq!(answer.status, 200, "{}", answer.text()),
            code => assert_eq!(answer.code(), code),
        }
        let named = ask(&router, &last.sign(&claims())).await;
        assert_eq!(named.status, 200, "{}", named.text());
    }
}

/// <https://www.rfc-editor.org/rfc/rfc9864#section-2.2>
#[tokio::test]
async fn the_newer_name_of_an_algorithm_is_the_same_algorithm() {
    let signer = Signer::ed25519("a");
    let key = with_all(&signer.jwk(), &json!({ "alg": "Ed25519" }));
    let issuer = Issuer::with_body(json!({ "keys": [key] }).to_string()).await;
    let dogs = dogs().await;
    for algorithms in ["", ", algorithms: [Ed25519]", ", algorithms: [EdDSA]"] {
        let config = format!(
            "authentication: {{ jwt: [{{ jwks: \"{}\"{algorithms} }}] }}",
            issuer.url()
        );
        let router = Running::start(&[("dogs", &dogs)], &config).await;
        for name in ["Ed25519", "EdDSA"] {
            let token = signer.sign_with(json!({ "alg": name, "kid": "a" }), &claims());
            let answer = ask(&router, &token).await;
            assert_eq!(answer.status, 200, "{name}{algorithms}: {}", answer.text());
        }
    }
}

/// Keys for which anybody can sign: a point of small order, with the signature that is right for every message, and a modulus that can be factored.
#[tokio::test]
async fn a_key_that_protects_nothing_verifies_nothing() {
    let small = |first: u8, between: u8, last: u8| {
        let mut point = [between; 32];
        (point[0], point[31]) = (first, last);
        json!({ "kty": "OKP", "crv": "Ed25519", "x": issuer::encode(&point) })
    };
    let anything = issuer::encode(br#"{"alg":"EdDSA"}"#);
    let anybody = issuer::encode(claims().to_string().as_bytes());
    // The neutral element, and 0.
    let mut nothing = [0; 64];
    nothing[0] = 1;
    let forged = format!("{anything}.{anybody}.{}", issuer::encode(&nothing));
    // Signed with a key of 512 bits, that OpenSSL has made.
    let short = json!({ "kty": "RSA", "e": "AQAB", "n": "shy4Boy0sF8AcSPkoyvpyHSHcaMWNAQYM2DmyxbAlSz_PWn-XK8meJoyPTv2T2l-hOqqxIG71saUsGtNUjqGtw" });
    let signed = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.eyJzdWIiOiJhZGEiLCJleHAiOjk5OTk5OTk5OTl9.\
        bifZZHLafNB1fXBIEeZVQ-_Tb2nYO91T9AqTjqmKHEyd5yahJEBKyQdyjuZc3h4vdMd4WulFP4hjhdtBcxk1lQ";
    for (name, key, token) in [
        ("1", small(1, 0, 0), &*forged),
        ("1 with a sign", small(1, 0, 0x80), &forged),
        ("p + 1", small(0xee, 0xff, 0x7f), &forged),
        ("p + 1 with a sign", small(0xee, 0xff, 0xff), &forged),
        ("512 bits", with_all(&short, &json!({ "kid": "a" })), signed),
    ] {
        let keys = json!({ "keys": [key] });
        let issuer = Issuer::with_body(keys.to_string()).await;
        let dogs = dogs().await;
        let config = format!(
            "authentication: {{ jwt: [{{ jwks: \"{}\" }}] }}",
            issuer.url()
        );
        let router = Running::start(&[("dogs", &dogs)], &config).await;
        let answer = ask(&router, token).await;
        assert_eq!(answer.code(), "TOKEN_SIGNATURE_INVALID", "{name}");
    }
}

/// Both kinds of algorithm named for one issuer: a public key is still no secret, and a secret has to be as long as its hash.
#[tokio::test]
async fn algorithms_that_are_named_do_not_mix() {
    let (rsa, secret) = (Signer::rs256("r"), Signer::hs256("s", vec![7; 32]));
    let mut any = rsa.jwk();
    any.as_object_mut().expect("an object").remove("alg");
    let keys = json!({ "keys": [any, secret.jwk()] });
    let issuer = Issuer::with_body(keys.to_string()).await;
    let dogs = dogs().await;
    let config = format!(
        "authentication: {{ jwt: [{{ jwks: \"{}\", algorithms: [RS256, PS256, HS256, HS512] }}] }}",
        issuer.url()
    );
    let router = Running::start(&[("dogs", &dogs)], &config).await;
    let header = |alg: &str, kid: &str| json!({ "alg": alg, "kid": kid });
    let confused = Signer::hs256("r", rsa.public());
    let (not_allowed, wrong) = ("TOKEN_ALGORITHM_NOT_ALLOWED", "TOKEN_SIGNATURE_INVALID");
    for (name, token, code) in [
        ("RS256", rsa.sign(&claims()), ""),
        ("PS256", rsa.sign_with(header("PS256", "r"), &claims()), ""),
        ("HS256", secret.sign(&claims()), ""),
        (
            "the public key as a secret",
            confused.sign(&claims()),
            not_allowed,
        ),
        (
            "the public key as a secret, of no name",
            confused.sign_with(json!({ "alg": "HS256" }), &claims()),
            wrong,
        ),
        (
            "a secret that is shorter than its hash",
            secret.sign_with(header("HS512", "s"), &claims()),
            not_allowed,
        ),
        (
            "a signature of the secret for the public key",
            secret.sign_with(header("RS256", "r"), &claims()),
            wrong,
        ),
        (
            "a signature of the key for the secret",
            rsa.sign_with(header("HS256", "s"), &claims()),
            wrong,
        ),
    ] {
        let answer = ask(&router, &token).await;
        match code {
            "" => assert_eq!(answer.status, 200, "{name}: {}", answer.text()),
            code => assert_eq!(answer.code(), code, "{name}"),
        }
    }
}
