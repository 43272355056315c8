//! What a client says about itself when it has opened a WebSocket. A page can set no headers there, so the payload of `connection_init` has them.

use std::net::IpAddr;
use std::sync::Arc;

use client::ClientRequest;
use http::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

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
    #[error("the payload of connection_init cannot be read: it nests too deeply")]
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
    let members: Map<String, Value> =
        serde_json::from_str(payload.get()).map_err(|_| PayloadError::Unreadable)?;
    let always = [&ACCEPT, &client.name, &client.version];
    let nested = members.get("headers").and_then(Value::as_object);
    let mut found = HeaderMap::new();
    for (name, value) in nested.into_iter().flatten().chain(&members) {
        let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else {
            continue;
        };
        let counts = always.contains(&&name) || allowed.contains(&name);
        if !counts || value.is_null() || headers.contains_key(&name) {
            continue;
        }
        let text = value.as_str().map(HeaderValue::from_str);
        let Some(Ok(value)) = text else {
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
    fn a_token_that_is_none_is_not_passed_over() {
        let wrong = |name: &str| {
            format!(
                "\"{name}\" in the payload of connection_init must be one text that can be a header"
            )
        };
        let deep = format!(
            "{{\"authorization\":\"Bearer a\",\"x\":{}1{}}}",
            "[".repeat(200),
            "]".repeat(200)
        );
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
            (deep.as_str(), PayloadError::Unreadable.to_string()),
            (long.as_str(), PayloadError::TooLong.to_string()),
        ] {
            check(payload, &[("", expect.as_str())]);
        }
    }
}
