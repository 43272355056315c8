//! The request that opens a WebSocket: <https://www.rfc-editor.org/rfc/rfc6455#section-4.2>.

use axum::body::Body;
use axum::response::Response;
use http::header::{
    CONNECTION, HeaderMap, HeaderName, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::request::Parts;
use http::{StatusCode, Version};
use hyper::upgrade::{OnUpgrade, Upgraded};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::PROTOCOL;
use crate::refusal::Refusal;

/// A handshake that is answered.
pub(super) struct Handshake {
    on_upgrade: OnUpgrade,
    accept: HeaderValue,
    is_spoken: bool,
}

impl Handshake {
    /// That of a request.
    ///
    /// # Errors
    /// It is none.
    pub(super) fn read(head: &mut Parts) -> Result<Self, Refusal> {
        let wrong = |what: &'static str| Refusal::Malformed(what.into());
        let headers = &head.headers;
        if head.version != Version::HTTP_11 {
            return Err(wrong("a WebSocket is opened over HTTP/1.1"));
        }
        if !named(headers, CONNECTION).any(|name| name.eq_ignore_ascii_case(b"upgrade")) {
            return Err(wrong("a WebSocket is opened with `Connection: Upgrade`"));
        }
        let version = headers.get(SEC_WEBSOCKET_VERSION);
        if version.is_none_or(|version| version != "13") {
            return Err(Refusal::WebSocketVersion);
        }
        let key = headers.get(SEC_WEBSOCKET_KEY);
        let key = key.ok_or_else(|| wrong("a WebSocket is opened with `Sec-WebSocket-Key`"))?;
        let accept = derive_accept_key(key.as_bytes());
        let accept = HeaderValue::try_from(accept);
        let is_spoken =
            named(headers, SEC_WEBSOCKET_PROTOCOL).any(|name| name == PROTOCOL.as_bytes());
        let on_upgrade = head.extensions.remove::<OnUpgrade>();
        Ok(Self {
            accept: accept.map_err(|_| wrong("`Sec-WebSocket-Key` is none"))?,
            on_upgrade: on_upgrade.ok_or_else(|| wrong("this connection can be no WebSocket"))?,
            is_spoken,
        })
    }

    /// Whether the client speaks what is spoken here.
    pub(super) fn is_spoken(&self) -> bool {
        self.is_spoken
    }

    /// The answer, after which the connection is a WebSocket.
    pub(super) fn response(&self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(SEC_WEBSOCKET_ACCEPT, self.accept.clone());
        if self.is_spoken {
            headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
        }
        response
    }

    /// The connection, once the answer has been sent.
    pub(super) async fn upgraded(self) -> hyper::Result<Upgraded> {
        self.on_upgrade.await
    }
}

/// The elements of a list that may be in several headers.
fn named(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &[u8]> {
    let values = headers.get_all(name).into_iter();
    let elements = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    elements.map(<[u8]>::trim_ascii)
}
