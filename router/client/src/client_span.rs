//! What a request to a subgraph says about itself in its span: <https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client>.
//!
//! Neither its operation nor its variables, and of its URL no query, which can hold a secret.

use abaque_edge::host::in_brackets;
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
            let bytes = response.body.len();
            span.describe([Attribute::number("http.response.body.size", bytes)]);
            answered(span, response.status);
        }
        Some(Err(error)) => failed(span, error),
        None => span.fail("canceled"),
    }
}

/// The stream of events that was asked for.
pub(crate) struct Asked<'s> {
    /// The subgraph's name.
    pub(crate) subgraph: &'s str,
    pub(crate) url: Option<&'s Uri>,
    pub(crate) method: &'static str,
}

/// The opening of a stream of events; how long that lasts is up to the client of the request. The result is the status of the answer; `None` where a connection is shared
/// that others have opened.
pub(crate) fn opened(
    span: &mut OpenSpan,
    asked: &Asked<'_>,
    result: Result<Option<u16>, &Failure>,
) {
    span.describe([
        Attribute::text("http.request.method", asked.method),
        Attribute::text("abaque.subgraph.name", asked.subgraph.to_owned()),
        Attribute::flag("abaque.subscription", true),
    ]);
    if let Some(url) = asked.url {
        place(span, url);
    }
    if asked.method == "GET" {
        span.describe([Attribute::text("network.protocol.name", "websocket")]);
    }
    match result {
        Ok(status) => {
            if let Some(status) = status {
                answered(span, status);
            }
            span.describe([Attribute::flag("abaque.request.joined", status.is_none())]);
        }
        Err(failure) => failed(span, &failure.clone().into_fetch_error()),
    }
}

/// An answer came, with this status.
fn answered(span: &mut OpenSpan, status: u16) {
    span.describe([Attribute::number("http.response.status_code", status)]);
    if status >= 400 {
        span.fail(status.to_string());
    }
}

/// There is no answer, or none of GraphQL.
fn failed(span: &mut OpenSpan, error: &FetchError) {
    if let FetchError::NotGraphql { status } = error {
        answered(span, *status);
        if *status >= 400 {
            return;
        }
    }
    span.fail(error.code());
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
    let address = in_brackets(host).unwrap_or(host);
    let default_port = if scheme == "https" { 443 } else { 80 };
    span.describe([
        Attribute::text("url.full", full),
        Attribute::text("url.template", path.to_owned()),
        Attribute::text("server.address", address.to_owned()),
        Attribute::number("server.port", port.unwrap_or(default_port)),
    ]);
}
