//! An answer without an end of its own over HTTP/1.1, written chunk by chunk
//! (<https://www.rfc-editor.org/rfc/rfc9112#section-7.1>) once the HTTP library has written its head.

use std::io::{self, Cursor, IoSlice, Write as _};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::BoxError;
use axum::body::Body;
use bytes::buf::Chain;
use bytes::{Buf, Bytes};
use hyper::body::Body as _;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::activity::Busy;
use super::lent::{Loan, Rest};
use crate::quiet::Quiet;

/// A size in hexadecimal digits, and the end of its line.
const MOST_DIGITS: usize = 18;
/// Clients send nothing meanwhile. What they do send is for a request that this connection will not answer.
const READ_AT_ONCE: usize = 64;

/// A connection of HTTP/1.1: the library's, until an answer without an end is all that is left of it.
pub(super) enum Http1<C, I> {
    Library(Quiet<Pin<Box<C>>>, Arc<Loan<I>>),
    Streaming(Box<Streaming<I>>),
}

impl<C, I> Http1<C, I>
where
    C: Future<Output = hyper::Result<()>>,
    I: AsyncRead + AsyncWrite + Unpin,
{
    /// Serves until the end.
    pub(super) fn poll_served(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        if let Self::Library(connection, loan) = self {
            loan.begin_turn();
            if let Poll::Ready(served) = Pin::new(connection).poll(context) {
                return Poll::Ready(served.map_err(Into::into));
            }
            let Some((io, rest)) = loan.take_back() else {
                return Poll::Pending;
            };
            // With it go the library's buffers.
            *self = Self::Streaming(Box::new(Streaming::new(io, rest)));
        }
        match self {
            Self::Streaming(streaming) => streaming.poll_written(context),
            Self::Library(..) => Poll::Pending,
        }
    }
}

/// What is left of such a connection.
pub(super) struct Streaming<I> {
    io: I,
    /// `None` after its end.
    body: Option<Body>,
    chunk: Chunk,
    /// Whether something was written that may not have left.
    is_written: bool,
    /// Whether it is still noticed when the client closes the connection.
    listens: bool,
    _busy: Option<Busy>,
}

/// What is left to write of one: its size, its data, and the end of its line.
type Chunk = Chain<Chain<Cursor<[u8; MOST_DIGITS]>, Bytes>, &'static [u8]>;

fn nothing() -> Chunk {
    let mut size = Cursor::new([0; MOST_DIGITS]);
    size.set_position(MOST_DIGITS as u64);
    size.chain(Bytes::new()).chain(&[])
}

/// The last one is empty.
fn chunk(data: Bytes) -> Chunk {
    let mut line = [0; MOST_DIGITS];
    let mut free = line.as_mut_slice();
    // Sixteen digits at most, and two for the end of the line.
    let written = write!(free, "{:x}\r\n", data.len());
    debug_assert!(written.is_ok(), "there is room for any size");
    let left = free.len();
    line.rotate_right(left);
    let mut size = Cursor::new(line);
    size.set_position(left as u64);
    size.chain(data).chain(b"\r\n".as_slice())
}

impl<I: AsyncRead + AsyncWrite + Unpin> Streaming<I> {
    fn new(io: I, rest: Rest) -> Self {
        Self {
            io,
            body: Some(rest.body),
            chunk: nothing(),
            is_written: false,
            listens: true,
            _busy: rest.busy,
        }
    }

    /// Writes as much as there is. Ends with the body, or when the client goes.
    fn poll_written(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        if self.is_left(context)? {
            return Poll::Ready(Ok(()));
        }
        loop {
            ready!(self.poll_chunk(context))?;
            let Some(body) = &mut self.body else {
                ready!(Pin::new(&mut self.io).poll_shutdown(context))?;
                return Poll::Ready(Ok(()));
            };
            match Pin::new(body).poll_frame(context) {
                Poll::Ready(Some(frame)) => {
                    if let Ok(data) = frame?.into_data()
                        && !data.is_empty()
                    {
                        self.chunk = chunk(data);
                    }
                }
                Poll::Ready(None) => {
                    self.body = None;
                    self.chunk = chunk(Bytes::new());
                }
                Poll::Pending => {
                    ready!(self.poll_flush(context))?;
                    return Poll::Pending;
                }
            }
        }
    }

    /// Whether the client has said that it goes.
    fn is_left(&mut self, context: &mut Context<'_>) -> io::Result<bool> {
        if !self.listens {
            return Ok(false);
        }
        let mut scratch = [0; READ_AT_ONCE];
        let mut buffer = ReadBuf::new(&mut scratch);
        match Pin::new(&mut self.io).poll_read(context, &mut buffer)? {
            Poll::Pending => Ok(false),
            Poll::Ready(()) if buffer.filled().is_empty() => Ok(true),
            // The rest stays where it is, so that nobody can send without end.
            Poll::Ready(()) => {
                self.listens = false;
                Ok(false)
            }
        }
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.chunk.has_remaining() {
            let mut slices = [IoSlice::new(&[]); 3];
            let count = self.chunk.chunks_vectored(&mut slices);
            let io = Pin::new(&mut self.io);
            let written = ready!(io.poll_write_vectored(context, &slices[..count]))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.chunk.advance(written);
            self.is_written = true;
        }
        // What it held may be much.
        self.chunk = nothing();
        Poll::Ready(Ok(()))
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_written {
            ready!(Pin::new(&mut self.io).poll_flush(context))?;
            self.is_written = false;
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(mut chunk: Chunk) -> Vec<u8> {
        chunk.copy_to_bytes(chunk.remaining()).to_vec()
    }

    #[test]
    fn a_chunk_has_its_size_before_it() {
        assert_eq!(written(chunk(Bytes::from_static(b"abc"))), b"3\r\nabc\r\n");
        let long = written(chunk(Bytes::from(vec![b'x'; 0xabcde])));
        assert!(long.starts_with(b"abcde\r\nxxx") && long.ends_with(b"x\r\n"));
        assert_eq!(written(chunk(Bytes::new())), b"0\r\n\r\n");
        assert_eq!(written(nothing()), b"");
    }
}
