//! Why a request is refused, in two halves: what a client may read, and what only the log may.
//!
//! - here: the reasons, and how they are worded;
//! - [`code`]: how programs tell errors apart;
//! - [`message`]: how long what is said may be, since it is said with parts of what the client sent;
//! - [`table`]: the code, the status and the headers of each.

mod code;
mod message;
mod table;

use std::borrow::Cow;
use std::fmt::Display;
use std::sync::Arc;

use memory::Exhausted;
use serde::Serialize;

use crate::request::identify::token::TokenError;

pub use self::code::Code;
pub(crate) use self::code::Codes;
pub(crate) use self::message::shortened;
pub(crate) use self::table::METHODS;

/// A place in the operation document, 1-based.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct DocumentLocation {
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters.
    pub column: usize,
}

/// One mistake in an operation document, or in its variables.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LocatedMessage {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub locations: Vec<DocumentLocation>,
}

/// Why a request was refused before it was executed. All of it may be shown.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("the GraphQL endpoint answers GET, HEAD, POST and OPTIONS")]
    Method,
    #[error("mutations are only executed by POST")]
    MutationByGet,
    #[error("the body must have the content type application/json")]
    ContentType,
    #[error(
        "file uploads are disabled, as `uploads.max_files` is 0: the body must have the content type application/json"
    )]
    UploadsOff,
    #[error(
        "the content encoding of the body is not supported here: send it with one of these: {0}"
    )]
    ContentEncoding(&'static str),
    #[error("the answer can only be application/json or application/graphql-response+json")]
    Accept,
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    #[error("the body is incomplete")]
    BodyLost,
    #[error("the body did not arrive in time")]
    BodyLate,
    #[error("{0}")]
    Malformed(Cow<'static, str>),
    #[error("only version 13 of the WebSocket protocol is supported")]
    WebSocketVersion,
    #[error("batches of requests are not supported: send one object")]
    Batch,
    #[error(
        "a browser may have made this request for another site: send a POST, or the header `graphql-require-preflight: 1`, or allow the origin in the router's configuration"
    )]
    CrossSite,
    #[error(
        "a page may have sent this form for another site: files need a header that makes a browser ask first, such as `graphql-require-preflight: 1`"
    )]
    UnaskedUpload,
    #[error("{0}")]
    UploadTooLarge(String),
    #[error("{0}")]
    Upload(&'static str),
    #[error("the batch has more than {0} requests")]
    BatchTooLarge(usize),
    // Some clients go by these words rather than by the code.
    #[error("PersistedQueryNotSupported")]
    PersistedQueryOff,
    #[error("PersistedQueryNotFound")]
    PersistedQueryUnknown,
    #[error("the document's SHA-256 is not the `sha256Hash` that came with it")]
    PersistedQueryHash,
    #[error("unknown document id \"{0}\"")]
    UnknownDocument(Box<str>),
    #[error("only persisted documents are executed here: send the id of one instead of a document")]
    DocumentRequired,
    #[error("the document is not GraphQL")]
    Syntax(Vec<LocatedMessage>),
    #[error("the document does not fit the schema")]
    Invalid(Vec<LocatedMessage>),
    /// Wrong by itself, whatever the schema: it declares variables that it does not use, and nothing else is wrong.
    #[error("the document declares variables that it does not use")]
    Unused(Vec<LocatedMessage>),
    #[error("{0}")]
    Operation(String),
    #[error("{what}: the limit is {limit}")]
    Limit { what: &'static str, limit: usize },
    #[error("the estimated cost of the operation is {cost}; the maximum is {max}")]
    TooExpensive { cost: u64, max: usize },
    #[error("{0}")]
    SlicingArguments(String),
    #[error("introspection is disabled")]
    Introspection,
    #[error(
        "a subscription is answered as a stream: accept text/event-stream or multipart/mixed;subscriptionSpec=1.0"
    )]
    Subscription,
    #[error("subscriptions are disabled")]
    SubscriptionsOff,
    #[error("the client's limit of {what} has been reached; try again in {after} s")]
    RateLimited {
        /// `requests` or `cost`.
        what: &'static str,
        /// In seconds.
        after: u64,
    },
    #[error("the limit of {0} concurrent subscriptions has been reached; try again later")]
    TooManySubscriptions(usize),
    #[error("the limit of {0} concurrent WebSockets has been reached; try again later")]
    TooManySockets(usize),
    #[error("the limit of {0} concurrent operations on one WebSocket has been reached")]
    TooManyOperations(usize),
    #[error(
        "the limit of {0} additional concurrent operations across all WebSockets has been reached; try again later"
    )]
    TooManyBeside(usize),
    #[error(
        "the limit of {0} mutations still running after their clients left has been reached; try again later"
    )]
    TooManyMutations(usize),
    #[error("the router is shutting down; try again")]
    ShuttingDown,
    #[error(
        "the limit of {0} operations that wait to be prepared has been reached; try again later"
    )]
    TooManyPreparations(usize),
    #[error("the variables do not fit the operation")]
    Variables(Vec<LocatedMessage>),
    #[error("the operation cannot be planned: {0}")]
    Planning(String),
    #[error("a token is required")]
    Unauthenticated,
    #[error("Unauthorized field or type: {0}")]
    Unauthorized(String),
    #[error("{0}")]
    Token(TokenError),
    #[error("the keys of the token's issuer have not been loaded yet; try again later")]
    NoKeys,
    #[error("there is no schema yet; try again later")]
    NotReady,
    #[error("{}", out_of_memory(*.0))]
    Memory(Exhausted),
    #[error("{}; the mutation has already started", out_of_memory(*.0))]
    MutationOutOfMemory(Exhausted),
    #[error("the request timed out")]
    Timeout,
    #[error("internal error")]
    Internal(Arc<Internal>),
}

