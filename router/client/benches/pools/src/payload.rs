//! What a request carries.

/// Bytes.
pub(crate) type HttpBody = http_body_util::Full<bytes::Bytes>;
