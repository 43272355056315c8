//! What a request to a subgraph says about itself in its span: <https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client>.
//!
//! Neither its operation nor its variables, and of its URL no query, which can hold a secret.

use abaque_edge::trace::{Attribute, OpenSpan};
use executor::{Entities, FetchError, SubgraphResponse};
use http::Uri;

use crate::failure::Failure;

/// A request to a subgraph that was sent.
pub(crate) struct Sent<'s> {
    /// The subgraph's name.
    pub(crate) subgraph: &'s str,
    pub(crate) url: Option<&'s Uri>,
    /// The index of the fetch in the plan.
    pub(crate) fetch: u32,
    pub(crate) entities: Entities,
    /// The size of its body.
    pub(crate) bytes: usize,
    pub(crate) attempts: u32,
    /// Whether an equal one was waited for instead.
    pub(crate) joined: bool,
}

/// What is known of it when it has ended; `None` when its client did not wait for that.
pub(crate) fn describe(
    span: &mut OpenSpan,
    sent: &Sent<'_>,
    result: Option<&Result<SubgraphResponse, FetchError>>,
) {
    span.describe([
        Attribute::text("http.request.method", "POST"),
        Attribute::text("abaque.subgraph.name", sent.subgraph.to_owned()),
        Attribute::number("abaque.plan.fetch", sent.fetch),
        Attribute::number("http.request.body.size", sent.bytes),
        Attribute::flag("abaque.request.joined", sent.joined),
    ]);
    if let Some(url) = sent.url {
        place(span, url);
    }
    if sent.entities.sent > 0 {
        span.describe([
            Attribute::number("abaque.entities.sent", sent.entities.sent),
            Attribute::number("abaque.entities.shared", sent.entities.shared),
        ]);
    }
    if sent.attempts > 1 {
        let again = sent.attempts - 1;
        span.describe([Attribute::number("http.request.resend_count", again)]);
    }
    match result {
        Some(Ok(response)) => {
            span.describe([
                Attribute::number("http.response.status_code", response.status),
                Attribute::number("http.response.body.size", response.body.len()),
            ]);
            if response.status >= 400 {
                span.fail(response.status.to_string());
            }
        }
        Some(Err(error)) => {
            if let FetchError::NotGraphql { status } = error {
                span.describe([Attribute::number("http.response.status_code", *status)]);
            }
            span.fail(error.code());
        }
        None => span.fail("canceled"),
    }
}

/// The opening of a stream of events; how long that lasts is up to the client of the request.
pub(crate) fn opened(
    span: &mut OpenSpan,
    subgraph: &str,
    url: Option<&Uri>,
    failure: Option<&Failure>,
) {
    span.describe([
        Attribute::text("http.request.method", "POST"),
        Attribute::text("abaque.subgraph.name", subgraph.to_owned()),
        Attribute::flag("abaque.subscription", true),
    ]);
    if let Some(url) = url {
        place(span, url);
    }
    if let Some(failure) = failure {
        span.fail(failure.clone().into_fetch_error().code());
    }
}

/// Where it went.
fn place(span: &mut OpenSpan, url: &Uri) {
    let (scheme, path) = (url.scheme_str().unwrap_or("http"), url.path());
    let host = url.host().unwrap_or_default();
    let port = url.port_u16();
    let full = match port {
        Some(port) => format!("{scheme}://{host}:{port}{path}"),
        None => format!("{scheme}://{host}{path}"),
    };
    let default_port = if scheme == "https" { 443 } else { 80 };
    span.describe([
        Attribute::text("url.full", full),
        Attribute::text("url.template", path.to_owned()),
        Attribute::text("server.address", host.to_owned()),
        Attribute::number("server.port", port.unwrap_or(default_port)),
    ]);
}
