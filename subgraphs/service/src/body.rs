//! Reading the body of a request within its bound, and what it stands for within the same.

use std::error::Error;
use std::fmt;

use abaque_edge::coding::{Coding, Undecoded};
use axum::body::{Body, Bytes, HttpBody as _};
use futures_util::stream;
use http_body_util::BodyExt as _;

/// There is no room for a body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Overloaded;

impl fmt::Display for Overloaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too many bodies of other requests are in memory: try again later")
    }
}

impl Error for Overloaded {}

/// The room that a body has among those of all requests.
pub(crate) trait Room: Send + Sync + 'static {
    /// Makes room for more bytes of it.
    ///
    /// # Errors
    /// There is none.
    fn grow(&self, bytes: usize) -> Result<(), Overloaded>;

    /// Gives back what is beyond this many bytes.
    fn keep(&self, bytes: usize);
}

/// Nothing comes of a coded body.
#[derive(Clone, Debug, thiserror::Error)]
enum Undecodable {
    #[error("the body stands for more than is allowed")]
    TooLarge,
    #[error("the body is not valid {0}: {1}")]
    Wrong(&'static str, String),
}

/// Why a body cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// There is no room for it.
    Overloaded,
    /// It stands for more than it may.
    TooLarge,
    /// It is not what it says, in the words for its sender.
    Wrong(String),
    /// It ended early.
    Lost,
}

impl Unusable {
    /// What an error of reading means.
    pub(crate) fn because(error: &axum::Error) -> Self {
        let mut cause: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(error) = cause {
            if error.is::<Overloaded>() {
                return Self::Overloaded;
            }
            match error.downcast_ref() {
                Some(Undecodable::TooLarge) => return Self::TooLarge,
                Some(wrong @ Undecodable::Wrong(..)) => return Self::Wrong(wrong.to_string()),
                None => cause = error.source(),
            }
        }
        Self::Lost
    }
}

/// Reads a body, at most `limit` bytes and one more, so that the next reader refuses it; none of one that is announced to be longer. The pieces in which it comes are not kept: a client may
/// make them as small as it likes.
///
/// # Errors
/// Why it could not be read.
pub(crate) async fn collect(mut body: Body, limit: usize) -> Result<Bytes, axum::Error> {
    if body.size_hint().lower() > limit as u64 {
        return Err(axum::Error::new(Undecodable::TooLarge));
    }
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        let room = (limit + 1).saturating_sub(bytes.len());
        // Most come in one piece.
        if bytes.is_empty() && data.len() <= room && body.is_end_stream() {
            return Ok(data);
        }
        bytes.extend_from_slice(&data[..data.len().min(room)]);
        if bytes.len() > limit || body.is_end_stream() {
            break;
        }
    }
    Ok(bytes.into())
}

/// What a coded body stands for, once it has come: at most `limit` bytes, as it has itself. Room is made before more of them are, and for what it takes to make
/// them.
pub(crate) fn decoded(coding: Coding, body: Body, limit: usize, room: impl Room) -> Body {
    let decoding = async move {
        let sent = collect(body, limit).await?;
        if sent.len() > limit {
            return Err(axum::Error::new(Undecodable::TooLarge));
        }
        let decoded = coding.decode(&sent, limit, |more| room.grow(more)).await;
        drop(sent);
        room.keep(decoded.as_ref().map_or(0, Vec::len));
        decoded
            .map(Bytes::from)
            .map_err(|undecoded| match undecoded {
                Undecoded::TooLarge => axum::Error::new(Undecodable::TooLarge),
                Undecoded::Refused(overloaded) => axum::Error::new(overloaded),
                Undecoded::Wrong(error) => {
                    axum::Error::new(Undecodable::Wrong(coding.name(), error.to_string()))
                }
            })
    };
    Body::from_stream(stream::once(decoding))
}

#[cfg(test)]
mod tests;
