//! The body of an observed answer: with its last byte, or when its client disconnects, the request has ended.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use http::Method;
use hyper::body::{Body as _, Frame, SizeHint};

use super::{Exchange, current};

/// A body, and the request that it answers.
pub(super) struct Observation {
    body: Body,
    /// `None` when the request has ended.
    exchange: Option<Exchange>,
}

impl Observation {
    /// The body of the answer of `exchange`.
    pub(super) fn of(body: Body, mut exchange: Exchange) -> Body {
        // An empty one is no wait, and one that answers HEAD is never read.
        if body.is_end_stream() || exchange.method.as_str() == Method::HEAD.as_str() {
            exchange.canceled = false;
            return body;
        }
        Body::new(Self {
            body,
            exchange: Some(exchange),
        })
    }

    fn end(&mut self) {
        if let Some(mut exchange) = self.exchange.take() {
            exchange.canceled = false;
        }
    }
}

impl hyper::body::Body for Observation {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        let exchange = this.exchange.as_ref();
        let entered = exchange.map(|exchange| current::enter(&exchange.said));
        let frame = ready!(Pin::new(&mut this.body).poll_frame(context));
        drop(entered);
        if let (Some(exchange), Some(Ok(frame))) = (&mut this.exchange, &frame) {
            exchange.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
        }
        // The server does not ask again after the last one.
        if frame.is_none() || this.body.is_end_stream() {
            this.end();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
