//! Calls from pages of other origins, at both endpoints, where the configuration allows them: <https://fetch.spec.whatwg.org/#http-cors-protocol>.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser may remember the answer to a preflight.
const MAX_AGE: Duration = Duration::from_secs(3600);

/// What answers preflights, and lets pages of these origins read answers. Credentials are never asked for: there are none.
pub(crate) fn layer(origins: &[HeaderValue]) -> CorsLayer {
    let any = origins.iter().any(|origin| origin == "*");
    CorsLayer::new()
        .allow_origin(if any {
            AllowOrigin::any()
        } else {
            AllowOrigin::list(origins.iter().cloned())
        })
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::CONTENT_TYPE])
        .expose_headers([HeaderName::from_static("x-request-id"), header::RETRY_AFTER])
        .max_age(MAX_AGE)
}

/// What [`origins`] reads.
pub(crate) const EXPECTED: &str =
    "`*`, `none`, or origins such as `https://example.org`, separated by commas";

/// Origins separated by commas, `*` for all, `none` for none; nothing for anything else.
pub(crate) fn origins(text: &str) -> Option<Vec<HeaderValue>> {
    if text == "none" {
        return Some(Vec::new());
    }
    let is_origin = |(scheme, host): (&str, &str)| {
        !scheme.is_empty() && !host.is_empty() && !host.contains(['/', ' ', '?', '#'])
    };
    let origin = |text: &str| {
        let is_one = text == "*" || text.split_once("://").is_some_and(is_origin);
        HeaderValue::from_str(text).ok().filter(|_| is_one)
    };
    let given = text
        .split(',')
        .map(str::trim)
        .filter(|text| !text.is_empty());
    given.map(origin).collect()
}
