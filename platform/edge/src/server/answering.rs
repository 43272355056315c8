//! The body of an answer, handed over as fast as its client takes it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as _, Frame, SizeHint};

use super::activity::Busy;
use super::lent::{Rest, TakesOver};
use super::streams::{self, PIECE};

/// The body of an answer; its connection is busy until it is gone.
pub(super) struct Answering {
    body: Body,
    /// What is left of the last frame: over HTTP/2 it is handed over in pieces.
    rest: Bytes,
    is_multiplexed: bool,
    /// `None` for an answer that says that there is no place.
    busy: Option<Busy>,
    streaming: Streaming,
}

/// Whether the body is written by somebody else than the library.
enum Streaming {
    /// It is not.
    No,
    /// As soon as the library asks for it, which it does once it has the head.
    By(Arc<dyn TakesOver>),
    Begun,
}

impl Answering {
    pub(super) fn new(body: Body, busy: Option<Busy>, is_multiplexed: bool) -> Self {
        Self {
            body,
            rest: Bytes::new(),
            is_multiplexed,
            busy,
            streaming: Streaming::No,
        }
    }

    /// The same over HTTP/1.1, whose body somebody else writes, in chunks.
    pub(super) fn streamed(body: Body, busy: Busy, by: Arc<dyn TakesOver>) -> Self {
        Self {
            streaming: Streaming::By(by),
            ..Self::new(body, Some(busy), false)
        }
    }

    /// The next piece. The library takes one more than the client has taken, and the end without waiting for anything; so the last byte is a piece of
    /// its own, which shows that all others were taken.
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<BodyResult>> {
        if self.rest.is_empty() {
            let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
            match frame.map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(data))) => self.rest = data,
                Some(Ok(Err(other))) => return Poll::Ready(Some(Ok(other))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        let all = self.rest.len();
        let length = match self.body.is_end_stream() {
            true if all > 1 => PIECE.min(all - 1),
            _ => PIECE.min(all),
        };
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(length)))))
    }
}

type BodyResult = Result<Frame<Bytes>, axum::Error>;

impl hyper::body::Body for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<BodyResult>> {
        match std::mem::replace(&mut self.streaming, Streaming::Begun) {
            Streaming::No => self.streaming = Streaming::No,
            Streaming::By(other) => {
                let (body, busy) = (std::mem::take(&mut self.body), self.busy.take());
                other.take_over(Rest { body, busy });
                return Poll::Pending;
            }
            // The library is not asked any more once the head is written.
            Streaming::Begun => return Poll::Pending,
        }
        if !self.is_multiplexed {
            return Pin::new(&mut self.body).poll_frame(context);
        }
        let polled = self.poll_piece(context);
        let is_piece = matches!(polled, Poll::Ready(Some(_)));
        streams::handed(is_piece);
        if is_piece && let Some(busy) = &self.busy {
            busy.allowance().piece();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        let is_streaming = matches!(self.streaming, Streaming::Begun);
        !is_streaming && self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = self.body.size_hint();
        let rest = self.rest.len() as u64;
        if rest > 0 {
            let upper = hint.upper().map(|upper| upper.saturating_add(rest));
            hint.set_lower(hint.lower().saturating_add(rest));
            if let Some(upper) = upper {
                hint.set_upper(upper);
            }
        }
        hint
    }
}
