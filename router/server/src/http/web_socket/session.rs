//! What a client says about itself when it has opened a WebSocket. A page can set no headers there, so the payload of `connection_init` has them.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use client::ClientRequest;
use http::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use serde::Deserializer as _;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::refusal::Refusal;
use crate::request::identify::Identity;
use crate::request::{Pipeline, RequestContext};
use crate::telemetry::config::ClientHeaders;

/// Bytes of a payload that are looked at.
pub(super) const MAX_PAYLOAD: usize = 64 * 1024;

/// What is wrong with a payload.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum PayloadError {
    #[error("the payload of connection_init has more than 64 KiB")]
    TooLong,
    #[error("the payload of connection_init cannot be read: a name in it is no text")]
    Unreadable,
    /// It would be wrong to do as though it were not there: it may be a token.
    #[error("\"{0}\" in the payload of connection_init must be one text that can be a header")]
    Header(HeaderName),
}

/// Adds the headers that the payload has to those of the handshake, which win: a proxy may have set them.
///
/// Members that are strings count, at the top and in the member `headers`, if `allowed` names them. All others are the client's own.
///
/// # Errors
/// One of those that count is no header, or has two values; or the payload cannot be read.
pub(super) fn add_headers(
    headers: &mut HeaderMap,
    payload: Option<&RawValue>,
    allowed: &[HeaderName],
    client: &ClientHeaders,
) -> Result<(), PayloadError> {
    // What the handshake says about the client says nothing about the operations.
    headers.remove(ACCEPT);
    let Some(payload) = payload else {
        return Ok(());
    };
    if payload.get().len() > MAX_PAYLOAD {
        return Err(PayloadError::TooLong);
    }
    let always = [&ACCEPT, &client.name, &client.version];
    let members = members(payload)?;
    let mut nested = Vec::new();
    for (name, value) in &members {
        if name == "headers" && value.get().starts_with('{') {
            nested.extend(self::members(value)?);
        }
    }
    let mut found = HeaderMap::new();
    for (name, value) in nested.into_iter().chain(members) {
        let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else {
            continue;
        };
        let counts = always.contains(&&name) || allowed.contains(&name);
        if !counts || value.get() == "null" || headers.contains_key(&name) {
            continue;
        }
        let text: Option<Cow<'_, str>> = serde_json::from_str(value.get()).ok();
        let Some(Ok(value)) = text.map(|text| HeaderValue::from_str(&text)) else {
            return Err(PayloadError::Header(name));
        };
        match found.insert(name.clone(), value.clone()) {
            Some(other) if other != value => return Err(PayloadError::Header(name)),
            _ => {}
        }
    }
    headers.extend(found);
    Ok(())
}

/// A member of an object, with its value as JSON text: the client is not authenticated yet, and a tree would take a hundred times as much memory.
type Member<'p> = (Cow<'p, str>, &'p RawValue);

fn members(object: &RawValue) -> Result<Vec<Member<'_>>, PayloadError> {
    struct Members;

    impl<'de> Visitor<'de> for Members {
        type Value = Vec<Member<'de>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::new();
            while let Some(member) = map.next_entry()? {
                members.push(member);
            }
            Ok(members)
        }
    }

    let mut reader = serde_json::Deserializer::from_str(object.get());
    let read = reader.deserialize_map(Members);
    read.map_err(|_| PayloadError::Unreadable)
}

/// What a client gets of which it is not known who it is. It counts as a request does: tokens are not tried more often than requests are made.
pub(super) async fn counted(
    pipeline: &Arc<Pipeline>,
    headers: HeaderMap,
    address: Option<IpAddr>,
    refusal: Refusal,
) -> Refusal {
    let client = ClientRequest {
        headers,
        ..ClientRequest::default()
    };
    let (identity, deadline) = (Identity::Anonymous, pipeline.deadline());
    let account = Arc::new(pipeline.memory.request());
    let context =
        RequestContext::begin(pipeline, client, identity, address, account, deadline, None);
    match pipeline.count(&context).await {
        Ok(()) => refusal,
        Err(limited) => limited,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::AUTHORIZATION;

    #[track_caller]
    fn check(payload: &str, expect: &[(&str, &str)]) {
        let mut headers = HeaderMap::new();
        headers.insert("x-from-proxy", HeaderValue::from_static("proxy"));
        let raw = RawValue::from_string(payload.to_owned()).expect("JSON");
        let allowed = [AUTHORIZATION, HeaderName::from_static("x-from-proxy")];
        let client = ClientHeaders {
            name: HeaderName::from_static("x-client"),
            version: HeaderName::from_static("x-client-version"),
            names: Vec::new(),
        };
        let added = add_headers(&mut headers, Some(&raw), &allowed, &client);
        if let Err(error) = added {
            assert_eq!([("", error.to_string().as_str())], expect, "{payload}");
            return;
        }
        assert_eq!(headers.remove("x-from-proxy").expect("kept"), "proxy");
        let found: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().expect("ASCII")))
            .collect();
        assert_eq!(found, expect, "{payload}");
    }

    #[test]
    fn strings_that_are_allowed_are_headers_and_the_handshake_wins() {
        check(
            r#"{"Authorization":"Bearer a"}"#,
            &[("authorization", "Bearer a")],
        );
        check(
            r#"{"headers":{"authorization":"Bearer b"},"x-from-proxy":"client","x-other":"no"}"#,
            &[("authorization", "Bearer b")],
        );
        check(r#"{"x-client":"kennel"}"#, &[("x-client", "kennel")]);
        check(r#"{"authorization":null,"a b":"c","x-other":1}"#, &[]);
        check(
            r#"{"authorization":"a","Authorization":"a","headers":{"authorization":"a"}}"#,
            &[("authorization", "a")],
        );
    }

    #[test]
    fn what_is_the_clients_own_is_passed_over_at_any_depth() {
        let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
        let payload = format!(r#"{{"x":{deep},"authorization":"Bearer a","headers":[{deep}]}}"#);
        check(&payload, &[("authorization", "Bearer a")]);
    }

    #[test]
    fn a_token_that_is_none_is_not_passed_over() {
        let wrong = |name: &str| {
            format!(
                "\"{name}\" in the payload of connection_init must be one text that can be a header"
            )
        };
        let long = format!("{{\"authorization\":\"{}\"}}", "a".repeat(MAX_PAYLOAD));
        for (payload, expect) in [
            (r#"{"authorization":1}"#, wrong("authorization")),
            (r#"{"authorization":["Bearer a"]}"#, wrong("authorization")),
            (r#"{"authorization":"Bearer a\n"}"#, wrong("authorization")),
            (
                r#"{"headers":{"authorization":"\u0000"}}"#,
                wrong("authorization"),
            ),
            (
                r#"{"authorization":"Bearer a","Authorization":"Bearer b"}"#,
                wrong("authorization"),
            ),
            (
                r#"{"authorization":"Bearer a","headers":{"authorization":"Bearer b"}}"#,
                wrong("authorization"),
            ),
            (r#"{"accept":"d\n"}"#, wrong("accept")),
            (r#"{"\ud800":1}"#, PayloadError::Unreadable.to_string()),
            (r#"{"authorization":"\ud800"}"#, wrong("authorization")),
            (
                r#"{"authorization":"Bearer a","authorization":"Bearer b"}"#,
                wrong("authorization"),
            ),
            (long.as_str(), PayloadError::TooLong.to_string()),
        ] {
            check(payload, &[("", expect.as_str())]);
        }
    }
}
