//! Texts that change with the version of the program only: each has a validator, so that a client that has one already learns that it is still good,
//! <https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2>.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::caching::REVALIDATE;

/// A text, its media type and its validator.
pub(super) struct Lasting {
    content_type: HeaderValue,
    tag: HeaderValue,
    text: Bytes,
}

impl Lasting {
    pub(super) fn new(content_type: &'static str, text: impl Into<Bytes>) -> Self {
        let text = text.into();
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let tag = format!("\"{:016x}\"", hasher.finish());
        Self {
            content_type: HeaderValue::from_static(content_type),
            tag: HeaderValue::try_from(tag).expect("hexadecimal digits and quotes"),
            text,
        }
    }

    /// The text, or 304 for a client that has it.
    pub(super) fn answer(&self, headers: &HeaderMap) -> Response {
        let cached = [
            (header::CACHE_CONTROL, REVALIDATE),
            (header::ETAG, self.tag.clone()),
        ];
        if self.is_known(headers) {
            return (StatusCode::NOT_MODIFIED, cached).into_response();
        }
        let described = [
            (header::CONTENT_TYPE, self.content_type.clone()),
            (
                header::X_CONTENT_TYPE_OPTIONS,
                HeaderValue::from_static("nosniff"),
            ),
        ];
        (cached, described, Body::from(self.text.clone())).into_response()
    }

    /// Whether one of the validators that the client names is this one; a proxy may have weakened it.
    fn is_known(&self, headers: &HeaderMap) -> bool {
        let values = headers.get_all(header::IF_NONE_MATCH).iter();
        let mut tags = values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim);
        tags.any(|tag| {
            tag == "*" || tag.strip_prefix("W/").unwrap_or(tag).as_bytes() == self.tag.as_bytes()
        })
    }
}
