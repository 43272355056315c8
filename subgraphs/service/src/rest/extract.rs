//! Extractors that answer what they refuse with a [`Problem`].

use std::error::Error;

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Problem;
use crate::encoding;

/// The parameters of the query string as a struct. Give it `#[serde(deny_unknown_fields)]`, so that a misspelt parameter is reported.
#[derive(Clone, Copy, Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(params)) => Ok(Self(params)),
            Err(rejection) => Err(bad_parameter(&innermost(&rejection))),
        }
    }
}

/// A JSON body as a struct, or a struct as a JSON body.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        encoding::check(request.headers()).map_err(|told| {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            Problem::new(status, "UNSUPPORTED_MEDIA_TYPE", told)
        })?;
        match axum::Json::from_request(request, state).await {
            Ok(axum::Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(bad_body(&rejection)),
        }
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// serde says which parameter it is in its message: ``missing field `a` ``, ``a: unknown field `a`, …``, or `a: …`.
fn bad_parameter(message: &str) -> Problem {
    let (path, reason) = match message.split_once(": ") {
        Some((path, reason)) if !path.contains(' ') => (Some(path.to_owned()), reason),
        _ => (None, message),
    };
    let quoted = |start| {
        reason
            .strip_prefix(start)?
            .split('`')
            .next()
            .map(str::to_owned)
    };
    let problem = |code: &'static str, detail| Problem::new(StatusCode::BAD_REQUEST, code, detail);
    if let Some(name) = quoted("missing field `") {
        let detail = format!("the parameter `{name}` is missing");
        return problem("MISSING_PARAMETER", detail).parameter(name);
    }
    if let Some(name) = quoted("unknown field `") {
        let known = reason
            .split_once(", ")
            .map_or(String::new(), |(_, known)| format!(": {known}"));
        let detail = format!("unknown parameter `{name}`{known}");
        return problem("UNKNOWN_PARAMETER", detail).parameter(name);
    }
    if let Some(name) = quoted("duplicate field `") {
        let detail = format!("duplicate parameter `{name}`");
        return problem("BAD_PARAMETER", detail).parameter(name);
    }
    match path {
        Some(name) => {
            let detail = format!("the parameter `{name}` is not valid: {reason}");
            problem("BAD_PARAMETER", detail).parameter(name)
        }
        None => problem("BAD_PARAMETER", message.to_owned()),
    }
}

fn bad_body(rejection: &JsonRejection) -> Problem {
    let (code, detail): (&'static str, _) = match rejection {
        JsonRejection::MissingJsonContentType(_) => (
            "UNSUPPORTED_MEDIA_TYPE",
            "the body must be `application/json`".to_owned(),
        ),
        JsonRejection::JsonSyntaxError(error) => (
            "BAD_REQUEST",
            format!("the body is not valid JSON: {}", innermost(error)),
        ),
        JsonRejection::JsonDataError(error) => (
            "BAD_PARAMETER",
            format!("the body is not what is expected: {}", innermost(error)),
        ),
        _ if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => (
            "PAYLOAD_TOO_LARGE",
            "the body is larger than allowed".to_owned(),
        ),
        _ => ("BAD_REQUEST", rejection.body_text()),
    };
    // What JSON says but the program cannot use is a bad request like any other.
    let status = match rejection.status() {
        StatusCode::UNPROCESSABLE_ENTITY => StatusCode::BAD_REQUEST,
        status => status,
    };
    Problem::new(status, code, detail)
}

/// The first cause: what wraps it says what the caller knows.
fn innermost(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
