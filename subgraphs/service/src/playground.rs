//! Stands in until the edge has its playground.
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Response};

pub(crate) struct Playground {
    pub(crate) title: &'static str,
    pub(crate) endpoint: &'static str,
    pub(crate) default_query: &'static str,
}

impl Playground {
    pub(crate) fn page(&self) -> Response {
        Html(format!(
            "<title>{}</title><pre>{} {}</pre>",
            self.title, self.endpoint, self.default_query
        ))
        .into_response()
    }
    pub(crate) fn assets() -> axum::Router {
        axum::Router::new()
    }
}

pub(crate) fn prefers_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|a| a.trim_start().starts_with("text/html"))
}
