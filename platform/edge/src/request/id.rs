//! The id of a request, which is in all that is logged of it.

use http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::trace::write_hex;

/// The header that carries a [`RequestId`], in and out.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is accepted from a client.
const MAX_REQUEST_ID: usize = 128;

/// The id of a request: given by the client when it is sane (1 to 128 letters, digits, or `-_.~:/+=@`), else made here. In the
/// extensions of every observed request, and echoed in the response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The id in the headers of a request, or a new one.
    #[must_use]
    pub fn receive(headers: &HeaderMap) -> Self {
        match headers.get(X_REQUEST_ID) {
            // A copy: the value would keep all of the head that it came in, and an id may be kept for as long as a stream lasts.
            Some(value) if is_sane(value.as_bytes()) => {
                HeaderValue::from_bytes(value.as_bytes()).map_or_else(|_| Self::new(), Self)
            }
            _ => Self::new(),
        }
    }

    /// A new one: 16 random hex digits.
    fn new() -> Self {
        let mut text = [0; 16];
        write_hex(&mut text, fastrand::u64(..).into());
        Self(HeaderValue::from_bytes(&text).expect("hex digits are a header value"))
    }

    /// As it is logged.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.to_str().expect("only visible ASCII is accepted")
    }

    /// For an outgoing request.
    #[must_use]
    pub fn header_value(&self) -> HeaderValue {
        self.0.clone()
    }
}

fn is_sane(id: &[u8]) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~:/+=@".contains(byte);
    (1..=MAX_REQUEST_ID).contains(&id.len()) && id.iter().all(allowed)
}
