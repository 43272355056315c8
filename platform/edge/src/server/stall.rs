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
use super::oversized::Oversized;

/// What a reader must at least take in the time that it has, as long as there is more.
const LEAST_TAKEN: usize = 16 * 1024;

/// Bytes read that use up as much of a task's turn as a read does.
const BYTES_IN_TURN: usize = 4 * 1024;

/// Fails a write when its reader takes less than 16 KiB in `timeout`, and tells the activity of the connection what is read and whether
/// writes wait.
pub(super) struct WriteBound {
    stream: TcpStream,
    timeout: Duration,
    /// Runs from the first write that had to wait; made when one waits for the first time, which most connections never do.
    deadline: Option<Pin<Box<Sleep>>>,
    /// Bytes taken since the deadline was set; `None` while it does not run.
    taken: Option<usize>,
    activity: Arc<Activity>,
    oversized: Oversized,
    /// Bytes that may still be read before the connection is closed, and until when.
    lingering: Option<(usize, Pin<Box<Sleep>>)>,
}

impl WriteBound {
    pub(super) fn new(stream: TcpStream, timeout: Duration, activity: Arc<Activity>) -> Self {
        Self {
            stream,
            timeout,
            deadline: None,
            taken: None,
            activity,
            oversized: Oversized::default(),
            lingering: None,
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
            self.activity.stalled(true);
            deadline.as_mut().reset(Instant::now() + self.timeout);
        }
        match deadline.as_mut().poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
        }
    }

    /// The deadline stands no longer.
    fn is_taken(&mut self) {
        if self.taken.take().is_some() {
            self.activity.stalled(false);
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
                    let until = Box::pin(tokio::time::sleep(LONGEST_LINGER));
                    self.lingering = Some((MOST_LINGERED, until));
                    return Some(Poll::Ready(Ok(())));
                }
                Poll::Ready(Ok(_)) => {}
            }
        }
        None
    }
}

/// How many bytes of a head that was refused are still read before the connection is closed.
const MOST_LINGERED: usize = 1 << 20;
/// And for how long.
const LONGEST_LINGER: Duration = Duration::from_secs(1);

impl WriteBound {
    /// Reads what is left of a head that was refused: a connection that is closed over unread bytes is reset, and the answer may be lost.
    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut scratch = [0; 8 * 1024];
        while let Some((left, until)) = &mut self.lingering {
            let mut buffer = ReadBuf::new(&mut scratch);
            match Pin::new(&mut self.stream).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if (1..*left).contains(&buffer.filled().len()) => {
                    *left -= buffer.filled().len();
                }
                // Enough, or the end, or a client that is gone.
                Poll::Ready(_) => self.lingering = None,
                Poll::Pending => {
                    std::task::ready!(until.as_mut().poll(context));
                    self.lingering = None;
                }
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
        let bytes = buffer.filled().get(before..).unwrap_or_default();
        self.oversized.read(bytes);
        // Bytes cost by their number, not by the reads that they came with: what is framed in single bytes would keep others from their turn.
        for _ in 0..bytes.len() / BYTES_IN_TURN {
            // When all is used up, the next read gives way.
            let _ = std::pin::pin!(tokio::task::coop::consume_budget()).poll(context);
        }
        if self.activity.read(bytes.len()) {
            read
        } else {
            // Nobody would notice if it were told.
            Poll::Ready(Err(io::ErrorKind::OutOfMemory.into()))
        }
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
        // Called when all that there was to write is written.
        self.is_taken();
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        std::task::ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
        self.poll_linger(context)
    }
}
