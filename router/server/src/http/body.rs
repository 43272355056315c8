//! Reading a request's body within its bound, and what it stands for within the same.

use abaque_edge::coding::{Coding, TAKEN, Undecoded};
use axum::BoxError;
use axum::body::HttpBody;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderMap};
use http_body_util::BodyExt;
use tokio::time::Instant;

use crate::refusal::Refusal;
use crate::request::Incoming;
use memory::{Account, Gather};

/// Reads a body that arrives before the deadline. It has at most `limit` bytes, and so has what it stands for where it is coded.
pub(super) async fn read<B>(
    headers: &HeaderMap,
    body: B,
    limit: usize,
    deadline: Instant,
    account: &Account,
) -> Result<Incoming, Refusal>
where
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Unpin,
{
    let coding = Coding::of(headers).map_err(|_| Refusal::ContentEncoding(TAKEN))?;
    let sent = sent(headers, body, limit, deadline, account).await?;
    let Some(coding) = coding else {
        return Ok(Incoming::Json(sent));
    };
    let decoded = decoded(coding, &sent, limit, deadline, account).await?;
    drop(sent);
    account.keep(decoded.len());
    Ok(Incoming::Json(decoded.into()))
}

/// What a coded body stands for. A body of a few bytes can stand for as many as there may be.
async fn decoded(
    coding: Coding,
    sent: &[u8],
    limit: usize,
    deadline: Instant,
    account: &Account,
) -> Result<Vec<u8>, Refusal> {
    let decoding = coding.decode(sent, limit, |more| account.grow(more));
    let decoded = tokio::time::timeout_at(deadline, decoding).await;
    decoded
        .map_err(|_| Refusal::BodyLate)?
        .map_err(|undecoded| match undecoded {
            Undecoded::TooLarge => Refusal::TooLarge(limit),
            Undecoded::Refused(exhausted) => Refusal::Memory(exhausted),
            Undecoded::Wrong(error) => {
                let name = coding.name();
                Refusal::malformed(format_args!("the body is not valid {name}: {error}"))
            }
        })
}

/// Reads a body as it is sent.
async fn sent<B>(
    headers: &HeaderMap,
    mut body: B,
    limit: usize,
    deadline: Instant,
    account: &Account,
) -> Result<Bytes, Refusal>
where
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Unpin,
{
    let announced = announced(headers);
    if announced.is_some_and(|length| usize::try_from(length).map_or(true, |n| n > limit)) {
        return Err(Refusal::TooLarge(limit));
    }
    let announced = announced.and_then(|length| usize::try_from(length).ok());
    let mut gather = Gather::new(announced.unwrap_or(0));
    loop {
        let frame = match tokio::time::timeout_at(deadline, body.frame()).await {
            Err(_) => return Err(Refusal::BodyLate),
            Ok(None) => break,
            Ok(Some(Ok(frame))) => frame,
            Ok(Some(Err(error))) => {
                let error: BoxError = error.into();
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
            return Ok(piece);
        }
        gather.grant(missing);
        gather.add(&piece);
    }
    account.body_is_read();
    Ok(Bytes::from(gather.into_bytes()))
}

/// Refuses a body that would have to be decoded: files are passed on as they come.
pub(super) fn check_uncoded(headers: &HeaderMap) -> Result<(), Refusal> {
    match Coding::of(headers) {
        Ok(None) => Ok(()),
        Ok(Some(_)) | Err(_) => Err(Refusal::ContentEncoding("identity")),
    }
}

/// How many bytes the client says that it sends.
pub(super) fn announced(headers: &HeaderMap) -> Option<u64> {
    let length = headers.get(CONTENT_LENGTH)?.to_str().ok()?;
    length.parse().ok()
}
