//! A body for the two answers that the HTTP library gives itself.
//!
//! A head that is larger than the buffer never becomes a request: hyper answers 431, or 414 where the address alone is too long, with
//! nothing in it. Here that answer is replaced on its way to the client by a problem (RFC 9457) that says what to change.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use super::MAX_HEADERS;

/// How many bytes of a head that was refused are still read before the connection is closed.
const MOST_LINGERED: usize = 1 << 20;
/// And for how long.
const LONGEST_LINGER: Duration = Duration::from_secs(1);

/// A stream on which these answers are replaced.
pub(super) struct HeadAnswers<I> {
    stream: I,
    oversized: Oversized,
    /// Bytes that may still be read before the connection is closed, and until when.
    lingering: Option<(usize, Pin<Box<Sleep>>)>,
}

impl<I> HeadAnswers<I> {
    pub(super) fn new(stream: I) -> Self {
        Self {
            stream,
            oversized: Oversized::default(),
            lingering: None,
        }
    }
}

impl<I: AsyncWrite + Unpin> HeadAnswers<I> {
    /// Writes what stands for `bytes`, where something else does.
    fn write_instead(
        &mut self,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Option<Poll<io::Result<()>>> {
        while let Some(instead) = self.oversized.instead_of(bytes) {
            match Pin::new(&mut self.stream).poll_write(context, instead) {
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

impl<I: AsyncRead + Unpin> HeadAnswers<I> {
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
                    ready!(until.as_mut().poll(context));
                    self.lingering = None;
                }
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for HeadAnswers<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        let bytes = buffer.filled().get(before..).unwrap_or_default();
        self.oversized.read(bytes);
        read
    }
}

impl<I: AsyncRead + AsyncWrite + Unpin> AsyncWrite for HeadAnswers<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Some(written) = self.write_instead(context, bytes) {
            return written.map_ok(|()| bytes.len());
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
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
        Pin::new(&mut self.stream).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
        self.poll_linger(context)
    }
}

/// What a connection has read of the head of a request, and what it says instead of a bare answer.
#[derive(Default)]
pub(super) struct Oversized {
    /// Whether the line with the address has ended since the last answer.
    line_ended: bool,
    /// The answer that is being written instead, and how much of it has been.
    instead: Option<(Vec<u8>, usize)>,
}

impl Oversized {
    /// Bytes were read.
    pub(super) fn read(&mut self, bytes: &[u8]) {
        // Most often the first line is short, and all others are not looked at.
        self.line_ended = self.line_ended || bytes.contains(&b'\n');
    }

    /// What is still to be written instead of `bytes`, if they are a bare answer.
    pub(super) fn instead_of(&mut self, bytes: &[u8]) -> Option<&[u8]> {
        if self.instead.is_none() {
            let line_ended = std::mem::take(&mut self.line_ended);
            let status = bare(bytes)?;
            let status = match status {
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE if !line_ended => {
                    StatusCode::URI_TOO_LONG
                }
                status => status,
            };
            self.instead = Some((answer(status), 0));
        }
        let (answer, written) = self.instead.as_ref()?;
        answer.get(*written..)
    }

    /// `count` more bytes were written instead; whether that was all.
    pub(super) fn wrote(&mut self, count: usize) -> bool {
        let Some((answer, written)) = &mut self.instead else {
            return true;
        };
        *written += count;
        let done = *written >= answer.len();
        if done {
            self.instead = None;
        }
        done
    }
}

/// The status of an answer that the library gave: its whole head, and no body.
fn bare(bytes: &[u8]) -> Option<StatusCode> {
    let status = match bytes.strip_prefix(b"HTTP/1.1 ")?.get(..4)? {
        b"414 " => StatusCode::URI_TOO_LONG,
        b"431 " => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        _ => return None,
    };
    let empty = b"content-length: 0\r\n";
    let mut lines = bytes.windows(empty.len());
    lines
        .any(|window| window.eq_ignore_ascii_case(empty))
        .then_some(status)
}

fn answer(status: StatusCode) -> Vec<u8> {
    let body = body(status);
    let title = status.canonical_reason().unwrap_or_default();
    let (number, length) = (status.as_u16(), body.len());
    format!(
        "HTTP/1.1 {number} {title}\r\ncontent-type: application/problem+json\r\nx-content-type-options: nosniff\r\n\
         content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
    .into_bytes()
}

/// The same answer to a request whose head became one nevertheless.
pub(super) fn problem(status: StatusCode) -> Response {
    let headers = [
        (CONTENT_TYPE, "application/problem+json"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
    (status, headers, Body::from(body(status))).into_response()
}

fn body(status: StatusCode) -> String {
    let (code, detail) = match status {
        StatusCode::URI_TOO_LONG => (
            "URI_TOO_LONG",
            "the URL is too long: send the parameters in the body of a POST".into(),
        ),
        _ => (
            "HEADERS_TOO_LARGE",
            format!(
                "the request has more than {MAX_HEADERS} headers, or they are larger than allowed"
            ),
        ),
    };
    let title = status.canonical_reason().unwrap_or_default();
    let number = status.as_u16();
    format!(
        r#"{{"type":"about:blank","title":"{title}","status":{number},"detail":"{detail}","code":"{code}"}}"#
    )
}
