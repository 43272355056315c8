//! Cross-origin calls, where the configuration allows them: <https://fetch.spec.whatwg.org/#http-cors-protocol>.

use abaque_edge::request::X_REQUEST_ID;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderName, Method};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::config::Cors;

/// What puts the answers to preflights, and the headers that let pages read answers, around a service; nothing where no origin is allowed.
pub(crate) fn layer(cors: &Cors) -> Option<CorsLayer> {
    if cors.origins.is_empty() {
        return None;
    }
    let origins = match cors.origins.iter().any(|origin| origin == "*") {
        true => AllowOrigin::any(),
        // The configuration has checked that each is a header value.
        false => AllowOrigin::list(
            cors.origins
                .iter()
                .filter_map(|o| HeaderValue::from_str(o).ok()),
        ),
    };
    let headers: Vec<HeaderName> = std::iter::once(CONTENT_TYPE)
        .chain(cors.headers.iter().cloned())
        .collect();
    Some(
        CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::POST])
            .allow_headers(headers)
            .expose_headers([X_REQUEST_ID])
            .allow_credentials(cors.credentials)
            .max_age(cors.max_age),
    )
}
