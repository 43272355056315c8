//! HTTP that is not quite HTTP.

use std::time::Duration;

use super::{Attacking, add};
use crate::Random;
use crate::hostile::field::Field;
use crate::hostile::wire;

/// The head of a request with a body, beside what an attack is about.
const JSON: &str = "content-type: application/json\r\nconnection: close\r\n";

const BODY: &str = r#"{"query":"{ innocent }"}"#;

pub(super) fn shapes(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let shapes = [heads(), lengths(), oversized(), other_protocols()].concat();
        let all: Vec<Vec<u8>> = shapes
            .iter()
            .cycle()
            .take(shapes.len() * 4)
            .map(|shape| shape.clone().into_bytes())
            .collect();
        field.send_all(all, 16).await
    })
}

/// Heads that contradict themselves, or that a server of today does not take.
fn heads() -> Vec<String> {
    let (json, body, length) = (JSON, BODY, BODY.len());
    vec![
        format!("POST /graphql HTTP/1.1\r\n{json}content-length: {length}\r\n\r\n{body}"),
        format!(
            "POST /graphql HTTP/1.1\r\nhost: a\r\nhost: b\r\n{json}content-length: {length}\r\n\r\n{body}"
        ),
        format!(
            "POST /graphql HTTP/1.1\r\nhost: a b\r\n{json}content-length: {length}\r\n\r\n{body}"
        ),
        format!(
            "POST http://evil/graphql HTTP/1.1\r\nhost: a\r\n{json}content-length: {length}\r\n\r\n{body}"
        ),
        format!(
            "POST /graphql HTTP/1.1\r\nhost: a\r\n{json} folded: yes\r\ncontent-length: {length}\r\n\r\n{body}"
        ),
        format!(
            "POST /graphql HTTP/1.1\nhost: a\ncontent-type: application/json\nconnection: close\ncontent-length: {length}\n\n{body}"
        ),
        format!(
            "POST /graphql HTTP/9.9\r\nhost: a\r\n{json}content-length: {length}\r\n\r\n{body}"
        ),
        format!("POST /graphql HTTP/1.0\r\n{json}content-length: {length}\r\n\r\n{body}"),
        format!(
            "POST /graphql HTTP/1.1\r\nhost: a\r\n{json}expect: 100-continue\r\ncontent-length: 3000000\r\n\r\n"
        ),
    ]
}

/// Bodies of which it is not clear where they end.
fn lengths() -> Vec<String> {
    let (json, body, length) = (JSON, BODY, BODY.len());
    vec![
        format!(
            "POST /graphql HTTP/1.1\r\nhost: a\r\n{json}content-length: {length}\r\ntransfer-encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n"
        ),
        format!(
            "POST /graphql HTTP/1.1\r\nhost: a\r\n{json}transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n"
        ),
        format!(
            "POST /graphql HTTP/1.1\r\nhost: a\r\n{json}content-length: {length}\r\ncontent-length: 3\r\n\r\n{body}"
        ),
        format!(
            "POST /graphql HTTP/1.1\r\nhost: a\r\n{json}content-length: +{length}\r\n\r\n{body}"
        ),
        format!("POST /graphql HTTP/1.1\r\nhost: a\r\n{json}content-length: -1\r\n\r\n{body}"),
        format!(
            "POST /graphql HTTP/1.1\r\nhost: a\r\n{json}content-length: 99999999999999999999\r\n\r\n{body}"
        ),
        format!(
            "POST /graphql HTTP/1.1\r\nhost: a\r\n{json}transfer-encoding: chunked, identity\r\n\r\n{body}"
        ),
        format!(
            "POST /graphql HTTP/1.1\r\nhost: a\r\n{json}transfer-encoding: xchunked\r\n\r\n{body}"
        ),
        format!(
            "POST /graphql HTTP/1.1\r\nhost: a\r\n{json}transfer-encoding : chunked\r\n\r\n0\r\n\r\n"
        ),
        format!(
            "POST /graphql HTTP/1.1\r\nhost: a\r\n{json}transfer-encoding: chunked\r\n\r\nzz\r\n{body}"
        ),
        format!(
            "POST /graphql HTTP/1.1\r\nhost: a\r\n{json}transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n{body}"
        ),
        format!(
            "POST /graphql HTTP/1.1\r\nhost: a\r\n{json}transfer-encoding: chunked\r\n\r\n{length:x};{}\r\n{body}\r\n0\r\n\r\n",
            "e".repeat(100_000)
        ),
    ]
}

/// Heads without measure.
fn oversized() -> Vec<String> {
    vec![
        format!(
            "GET /graphql?query={} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
            "%7B".repeat(40_000)
        ),
        format!(
            "GET /graphql HTTP/1.1\r\nhost: a\r\n{}\r\n",
            "x: y\r\n".repeat(5_000)
        ),
        format!(
            "GET /graphql HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n",
            "y".repeat(1 << 20)
        ),
    ]
}

/// What is meant for a server of another kind.
fn other_protocols() -> Vec<String> {
    vec![
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}".to_owned() + &"\u{0}".repeat(600),
        "CONNECT a:80 HTTP/1.1\r\nhost: a:80\r\nconnection: close\r\n\r\n".to_owned(),
        "OPTIONS * HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade, close\r\n\r\n"
            .to_owned(),
        "\r\n".repeat(50_000),
    ]
}

pub(super) fn endless_chunks(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let head = "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
        let many = 8 << 20;
        let bodies = [
            format!("{head}1;{}", "x".repeat(many)),
            format!("{head}{}", "1;x\r\n \r\n".repeat(many / 8)),
            format!("{head}0\r\n{}", "x-trailer: y\r\n".repeat(many / 14)),
            format!("{head}{}", "0".repeat(many)),
        ];
        let mut endings = field.send_all(bodies.map(String::into_bytes), 4).await;
        let unfinished = format!("{head}1;x");
        add(
            &mut endings,
            field
                .keep_open(
                    field.many(200),
                    unfinished.as_bytes(),
                    Duration::from_secs(2),
                )
                .await,
        );
        endings
    })
}

pub(super) fn generated(field: &Field, mut random: Random) -> Attacking<'_> {
    Box::pin(async move {
        let whole = wire::post(&wire::request("{ innocent }", "{}"));
        let all: Vec<Vec<u8>> = (0..field.many(1_000))
            .map(|_| {
                let mut bytes = whole.clone();
                for _ in 0..1 + random.below(4) {
                    let at = random.below(bytes.len());
                    match random.below(3) {
                        0 => bytes[at] = u8::try_from(random.below(256)).unwrap_or(0),
                        1 => drop(bytes.remove(at)),
                        _ => bytes.insert(at, *random.pick(b"\r\n :;,\0").unwrap_or(&b' ')),
                    }
                }
                bytes
            })
            .collect();
        // Some wait for a body that is longer than it says: they end with the timeout, all at once.
        field.send_all(all, 256).await
    })
}
