//! From an outcome to an HTTP response: codes on errors, status, body.

use async_graphql::{ErrorExtensionValues, Response as Executed, ServerError, Value};
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use valeurs::{Erreur, message};

use super::code;
use super::media::MediaType;
use super::write::Pieces;
use crate::admission;
use crate::caching::MAX_AGE;
use crate::rest::RETRY_AFTER;

/// The outcome of a request.
#[derive(Debug)]
pub(super) enum Answer {
    /// Executed: there is data, or a `null` that errors with a path explain.
    Executed(Whole),
    /// Computed by a fast path, without an error: the whole text.
    Written(Vec<u8>),
    /// A well-formed request whose document cannot be executed: a request error of the GraphQL specification.
    Rejected(Vec<ServerError>),
    /// Stopped by HTTP's own reasons.
    Refused(Refusal),
}

/// What was executed, as it is written.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) pieces: Vec<Bytes>,
    pub(super) errors: Vec<ServerError>,
    headers: HeaderMap,
}

/// Why a request is stopped before or beside GraphQL.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// The methods of a 405.
    allow: Option<&'static str>,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message::bounded(message.into()),
            allow: None,
        }
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code::BAD_REQUEST, message)
    }

    pub(super) fn inexact(number: &str) -> Self {
        let shown: String = number.chars().take(64).collect();
        let message = format!(
            "the number {shown} has more digits than a JSON number keeps: send it as a string"
        );
        // The code of a literal, or a REST parameter, that is as inexact.
        let code = valeurs::Code::InvalidDecimal.as_str();
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(super) fn batch() -> Self {
        let message = "batches are not supported: send one request in a body";
        Self::new(
            StatusCode::BAD_REQUEST,
            code::BATCHING_NOT_SUPPORTED,
            message,
        )
    }

    pub(super) fn media_type(message: &str) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            code::UNSUPPORTED_MEDIA_TYPE,
            message,
        )
    }

    pub(super) fn not_acceptable() -> Self {
        let message = "accept `application/graphql-response+json` or `application/json`";
        Self::new(StatusCode::NOT_ACCEPTABLE, code::NOT_ACCEPTABLE, message)
    }

    pub(super) fn too_large(max_bytes: usize) -> Self {
        let message = format!("the body has more than the {max_bytes} bytes that are allowed");
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            code::PAYLOAD_TOO_LARGE,
            message,
        )
    }

    pub(super) fn method(message: impl Into<String>, allow: &'static str) -> Self {
        let refusal = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            code::METHOD_NOT_ALLOWED,
            message,
        );
        Self {
            allow: Some(allow),
            ..refusal
        }
    }

    pub(super) fn slow_client() -> Self {
        let message = "the request did not arrive in time";
        Self::new(StatusCode::REQUEST_TIMEOUT, code::REQUEST_TIMEOUT, message)
    }

    pub(super) fn timeout() -> Self {
        let message = "the operation took longer than allowed";
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            code::REQUEST_TIMEOUT,
            message,
        )
    }

    pub(super) fn overloaded() -> Self {
        let message = "the service is overloaded: try again later";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code::OVERLOADED, message)
    }

    pub(super) fn too_many_streams() -> Self {
        let message = "the limit of open streams has been reached: try again later";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code::OVERLOADED, message)
    }

    pub(super) fn stream_timeout() -> Self {
        let message = "the stream has reached its maximum duration: subscribe again";
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self::new(status, code::STREAM_TIMEOUT, message)
    }

    pub(super) fn shutting_down() -> Self {
        let message = "the service is shutting down: subscribe again";
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            code::SHUTTING_DOWN,
            message,
        )
    }

    pub(super) fn forbidden_origin() -> Self {
        let message = "pages of this origin may not open a WebSocket here";
        Self::new(StatusCode::FORBIDDEN, code::FORBIDDEN_ORIGIN, message)
    }

    pub(super) fn panicked() -> Self {
        let message = "an internal error occurred";
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            code::INTERNAL_SERVER_ERROR,
            message,
        )
    }

    pub(super) fn code(&self) -> &'static str {
        self.code
    }
}

/// A response without `data`, for nothing was executed, <https://spec.graphql.org/September2025/#sec-Response-Format>.
#[derive(Serialize)]
struct Body<'a> {
    errors: &'a [ServerError],
}

impl Answer {
    /// Separates what was executed from what the schema rejected, gives every error its code, and writes what has no more than `most` bytes.
    pub(super) fn executed(mut executed: Executed, most: usize) -> Self {
        // Errors of fields have a path; those of parsing, validation and coercion have none.
        let rejected = !executed.errors.is_empty()
            && executed.data == Value::Null
            && executed.errors.iter().all(|error| error.path.is_empty());
        for error in &mut executed.errors {
            complete(error, rejected);
        }
        if rejected {
            return Self::Rejected(first(executed.errors));
        }
        match Pieces::of(&executed, most) {
            Ok(pieces) => Self::Executed(Whole {
                pieces,
                errors: executed.errors,
                headers: executed.http_headers,
            }),
            Err(bytes) => {
                let lost = Erreur::limit("bytes in an answer", most, bytes);
                Self::Rejected(vec![from_erreur(lost, None)])
            }
        }
    }

    /// Whether it is what was asked for, without an error.
    pub(super) fn is_whole(&self) -> bool {
        match self {
            Self::Executed(executed) => executed.errors.is_empty(),
            Self::Written(_) => true,
            Self::Rejected(_) | Self::Refused(_) => false,
        }
    }

    /// The errors, where there is no response to go with them.
    pub(super) fn into_errors(self) -> Vec<ServerError> {
        match self {
            Self::Written(_) => Vec::new(),
            Self::Executed(executed) => executed.errors,
            Self::Rejected(errors) => errors,
            Self::Refused(refusal) => vec![error(refusal.code, refusal.message, None)],
        }
    }

