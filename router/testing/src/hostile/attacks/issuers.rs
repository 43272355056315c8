//! Tokens, while their issuers do not behave.

use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};

use super::door::{JSON, post};
use super::{Attacking, add};
use crate::Random;
use crate::hostile::field::Field;
use crate::hostile::issuer::KID;
use crate::hostile::report::Endings;
use crate::hostile::wire;

/// One that gives its keys in all wrong ways, and one that never answers. The victim puts the address of both in.
pub(super) const CONFIGURATION: &str = "authentication: { jwt: [{ jwks: \"ISSUER/keys\", refresh: 1s }, { jwks: \"ISSUER/silent\" }] }\n";

/// Times at which tokens are sent, a second apart, while the first issuer goes through its ways.
const ROUNDS: usize = 8;

pub(super) fn flapping(field: &Field, mut random: Random) -> Attacking<'_> {
    Box::pin(async move {
        let body = wire::request("{ innocent }", "{}");
        let claims = BASE64_URL_SAFE_NO_PAD.encode("{\"exp\":9999999999}");
        let mark = BASE64_URL_SAFE_NO_PAD.encode([7; 256]);
        let mut token = |known: bool| {
            let kid = match known {
                true => KID.to_owned(),
                false => format!("{:x}", random.next_number()),
            };
            let head = format!("{{\"alg\":\"RS256\",\"kid\":\"{kid}\"}}");
            let head = BASE64_URL_SAFE_NO_PAD.encode(head);
            let lines = format!("{JSON}authorization: Bearer {head}.{claims}.{mark}\r\n");
            post(&lines, body.as_bytes())
        };
        let mut endings = Endings::new();
        for _ in 0..field.many(ROUNDS) {
            let known = (0..field.many(100)).map(|_| true);
            let requests: Vec<_> = known
                .chain((0..field.many(500)).map(|_| false))
                .map(&mut token)
                .collect();
            add(&mut endings, field.send_all(requests, 128).await);
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        endings
    })
}
