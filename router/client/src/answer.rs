//! An answer of which the head has come, and its body: read whole within bounds, or as it comes.

use std::sync::Arc;

use abaque_edge::causes::chain;
use abaque_edge::quiet;
use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use memory::{Account, Gather, Memory};
use tokio::time::Instant;

use crate::failure::Failure;
use crate::multiplexed::Turn;
use crate::pool::Lease;

/// An answer of which the head has come.
pub(crate) struct Answer {
    pub(super) response: Response<Incoming>,
    pub(super) lease: Option<Lease>,
    /// Its part of a connection of HTTP/2, where that is known to be one.
    pub(super) turn: Option<Turn>,
    /// Whether the connection can be used again after the answer.
    pub(super) is_kept: bool,
}

impl Answer {
    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// Its headers, which it has no more.
    pub(crate) fn take_headers(&mut self) -> HeaderMap {
        std::mem::take(self.response.headers_mut())
    }

    /// The body, to be read as it comes.
    pub(crate) fn into_stream(self) -> Stream {
        Stream {
            body: self.response.into_body(),
            _lease: self.lease,
            _turn: self.turn,
        }
    }

    /// Reads the body, of at most `limit` bytes.
    pub(crate) async fn read(&mut self, limit: usize) -> Result<Bytes, Unread> {
        Ok(Bytes::from(self.gather(limit, None).await?))
    }

    /// The same within the memory that there is. What it takes is given back when the last of the bytes is gone.
    pub(crate) async fn read_within(
        &mut self,
        limit: usize,
        memory: &Arc<Memory>,
        deadline: Instant,
    ) -> Result<Bytes, Unread> {
        // An account would not count so little.
        let exact = self.response.body().size_hint().exact();
        if exact.is_some_and(|bytes| bytes <= memory::FREE as u64) {
            return self.read(limit).await;
        }
        let account = Arc::new(memory.shared());
        let read = self.gather(limit, Some((&account, deadline))).await?;
        Ok(Account::hold(account, read.into()))
    }

    async fn gather(
        &mut self,
        limit: usize,
        within: Option<(&Account, Instant)>,
    ) -> Result<Vec<u8>, Unread> {
        let body = self.response.body_mut();
        let announced = body.size_hint().lower();
        if usize::try_from(announced).map_or(true, |announced| announced > limit) {
            return Err(Unread::TooLarge);
        }
        // Frames are copied out at once, so that the connection reads the next one into the same buffer.
        let mut read = Gather::new(usize::try_from(announced).unwrap_or(0));
        while let Some(frame) = quiet::frame(body).await {
            let frame = frame.map_err(|error| Unread::Broken(chain(&error)))?;
            if let Some(data) = frame.data_ref() {
                if data.len() > limit - read.len() {
                    return Err(Unread::TooLarge);
                }
                let missing = read.missing(data.len());
                if missing > 0 {
                    if let Some((account, deadline)) = within {
                        let grown = account.grow_by(missing, deadline).await;
                        grown.map_err(|_| Unread::Memory)?;
                    }
                    read.grant(missing);
                }
                read.add(data);
            }
        }
        if let Some(lease) = self.lease.take().filter(|_| self.is_kept) {
            lease.give_back();
        }
        Ok(read.into_bytes())
    }

    /// How the body begins: its first `limit` bytes, or as many as come. The rest is not read.
    pub(crate) async fn beginning(&mut self, limit: usize) -> Vec<u8> {
        let body = self.response.body_mut();
        let mut read = Vec::new();
        while let Some(Ok(frame)) = body.frame().await {
            if let Some(data) = frame.data_ref() {
                let wanted = data.len().min(limit - read.len());
                read.extend_from_slice(&data[..wanted]);
            }
            if read.len() >= limit {
                break;
            }
        }
        read
    }
}

/// An answer that is read as it comes. Dropped before its end, it closes its connection.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) body: Incoming,
    _lease: Option<Lease>,
    _turn: Option<Turn>,
}

/// Why there is no body.
pub(crate) enum Unread {
    TooLarge,
    Memory,
    Broken(String),
}

impl Unread {
    /// The failure of a request whose answer may have `limit` bytes.
    pub(crate) fn into_failure(self, limit: usize) -> Failure {
        match self {
            Unread::TooLarge => Failure::TooLarge(limit),
            Unread::Memory => Failure::Memory,
            Unread::Broken(cause) => Failure::Broken(cause),
        }
    }
}
