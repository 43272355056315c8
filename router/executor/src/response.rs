//! What came of an execution.

use bytes::Bytes;

use crate::client::EXHAUSTED;
use crate::error::{RequestError, request_error_body};

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

/// The response of an execution that ended for lack of memory.
pub(crate) fn exhausted(stats: Stats) -> Response {
    let message = "the response takes more memory than there is for it";
    let response = refuse(&[RequestError::new(EXHAUSTED, message)]);
    Response {
        exhausted: true,
        stats,
        ..response
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
