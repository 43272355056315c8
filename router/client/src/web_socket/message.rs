//! Messages of [`graphql-transport-ws`](https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md).

use std::borrow::Cow;

use http::{HeaderMap, HeaderName};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::failure::Failure;

pub(super) const PROTOCOL: &str = "graphql-transport-ws";

/// The first message, without a payload where that has no members.
pub(super) fn connection_init(payload: Map<String, Value>) -> String {
    let message = match payload.is_empty() {
        true => json!({ "type": "connection_init" }),
        false => json!({ "type": "connection_init", "payload": payload }),
    };
    message.to_string()
}

/// The members that repeat headers, of those that are sent and are text. What a header has several times is joined, as
/// [a list](https://www.rfc-editor.org/rfc/rfc9110#section-5.3).
pub(super) fn init_payload(
    members: &[(String, HeaderName)],
    headers: &HeaderMap,
) -> Map<String, Value> {
    let member = |(member, header): &(String, HeaderName)| {
        let values = headers.get_all(header).iter();
        let values: Option<Vec<_>> = values.map(|value| value.to_str().ok()).collect();
        let values = values.filter(|values| !values.is_empty())?;
        Some((member.clone(), Value::String(values.join(", "))))
    };
    members.iter().filter_map(member).collect()
}

/// What a server sends.
#[derive(Deserialize)]
pub(super) struct Message<'m> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Cow<'m, str>,
    #[serde(borrow)]
    pub(super) id: Option<Cow<'m, str>>,
    #[serde(borrow)]
    pub(super) payload: Option<&'m RawValue>,
}

pub(super) fn read(text: &str) -> Result<Message<'_>, Failure> {
    serde_json::from_str(text).map_err(|error| {
        Failure::Broken(format!("it sent what is no message of {PROTOCOL}: {error}"))
    })
}

pub(super) fn unexpected(kind: &str) -> Failure {
    let kind: String = kind.chars().take(40).collect();
    Failure::Broken(format!(
        "it sent {kind}, which was not expected of {PROTOCOL}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_payload_repeats_the_headers_that_are_sent() {
        let mut headers = HeaderMap::new();
        let mut send = |name: &'static str, value: &'static [u8]| {
            let value = http::HeaderValue::from_bytes(value).expect("a value");
            headers.append(name, value);
        };
        send("authorization", b"Bearer \"1\"");
        send("x-list", b"a");
        send("x-list", b"b");
        send("x-latin", b"\xe9");
        let members = ["Authorization", "x-list", "x-latin", "x-missing"];
        let members = members.map(|name| (name.to_owned(), name.parse().expect("a name")));
        let message = connection_init(init_payload(&members, &headers));
        assert_eq!(
            message,
            r#"{"payload":{"Authorization":"Bearer \"1\"","x-list":"a, b"},"type":"connection_init"}"#
        );
        let message = connection_init(init_payload(&members[3..], &headers));
        assert_eq!(message, r#"{"type":"connection_init"}"#);
    }
}
