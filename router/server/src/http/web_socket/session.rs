//! What a client says about itself when it has opened a WebSocket. A page can set no headers there, so the payload of `connection_init` has them.

use http::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::telemetry::config::ClientHeaders;

/// Bytes of a payload that are looked at.
pub(super) const MAX_PAYLOAD: usize = 64 * 1024;

/// Adds the headers that the payload has to those of the handshake, which win: a proxy may have set them.
///
/// Members that are strings count, at the top and in the member `headers`, if `allowed` names them. All others are the client's own.
pub(super) fn add_headers(
    headers: &mut HeaderMap,
    payload: Option<&RawValue>,
    allowed: &[HeaderName],
    client: &ClientHeaders,
) {
    // What the handshake says about the client says nothing about the operations.
    headers.remove(ACCEPT);
    let Some(payload) = payload.filter(|payload| payload.get().len() <= MAX_PAYLOAD) else {
        return;
    };
    let Ok(members) = serde_json::from_str::<Map<String, Value>>(payload.get()) else {
        return;
    };
    let always = [&ACCEPT, &client.name, &client.version];
    let nested = members.get("headers").and_then(Value::as_object);
    let mut found = HeaderMap::new();
    for (name, value) in nested.into_iter().flatten().chain(&members) {
        let Value::String(text) = value else { continue };
        let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(text),
        ) else {
            continue;
        };
        let is_allowed = always.contains(&&name) || allowed.contains(&name);
        if is_allowed && !headers.contains_key(&name) {
            found.insert(name, value);
        }
    }
    headers.extend(found);
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
        add_headers(&mut headers, Some(&raw), &allowed, &client);
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
        check(r#"{"authorization":1,"a b":"c","accept":"d\n"}"#, &[]);
        check("[]", &[]);
    }
}
