//! What came of an execution.

use bytes::Bytes;

use crate::client::{EXHAUSTED, TIMEOUT};
use crate::complete::MAX_DEFERRED;
use crate::error::{RequestError, request_error_body};
use crate::memory::End;

/// The response to the client, and what happened.
#[derive(Debug)]
pub struct Response {
    /// `{"data":…,"errors":[…]}`
    pub body: Bytes,
    /// The code of each error. Those of subgraphs are theirs: not bounded, not for metric labels.
    pub error_codes: Vec<String>,
    /// Whether the operation was executed: the body has `data`.
    pub executed: bool,
    /// The body ends with a member `extensions`.
    pub has_extensions: bool,
    /// There was no memory to execute it to its end ([`SubgraphClient::grant`](crate::SubgraphClient::grant)); nothing of it is answered.
    pub exhausted: bool,
    /// How much was asked.
    pub stats: Stats,
}

/// How much was asked of subgraphs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Requests sent.
    pub fetches: usize,
}

/// The code of an execution that ends because a response would take more than one may.
const LIMIT_EXCEEDED: &str = "RESPONSE_LIMIT_EXCEEDED";

/// The response of an execution that ended before there was one.
pub(crate) fn ended(end: End, stats: Stats) -> Response {
    let error = error_of(end);
    if end == End::Memory {
        return Response {
            exhausted: true,
            stats,
            ..refuse(&[error])
        };
    }
    let errors = request_error_body(std::slice::from_ref(&error));
    let errors = errors.strip_prefix(b"{").unwrap_or_default();
    Response {
        body: [b"{\"data\":null,", errors].concat().into(),
        error_codes: vec![error.code.to_owned()],
        executed: true,
        has_extensions: false,
        exhausted: false,
        stats,
    }
}

/// What is said of it.
pub(crate) fn error_of(end: End) -> RequestError {
    match end {
        End::Memory => RequestError::new(
            EXHAUSTED,
            "the response takes more memory than there is for it",
        ),
        End::Work => RequestError::new(
            LIMIT_EXCEEDED,
            "the response takes more work than may be spent on objects that are null or left out: ask for fewer of them, or for fewer levels",
        ),
        End::Late => RequestError::new(TIMEOUT, "the response was not completed in time"),
        End::Deferred => RequestError::new(
            LIMIT_EXCEEDED,
            format!(
                "the response has more than {MAX_DEFERRED} fragments and lists that are delivered later: defer fewer, or in fewer objects"
            ),
        ),
    }
}

/// The response to what is not executed.
pub(crate) fn refuse(errors: &[RequestError]) -> Response {
    Response {
        body: request_error_body(errors).into(),
        error_codes: errors.iter().map(|error| error.code.to_owned()).collect(),
        executed: false,
        has_extensions: false,
        exhausted: false,
        stats: Stats::default(),
    }
}
