//! A body that is read no further than it is needed.
//!
//! The parser takes whatever its stream has ready before it looks at any of it, and keeps looking for the end of a part's head for as long as there is more.
//! Here the stream has one piece ready at a time, and a head that does not end is an error.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::Stream;

/// What is read at once, in bytes.
pub(crate) const PIECE: usize = 16 * 1024;

/// What may come before the content of a part, in bytes: the rest of the part before, the boundary, its headers.
pub(crate) const MAX_HEAD: usize = 4 * PIECE;

/// Why a body is not read to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Interrupted {
    #[error("the head of a part does not end")]
    Head,
    #[error("the body broke off")]
    Lost,
}

/// How many bytes may be read until something of them has been used.
#[derive(Clone, Debug)]
pub(crate) struct Credit(Arc<AtomicUsize>);

impl Credit {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicUsize::new(MAX_HEAD)))
    }

    /// What was read has been used.
    pub(crate) fn renew(&self) {
        self.0.store(MAX_HEAD, Ordering::Relaxed);
    }

    fn take(&self, bytes: usize) -> bool {
        let order = Ordering::Relaxed;
        let less = |left: usize| left.checked_sub(bytes);
        self.0.fetch_update(order, order, less).is_ok()
    }
}

/// A stream in pieces, each of which is given when the one before has been looked at.
pub(crate) struct Paced<S> {
    inner: Pin<Box<S>>,
    rest: Bytes,
    /// Whether one was given since the stream was last found not ready.
    gave: bool,
    credit: Credit,
}

impl<S> Paced<S> {
    pub(crate) fn new(inner: S, credit: Credit) -> Self {
        Self {
            inner: Box::pin(inner),
            rest: Bytes::new(),
            gave: false,
            credit,
        }
    }
}

impl<S, E> Stream for Paced<S>
where
    S: Stream<Item = Result<Bytes, E>>,
{
    type Item = Result<Bytes, Interrupted>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if std::mem::take(&mut this.gave) {
            // Who reads has a look at what there is, and asks again.
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        while this.rest.is_empty() {
            match ready!(this.inner.as_mut().poll_next(context)) {
                Some(Ok(bytes)) => this.rest = bytes,
                Some(Err(_)) => return Poll::Ready(Some(Err(Interrupted::Lost))),
                None => return Poll::Ready(None),
            }
        }
        let piece = this.rest.split_to(this.rest.len().min(PIECE));
        if !this.credit.take(piece.len()) {
            return Poll::Ready(Some(Err(Interrupted::Head)));
        }
        this.gave = true;
        Poll::Ready(Some(Ok(piece)))
    }
}