    /// <https://graphql.github.io/graphql-over-http/draft/#sec-Status-Codes>
    pub(super) fn into_response(self, media: MediaType) -> Response {
        match self {
            Self::Executed(executed) => {
                let is_partial = !executed.errors.is_empty();
                let mut response = admission::body(executed.pieces).into_response();
                response.headers_mut().extend(executed.headers);
                if is_partial && media == MediaType::GraphqlResponse {
                    // Data and errors, even where the data is null.
                    *response.status_mut() = StatusCode::from_u16(PARTIAL_SUCCESS)
                        .expect("three digits are a status, registered or not");
                }
                with_headers(response, media)
            }
            Self::Written(text) => {
                let response = Response::new(axum::body::Body::from(text));
                let mut response = with_headers(response, media);
                let headers = response.headers_mut();
                headers.insert(header::CACHE_CONTROL, MAX_AGE);
                response
            }
            Self::Rejected(errors) => {
                let status = match media {
                    MediaType::GraphqlResponse if is_malformed(&errors) => StatusCode::BAD_REQUEST,
                    MediaType::GraphqlResponse => StatusCode::UNPROCESSABLE_ENTITY,
                    MediaType::Json => StatusCode::OK,
                };
                respond(status, media, &Body { errors: &errors })
            }
            Self::Refused(refusal) => {
                let errors = [error(refusal.code, refusal.message, None)];
                let mut response = respond(refusal.status, media, &Body { errors: &errors });
                if matches!(refusal.code, code::OVERLOADED | code::SHUTTING_DOWN) {
                    let headers = response.headers_mut();
                    headers.insert(header::RETRY_AFTER, RETRY_AFTER);
                }
                if let Some(allow) = refusal.allow {
                    response
                        .headers_mut()
                        .insert(header::ALLOW, HeaderValue::from_static(allow));
                }
                response
            }
        }
    }
}

/// The status of a response with data and errors, which is registered nowhere but recommended by GraphQL over HTTP, edition of September 2026.
const PARTIAL_SUCCESS: u16 = 294;

/// Whether the document is wrong by itself, whatever the schema: it is not GraphQL, or all that is wrong with it are variables that it does not use. That edition
/// wants 422 for the second as for all of validation; the audit of the reference implementation, which is older, wants 400.
fn is_malformed(errors: &[ServerError]) -> bool {
    let unused = |error: &ServerError| {
        error.message.starts_with("Variable \"$") && error.message.contains("is not used")
    };
    errors
        .iter()
        .any(|error| code_of(error) == Some(code::PARSE_FAILED))
        || errors.iter().all(unused)
}

/// The most errors of a document that are reported.
const MAX_ERRORS: usize = 32;

/// The first errors of a document, and how many there are beside them.
fn first(mut errors: Vec<ServerError>) -> Vec<ServerError> {
    let others = errors.len().saturating_sub(MAX_ERRORS);
    errors.truncate(MAX_ERRORS);
    for error in &mut errors {
        error.message = message::bounded(std::mem::take(&mut error.message));
    }
    if others > 0 {
        let message = format!("{others} more errors are not reported");
        errors.push(error(code::VALIDATION_FAILED, message, None));
    }
    errors
}

/// An error of this crate.
pub(super) fn error(
    code: &'static str,
    message: impl Into<String>,
    position: Option<async_graphql::Pos>,
) -> ServerError {
    let mut error = ServerError::new(message::bounded(message.into()), position);
    set_code(&mut error, code);
    error
}

/// An error of the values, as one of the whole request.
pub(super) fn from_erreur(erreur: Erreur, position: Option<async_graphql::Pos>) -> ServerError {
    let error = async_graphql::Error::from(erreur).into_server_error(position.unwrap_or_default());
    ServerError {
        locations: position.into_iter().collect(),
        ..error
    }
}

/// The code of an error, when it has one.
pub(super) fn code_of(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        _ => None,
    }
}

/// Gives an error of async-graphql, which has no codes, the one it deserves.
fn complete(error: &mut ServerError, rejected: bool) {
    if code_of(error).is_some() {
        return;
    }
    let code = match error.message.as_str() {
        "Query is nested too deep." => code::QUERY_TOO_DEEP,
        "Query is too complex." => code::QUERY_TOO_COMPLEX,
        message if message.starts_with("The recursion depth of the query") => code::QUERY_TOO_DEEP,
        message if is_coercion(message) => code::BAD_USER_INPUT,
        _ if rejected => code::VALIDATION_FAILED,
        _ => code::INTERNAL_SERVER_ERROR,
    };
    set_code(error, code);
}

/// Values that a type does not accept are reported by async-graphql in these words.
fn is_coercion(message: &str) -> bool {
    message.starts_with("Failed to parse ") || message.starts_with("Expected input type ")
}

fn set_code(error: &mut ServerError, code: &'static str) {
    error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default)
        .set("code", code);
}

/// A response that is nothing but errors.
pub(super) fn errors_body(errors: &[ServerError]) -> Vec<u8> {
    to_vec(&Body { errors })
}

fn to_vec(body: &Body<'_>) -> Vec<u8> {
    serde_json::to_vec(body).expect(
        "a response has no maps with other keys than texts, and writing to memory cannot fail",
    )
}

fn respond(status: StatusCode, media: MediaType, body: &Body<'_>) -> Response {
    with_headers((status, to_vec(body)).into_response(), media)
}

/// What every GraphQL response says about itself.
fn with_headers(mut response: Response, media: MediaType) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media.content_type());
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}
