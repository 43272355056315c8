//! Reading a request's body within its bound.

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::Instant;

use crate::error::Refusal;

/// Where the parameters are.
pub(super) enum Body {
    /// In the URL.
    Query(String),
    /// In the body.
    Json(Bytes),
}

/// Reads a body of at most `limit` bytes that arrives before the deadline.
pub(super) async fn read(
    headers: &HeaderMap,
    body: axum::body::Body,
    limit: usize,
    deadline: Instant,
) -> Result<Body, Refusal> {
    if headers
        .get(CONTENT_ENCODING)
        .is_some_and(|coding| coding.as_bytes() != b"identity")
    {
        return Err(Refusal::ContentType);
    }
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse::<u64>().ok());
    if announced.is_some_and(|length| usize::try_from(length).map_or(true, |n| n > limit)) {
        return Err(Refusal::TooLarge(limit));
    }
    let read = Limited::new(body, limit).collect();
    match tokio::time::timeout_at(deadline, read).await {
        Err(_) => Err(Refusal::BodyLate),
        Ok(Ok(collected)) => Ok(Body::Json(collected.to_bytes())),
        Ok(Err(error)) if error.downcast_ref::<LengthLimitError>().is_some() => {
            Err(Refusal::TooLarge(limit))
        }
        Ok(Err(error)) => {
            tracing::debug!(%error, "a request's body was cut off");
            Err(Refusal::BodyLost)
        }
    }
}
