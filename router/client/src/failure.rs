//! Why a subgraph gave no answer.

use std::time::Duration;

use executor::FetchError;

/// Why there is no answer. `Display` is for logs and for the composition status.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Failure {
    /// The whole answer did not come in time.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    /// So many other requests to it are under way that its turn did not come in time.
    #[error("its turn did not come in time: too many requests to it are under way")]
    Turn,
    /// The client's request as a whole ran out of time.
    #[error("the deadline of the request has passed")]
    Deadline,
    /// No connection.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    /// The connection or the protocol broke before there was an answer.
    #[error("the connection broke: {0}")]
    Unanswered(String),
    /// It broke later.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// Not a status of success, and no GraphQL response in the body.
    #[error("it answered with HTTP status {0}")]
    Status(u16),
    /// The same, and it says how long it wants to be left alone.
    #[error("it answered with HTTP status {status}")]
    RetryAfter {
        /// The HTTP status.
        status: u16,
        /// How long.
        after: Duration,
    },
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
        "it answered HTTP status {status} with content encoding {found}, which it was not asked for"
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
    /// Nothing came on a stream of events, not even a sign of life.
    #[error("nothing has come from it for {0:?}, not even a sign of life")]
    Silent(Duration),
    /// More bytes came on a stream of events than it may bring between two of them.
    #[error("it sends more than {0} bytes that belong to no event")]
    Noise(usize),
    /// The events of a stream came faster than they were taken, on a connection that others share.
    #[error("its events come faster than they are taken")]
    Behind,
    /// There was no memory to read the answer into.
    #[error("there is no memory for its answer")]
    Memory,
    /// The client's files did not come to their end.
    #[error("the client did not send all files")]
    Files,
    /// It failed so often that it is not asked for a while.
    #[error("it has failed too often and is not asked for now")]
    Refused,
    /// The schema names a subgraph without a usable URL.
    #[error("it has no usable URL")]
    NoUrl,
}

impl Failure {
    /// Whether it may pass by itself: the subgraph is not there for now, the way to it is broken, or others have the memory.
    pub fn may_pass(&self) -> bool {
        match self {
            Failure::Timeout(_)
            | Failure::Turn
            | Failure::Silent(_)
            | Failure::Noise(_)
            | Failure::Behind
            | Failure::Unreachable(_)
            | Failure::Unanswered(_)
            | Failure::Broken(_)
            | Failure::Memory
            | Failure::Refused => true,
            Failure::Status(status) | Failure::RetryAfter { status, .. } => {
                matches!(status, 429 | 500 | 502 | 503 | 504)
            }
            Failure::Quoted { failure, .. } => failure.may_pass(),
            Failure::Deadline
            | Failure::ContentType { .. }
            | Failure::ContentEncoding { .. }
            | Failure::TooLarge(_)
            | Failure::Files
            | Failure::NoUrl => false,
        }
    }

    /// The same of a stream that there was: what answers now may be something in front of the subgraph, which does not know it for a moment.
    pub fn may_pass_again(&self) -> bool {
        let is_of_another = match self {
            Failure::Status(status) | Failure::RetryAfter { status, .. } => *status == 404,
            Failure::ContentType { .. } => true,
            Failure::Quoted { failure, .. } => failure.may_pass_again(),
            _ => false,
        };
        is_of_another || self.may_pass()
    }

    /// Whether it says something of the subgraph, and not only of the time and the memory that there were here.
    pub(crate) fn is_of_subgraph(&self) -> bool {
        match self {
            Failure::Deadline
            | Failure::Turn
            | Failure::Memory
            | Failure::Files
            | Failure::Behind
            | Failure::Refused => false,
            // A mistake of the request is none of the subgraph.
            Failure::Status(status) | Failure::RetryAfter { status, .. } => *status >= 500,
            _ => true,
        }
    }

    /// Whether it is an answer all the same, of one who can answer: a mistake of the request, or more than it may be.
    pub(crate) fn is_answer(&self) -> bool {
        match self {
            Failure::Status(status) | Failure::RetryAfter { status, .. } => *status < 500,
            Failure::TooLarge(_) => true,
            Failure::Quoted { failure, .. } => failure.is_answer(),
            _ => false,
        }
    }

    /// The status of an answer that is no GraphQL response.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Failure::Status(status) | Failure::RetryAfter { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// How long the subgraph wants to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Failure::RetryAfter { after, .. } => Some(*after),
            _ => None,
        }
    }

    /// The failure as the executor words it for clients: what the transport says stays in the log.
    pub fn into_fetch_error(self) -> FetchError {
        match self {
            Failure::Timeout(_) | Failure::Turn | Failure::Silent(_) | Failure::Deadline => {
                FetchError::Timeout
            }
            Failure::Behind => FetchError::Behind,
            Failure::Unreachable(reason)
            | Failure::Unanswered(reason)
            | Failure::Broken(reason) => FetchError::Connect { reason },
            Failure::Noise(_) => FetchError::Connect {
                reason: "no events".to_owned(),
            },
            Failure::NoUrl => FetchError::Connect {
                reason: "no URL".to_owned(),
            },
            Failure::Quoted { failure, .. } => failure.into_fetch_error(),
            Failure::Refused => FetchError::Refused,
            Failure::Memory => FetchError::Exhausted,
            Failure::Files => FetchError::Files,
            Failure::TooLarge(limit) => FetchError::TooLarge { limit },
            Failure::Status(status)
            | Failure::RetryAfter { status, .. }
            | Failure::ContentType { status, .. }
            | Failure::ContentEncoding { status, .. } => FetchError::NotGraphql { status },
        }
    }
}
