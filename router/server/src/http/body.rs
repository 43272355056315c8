//! Reading a request's body within its bound.

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap};
use http_body_util::BodyExt;
use hyper::body::Body as _;
use tokio::time::Instant;

use crate::refusal::Refusal;
use crate::request::Incoming;
use memory::{Account, Gather};

/// Reads a body of at most `limit` bytes that arrives before the deadline.
pub(super) async fn read(
    headers: &HeaderMap,
    body: axum::body::Body,
    limit: usize,
    deadline: Instant,
    account: &Account,
) -> Result<Incoming, Refusal> {
    check_coding(headers)?;
    let announced = announced(headers);
    if announced.is_some_and(|length| usize::try_from(length).map_or(true, |n| n > limit)) {
        return Err(Refusal::TooLarge(limit));
    }
    let announced = announced.and_then(|length| usize::try_from(length).ok());
    let mut gather = Gather::new(announced.unwrap_or(0));
    let mut body = body;
    loop {
        let frame = match tokio::time::timeout_at(deadline, body.frame()).await {
            Err(_) => return Err(Refusal::BodyLate),
            Ok(None) => break,
            Ok(Some(Ok(frame))) => frame,
            Ok(Some(Err(error))) => {
                tracing::debug!(%error, "a request's body was cut off");
                return Err(Refusal::BodyLost);
            }
        };
        let Ok(piece) = frame.into_data() else {
            continue;
        };
        if piece.len() > limit - gather.len() {
            return Err(Refusal::TooLarge(limit));
        }
        let is_all = body.is_end_stream() && gather.is_empty();
        let missing = match is_all {
            true => piece.len(),
            false => gather.missing(piece.len()),
        };
        if missing > 0 {
            let grown = account.grow_body(missing, deadline).await;
            grown.map_err(Refusal::Memory)?;
        }
        if is_all {
            account.body_is_read();
            return Ok(Incoming::Json(piece));
        }
        gather.grant(missing);
        gather.add(&piece);
    }
    account.body_is_read();
    Ok(Incoming::Json(Bytes::from(gather.into_bytes())))
}

/// Refuses a body that would have to be decoded.
pub(super) fn check_coding(headers: &HeaderMap) -> Result<(), Refusal> {
    let coding = headers.get(CONTENT_ENCODING);
    match coding.is_some_and(|coding| coding.as_bytes() != b"identity") {
        true => Err(Refusal::ContentEncoding),
        false => Ok(()),
    }
}

/// How many bytes the client says that it sends.
pub(super) fn announced(headers: &HeaderMap) -> Option<u64> {
    let length = headers.get(CONTENT_LENGTH)?.to_str().ok()?;
    length.parse().ok()
}
