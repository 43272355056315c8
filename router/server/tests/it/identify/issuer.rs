//! An issuer of tokens: keys, signatures, and a key set over HTTP.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::stream;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use ring::{hmac, signature};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Claims that are right for an hour.
pub(crate) fn claims() -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let exp = now.expect("after 1970").as_secs() + 3600;
    json!({ "sub": "ada", "iss": "me", "aud": "api", "exp": exp })
}

enum Secret {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(Box<RsaKeyPair>),
    Hmac(Vec<u8>),
}

/// A key that signs.
pub(crate) struct Signer {
    kid: String,
    secret: Secret,
}

impl Signer {
    fn new(kid: &str, secret: Secret) -> Self {
        Self {
            kid: kid.to_owned(),
            secret,
        }
    }

    pub(crate) fn es256(kid: &str) -> Self {
        let (random, algorithm) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random);
        Self::new(kid, Secret::P256(pair.expect("a key")))
    }

    pub(crate) fn ed25519(kid: &str) -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref());
        Self::new(kid, Secret::Ed25519(pair.expect("a key")))
    }

    pub(crate) fn rs256(kid: &str) -> Self {
        let pair = RsaKeyPair::from_pkcs8(include_bytes!("rsa.pk8"));
        Self::new(kid, Secret::Rsa(Box::new(pair.expect("a key"))))
    }

    pub(crate) fn hs256(kid: &str, secret: Vec<u8>) -> Self {
        Self::new(kid, Secret::Hmac(secret))
    }

    fn algorithm(&self) -> &'static str {
        match self.secret {
            Secret::P256(_) => "ES256",
            Secret::Ed25519(_) => "EdDSA",
            Secret::Rsa(_) => "RS256",
            Secret::Hmac(_) => "HS256",
        }
    }

    /// The public key's bytes.
    pub(crate) fn public(&self) -> Vec<u8> {
        match &self.secret {
            Secret::P256(pair) => pair.public_key().as_ref().to_vec(),
            Secret::Ed25519(pair) => pair.public_key().as_ref().to_vec(),
            Secret::Rsa(pair) => pair.public_key().as_ref().to_vec(),
            Secret::Hmac(secret) => secret.clone(),
        }
    }

    pub(crate) fn jwk(&self) -> Value {
        let kid = &self.kid;
        match &self.secret {
            Secret::P256(_) => {
                let point = self.public();
                let (x, y) = (encode(&point[1..33]), encode(&point[33..]));
                json!({ "kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "x": x, "y": y })
            }
            Secret::Ed25519(_) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": encode(&self.public()) })
            }
            Secret::Rsa(pair) => {
                let parts: signature::RsaPublicKeyComponents<Vec<u8>> = pair.public_key().into();
                let (n, e) = (encode(&parts.n), encode(&parts.e));
                json!({ "kty": "RSA", "alg": "RS256", "kid": kid, "n": n, "e": e })
            }
            Secret::Hmac(secret) => json!({ "kty": "oct", "kid": kid, "k": encode(secret) }),
        }
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_text(&claims.to_string())
    }

    pub(crate) fn sign_text(&self, claims: &str) -> String {
        let header = json!({ "alg": self.algorithm(), "kid": self.kid, "typ": "JWT" });
        self.seal(&header, claims)
    }

    pub(crate) fn sign_with(&self, header: Value, claims: &Value) -> String {
        self.seal(&header, &claims.to_string())
    }

    fn seal(&self, header: &Value, claims: &str) -> String {
        let algorithm = header["alg"].as_str().unwrap_or_default();
        let (padding, hash): (&dyn RsaEncoding, _) = match algorithm {
            "PS256" => (&RSA_PSS_SHA256, hmac::HMAC_SHA256),
            "HS512" => (&RSA_PKCS1_SHA256, hmac::HMAC_SHA512),
            _ => (&RSA_PKCS1_SHA256, hmac::HMAC_SHA256),
        };
        let header = encode(header.to_string().as_bytes());
        let message = format!("{header}.{}", encode(claims.as_bytes()));
        let bytes = message.as_bytes();
        let random = SystemRandom::new();
        let mark = match &self.secret {
            Secret::P256(pair) => pair.sign(&random, bytes).expect("signed").as_ref().to_vec(),
            Secret::Ed25519(pair) => pair.sign(bytes).as_ref().to_vec(),
            Secret::Rsa(pair) => {
                let mut mark = vec![0; pair.public().modulus_len()];
                pair.sign(padding, &random, bytes, &mut mark)
                    .expect("signed");
                mark
            }
            Secret::Hmac(secret) => {
                let key = hmac::Key::new(hash, secret);
                hmac::sign(&key, bytes).as_ref().to_vec()
            }
        };
        format!("{message}.{}", encode(&mark))
    }
}

