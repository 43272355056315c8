//! Responses in parts.

use super::Attacking;
use crate::Random;
use crate::hostile::field::Field;
use crate::hostile::wire;

pub(super) fn bombs(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let nested = |levels: usize| {
            format!(
                "{{items{{id {}name{}}}}}",
                "...@defer{id ".repeat(levels),
                "}".repeat(levels)
            )
        };
        let beside = |count: usize| {
            let parts: String = (0..count)
                .map(|i| format!("...@defer(label:\"l{i}\"){{n{i}:name}} "))
                .collect();
            format!("{{items{{id {parts}}}}}")
        };
        let switched: String = (0..12).map(|i| format!("$v{i}:Boolean!=true ")).collect();
        let parts: String = (0..12)
            .map(|i| format!("...@defer(if:$v{i}){{n{i}:name}} "))
            .collect();
        let queries = [
            nested(5),
            nested(30),
            nested(400),
            beside(30),
            beside(500),
            format!("query({switched}){{items{{id {parts}}}}}"),
        ];
        let all: Vec<Vec<u8>> = queries
            .iter()
            .cycle()
            .take(field.many(96))
            .map(|query| in_parts(query))
            .collect();
        field.send_all(all, 16).await
    })
}

/// A request of a client that takes responses in parts.
pub(super) fn in_parts(query: &str) -> Vec<u8> {
    let post = wire::post(&wire::request(query, "{}"));
    let accept =
        "accept: multipart/mixed;deferSpec=20220824, application/json\r\nconnection: close";
    String::from_utf8_lossy(&post)
        .replace("connection: close", accept)
        .into_bytes()
}
