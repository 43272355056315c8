//! Messages: <https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md#message-types>.

use std::borrow::Cow;

use abaque_edge::long_work;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::PROTOCOL;

/// The longest id of an operation, in bytes.
const MAX_ID: usize = 256;
/// The longest reason in a close frame, in bytes: a control frame has 125, two of which are the code.
const MAX_REASON: usize = 123;

/// What a client says. Payloads borrow from the message.
#[derive(Debug)]
pub(super) enum Said<'m> {
    Init(Option<&'m RawValue>),
    Ping,
    Pong,
    Subscribe { id: String, payload: &'m RawValue },
    Complete { id: String },
}

#[derive(Deserialize)]
struct Received<'m> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'m, str>,
    id: Option<String>,
    #[serde(borrow)]
    payload: Option<&'m RawValue>,
}

/// How a connection ends.
#[derive(Debug)]
pub(super) enum End {
    /// The client is gone.
    Gone,
    /// The client has closed it, with this code.
    Left(Option<u16>),
    /// With a code and a reason.
    Closed(u16, String),
}

impl End {
    pub(super) fn closed(code: u16, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        let mut end = reason.len().min(MAX_REASON);
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        reason.truncate(end);
        Self::Closed(code, reason)
    }
}

/// Understands a message.
///
/// # Errors
/// 4400, for what is no message of a client.
pub(super) fn read(text: &[u8]) -> Result<Said<'_>, End> {
    let wrong = |what: &str| End::closed(4400, format!("not a message of {PROTOCOL}: {what}"));
    // What else it is would be quoted, and a list would be taken for its members in their order.
    if !text.trim_ascii_start().starts_with(b"{") {
        return Err(wrong("it must be a JSON object"));
    }
    let received = long_work::on(text.len(), || serde_json::from_slice(text));
    let received: Received<'_> = received.map_err(|error| wrong(&error.to_string()))?;
    let payload = received.payload.filter(|payload| payload.get() != "null");
    let is_object = payload.is_none_or(|payload| payload.get().starts_with('{'));
    let id = || match received.id {
        Some(id) if (1..=MAX_ID).contains(&id.len()) => Ok(id),
        _ => Err(wrong("the id must be a string of 1 to 256 bytes")),
    };
    match (&*received.kind, payload) {
        ("connection_init" | "ping" | "pong" | "subscribe", _) if !is_object => {
            Err(wrong("the payload must be an object"))
        }
        ("connection_init", payload) => Ok(Said::Init(payload)),
        ("ping", _) => Ok(Said::Ping),
        ("pong", _) => Ok(Said::Pong),
        ("subscribe", Some(payload)) => Ok(Said::Subscribe { id: id()?, payload }),
        ("subscribe", None) => Err(wrong("subscribe needs a payload")),
        ("complete", _) => Ok(Said::Complete { id: id()? }),
        _ => Err(wrong("the type is not known")),
    }
}

/// A message of the router, in pieces: what it carries is not copied.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) before: Vec<u8>,
    pub(super) payload: Bytes,
    pub(super) after: &'static [u8],
}

impl Message {
    fn of(text: &str) -> Self {
        Self {
            before: text.into(),
            payload: Bytes::new(),
            after: b"",
        }
    }
}

/// `connection_ack`
pub(super) fn acknowledged() -> Message {
    Message::of(r#"{"type":"connection_ack"}"#)
}

/// `pong`
pub(super) fn pong() -> Message {
    Message::of(r#"{"type":"pong"}"#)
}

/// `next`: a GraphQL response.
pub(super) fn next(id: &str, response: Bytes) -> Message {
    about(id, "next", response)
}

/// `error`: a GraphQL response that has errors and nothing else, of which the errors are sent.
pub(super) fn error(id: &str, response: &Bytes) -> Message {
    let errors = response
        .strip_prefix(br#"{"errors":"#)
        .and_then(|rest| rest.strip_suffix(b"}"));
    let errors = errors.map(|errors| response.slice_ref(errors));
    about(id, "error", errors.unwrap_or(Bytes::from_static(b"[]")))
}

/// `complete`
pub(super) fn complete(id: &str) -> Message {
    about(id, "complete", Bytes::new())
}

fn about(id: &str, kind: &str, payload: Bytes) -> Message {
    let id = serde_json::to_string(id).unwrap_or_default();
    let lead = match payload.is_empty() {
        true => "",
        false => r#","payload":"#,
    };
    Message {
        before: [r#"{"id":"#, &id, r#","type":""#, kind, "\"", lead]
            .concat()
            .into(),
        payload,
        after: b"}",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_object_is_no_message_and_is_not_quoted() {
        let long = format!("\"{}\"", "x".repeat(1_000_000));
        for text in [r#"["pong",null,null]"#, "null", "1", "", long.as_str()] {
            let Err(End::Closed(code, reason)) = read(text.as_bytes()) else {
                panic!("{text} is a message");
            };
            assert_eq!(code, 4400);
            assert!(reason.ends_with("it must be a JSON object"), "{reason}");
        }
        assert!(matches!(read(br#" {"type":"pong"}"#), Ok(Said::Pong)));
    }
}
