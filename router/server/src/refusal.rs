//! What goes wrong, in two halves: what a client may read, and what only the log may.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use http::StatusCode;
use http::header::{
    ACCEPT_ENCODING, ALLOW, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use serde::Serialize;

use memory::Exhausted;

use crate::request::identify::token::TokenError;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal;)*) => {
        /// A stable `extensions.code` of the router's own errors.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// Every code as text, in the order of the variants.
            pub const LABELS: &[&str] = &[$($text,)*];

            const ALL: &[Code] = &[$(Code::$variant,)*];
        }
    };
}

codes! {
    /// Not a GraphQL request: malformed JSON, missing query, wrong members.
    BadRequest = "BAD_REQUEST";
    /// The HTTP method is not one of the endpoint, or a mutation came by GET.
    MethodNotAllowed = "METHOD_NOT_ALLOWED";
    /// The content type of the request is not JSON.
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE";
    /// No media type that the client accepts can be produced.
    NotAcceptable = "NOT_ACCEPTABLE";
    /// The body is longer than the limit.
    PayloadTooLarge = "PAYLOAD_TOO_LARGE";
    /// Several requests in one.
    BatchNotSupported = "BATCH_NOT_SUPPORTED";
    /// A cross-site request without preflight.
    CsrfPrevented = "CSRF_PREVENTED";
    /// More requests in one than may be.
    BatchLimitExceeded = "BATCH_LIMIT_EXCEEDED";
    /// A hash instead of a query, where none is taken.
    PersistedQueryNotSupported = "PERSISTED_QUERY_NOT_SUPPORTED";
    /// A hash instead of a query, of a document that is not known: send both.
    PersistedQueryNotFound = "PERSISTED_QUERY_NOT_FOUND";
    /// A document was sent with the hash of another.
    PersistedQueryHashMismatch = "PERSISTED_QUERY_HASH_MISMATCH";
    /// An id of a document that is not known.
    PersistedDocumentNotFound = "PERSISTED_DOCUMENT_NOT_FOUND";
    /// Only persisted documents are executed, and this is none.
    PersistedDocumentRequired = "PERSISTED_DOCUMENT_REQUIRED";
    /// Files came to where they cannot be sent on.
    UploadNotSupported = "UPLOAD_NOT_SUPPORTED";
    /// The document is not GraphQL.
    ParseFailed = "GRAPHQL_PARSE_FAILED";
    /// The document does not fit the schema.
    ValidationFailed = "GRAPHQL_VALIDATION_FAILED";
    /// There is no such operation, or a name is needed to choose one.
    OperationResolutionFailure = "OPERATION_RESOLUTION_FAILURE";
    /// A variable does not have its type.
    BadUserInput = "BAD_USER_INPUT";
    /// The operation is larger than a limit.
    OperationTooLarge = "OPERATION_TOO_LARGE";
    /// The operation is estimated to cost more than it may.
    CostEstimatedTooExpensive = "COST_ESTIMATED_TOO_EXPENSIVE";
    /// The schema requires the length of a list, and the operation does not say.
    SlicingArgumentRequired = "SLICING_ARGUMENT_REQUIRED";
    /// Introspection is switched off.
    IntrospectionDisabled = "INTROSPECTION_DISABLED";
    /// The client accepts no stream of events, or subscriptions are disabled.
    SubscriptionNotSupported = "SUBSCRIPTION_NOT_SUPPORTED";
    /// The client asks more often, or for more, than it may.
    RequestRateLimited = "REQUEST_RATE_LIMITED";
    /// As many subscriptions are open as there may be.
    TooManySubscriptions = "TOO_MANY_SUBSCRIPTIONS";
    /// A subscription was left behind by its events.
    SubscriptionBehind = "SUBSCRIPTION_BEHIND";
    /// As many new operations wait to be prepared as there may.
    TooManyPreparations = "TOO_MANY_PREPARATIONS";
    /// The router ends, and its subscriptions with it.
    ShuttingDown = "SHUTTING_DOWN";
    /// No plan within the planner's budget.
    PlanningFailed = "PLANNING_FAILED";
    /// Nothing to serve yet.
    SchemaNotReady = "SCHEMA_NOT_READY";
    /// All memory for requests is taken.
    MemoryExhausted = "MEMORY_EXHAUSTED";
    /// The request needs more memory than one may have.
    RequestMemoryExceeded = "REQUEST_MEMORY_EXCEEDED";
    /// The request took too long as a whole.
    RequestTimeout = "REQUEST_TIMEOUT";
    /// A subgraph took too long.
    SubrequestTimeout = "SUBREQUEST_TIMEOUT";
    /// A subgraph could not be reached, or the connection broke.
    SubrequestConnection = "SUBREQUEST_CONNECTION_ERROR";
    /// A subgraph's answer is too large.
    SubrequestTooLarge = "SUBREQUEST_TOO_LARGE";
    /// A subgraph failed so often that it is not asked for a while.
    SubrequestCircuitOpen = "SUBREQUEST_CIRCUIT_OPEN";
    /// A subgraph answered, but not with a GraphQL response.
    SubrequestHttp = "SUBREQUEST_HTTP_ERROR";
    /// A subgraph's GraphQL response breaks the rules of one.
    SubrequestMalformed = "SUBREQUEST_MALFORMED_RESPONSE";
    /// A subgraph reported an error without a code, or one that is not shown.
    SubgraphError = "SUBGRAPH_ERROR";
    /// A subgraph's value does not have the type of its field.
    InvalidSubgraphValue = "INVALID_SUBGRAPH_VALUE";
    /// A field that cannot be null is null.
    NullInNonNull = "NULL_IN_NON_NULL";
    /// A mistake of the router.
    Internal = "INTERNAL_SERVER_ERROR";
    /// There is no token, and there has to be one.
    Unauthenticated = "UNAUTHENTICATED";
    /// The token is not one.
    TokenMalformed = "TOKEN_MALFORMED";
    /// The token's algorithm is not allowed.
    TokenAlgorithm = "TOKEN_ALGORITHM_NOT_ALLOWED";
    /// The token's issuer is not trusted.
    TokenIssuer = "TOKEN_ISSUER_INVALID";
    /// The token's key is not published by its issuer.
    TokenKey = "TOKEN_KEY_UNKNOWN";
    /// The token's signature is wrong.
    TokenSignature = "TOKEN_SIGNATURE_INVALID";
    /// The token has expired.
    TokenExpired = "TOKEN_EXPIRED";
    /// The token is not valid yet.
    TokenNotYetValid = "TOKEN_NOT_YET_VALID";
    /// The token is for others.
    TokenAudience = "TOKEN_AUDIENCE_INVALID";
    /// The keys of the token's issuer could not be had yet.
    AuthenticationUnavailable = "AUTHENTICATION_UNAVAILABLE";
    /// The client may not see all that it asks for.
    Unauthorized = "UNAUTHORIZED_FIELD_OR_TYPE";
    /// Any other code, in metrics only.
    Other = "OTHER";
}

