//! What of a request can be judged by its head.

use abaque_edge::playground::prefers_html;
use apollo_compiler::ast::OperationType;
use http::header::{CONTENT_TYPE, HeaderMap, ORIGIN};
use http::{Method, request};

use crate::config::Config;
use crate::error::Refusal;
use crate::media::{self, ResponseType, StreamType};

/// Whether a person opens the endpoint in a browser.
pub(super) fn wants_playground(head: &request::Parts) -> bool {
    let asks_nothing = head.uri.query().is_none_or(|query| {
        form_urlencoded::parse(query.as_bytes()).all(|(name, _)| name != "query")
    });
    head.method == Method::GET && asks_nothing && prefers_html(&head.headers)
}

/// What the client accepts: at least one of them.
#[derive(Clone, Copy)]
pub(super) struct Accepted {
    /// What an answer, errors included, is written as.
    pub(super) response_type: Option<ResponseType>,
    /// What events are written as.
    pub(super) stream: Option<StreamType>,
    /// Whether a response may come in parts.
    pub(super) parts: bool,
}

/// What the client accepts.
pub(super) fn accepted(head: &request::Parts) -> Result<Accepted, Refusal> {
    let accepted = Accepted {
        response_type: media::negotiate(&head.headers),
        stream: media::negotiate_stream(&head.headers),
        parts: media::accepts_parts(&head.headers),
    };
    match accepted {
        Accepted {
            response_type: None,
            stream: None,
            parts: false,
        } => Err(Refusal::Accept),
        accepted => Ok(accepted),
    }
}

/// Refuses other methods, other content types, and cross-site requests.
pub(super) fn check(head: &request::Parts, config: &Config) -> Result<(), Refusal> {
    match head.method {
        Method::POST => {
            // A JSON content type makes browsers ask first, so no other site can send one unasked.
            if !media::is_json_request(&head.headers) {
                return Err(Refusal::ContentType);
            }
        }
        Method::GET => {
            if config.csrf_prevention && is_unasked_cross_site(&head.headers, config) {
                return Err(Refusal::CrossSite);
            }
        }
        _ => return Err(Refusal::Method),
    }
    Ok(())
}

/// Whether a browser sends this for another site without having asked. Such a request can only read, and its answer is kept from
/// the other site; but it runs with the user's cookies, and its timing tells. Clients that are no browsers do not send
/// [`Sec-Fetch-Site`](https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header).
fn is_unasked_cross_site(headers: &HeaderMap, config: &Config) -> bool {
    let site = headers.get("sec-fetch-site").map(|value| value.as_bytes());
    let other_site = matches!(site, Some(b"cross-site" | b"same-site"));
    let allowed = headers
        .get(ORIGIN)
        .and_then(|origin| origin.to_str().ok())
        .is_some_and(|origin| config.cors.allows(origin));
    // Headers that a page cannot set without a preflight (the names are those that clients of other servers send).
    let preflighted = media::is_json_request(headers)
        || (headers.contains_key(CONTENT_TYPE) && !is_simple_content_type(headers))
        || [
            "apollo-require-preflight",
            "x-apollo-operation-name",
            "graphql-require-preflight",
        ]
        .iter()
        .any(|name| headers.contains_key(*name));
    other_site && !allowed && !preflighted
}

/// The content types of [CORS-safelisted requests](https://fetch.spec.whatwg.org/#cors-safelisted-request-header).
fn is_simple_content_type(headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_TYPE).iter().any(|value| {
        let text = value.to_str().unwrap_or_default();
        let essence = text.split(';').next().unwrap_or_default().trim();
        [
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "text/plain",
            "",
        ]
        .iter()
        .any(|simple| essence.eq_ignore_ascii_case(simple))
    })
}

/// A GET must be safe: <https://graphql.github.io/graphql-over-http/draft/#sec-GET>. Events need a stream, and other answers none.
pub(super) fn permit(
    method: &Method,
    operation_type: OperationType,
    accepted: Accepted,
) -> Result<(), Refusal> {
    match operation_type {
        OperationType::Mutation if method == Method::GET => Err(Refusal::MutationByGet),
        OperationType::Query | OperationType::Mutation
            if accepted.response_type.is_none() && !accepted.parts =>
        {
            Err(Refusal::Accept)
        }
        OperationType::Subscription if accepted.stream.is_none() => Err(Refusal::Subscription),
        OperationType::Query | OperationType::Mutation | OperationType::Subscription => Ok(()),
    }
}
