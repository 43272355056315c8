//! Reading a multipart request up to its files.

use std::sync::Arc;

use axum::body::Body;
use http::header::{CONTENT_TYPE, HeaderMap};
use upload::{Bounds, UploadError};

use super::body;
use crate::refusal::Refusal;
use crate::request::{Incoming, RequestContext};

/// Reads the operations and the map; the files follow when a subgraph is asked.
pub(super) async fn read(
    context: &RequestContext,
    body: Body,
    bounds: Bounds,
) -> Result<Incoming, Refusal> {
    let headers = &context.client.headers;
    body::check_uncoded(headers)?;
    let limit = bounds.body();
    if body::announced(headers).is_some_and(|length| length > limit as u64) {
        return Err(Refusal::TooLarge(limit));
    }
    let body = body.into_data_stream();
    let (deadline, account) = (context.deadline, &context.account);
    let read = upload::read(content_type(headers), body, bounds, deadline, account).await;
    Ok(Incoming::Upload(Arc::new(read?)))
}

fn content_type(headers: &HeaderMap) -> &str {
    let value = headers.get(CONTENT_TYPE);
    value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

impl From<UploadError> for Refusal {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Lost => Self::BodyLost,
            UploadError::Late => Self::BodyLate,
            UploadError::Memory(exhausted) => Self::Memory(exhausted),
            UploadError::TooMany(_) | UploadError::TooLarge { .. } => {
                Self::UploadTooLarge(error.to_string())
            }
            error => Self::malformed(error),
        }
    }
}
