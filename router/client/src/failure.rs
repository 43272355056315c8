//! Why a subgraph gave no answer.

use std::time::Duration;

use executor::FetchError;

/// Why there is no answer. `Display` is for logs and for the composition status.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Failure {
    /// Neither the whole answer nor its turn came in time.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    /// The client's request as a whole ran out of time.
    #[error("the time of the request was up")]
    Deadline,
    /// No connection.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    /// The connection or the protocol broke.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// Not a status of success, and no GraphQL response in the body.
    #[error("it answered with HTTP status {0}")]
    Status(u16),
    /// A success that is not GraphQL.
    #[error(
        "it answered HTTP status {status} with content type {found}, not with a GraphQL response"
    )]
    ContentType {
        /// The HTTP status.
        status: u16,
        /// The content type, shortened.
        found: String,
    },
    /// A content coding that was not asked for.
    #[error(
        "it answered HTTP status {status} with content encoding {found}; only identity is accepted"
    )]
    ContentEncoding {
        /// The HTTP status.
        status: u16,
        /// The content coding, shortened.
        found: String,
    },
    /// One of those, with what was answered instead.
    #[error("{failure}; {told}")]
    Quoted {
        /// What is wrong with the answer.
        failure: Box<Failure>,
        /// Its content type and how it begins, shortened.
        told: String,
    },
    /// The body is longer than the bound, in bytes.
    #[error("its answer has more than {0} bytes")]
    TooLarge(usize),
    /// There was no memory to read the answer into.
    #[error("there is no memory for its answer")]
    Memory,
    /// The schema names a subgraph without a usable URL.
    #[error("it has no usable URL")]
    NoUrl,
}

impl Failure {
    /// Whether it may pass by itself: the subgraph is not there for now, or the way to it is broken.
    pub fn may_pass(&self) -> bool {
        match self {
            Failure::Timeout(_) | Failure::Unreachable(_) | Failure::Broken(_) => true,
            Failure::Status(status) => matches!(status, 429 | 500 | 502 | 503 | 504),
            Failure::Quoted { failure, .. } => failure.may_pass(),
            Failure::Deadline
            | Failure::ContentType { .. }
            | Failure::ContentEncoding { .. }
            | Failure::TooLarge(_)
            | Failure::Memory
            | Failure::NoUrl => false,
        }
    }

    /// The failure as the executor words it for clients: what the transport says stays in the log.
    pub fn into_fetch_error(self) -> FetchError {
        match self {
            Failure::Timeout(_) | Failure::Deadline => FetchError::Timeout,
            Failure::Unreachable(reason) | Failure::Broken(reason) => {
                FetchError::Connect { reason }
            }
            Failure::NoUrl => FetchError::Connect {
                reason: "no URL".to_owned(),
            },
            Failure::Quoted { failure, .. } => failure.into_fetch_error(),
            Failure::Memory => FetchError::Exhausted,
            Failure::TooLarge(limit) => FetchError::TooLarge { limit },
            Failure::Status(status)
            | Failure::ContentType { status, .. }
            | Failure::ContentEncoding { status, .. } => FetchError::NotGraphql { status },
        }
    }
}