impl Code {
    /// The code as clients see it.
    pub const fn as_str(self) -> &'static str {
        Code::LABELS[self as usize]
    }

    /// Whether no client causes it: what the service promises is not kept.
    ///
    /// Errors that subgraphs report are not among them, since only they know whose fault it is.
    pub(crate) const fn is_fault(self) -> bool {
        match self {
            Code::SchemaNotReady
            | Code::AuthenticationUnavailable
            | Code::MemoryExhausted
            | Code::RequestTimeout
            | Code::SubrequestTimeout
            | Code::SubrequestConnection
            | Code::SubrequestTooLarge
            | Code::SubrequestCircuitOpen
            | Code::SubrequestHttp
            | Code::SubrequestMalformed
            | Code::InvalidSubgraphValue
            | Code::Internal => true,
            Code::BadRequest
            | Code::MethodNotAllowed
            | Code::UnsupportedMediaType
            | Code::NotAcceptable
            | Code::PayloadTooLarge
            | Code::BatchNotSupported
            | Code::BatchLimitExceeded
            | Code::CsrfPrevented
            | Code::PersistedQueryNotSupported
            | Code::PersistedQueryNotFound
            | Code::PersistedQueryHashMismatch
            | Code::PersistedDocumentNotFound
            | Code::PersistedDocumentRequired
            | Code::UploadNotSupported
            | Code::ParseFailed
            | Code::ValidationFailed
            | Code::OperationResolutionFailure
            | Code::BadUserInput
            | Code::OperationTooLarge
            | Code::RequestMemoryExceeded
            | Code::CostEstimatedTooExpensive
            | Code::SlicingArgumentRequired
            | Code::IntrospectionDisabled
            | Code::SubscriptionNotSupported
            | Code::RequestRateLimited
            | Code::TooManySubscriptions
            | Code::SubscriptionBehind
            | Code::TooManyPreparations
            | Code::ShuttingDown
            | Code::PlanningFailed
            | Code::SubgraphError
            | Code::NullInNonNull
            | Code::Unauthenticated
            | Code::Unauthorized
            | Code::TokenMalformed
            | Code::TokenAlgorithm
            | Code::TokenIssuer
            | Code::TokenKey
            | Code::TokenSignature
            | Code::TokenExpired
            | Code::TokenNotYetValid
            | Code::TokenAudience
            | Code::Other => false,
        }
    }

    /// The variant of that text, or [`Code::Other`].
    pub(crate) fn of(text: &str) -> Self {
        let index = Code::LABELS.iter().position(|label| *label == text);
        index.map_or(Code::Other, |index| Code::ALL[index])
    }
}

