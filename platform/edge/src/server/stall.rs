//! A stream whose reader may not let the server wait for ever.
//!
//! Answers are in memory; a client that does not read its answer, or reads it byte by byte, would keep it, and its place among the connections.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

use super::activity::Activity;

/// What a reader must at least take in the time that it has, as long as there is more.
const LEAST_TAKEN: usize = 16 * 1024;

/// Bytes read that use up as much of a task's turn as a read does.
const BYTES_IN_TURN: usize = 4 * 1024;
/// The same where they may be frames, of HTTP/2 or of a WebSocket, which can be small and cost by their number.
const FRAMED_BYTES_IN_TURN: usize = 256;

/// Fails a write when its reader takes less than 16 KiB in `timeout`, and reports to the activity of the connection what is read and whether
/// writes wait.
pub(super) struct WriteBound {
    stream: TcpStream,
    timeout: Duration,
    /// Runs from the first write that had to wait; made when one waits for the first time, which most connections never do.
    deadline: Option<Pin<Box<Sleep>>>,
    /// Bytes taken since the deadline was set; `None` while it does not run.
    taken: Option<usize>,
    activity: Arc<Activity>,
}

impl WriteBound {
    pub(super) fn new(stream: TcpStream, timeout: Duration, activity: Arc<Activity>) -> Self {
        Self {
            stream,
            timeout,
            deadline: None,
            taken: None,
            activity,
        }
    }

    /// Passes on what a write came to; a wait that is too long is an error.
    fn bound(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match (&written, &mut self.taken) {
            (Poll::Ready(Ok(count)), Some(taken)) => {
                *taken += count;
                if *taken >= LEAST_TAKEN {
                    self.is_taken();
                }
                return written;
            }
            (Poll::Ready(_), _) => return written,
            (Poll::Pending, _) => {}
        }
        let deadline = self
            .deadline
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(self.timeout)));
        if self.taken.is_none() {
            self.taken = Some(0);
            self.activity.stalled();
            deadline.as_mut().reset(Instant::now() + self.timeout);
        }
        match deadline.as_mut().poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
        }
    }

    /// The deadline no longer holds.
    fn is_taken(&mut self) {
        if self.taken.take().is_some() {
            self.activity.taken();
        }
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
        let bytes = buffer.filled().get(before..).unwrap_or_default();
        // Bytes cost by their number, not by the reads that they came with: what is framed in single bytes would keep others from their turn.
        let in_turn = match self.activity.is_framed() {
            true => FRAMED_BYTES_IN_TURN,
            false => BYTES_IN_TURN,
        };
        for _ in 0..bytes.len() / in_turn {
            // When all is used up, the next read gives way.
            let _ = std::pin::pin!(tokio::task::coop::consume_budget()).poll(context);
        }
        match self.activity.read(bytes.len()) {
            Ok(()) => read,
            // It ends the connection, and its log line says why.
            Err(error) => Poll::Ready(Err(io::Error::other(error))),
        }
    }
}

impl AsyncWrite for WriteBound {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.bound(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, buffers);
        self.bound(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Called when all that there was to write is written.
        self.is_taken();
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
