//! A connection that is lent to the HTTP library, and can be taken back from it.
//!
//! The library keeps two buffers of 8 KiB for each connection of HTTP/1.1, for what it reads and for heads that it writes. A stream of events lasts for hours and needs neither.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::body::Body;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::activity::Busy;

/// What the library reads from and writes to.
pub(super) struct Lent<I>(Arc<Loan<I>>);

/// A connection, and what is to be written to it once it is taken back.
pub(super) struct Loan<I> {
    state: Mutex<State<I>>,
    /// Whether a request is answered in the present turn of the connection.
    answers: AtomicBool,
}

struct State<I> {
    /// `None` once it has been taken back.
    io: Option<I>,
    /// Whether all that the library had to write is written.
    is_flushed: bool,
    rest: Option<Rest>,
}

/// The body of an answer whose head the library has written.
pub(super) struct Rest {
    pub(super) body: Body,
    /// Its connection is busy until it is gone.
    pub(super) busy: Option<Busy>,
}

/// Who takes over the body of an answer.
pub(super) trait TakesOver: Send + Sync {
    fn take_over(&self, rest: Rest);

    /// Whether a request that has come is the first of the connection's turn.
    fn is_first(&self) -> bool;
}

impl<I> Loan<I> {
    pub(super) fn new(io: I) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                io: Some(io),
                is_flushed: true,
                rest: None,
            }),
            answers: AtomicBool::new(false),
        })
    }

    /// The connection has its turn.
    pub(super) fn begin_turn(&self) {
        self.answers.store(false, Ordering::Relaxed);
    }

    pub(super) fn lend(self: &Arc<Self>) -> Lent<I> {
        Lent(Arc::clone(self))
    }

    /// The connection, when a body waits for it and the head before that is written. From then on it is not lent any more.
    pub(super) fn take_back(&self) -> Option<(I, Rest)> {
        let mut state = self.state();
        if !state.is_flushed || state.rest.is_none() {
            return None;
        }
        state.io.take().zip(state.rest.take())
    }

    fn state(&self) -> MutexGuard<'_, State<I>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<I: Send> TakesOver for Loan<I> {
    fn take_over(&self, rest: Rest) {
        self.state().rest = Some(rest);
    }

    fn is_first(&self) -> bool {
        !self.answers.swap(true, Ordering::Relaxed)
    }
}

impl<I: Unpin> State<I> {
    fn io(&mut self) -> io::Result<Pin<&mut I>> {
        let io = self.io.as_mut().map(Pin::new);
        io.ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Lent<I> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.0.state().io()?.poll_read(context, buffer)
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Lent<I> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut state = self.0.state();
        state.is_flushed = false;
        state.io()?.poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut state = self.0.state();
        state.is_flushed = false;
        state.io()?.poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        let state = self.0.state();
        state.io.as_ref().is_some_and(AsyncWrite::is_write_vectored)
    }

    /// The library asks for this when it has nothing more to write.
    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.0.state();
        let flushed = state.io()?.poll_flush(context);
        state.is_flushed = matches!(flushed, Poll::Ready(Ok(())));
        flushed
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.state().io()?.poll_shutdown(context)
    }
}
