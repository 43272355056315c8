//! How each refusal is answered: the code, the status and the headers.

use http::StatusCode;
use http::header::{
    ACCEPT_ENCODING, ALLOW, CONNECTION, HeaderName, HeaderValue, RETRY_AFTER,
    SEC_WEBSOCKET_VERSION, UPGRADE, WWW_AUTHENTICATE,
};
use memory::Exhausted;

use super::Refusal;
use super::code::Code;
use crate::request::identify::token::TokenError;

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

impl Row {
    fn new(code: Code, status: Status) -> Self {
        Self {
            fault: code.is_fault(),
            code,
            status,
            retry: false,
            right: None,
        }
    }

    fn always(code: Code, status: StatusCode) -> Self {
        Self::new(code, Status::Always(status))
    }

    fn well_formed(code: Code, status: StatusCode) -> Self {
        Self::new(code, Status::WellFormed(status))
    }

    /// It is a request, and cannot be executed.
    fn document(code: Code) -> Self {
        Self::well_formed(code, StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// It is a request for a document that is not there.
    fn not_found(code: Code) -> Self {
        Self::well_formed(code, StatusCode::NOT_FOUND)
    }

    fn bad_request(code: Code) -> Self {
        Self::always(code, StatusCode::BAD_REQUEST)
    }

    fn unauthorized(code: Code, challenge: &'static str) -> Self {
        Self {
            right: Some((WWW_AUTHENTICATE, challenge)),
            ..Self::always(code, StatusCode::UNAUTHORIZED)
        }
    }

    fn forbidden(code: Code) -> Self {
        Self::always(code, StatusCode::FORBIDDEN)
    }

    fn method(allow: &'static str) -> Self {
        Self {
            right: Some((ALLOW, allow)),
            ..Self::always(Code::MethodNotAllowed, StatusCode::METHOD_NOT_ALLOWED)
        }
    }

    fn media_type() -> Self {
        Self::always(
            Code::UnsupportedMediaType,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        )
    }

    fn unavailable(code: Code) -> Self {
        Self::always(code, StatusCode::SERVICE_UNAVAILABLE)
    }

    /// Unavailable, and worth another try.
    fn busy(code: Code) -> Self {
        Self {
            retry: true,
            ..Self::unavailable(code)
        }
    }
}

impl Refusal {
    /// The one table of how refusals are answered.
    fn row(&self) -> Row {
        match self {
            Refusal::Method => Row::method(METHODS),
            Refusal::MutationByGet => Row::method("POST"),
            Refusal::ContentType | Refusal::UploadsOff => Row::media_type(),
            // https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
            Refusal::ContentEncoding(taken) => Row {
                right: Some((ACCEPT_ENCODING, *taken)),
                ..Row::media_type()
            },
            Refusal::Accept => Row::always(Code::NotAcceptable, StatusCode::NOT_ACCEPTABLE),
            Refusal::TooLarge(_) | Refusal::UploadTooLarge(_) => {
                Row::always(Code::PayloadTooLarge, StatusCode::PAYLOAD_TOO_LARGE)
            }
            Refusal::BodyLost | Refusal::Malformed(_) => Row::bad_request(Code::BadRequest),
            // https://www.rfc-editor.org/rfc/rfc6455#section-4.2.2
            Refusal::WebSocketVersion => Row {
                right: Some((SEC_WEBSOCKET_VERSION, "13")),
                ..Row::always(Code::BadRequest, StatusCode::UPGRADE_REQUIRED)
            },
            // It has the code of a timeout, and is the client's doing.
            Refusal::BodyLate => Row {
                fault: false,
                ..Row::always(Code::RequestTimeout, StatusCode::REQUEST_TIMEOUT)
            },
            Refusal::Batch => Row::bad_request(Code::BatchNotSupported),
            Refusal::Upload(_) => Row::document(Code::UploadNotSupported),
            Refusal::CrossSite | Refusal::UnaskedUpload => Row::forbidden(Code::CsrfPrevented),
            Refusal::BatchTooLarge(_) => {
                Row::always(Code::BatchLimitExceeded, StatusCode::UNPROCESSABLE_ENTITY)
            }
            // Clients of persisted queries look into the body, and some only when the status is 200: those accept `application/json`.
            Refusal::PersistedQueryOff => Row::document(Code::PersistedQueryNotSupported),
            Refusal::PersistedQueryUnknown => Row::not_found(Code::PersistedQueryNotFound),
            Refusal::PersistedQueryHash => Row::bad_request(Code::PersistedQueryHashMismatch),
            Refusal::UnknownDocument(_) => Row::not_found(Code::PersistedDocumentNotFound),
            Refusal::DocumentRequired => Row::forbidden(Code::PersistedDocumentRequired),
            Refusal::Syntax(_) => Row::well_formed(Code::ParseFailed, StatusCode::BAD_REQUEST),
            // Validation too is 422 by the specification. This one rule needs no schema, and the audit of the reference implementation, which is older than
            // that edition, wants 400 for it.
            Refusal::Unused(_) => Row::well_formed(Code::ValidationFailed, StatusCode::BAD_REQUEST),
            Refusal::Invalid(_) => Row::document(Code::ValidationFailed),
            Refusal::Operation(_) => Row::document(Code::OperationResolutionFailure),
            Refusal::Limit { .. } => Row::document(Code::OperationTooLarge),
            Refusal::TooExpensive { .. } => Row::document(Code::CostEstimatedTooExpensive),
            Refusal::SlicingArguments(_) => Row::document(Code::SlicingArgumentRequired),
            Refusal::Introspection => Row::document(Code::IntrospectionDisabled),
            Refusal::Subscription | Refusal::SubscriptionsOff => {
                Row::document(Code::SubscriptionNotSupported)
            }
            Refusal::Variables(_) => Row::document(Code::BadUserInput),
            Refusal::Planning(_) => Row::document(Code::PlanningFailed),
            Refusal::RateLimited { .. } => {
                Row::always(Code::RequestRateLimited, StatusCode::TOO_MANY_REQUESTS)
            }
            // There is no saying when a client ends a subscription.
            Refusal::TooManySubscriptions(_)
            | Refusal::TooManySockets(_)
            | Refusal::TooManyOperations(_) => Row::unavailable(Code::TooManySubscriptions),
            Refusal::TooManyBeside(_) => Row::busy(Code::TooManySubscriptions),
            Refusal::TooManyMutations(_) => Row::busy(Code::TooManyMutations),
            Refusal::TooManyPreparations(_) => Row::busy(Code::TooManyPreparations),
            Refusal::ShuttingDown => Row::busy(Code::ShuttingDown),
            Refusal::Unauthenticated => Row::unauthorized(Code::Unauthenticated, "Bearer"),
            Refusal::Token(error) => invalid_token(*error),
            Refusal::Unauthorized(_) => Row::forbidden(Code::Unauthorized),
            Refusal::NoKeys => Row::busy(Code::AuthenticationUnavailable),
            Refusal::NotReady => Row::busy(Code::SchemaNotReady),
            Refusal::Memory(Exhausted::All) => Row::busy(Code::MemoryExhausted),
            // To try again could do twice what has been done.
            Refusal::MutationOutOfMemory(Exhausted::All) => Row::unavailable(Code::MemoryExhausted),
            Refusal::Memory(Exhausted::Share) | Refusal::MutationOutOfMemory(Exhausted::Share) => {
                Row::unavailable(Code::RequestMemoryExceeded)
            }
            Refusal::Timeout => Row::always(Code::RequestTimeout, StatusCode::GATEWAY_TIMEOUT),
            Refusal::Internal(_) => Row::always(Code::Internal, StatusCode::INTERNAL_SERVER_ERROR),
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

    /// Whether the operation is what is wrong, and not the request that brings it: then a client that takes nothing but a stream reads it there.
    pub(crate) fn is_of_operation(&self) -> bool {
        matches!(self.row().status, Status::WellFormed(_))
            || matches!(
                self,
                Refusal::Unauthorized(_) | Refusal::DocumentRequired | Refusal::PersistedQueryHash
            )
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
        // https://www.rfc-editor.org/rfc/rfc9110#section-15.5.22
        let upgrade = matches!(self, Refusal::WebSocketVersion)
            .then(|| [(UPGRADE, "websocket"), (CONNECTION, "upgrade")]);
        let upgrade = upgrade.into_iter().flatten();
        let upgrade = upgrade.map(|(name, value)| (name, HeaderValue::from_static(value)));
        right.into_iter().chain(retry).chain(upgrade)
    }
}

/// How a token that is not valid is answered: <https://www.rfc-editor.org/rfc/rfc6750#section-3>.
fn invalid_token(error: TokenError) -> Row {
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
        TokenError::Malformed(_) => {
            Row::unauthorized(Code::TokenMalformed, challenge!("malformed"))
        }
        TokenError::Algorithm => {
            Row::unauthorized(Code::TokenAlgorithm, challenge!("algorithm not allowed"))
        }
        TokenError::Issuer => {
            Row::unauthorized(Code::TokenIssuer, challenge!("issuer not trusted"))
        }
        TokenError::UnknownKey => Row::unauthorized(Code::TokenKey, challenge!("unknown key")),
        TokenError::Signature => {
            Row::unauthorized(Code::TokenSignature, challenge!("wrong signature"))
        }
        TokenError::Expired => Row::unauthorized(Code::TokenExpired, challenge!("expired")),
        TokenError::NotYetValid => {
            Row::unauthorized(Code::TokenNotYetValid, challenge!("not valid yet"))
        }
        TokenError::Audience => {
            Row::unauthorized(Code::TokenAudience, challenge!("wrong audience"))
        }
    }
}
