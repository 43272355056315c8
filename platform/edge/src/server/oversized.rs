//! A body for the two answers that the HTTP library gives itself.
//!
//! A head that is larger than the buffer never becomes a request: hyper answers 431, or 414 where the address alone is too long, with
//! nothing in it. Here that answer is replaced on its way to the client by a problem (RFC 9457) that says what to change.

use axum::http::StatusCode;

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
    let (code, detail) = match status {
        StatusCode::URI_TOO_LONG => (
            "URI_TOO_LONG",
            "the address is longer than allowed: send the parameters as the body of a POST",
        ),
        _ => (
            "HEADERS_TOO_LARGE",
            "the headers of the request are larger than allowed",
        ),
    };
    let title = status.canonical_reason().unwrap_or_default();
    let number = status.as_u16();
    let body = format!(
        r#"{{"type":"about:blank","title":"{title}","status":{number},"detail":"{detail}","code":"{code}"}}"#
    );
    let length = body.len();
    format!(
        "HTTP/1.1 {number} {title}\r\ncontent-type: application/problem+json\r\nx-content-type-options: nosniff\r\n\
         content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
    .into_bytes()
}
