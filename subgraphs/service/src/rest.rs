//! The REST API: `/api/v1`, JSON in and out, problems (RFC 9457) for errors, an OpenAPI document and a page that shows it.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use console::prefers_html;

mod door;
mod lasting;
mod negotiate;
mod page;
mod problem;
pub mod table;

use self::lasting::Lasting;

pub(crate) use self::door::Door;
pub use self::problem::Problem;
pub(crate) use self::problem::RETRY_AFTER;
use crate::Limits;

/// Where the endpoint is.
pub const PATH: &str = "/api/v1";

/// What describes the API: the document and its page. The operations are answered by a [`Door`].
///
/// They promise what is configured: no more values of a series than `limits` let in.
pub(crate) fn description(mut openapi: serde_json::Value, limits: &Limits) -> Router {
    table::shorten_series(&mut openapi, limits.series_length);
    let openapi = &openapi;
    let description = Arc::new(Description {
        document: Lasting::new("application/json", format!("{openapi:#}\n")),
        page: Lasting::new("text/html; charset=utf-8", page::render(openapi)),
        script: Lasting::new("text/javascript; charset=utf-8", page::SCRIPT_TEXT),
        style: Lasting::new("text/css; charset=utf-8", page::STYLE_TEXT),
    });
    Router::new()
        .route("/", get(|| async { Redirect::to(PATH) }))
        .route(PATH, get(index))
        .route("/api/v1/", get(index))
        .route("/api/v1/openapi.json", get(document))
        .route(&format!("{PATH}/{}", page::SCRIPT), get(script))
        .route(&format!("{PATH}/{}", page::STYLE), get(style))
        .method_not_allowed_fallback(async |method: Method, uri: Uri| {
            method_not_allowed(&method, &uri)
        })
        .with_state(description)
}

/// Both forms of the OpenAPI document, and what the page loads.
struct Description {
    document: Lasting,
    page: Lasting,
    script: Lasting,
    style: Lasting,
}

/// The page for browsers, the document for programs.
async fn index(State(description): State<Arc<Description>>, headers: HeaderMap) -> Response {
    let vary = [(header::VARY, HeaderValue::from_static("accept"))];
    if !prefers_html(&headers) {
        return (vary, description.document.answer(&headers)).into_response();
    }
    let policy = HeaderValue::from_static(page::POLICY);
    let policy = [(header::CONTENT_SECURITY_POLICY, policy)];
    (vary, policy, description.page.answer(&headers)).into_response()
}

async fn document(State(description): State<Arc<Description>>, headers: HeaderMap) -> Response {
    description.document.answer(&headers)
}

/// The script of the page.
async fn script(State(description): State<Arc<Description>>, headers: HeaderMap) -> Response {
    description.script.answer(&headers)
}

/// The style of the page.
async fn style(State(description): State<Arc<Description>>, headers: HeaderMap) -> Response {
    description.style.answer(&headers)
}

/// What no route answers, here and in the whole public app.
pub(crate) async fn not_found(uri: Uri) -> Problem {
    let path = uri.path();
    let detail = match path.trim_end_matches('/') {
        without if without.len() < path.len() && without.starts_with(PATH) => {
            format!("nothing is served at `{path}`: leave the `/` at its end out")
        }
        _ => format!("nothing is served at `{path}`; see {PATH} and /graphql"),
    };
    Problem::new(StatusCode::NOT_FOUND, "NOT_FOUND", detail)
}

/// A problem, except for the one method that asks which others there are: `Allow` is there in either case.
fn method_not_allowed(method: &Method, uri: &Uri) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    let detail = format!("`{}` does not answer {method}", uri.path());
    let status = StatusCode::METHOD_NOT_ALLOWED;
    Problem::new(status, "METHOD_NOT_ALLOWED", detail).into_response()
}

#[cfg(test)]
mod tests;
