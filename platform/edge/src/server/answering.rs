//! The body of an answer, handed over as fast as its client takes it.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as _, Frame, SizeHint};

use super::activity::Busy;
use super::streams::{self, PIECE};

/// The body of an answer; its connection is busy until it is gone.
pub(super) struct Answering {
    body: Body,
    /// What is left of the last frame: over HTTP/2 it is handed over in pieces.
    rest: Bytes,
    is_multiplexed: bool,
    /// `None` for an answer that says that there is no place.
    _busy: Option<Busy>,
}

impl Answering {
    pub(super) fn new(body: Body, busy: Option<Busy>, is_multiplexed: bool) -> Self {
        Self {
            body,
            rest: Bytes::new(),
            is_multiplexed,
            _busy: busy,
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
        if !self.is_multiplexed {
            return Pin::new(&mut self.body).poll_frame(context);
        }
        let polled = self.poll_piece(context);
        streams::handed(matches!(polled, Poll::Ready(Some(_))));
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
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
