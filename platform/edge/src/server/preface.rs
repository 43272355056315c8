//! Which version of HTTP a client speaks, where nothing was negotiated: HTTP/2 begins with words that are no request of HTTP/1.1
//! (<https://www.rfc-editor.org/rfc/rfc9113#section-3.4>).

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

const PREFACE: [u8; 24] = *b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A stream whose first bytes were looked at, and are read again.
pub(super) struct Prefixed<I> {
    stream: I,
    bytes: [u8; PREFACE.len()],
    /// How many of them were looked at.
    looked: usize,
    /// How many of them were read again.
    read: usize,
}

impl<I> Prefixed<I> {
    pub(super) fn new(stream: I) -> Self {
        Self {
            stream,
            bytes: [0; PREFACE.len()],
            looked: 0,
            read: 0,
        }
    }
}

/// Whether a stream begins as HTTP/2 does. It reads no further than it must.
///
/// # Errors
/// What the stream fails with.
pub(super) async fn is_http2<I: AsyncRead + Unpin>(stream: &mut Prefixed<I>) -> io::Result<bool> {
    while stream.looked < PREFACE.len() {
        let free = &mut stream.bytes[stream.looked..];
        let count = stream.stream.read(free).await?;
        stream.looked += count;
        let is_like = PREFACE.starts_with(&stream.bytes[..stream.looked]);
        if count == 0 || !is_like {
            return Ok(false);
        }
    }
    Ok(true)
}

impl<I: AsyncRead + Unpin> AsyncRead for Prefixed<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let again = &this.bytes[this.read..this.looked];
        if again.is_empty() {
            return Pin::new(&mut this.stream).poll_read(context, buffer);
        }
        let count = again.len().min(buffer.remaining());
        buffer.put_slice(&again[..count]);
        this.read += count;
        // What follows has most often come too. If it has not, or has failed, that shows at the next read.
        if buffer.remaining() > 0 {
            let _ = Pin::new(&mut this.stream).poll_read(context, buffer);
        }
        Poll::Ready(Ok(()))
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Prefixed<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
