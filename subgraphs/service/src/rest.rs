//! The REST door: `/api/v1`, JSON in and out, problems (RFC 9457) for errors, an OpenAPI document and a page that shows it.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, OriginalUri, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Router};
use console::prefers_html;

use crate::{Config, Limits};

mod extract;
mod negotiate;
mod page;
mod problem;
pub mod table;

pub use self::extract::{Json, Params};
pub use self::problem::Problem;

/// Where the door is.
pub const PATH: &str = "/api/v1";

/// The app: the routes of the program under [`PATH`], their description, and problems for what they do not answer.
pub(crate) fn app(routes: Router, openapi: &serde_json::Value, config: &Config) -> Router {
    let routes = routes
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(Extension(config.limits))
        .layer(DefaultBodyLimit::max(config.limits.body_bytes))
        .layer(middleware::from_fn(negotiate::json_only))
        .layer(middleware::from_fn_with_state(config.limits, in_time));
    let description = Arc::new(Description {
        document: format!("{openapi:#}\n").into(),
        page: page::render(openapi).into(),
    });
    Router::new()
        .route("/", get(|| async { Redirect::to(PATH) }))
        .route(PATH, get(index))
        .route("/api/v1/", get(index))
        .route("/api/v1/openapi.json", get(document))
        .route(&format!("{PATH}/{}", page::SCRIPT), get(script))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(description)
        .nest(PATH, routes)
}

/// Both forms of the OpenAPI document.
struct Description {
    document: axum::body::Bytes,
    page: axum::body::Bytes,
}

/// The page for browsers, the document for programs.
async fn index(State(description): State<Arc<Description>>, headers: HeaderMap) -> Response {
    let vary = (header::VARY, HeaderValue::from_static("accept"));
    if !prefers_html(&headers) {
        return ([vary], document(State(description)).await).into_response();
    }
    let headers = [
        vary,
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(page::POLICY),
        ),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
    ];
    (headers, description.page.clone()).into_response()
}

async fn document(State(description): State<Arc<Description>>) -> Response {
    let content_type = HeaderValue::from_static("application/json");
    (
        [(header::CONTENT_TYPE, content_type)],
        description.document.clone(),
    )
        .into_response()
}

/// The script of the page.
async fn script() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, page::SCRIPT_TEXT)
}

/// What no route answers, here and in the whole public app.
pub(crate) async fn not_found(OriginalUri(uri): OriginalUri) -> Problem {
    let detail = format!(
        "nothing is served at `{}`; see {PATH} and /graphql",
        uri.path()
    );
    Problem::new(StatusCode::NOT_FOUND, "NOT_FOUND", detail)
}

async fn method_not_allowed(method: Method, OriginalUri(uri): OriginalUri) -> Problem {
    let detail = format!("`{}` does not answer {method}", uri.path());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", detail)
}

/// Gives a request the time it has.
async fn in_time(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limits.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "REQUEST_TIMEOUT",
            "the request took longer than allowed",
        )
        .into_response(),
    }
}

#[cfg(test)]
mod tests;
