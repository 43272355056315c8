//! Addresses beside the endpoint: what the page loads, and where somebody looks who means the endpoint.

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use http::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use http::{StatusCode, Uri};
use serde_json::json;

use super::page;
use crate::config::Config;
use crate::schema::Schemas;

/// All of them.
pub(crate) fn routes(config: &Config, schemas: Arc<Schemas>) -> Router {
    let path = config.path.as_str();
    let mut routes = page::routes(config, schemas);
    if path != "/" {
        let name = path.rsplit('/').next().unwrap_or(path).to_owned();
        let redirect = async move |uri: Uri| to_endpoint(&name, uri.query());
        routes = routes.route(&format!("{path}/"), any(redirect));
    }
    let detail = format!("there is nothing here; the GraphQL endpoint is {path}");
    routes
        .fallback(async move || problem(StatusCode::NOT_FOUND, &detail))
        .method_not_allowed_fallback(async || {
            let detail = "the methods that are answered here are in the header Allow";
            problem(StatusCode::METHOD_NOT_ALLOWED, detail)
        })
}

/// To the endpoint without the slash, by the same method and with the same body. It is relative, for proxies that add a prefix and strip it again.
fn to_endpoint(name: &str, query: Option<&str>) -> Response {
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    // What is in an address is a header value.
    match HeaderValue::try_from(format!("../{name}{query}")) {
        Ok(location) => (StatusCode::PERMANENT_REDIRECT, [(LOCATION, location)]).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// <https://www.rfc-editor.org/rfc/rfc9457>
fn problem(status: StatusCode, detail: &str) -> Response {
    let problem = json!({
        "type": "about:blank",
        "title": status.canonical_reason(),
        "status": status.as_u16(),
        "detail": detail,
    });
    let content_type = HeaderValue::from_static("application/problem+json");
    (status, [(CONTENT_TYPE, content_type)], problem.to_string()).into_response()
}