/// What is logged and never shown.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum Internal {
    #[error("an operation could not be prepared: {0}")]
    Preparation(String),
    #[error("a validated document has no plan: {0}")]
    Planner(String),
    #[error("an execution failed: {0}")]
    Execution(String),
}

impl From<Internal> for Refusal {
    fn from(internal: Internal) -> Self {
        Refusal::Internal(Arc::new(internal))
    }
}

impl Refusal {
    /// How many bytes it takes.
    pub(crate) fn weight(&self) -> usize {
        let one = |mistake: &LocatedMessage| {
            size_of::<LocatedMessage>()
                + mistake.message.capacity()
                + mistake.locations.capacity() * size_of::<DocumentLocation>()
        };
        let text = match self {
            Refusal::Syntax(list)
            | Refusal::Invalid(list)
            | Refusal::Unused(list)
            | Refusal::Variables(list) => list.iter().map(one).sum(),
            Refusal::Operation(text) | Refusal::Planning(text) => text.capacity(),
            Refusal::UnknownDocument(id) => id.len(),
            _ => 0,
        };
        size_of::<Self>() + text
    }

    /// A request that is not one. What is said may quote it, so that only its beginning is kept.
    pub(crate) fn malformed(message: impl Display) -> Self {
        Self::Malformed(shortened(message).into())
    }

    /// The errors as they are shown: one for each mistake where there are several, each of a bounded length.
    pub(crate) fn shown(&self) -> Vec<LocatedMessage> {
        match self {
            Refusal::Syntax(list)
            | Refusal::Invalid(list)
            | Refusal::Unused(list)
            | Refusal::Variables(list)
                if !list.is_empty() =>
            {
                let one = |mistake: &LocatedMessage| LocatedMessage {
                    message: shortened(&mistake.message),
                    locations: mistake.locations.clone(),
                };
                list.iter().map(one).collect()
            }
            other => vec![LocatedMessage {
                message: shortened(other),
                locations: Vec::new(),
            }],
        }
    }
}

fn out_of_memory(exhausted: Exhausted) -> &'static str {
    match exhausted {
        Exhausted::All => "other requests have taken all memory; try again later",
        Exhausted::Share => "the request exceeds the memory limit of a single request",
    }
}

#[cfg(test)]
mod tests;
