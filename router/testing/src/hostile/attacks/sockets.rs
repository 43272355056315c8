//! WebSockets.

use std::time::Duration;

use super::{Attacking, add};
use crate::Random;
use crate::hostile::field::Field;

/// What is attacked has to be switched on.
pub(super) const CONFIGURATION: &str = "subscriptions: { websocket: true }\n";

/// A handshake, and what is sent at once after it.
fn opening(frames: &[u8]) -> Vec<u8> {
    let head = "GET /graphql HTTP/1.1\r\nhost: router\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n";
    [head.as_bytes(), frames].concat()
}

/// A frame of text, masked with zeros; `last` ends its message.
fn frame(text: &str, first: bool, last: bool) -> Vec<u8> {
    let opcode = u8::from(first) | if last { 0x80 } else { 0 };
    let length = text.len() as u64;
    let mut frame = vec![opcode, 0x80 | 127];
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(text.as_bytes());
    frame
}

pub(super) fn messages(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let text = "x".repeat(1_900_000);
        let init = frame("{\"type\":\"connection_init\"}", true, true);
        let subscribe = |id: usize| {
            let message = format!(
                "{{\"id\":\"{id}\",\"type\":\"subscribe\",\"payload\":{{\"query\":\"subscription {{ ticks {{ id }} }} #{}\"}}}}",
                "x".repeat(500_000)
            );
            frame(&message, true, true)
        };
        let operations: Vec<u8> = (0..50).flat_map(subscribe).collect();
        let begun = [
            // Messages that never end, of one frame and of many.
            opening(&frame(&text, true, true)[..1_800_000]),
            opening(&[init.clone(), frame(&text, true, false)].concat()),
            opening(
                &[
                    init.clone(),
                    frame("x", true, false),
                    frame("x", false, false).repeat(100_000),
                ]
                .concat(),
            ),
            // Many that do.
            opening(&[init, operations].concat()),
        ];
        let mut endings = crate::hostile::report::Endings::new();
        for beginning in begun {
            let open = field.keep_open(field.many(160), &beginning, Duration::from_secs(4));
            add(&mut endings, open.await);
        }
        endings
    })
}
