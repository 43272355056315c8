//! Texts of which a server might keep more than it was sent.

use sha2::{Digest, Sha256};

use super::{Attacking, add};
use crate::Random;
use crate::hostile::field::Field;
use crate::hostile::report::Endings;
use crate::hostile::wire;

/// A document of about so many bytes that asks for little.
fn padded(bytes: usize) -> String {
    format!("{{ innocent }}\n#{}", "x".repeat(bytes))
}

/// The longest document that can be registered is, and one that is too long; both are asked for by their hashes under ever new names.
pub(super) fn of_a_persisted_query(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let mut endings = Endings::new();
        for bytes in [128 * 1024 - 20, 1_900_000] {
            let text = padded(bytes);
            let hash: String = Sha256::digest(&text)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            let extensions =
                format!("{{\"persistedQuery\":{{\"version\":1,\"sha256Hash\":\"{hash}\"}}}}");
            let query = serde_json::Value::String(text);
            let register = format!("{{\"query\":{query},\"extensions\":{extensions}}}");
            add(
                &mut endings,
                field.send_all([wire::post(&register)], 1).await,
            );
            let named = (0..field.many(800)).map(|n| {
                wire::post(&format!(
                    "{{\"operationName\":\"n{n}\",\"extensions\":{extensions}}}"
                ))
            });
            add(&mut endings, field.send_all(named, 100).await);
        }
        endings
    })
}

/// Documents of 1.9 MB that differ, all at once; and some that are lines and a mistake.
pub(super) fn of_documents(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let text = padded(1_900_000);
        let long = (0..field.many(200)).map(|n| format!("query q{n} {text}"));
        let mut endings = field.ask_all(long, 60).await;
        let lines = format!("{}{{ unknown }}", "\n".repeat(900_000));
        let mistaken = std::iter::repeat_n(lines, field.many(64));
        add(&mut endings, field.ask_all(mistaken, 16).await);
        endings
    })
}
