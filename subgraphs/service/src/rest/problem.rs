//! Problem details, RFC 9457: <https://www.rfc-editor.org/rfc/rfc9457>.

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use valeurs::{Erreur, message};

/// The code of what is refused for the time being.
const OVERLOADED: &str = "OVERLOADED";

/// When to ask again: what is computed at most takes seconds.
pub(crate) const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// An error of the REST API, `application/problem+json`.
///
/// Its `type` is `about:blank`, which means that of its HTTP status: what is more to say, `code` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    code: Cow<'static, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
}

impl Problem {
    /// A problem that its HTTP status names: `detail` says what to change, `code` is stable.
    pub fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: message::bounded(detail.into()),
            code: code.into(),
            parameter: None,
        }
    }

    /// An error of the domain.
    #[must_use]
    pub fn of(status: StatusCode, erreur: &Erreur) -> Self {
        let problem = Self::new(status, erreur.code().as_str(), erreur.to_string());
        match erreur.argument() {
            Some(argument) => problem.parameter(argument),
            None => problem,
        }
    }

    /// There is no room for a request, or for its answer, which says when to come again.
    pub(crate) fn overloaded(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, OVERLOADED, detail)
    }

    /// A fault of the service, which has been logged.
    pub(crate) fn internal() -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::new(
            status,
            "INTERNAL_SERVER_ERROR",
            "an internal error occurred",
        )
    }

    /// The parameter that is wrong, in the extension member `parameter`.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>) -> Self {
        self.parameter = Some(name.into());
        self
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self)
            .expect("a problem has only texts and a number, and writing to memory cannot fail");
        let headers = [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/problem+json"),
            ),
            (
                header::X_CONTENT_TYPE_OPTIONS,
                HeaderValue::from_static("nosniff"),
            ),
        ];
        let mut response = (self.status(), headers, body).into_response();
        if self.code == OVERLOADED {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        response
    }
}
