//! The headers of requests to subgraphs.

use abaque_edge::request::X_REQUEST_ID;
use abaque_edge::{RequestId, TraceContext};
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};

use settings::Section;

/// Headers of requests to subgraphs.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    /// Passed on from the client's request.
    pub propagate: Vec<HeaderName>,
    /// Set to these values; they win over what is propagated.
    pub insert: Vec<(HeaderName, HeaderValue)>,
    /// Not sent, although a more general rule would.
    pub remove: Vec<HeaderName>,
}

impl Headers {
    pub(crate) fn read(section: Section<'_>) -> Self {
        let headers = Self {
            propagate: section
                .key(
                    "propagate",
                    "Headers of the client's request that are passed on. None are by default.",
                )
                .header_names(),
            insert: section
                .key(
                    "insert",
                    "Headers that are set to these values; they win over what is passed on.",
                )
                .headers(),
            remove: section
                .key(
                    "remove",
                    "Headers that are not sent although a more general rule would.",
                )
                .header_names(),
        };
        for name in headers
            .propagate
            .iter()
            .chain(headers.insert.iter().map(|(name, _)| name))
        {
            if is_reserved(name) {
                section.report(
                    format!("the header {name} belongs to the connection or the protocol"),
                    "a header of the application",
                );
            }
        }
        section.end();
        headers
    }
}

/// What of a client's request goes on to subgraphs.
#[derive(Clone, Debug, Default)]
pub struct ClientRequest {
    /// All of its headers; only those on an endpoint's list are passed on.
    pub headers: HeaderMap,
    /// Its place in a trace.
    pub trace: Option<TraceContext>,
    /// Its id.
    pub id: Option<RequestId>,
}

/// Which headers an endpoint is sent; worked out once.
#[derive(Debug)]
pub(crate) struct HeaderRules {
    fixed: HeaderMap,
    propagate: Vec<HeaderName>,
}

impl HeaderRules {
    pub(crate) fn new(general: &Headers, own: &Headers) -> Self {
        let mut fixed = HeaderMap::new();
        fixed.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        fixed.insert(
            ACCEPT,
            HeaderValue::from_static("application/graphql-response+json, application/json;q=0.9"),
        );
        fixed.insert(
            USER_AGENT,
            HeaderValue::from_static(concat!("abaque-router/", env!("CARGO_PKG_VERSION"))),
        );
        // A subgraph's own rules win over the general ones, in both directions.
        let generally =
            |name: &HeaderName| !general.remove.contains(name) && !own.remove.contains(name);
        for (name, value) in general.insert.iter().filter(|(name, _)| generally(name)) {
            fixed.insert(name, value.clone());
        }
        for (name, value) in &own.insert {
            fixed.insert(name, value.clone());
        }
        let mut propagate: Vec<HeaderName> = general
            .propagate
            .iter()
            .filter(|name| generally(name))
            .cloned()
            .collect();
        propagate.extend(own.propagate.iter().cloned());
        let inserted = |name: &HeaderName| {
            own.insert.iter().any(|(set, _)| set == name)
                || general
                    .insert
                    .iter()
                    .any(|(set, _)| set == name && generally(set))
        };
        propagate.retain(|name| !inserted(name));
        propagate.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        propagate.dedup();
        Self { fixed, propagate }
    }

    /// What is passed on of a client's headers.
    pub(crate) fn passed_on(&self, client: &ClientRequest) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for name in &self.propagate {
            for value in client.headers.get_all(name) {
                headers.append(name, value.clone());
            }
        }
        headers
    }

    /// The headers of one request: the fixed ones, what is passed on, its id, its place in a trace.
    pub(crate) fn complete(
        &self,
        passed_on: &HeaderMap,
        id: Option<&RequestId>,
        trace: Option<&TraceContext>,
    ) -> HeaderMap {
        let mut headers = self.fixed.clone();
        for name in passed_on.keys() {
            headers.remove(name);
            for value in passed_on.get_all(name) {
                headers.append(name, value.clone());
            }
        }
        if let Some(id) = id {
            headers.insert(X_REQUEST_ID, id.header_value());
        }
        if let Some(trace) = trace {
            trace.inject(&mut headers);
        }
        headers
    }
}

/// Whether a header belongs to the connection or to the protocol and is not the configuration's to set.
pub(crate) fn is_reserved(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "accept"
            | "accept-encoding"
            | "connection"
            | "content-encoding"
            | "content-length"
            | "content-type"
            | "expect"
            | "host"
            | "keep-alive"
            | "proxy-authenticate"
            | "proxy-authorization"
            | "proxy-connection"
            | "te"
            | "traceparent"
            | "tracestate"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
            | "x-request-id"
    )
}

#[cfg(test)]
mod tests;
