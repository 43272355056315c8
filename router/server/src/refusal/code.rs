//! The codes by which programs tell errors apart.

use std::fmt;

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
    /// As many mutations go on without their clients as there may.
    TooManyMutations = "TOO_MANY_MUTATIONS";
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
    /// The response takes more work, or has more that is delivered later, than one may.
    ResponseLimitExceeded = "RESPONSE_LIMIT_EXCEEDED";
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
    /// The keys of the token's issuer could not be loaded yet.
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
            | Code::ResponseLimitExceeded
            | Code::CostEstimatedTooExpensive
            | Code::SlicingArgumentRequired
            | Code::IntrospectionDisabled
            | Code::SubscriptionNotSupported
            | Code::RequestRateLimited
            | Code::TooManySubscriptions
            | Code::SubscriptionBehind
            | Code::TooManyPreparations
            | Code::TooManyMutations
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
