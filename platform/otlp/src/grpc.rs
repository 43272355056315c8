//! One message in a call of gRPC: <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>.
//!
//! What is asked of it here is one call with one message each way, over the HTTP/2 that is there anyway.

use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue};

/// Before each message: whether it is compressed, and its length.
const PREFIX: usize = 5;

/// The status of a call that did what was asked for.
const OK: u32 = 0;
/// Statuses after which the same call may succeed: <https://opentelemetry.io/docs/specs/otlp/#failures>.
const PASSING: [u32; 7] = [1, 4, 8, 10, 11, 14, 15];

/// A message as the body of a request.
pub(crate) fn frame(message: &[u8]) -> Bytes {
    let mut framed = BytesMut::with_capacity(PREFIX + message.len());
    framed.put_u8(0);
    // A batch has far less than 4 GiB.
    framed.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    framed.put_slice(message);
    framed.freeze()
}

/// The message in the body of an answer; an empty one where there is none.
pub(crate) fn unframe(body: &Bytes) -> Bytes {
    match body.first() {
        Some(0) if body.len() >= PREFIX => body.slice(PREFIX..),
        _ => Bytes::new(),
    }
}

/// How a call ended, by its trailers, or by its headers where it has nothing else.
pub(crate) struct Status {
    code: Option<u32>,
    message: String,
}

impl Status {
    pub(crate) fn of(headers: &HeaderMap, trailers: Option<&HeaderMap>) -> Self {
        let find = |name: &str| {
            let trailer = trailers.and_then(|trailers| trailers.get(name));
            trailer
                .or_else(|| headers.get(name))
                .and_then(|value: &HeaderValue| value.to_str().ok())
        };
        let message: String = find("grpc-message").unwrap_or_default().into();
        Self {
            code: find("grpc-status").and_then(|code| code.parse().ok()),
            message: message.chars().take(200).collect(),
        }
    }

    pub(crate) fn is_ok(&self) -> bool {
        self.code == Some(OK)
    }

    pub(crate) fn is_passing(&self) -> bool {
        self.code.is_none_or(|code| PASSING.contains(&code))
    }

    pub(crate) fn describe(&self) -> String {
        match self.code {
            Some(code) => format!("gRPC status {code}: {}", self.message),
            None => "no gRPC status".to_owned(),
        }
    }
}
