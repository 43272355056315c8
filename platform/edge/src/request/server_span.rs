//! What a request says about itself in its span: <https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server>.
//!
//! No query: a `GET` has its variables in it. And no path but where the route is one, since paths have data of clients in them, too.

use axum::response::Response;
use http::header::USER_AGENT;
use http::{Request, Version};

use super::access::AccessLine;
use crate::trace::{Attribute, Recording, SpanKind};
use crate::{Peer, host};

/// In the extensions of an answer: what the program knows of the request's span.
#[derive(Clone, Debug)]
pub struct Described {
    /// Its name, from a small set.
    pub name: &'static str,
    /// What is known of it.
    pub attributes: Vec<Attribute>,
}

/// Takes over what the program knows.
pub(super) fn answered(recording: &Recording, response: &mut Response) {
    if let Some(described) = response.extensions_mut().remove::<Described>() {
        recording.name(described.name);
        recording.describe(described.attributes);
    }
}

/// What is known at the beginning.
pub(super) fn begin<B>(recording: &Recording, request: &Request<B>, scheme: &'static str) {
    let headers = request.headers();
    let version = match request.version() {
        Version::HTTP_2 => "2",
        Version::HTTP_10 => "1.0",
        _ => "1.1",
    };
    let mut attributes = vec![
        Attribute::text("network.protocol.version", version),
        Attribute::text("url.scheme", scheme),
    ];
    if let Some((address, port)) = host::address_and_port(headers) {
        let default_port = if scheme == "https" { 443 } else { 80 };
        attributes.extend([
            Attribute::text("server.address", address.to_owned()),
            Attribute::number("server.port", port.unwrap_or(default_port)),
        ]);
    }
    if let Some(Peer(peer)) = request.extensions().get::<Peer>() {
        let address = peer.ip().to_string();
        attributes.push(Attribute::text("network.peer.address", address));
    }
    let agent = headers
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok());
    if let Some(agent) = agent {
        attributes.push(Attribute::text("user_agent.original", agent.to_owned()));
    }
    recording.describe(attributes);
}

/// What is known at the end.
pub(super) fn end(recording: &Recording, line: &AccessLine<'_>) {
    recording.describe([
        Attribute::text("http.request.method", line.method),
        Attribute::text("http.route", line.route.to_owned()),
        Attribute::number("http.response.status_code", line.status),
        Attribute::number("http.response.body.size", line.bytes),
        Attribute::text("abaque.request.id", line.request_id.as_str().to_owned()),
    ]);
    if line.route.starts_with('/') && !line.route.contains('{') {
        recording.describe([Attribute::text("url.path", line.route.to_owned())]);
    }
    if line.canceled {
        recording.describe([Attribute::flag("abaque.request.canceled", true)]);
    }
    if line.status >= 500 {
        let status = line.status.to_string();
        recording.describe([Attribute::text("error.type", status)]);
        recording.fail();
    }
    recording.end(
        || format!("{} {}", line.method, line.route),
        SpanKind::Server,
    );
}