/// A set of codes, and whether one of them was a fault.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Codes {
    /// A bit for each, in the order of the variants.
    bits: u64,
    fault: bool,
}

const _: () = assert!(Code::ALL.len() <= 64, "a bit for each code");

impl Codes {
    pub(crate) fn insert(&mut self, code: Code, is_fault: bool) {
        self.bits |= 1 << code as u32;
        self.fault |= is_fault;
    }

    /// Those of both.
    pub(crate) fn with(self, other: Self) -> Self {
        Self {
            bits: self.bits | other.bits,
            fault: self.fault | other.fault,
        }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.bits == 0
    }

    pub(crate) fn has_fault(self) -> bool {
        self.fault
    }
}

/// With commas between them.
impl fmt::Display for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = Code::ALL
            .iter()
            .filter(|code| self.bits >> **code as u32 & 1 == 1);
        for (index, code) in each.enumerate() {
            let comma = if index > 0 { "," } else { "" };
            write!(f, "{comma}{}", code.as_str())?;
        }
        Ok(())
    }
}

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
    #[error("content encodings are not supported: send the body uncompressed")]
    ContentEncoding,
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

/// The methods of the endpoint.
pub(crate) const METHODS: &str = "GET, HEAD, POST, OPTIONS";

/// How a refusal is answered.
struct Row {
    code: Code,
    status: Status,
    /// Whether it is no client's doing.
    fault: bool,
    /// Whether to try again after a second.
    retry: bool,
    /// What would have been right, as a header.
    right: Option<(HeaderName, &'static str)>,
}

/// The status of a refusal, by the [GraphQL over HTTP](https://graphql.github.io/graphql-over-http/draft/#sec-Status-Codes) specification,
/// edition of September 2026.
enum Status {
    /// However it is answered.
    Always(StatusCode),
    /// The status for a well-formed request; but 200 with `application/json`, which many clients read by no other status.
    WellFormed(StatusCode),
}

impl Refusal {
    /// The one table of how refusals are answered.
    fn row(&self) -> Row {
        let row = |code: Code, status: Status| Row {
            fault: code.is_fault(),
            code,
            status,
            retry: false,
            right: None,
        };
        let http = |code, status| row(code, Status::Always(status));
        // It is a request, and cannot be executed.
        let document = |code| row(code, Status::WellFormed(StatusCode::UNPROCESSABLE_ENTITY));
        let well_formed = |code, status| row(code, Status::WellFormed(status));
        let busy = |code| Row {
            retry: true,
            ..http(code, StatusCode::SERVICE_UNAVAILABLE)
        };
        let method = |allow| Row {
            right: Some((ALLOW, allow)),
            ..http(Code::MethodNotAllowed, StatusCode::METHOD_NOT_ALLOWED)
        };
        match self {
            Refusal::Method => method(METHODS),
            Refusal::MutationByGet => method("POST"),
            Refusal::ContentType => http(
                Code::UnsupportedMediaType,
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ),
            // https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
            Refusal::ContentEncoding => Row {
                right: Some((ACCEPT_ENCODING, "identity")),
                ..http(
                    Code::UnsupportedMediaType,
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                )
            },
            Refusal::Accept => http(Code::NotAcceptable, StatusCode::NOT_ACCEPTABLE),
            Refusal::TooLarge(_) | Refusal::UploadTooLarge(_) => {
                http(Code::PayloadTooLarge, StatusCode::PAYLOAD_TOO_LARGE)
            }
            Refusal::BodyLost | Refusal::Malformed(_) => {
                http(Code::BadRequest, StatusCode::BAD_REQUEST)
            }
            // It has the code of a timeout, and is the client's doing.
            Refusal::BodyLate => Row {
                fault: false,
                ..http(Code::RequestTimeout, StatusCode::REQUEST_TIMEOUT)
            },
            Refusal::Batch => http(Code::BatchNotSupported, StatusCode::BAD_REQUEST),
            Refusal::Upload(_) => document(Code::UploadNotSupported),
            Refusal::CrossSite | Refusal::UnaskedUpload => {
                http(Code::CsrfPrevented, StatusCode::FORBIDDEN)
            }
            Refusal::BatchTooLarge(_) => {
                http(Code::BatchLimitExceeded, StatusCode::UNPROCESSABLE_ENTITY)
            }
            // Clients of persisted queries look into the body, and some only when the status is 200: those accept `application/json`.
            Refusal::PersistedQueryOff => document(Code::PersistedQueryNotSupported),
            Refusal::PersistedQueryUnknown => {
                well_formed(Code::PersistedQueryNotFound, StatusCode::NOT_FOUND)
            }
            Refusal::PersistedQueryHash => {
                http(Code::PersistedQueryHashMismatch, StatusCode::BAD_REQUEST)
            }
            Refusal::UnknownDocument(_) => {
                well_formed(Code::PersistedDocumentNotFound, StatusCode::NOT_FOUND)
            }
            Refusal::DocumentRequired => {
                http(Code::PersistedDocumentRequired, StatusCode::FORBIDDEN)
            }
            Refusal::Syntax(_) => well_formed(Code::ParseFailed, StatusCode::BAD_REQUEST),
            // Validation too is 422 by the specification. This one rule needs no schema, and the audit of the reference implementation, which is older than
            // that edition, wants 400 for it.
            Refusal::Unused(_) => well_formed(Code::ValidationFailed, StatusCode::BAD_REQUEST),
            Refusal::Invalid(_) => document(Code::ValidationFailed),
            Refusal::Operation(_) => document(Code::OperationResolutionFailure),
            Refusal::Limit { .. } => document(Code::OperationTooLarge),
            Refusal::TooExpensive { .. } => document(Code::CostEstimatedTooExpensive),
            Refusal::SlicingArguments(_) => document(Code::SlicingArgumentRequired),
            Refusal::Introspection => document(Code::IntrospectionDisabled),
            Refusal::Subscription | Refusal::SubscriptionsOff => {
                document(Code::SubscriptionNotSupported)
            }
            Refusal::Variables(_) => document(Code::BadUserInput),
            Refusal::Planning(_) => document(Code::PlanningFailed),
            Refusal::RateLimited { .. } => {
                http(Code::RequestRateLimited, StatusCode::TOO_MANY_REQUESTS)
            }
            // There is no saying when a client ends a subscription.
            Refusal::TooManySubscriptions(_)
            | Refusal::TooManySockets(_)
            | Refusal::TooManyOperations(_) => {
                http(Code::TooManySubscriptions, StatusCode::SERVICE_UNAVAILABLE)
            }
            Refusal::TooManyPreparations(_) => busy(Code::TooManyPreparations),
            Refusal::ShuttingDown => busy(Code::ShuttingDown),
            Refusal::Unauthenticated => Row {
                right: Some((WWW_AUTHENTICATE, "Bearer")),
                ..http(Code::Unauthenticated, StatusCode::UNAUTHORIZED)
            },
            Refusal::Token(error) => {
                let (code, right) = invalid_token(*error);
                Row {
                    right: Some((WWW_AUTHENTICATE, right)),
                    ..http(code, StatusCode::UNAUTHORIZED)
                }
            }
            Refusal::Unauthorized(_) => http(Code::Unauthorized, StatusCode::FORBIDDEN),
            Refusal::NoKeys => busy(Code::AuthenticationUnavailable),
            Refusal::NotReady => busy(Code::SchemaNotReady),
            Refusal::Memory(Exhausted::All) => busy(Code::MemoryExhausted),
            // To try again could do twice what has been done.
            Refusal::MutationOutOfMemory(Exhausted::All) => {
                http(Code::MemoryExhausted, StatusCode::SERVICE_UNAVAILABLE)
            }
            Refusal::Memory(Exhausted::Share) | Refusal::MutationOutOfMemory(Exhausted::Share) => {
                http(Code::RequestMemoryExceeded, StatusCode::SERVICE_UNAVAILABLE)
            }
            Refusal::Timeout => http(Code::RequestTimeout, StatusCode::GATEWAY_TIMEOUT),
            Refusal::Internal(_) => http(Code::Internal, StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    /// What clients tell errors apart by.
    pub(crate) fn code(&self) -> Code {
        self.row().code
    }

    /// Whether no client causes it.
    pub(crate) fn is_fault(&self) -> bool {
        self.row().fault
    }

    /// The status; `graphql_response` where it is answered as `application/graphql-response+json`.
    pub(crate) fn status(&self, graphql_response: bool) -> StatusCode {
        match self.row().status {
            Status::Always(status) => status,
            Status::WellFormed(status) if graphql_response => status,
            Status::WellFormed(_) => StatusCode::OK,
        }
    }

    /// The headers that it is answered with beside those of any answer.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> + use<> {
        let Row { retry, right, .. } = self.row();
        let right = right.map(|(name, value)| (name, HeaderValue::from_static(value)));
        let seconds = match self {
            Refusal::RateLimited { after, .. } => Some(HeaderValue::from(*after)),
            _ => retry.then(|| HeaderValue::from_static("1")),
        };
        let retry = seconds.map(|seconds| (RETRY_AFTER, seconds));
        right.into_iter().chain(retry)
    }

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

    /// The errors as they are shown: one for each mistake where there are several.
    pub(crate) fn shown(&self) -> Vec<LocatedMessage> {
        match self {
            Refusal::Syntax(list)
            | Refusal::Invalid(list)
            | Refusal::Unused(list)
            | Refusal::Variables(list)
                if !list.is_empty() =>
            {
                list.clone()
            }
            other => vec![LocatedMessage {
                message: other.to_string(),
                locations: Vec::new(),
            }],
        }
    }
}

/// How a token that is not valid is answered: <https://www.rfc-editor.org/rfc/rfc6750#section-3>.
fn invalid_token(error: TokenError) -> (Code, &'static str) {
    macro_rules! challenge {
        ($why:literal) => {
            concat!(
                "Bearer error=\"invalid_token\", error_description=\"",
                $why,
                "\""
            )
        };
    }
    match error {
        TokenError::Malformed(_) => (Code::TokenMalformed, challenge!("malformed")),
        TokenError::Algorithm => (Code::TokenAlgorithm, challenge!("algorithm not allowed")),
        TokenError::Issuer => (Code::TokenIssuer, challenge!("issuer not trusted")),
        TokenError::UnknownKey => (Code::TokenKey, challenge!("unknown key")),
        TokenError::Signature => (Code::TokenSignature, challenge!("wrong signature")),
        TokenError::Expired => (Code::TokenExpired, challenge!("expired")),
        TokenError::NotYetValid => (Code::TokenNotYetValid, challenge!("not valid yet")),
        TokenError::Audience => (Code::TokenAudience, challenge!("wrong audience")),
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
