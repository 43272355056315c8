//! Cross-origin calls, where the configuration allows them: <https://fetch.spec.whatwg.org/#http-cors-protocol>.

use std::time::Duration;

use abaque_edge::request::X_REQUEST_ID;
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{HeaderName, Method};
use settings::Section;
use tower_http::cors::{AllowOrigin, CorsLayer};

const HOUR: Duration = Duration::from_secs(3600);

/// What pages may read of an answer beside its body and what every page may.
const READABLE: [HeaderName; 4] = [
    X_REQUEST_ID,
    RETRY_AFTER,
    HeaderName::from_static("ratelimit"),
    HeaderName::from_static("ratelimit-policy"),
];

/// Cross-origin calls, off by default.
#[derive(Clone, Debug)]
pub struct Config {
    /// Empty means off; `*` means any.
    pub origins: Vec<String>,
    /// Headers that a page may send beside `content-type`.
    pub headers: Vec<HeaderName>,
    /// Whether cookies and authorization may be sent.
    pub credentials: bool,
    /// How long a preflight is remembered.
    pub max_age: Duration,
}

impl Config {
    pub(crate) fn read(section: Section<'_>) -> Self {
        let cors = Self {
            origins: section
                .key(
                    "origins",
                    "Origins whose pages may call, or `*` for all. Off when empty.",
                )
                .texts("an origin such as https://example.org, or *", is_origin),
            headers: section
                .key(
                    "headers",
                    "Request headers that pages may send beside `content-type`.",
                )
                .header_names(),
            credentials: section
                .key(
                    "credentials",
                    "Whether pages may send cookies and authorization.",
                )
                .switch(false),
            max_age: section
                .key("max_age", "How long a browser remembers a preflight.")
                .duration(HOUR, Duration::ZERO..=24 * HOUR),
        };
        section.end();
        cors
    }

    /// Whether that origin may call.
    pub fn allows(&self, origin: &str) -> bool {
        self.origins
            .iter()
            .any(|allowed| allowed == "*" || allowed == origin)
    }
}

fn is_origin(text: &str) -> bool {
    let with_host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .is_some_and(|host| !host.is_empty() && !host.contains(['/', ' ', '*']));
    text == "*" || (with_host && HeaderValue::from_str(text).is_ok())
}

/// What puts the answers to preflights, and the headers that let pages read answers, around a service; nothing where no origin is allowed.
pub(crate) fn layer(cors: &Config) -> Option<CorsLayer> {
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
            .expose_headers(READABLE)
            .allow_credentials(cors.credentials)
            .max_age(cors.max_age),
    )
}
