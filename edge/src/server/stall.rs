//! A stream whose reader may not let the server wait for ever.
//!
//! Answers are in memory; a client that does not read its answer would keep it, and its place among the connections.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

use super::oversized::Oversized;

/// Fails a write that makes no progress for as long as `timeout`.
pub(super) struct WriteBound {
    stream: TcpStream,
    timeout: Duration,
    /// Runs while a write waits; made when one waits for the first time, which most connections never do.
    deadline: Option<Pin<Box<Sleep>>>,
    waiting: bool,
    oversized: Oversized,
    /// Bytes that may still be read before the connection is closed.
    lingering: usize,
}

impl WriteBound {
    pub(super) fn new(stream: TcpStream, timeout: Duration) -> Self {
        Self {
            stream,
            timeout,
            deadline: None,
            waiting: false,
            oversized: Oversized::default(),
            lingering: 0,
        }
    }

    /// Passes on what a write came to; a wait that is too long is an error.
    fn bound<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.waiting = false;
            return written;
        }
        let deadline = self
            .deadline
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(self.timeout)));
        if !self.waiting {
            self.waiting = true;
            deadline.as_mut().reset(Instant::now() + self.timeout);
        }
        match deadline.as_mut().poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
        }
    }
}

impl WriteBound {
    /// Writes what stands for `bytes`, where something else does.
    fn write_instead(
        &mut self,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Option<Poll<io::Result<()>>> {
        while let Some(instead) = self.oversized.instead_of(bytes) {
            let written = Pin::new(&mut self.stream).poll_write(context, instead);
            match self.bound(context, written) {
                Poll::Pending => return Some(Poll::Pending),
                Poll::Ready(Err(error)) => return Some(Poll::Ready(Err(error))),
                Poll::Ready(Ok(count)) if self.oversized.wrote(count) => {
                    self.lingering = LINGER;
                    return Some(Poll::Ready(Ok(())));
                }
                Poll::Ready(Ok(_)) => {}
            }
        }
        None
    }
}

/// How many bytes of a head that was refused are still read before the connection is closed.
const LINGER: usize = 1 << 20;

impl WriteBound {
    /// Reads what is left of a head that was refused: a connection that is closed over unread bytes is reset, and the answer may be lost.
    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut scratch = [0; 8 * 1024];
        while self.lingering > 0 {
            let mut buffer = ReadBuf::new(&mut scratch);
            let read = Pin::new(&mut self.stream).poll_read(context, &mut buffer);
            let read = read.map_ok(|()| buffer.filled().len());
            match std::task::ready!(self.bound(context, read)) {
                Ok(count) if count > 0 => self.lingering = self.lingering.saturating_sub(count),
                // The end, or a client that is gone: either way there is nothing left to read.
                _ => self.lingering = 0,
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for WriteBound {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if let Some(bytes) = buffer.filled().get(before..) {
            self.oversized.read(bytes);
        }
        read
    }
}

impl AsyncWrite for WriteBound {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Some(written) = self.write_instead(context, bytes) {
            return written.map_ok(|()| bytes.len());
        }
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.bound(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first = buffers.first().map_or(&[][..], |buffer| buffer);
        if let Some(written) = self.write_instead(context, first) {
            return written.map_ok(|()| first.len());
        }
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, buffers);
        self.bound(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        std::task::ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
        self.poll_linger(context)
    }
}