/// How an issuer answers.
#[derive(Clone)]
pub(crate) enum Manner {
    /// With what it publishes.
    Publishes,
    /// With what it publishes, when the gate opens.
    Gated(watch::Receiver<bool>),
    /// With what it publishes, a byte at a time, and never to its end.
    Trickles,
    /// With a set of another key, of ten megabytes.
    Huge,
    /// Never.
    Silent,
    /// With this status and this body.
    Wrong(u16, &'static str),
    /// To ask at another place.
    Elsewhere(String),
}

struct Published {
    body: String,
    manner: Manner,
    asked: usize,
}

/// A key set on a port of its own.
pub(crate) struct Issuer {
    address: SocketAddr,
    published: Arc<Mutex<Published>>,
}

impl Issuer {
    pub(crate) async fn start(signers: &[&Signer]) -> Self {
        let issuer = Self::with_body(String::new()).await;
        issuer.publish(signers);
        issuer
    }

    pub(crate) async fn with_body(body: String) -> Self {
        Self::with_manner(body, Manner::Publishes).await
    }

    pub(crate) async fn with_manner(body: String, manner: Manner) -> Self {
        let published = Published {
            body,
            manner,
            asked: 0,
        };
        let published = Arc::new(Mutex::new(published));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let app = Router::new()
            .route("/jwks.json", get(answer))
            .with_state(Arc::clone(&published));
        tokio::spawn(async move { axum::serve(listener, app).await.expect("it serves") });
        Self { address, published }
    }

    fn published(&self) -> MutexGuard<'_, Published> {
        self.published.lock().expect("no panic")
    }

    pub(crate) fn publish(&self, signers: &[&Signer]) {
        let keys: Vec<Value> = signers.iter().map(|signer| signer.jwk()).collect();
        self.published().body = json!({ "keys": keys }).to_string();
    }

    pub(crate) fn answers(&self, manner: Manner) {
        self.published().manner = manner;
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/jwks.json", self.address)
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        self.published().asked
    }
}

async fn answer(State(published): State<Arc<Mutex<Published>>>) -> Response {
    let (manner, body) = {
        let mut published = published.lock().expect("no panic");
        published.asked += 1;
        (published.manner.clone(), published.body.clone())
    };
    match manner {
        Manner::Publishes => body.into_response(),
        Manner::Gated(mut gate) => {
            let opened = gate.wait_for(|open| *open).await;
            opened.expect("the gate is held by the test");
            body.into_response()
        }
        Manner::Trickles => {
            let bytes = stream::unfold(body.into_bytes().into_iter(), |mut bytes| async move {
                tokio::time::sleep(Duration::from_millis(20)).await;
                // White space, where the text has ended.
                let byte = bytes.next().unwrap_or(b' ');
                Some((Ok::<_, Infallible>(vec![byte]), bytes))
            });
            Body::from_stream(bytes).into_response()
        }
        Manner::Huge => {
            let keys = [Signer::ed25519("x").jwk()];
            let set = json!({ "keys": keys, "more": "k".repeat(10_000_000) });
            set.to_string().into_response()
        }
        Manner::Silent => std::future::pending().await,
        Manner::Wrong(status, body) => {
            let status = StatusCode::from_u16(status).expect("a status");
            (status, body).into_response()
        }
        Manner::Elsewhere(url) => Redirect::temporary(&url).into_response(),
    }
}
