//! Why an exchange with a subgraph broke, and whether it may be begun again.

use std::error::Error;

use crate::failure::Failure;
use abaque_edge::causes::chain;

/// Why there is no head of an answer.
pub(crate) enum Broken {
    /// No connection could be opened.
    Unreachable(String),
    /// The server has not looked at the request, by all that is known: it was not sent, the server says so by HTTP/2, or a kept connection ended before the
    /// first byte of an answer, which is the usual end of one that the server gave up at the moment it was used again.
    Closed(String),
    /// Anything else.
    Exchange(String),
}

impl Broken {
    /// The failure of a request that is not sent again.
    pub(crate) fn into_failure(self) -> Failure {
        match self {
            Broken::Unreachable(cause) => Failure::Unreachable(cause),
            Broken::Closed(cause) | Broken::Exchange(cause) => Failure::Unanswered(cause),
        }
    }

    /// Why a connection that there is brought no answer; whether it was `kept`, for one request after another, after an earlier one.
    pub(crate) fn of_exchange(error: &(dyn Error + 'static), kept: bool) -> Self {
        match is_closed(error, kept) {
            true => Self::Closed(chain(error)),
            false => Self::Exchange(chain(error)),
        }
    }
}

fn is_closed(error: &(dyn Error + 'static), kept: bool) -> bool {
    let mut source = Some(error);
    while let Some(cause) = source {
        if let Some(hyper) = cause.downcast_ref::<hyper::Error>()
            && (hyper.is_canceled() || hyper.is_closed() || kept && hyper.is_incomplete_message())
        {
            return true;
        }
        if let Some(error) = cause.downcast_ref::<h2::Error>()
            && is_not_looked_at(error)
        {
            return true;
        }
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            use std::io::ErrorKind::{
                BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected,
            };
            let has_ended = matches!(
                io.kind(),
                BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected
            );
            return kept && has_ended;
        }
        source = cause.source();
    }
    false
}

/// Whether a server of HTTP/2 has not looked at a request: it refused the stream, or ended the connection as it should before it came to it
/// (<https://www.rfc-editor.org/rfc/rfc9113#section-8.7>).
fn is_not_looked_at(error: &h2::Error) -> bool {
    let (reason, is_remote) = (error.reason(), error.is_remote());
    let is_refused = error.is_reset() && reason == Some(h2::Reason::REFUSED_STREAM);
    is_remote && (is_refused || error.is_go_away() && reason == Some(h2::Reason::NO_ERROR))
}
