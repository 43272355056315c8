//! What of a request can be judged by its head.

use console::prefers_html;
use http::header::{CONTENT_TYPE, HeaderMap, ORIGIN, REFERER, USER_AGENT};
use http::{Method, request};

use super::media::{self, Parts, ResponseType, StreamType};
use crate::config::Config;
use crate::refusal::Refusal;
use crate::request::Allowed;

/// Whether a person opens the endpoint in a browser. An operation in the address is then not executed: it fills a tab of the page, so that it can be
/// shared as a link.
pub(super) fn wants_page(head: &request::Parts) -> bool {
    matches!(head.method, Method::GET | Method::HEAD) && prefers_html(&head.headers)
}

/// What the client accepts: at least one of them.
#[derive(Clone, Copy)]
pub(crate) struct Accepted {
    /// What an answer, errors included, is written as.
    pub(crate) response_type: Option<ResponseType>,
    /// What events are written as.
    pub(crate) stream: Option<StreamType>,
    /// How a response may come in parts, where it may.
    pub(crate) parts: Option<Parts>,
}

impl Accepted {
    /// What a client gets that accepts nothing that could be answered.
    pub(super) const NOTHING: Self = Self {
        response_type: None,
        stream: None,
        parts: None,
    };

    /// What an answer is written as. Errors are reported in JSON to clients that take streams only.
    pub(super) fn response_type(self) -> ResponseType {
        self.response_type.unwrap_or(ResponseType::Json)
    }

    /// The stream of events that is all the client takes: then whatever it asks for is answered by one.
    pub(super) fn only_stream(self) -> Option<StreamType> {
        let by_events = |parts: Parts| parts.stream == StreamType::EventStream;
        let only = self.response_type.is_none() && self.parts.is_none_or(by_events);
        self.stream
            .filter(|stream| only && *stream == StreamType::EventStream)
    }

    /// What a request that came by this method may come to.
    pub(super) fn allowed(self, method: &Method) -> Allowed {
        // Nobody reads what is streamed in answer to it.
        let streams = *method != Method::HEAD;
        Allowed {
            mutations: !matches!(*method, Method::GET | Method::HEAD),
            whole: self.response_type.is_some() || self.only_stream().is_some(),
            batches: self.response_type.is_some(),
            parts: self.parts.map(|parts| parts.format).filter(|_| streams),
            events: streams && self.stream.is_some(),
        }
    }
}

/// What the client accepts.
pub(crate) fn accepted(head: &request::Parts) -> Result<Accepted, Refusal> {
    if let Some(only) = media::only(&head.headers) {
        return Ok(Accepted {
            response_type: Some(only),
            ..Accepted::NOTHING
        });
    }
    let accepted = Accepted {
        response_type: media::negotiate(&head.headers),
        stream: media::negotiate_stream(&head.headers),
        parts: media::accepted_parts(&head.headers),
    };
    match accepted {
        Accepted {
            response_type: None,
            stream: None,
            parts: None,
        } => Err(Refusal::Accept),
        accepted => Ok(accepted),
    }
}

/// Refuses other methods, other content types, and cross-site requests.
pub(crate) fn check(head: &request::Parts, config: &Config) -> Result<(), Refusal> {
    match head.method {
        Method::POST => {
            // A JSON content type makes browsers ask first, so no other site can send one unasked. Files come in one that a form has too.
            if media::is_multipart(&head.headers) {
                if !config.uploads.are_taken() {
                    return Err(Refusal::UploadsOff);
                }
                if config.csrf_prevention && !is_preflighted(&head.headers) {
                    return Err(Refusal::UnaskedUpload);
                }
            } else if !media::is_json_request(&head.headers) {
                return Err(Refusal::ContentType);
            }
        }
        Method::GET | Method::HEAD => {
            if config.csrf_prevention && is_unasked_cross_site(&head.headers, config) {
                return Err(Refusal::CrossSite);
            }
        }
        _ => return Err(Refusal::Method),
    }
    Ok(())
}

/// Whether a browser may be sending this for another site without having asked. Such a request can only read, and its answer is kept from
/// the other site; but it runs with the user's cookies, and its timing tells.
///
/// [`Sec-Fetch-Site`](https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header) says for which site, but browsers send it only where the
/// origin that is asked has TLS or is on the same machine. Without it, whatever a browser sends needs a header that a page cannot set without a preflight; what
/// is no browser is known by its `User-Agent`, which no page can change without one either.
fn is_unasked_cross_site(headers: &HeaderMap, config: &Config) -> bool {
    let site = headers.get("sec-fetch-site").map(|value| value.as_bytes());
    let may_be_other_site = match site {
        Some(b"same-origin" | b"none") => false,
        Some(_) => true,
        None => is_browser(headers),
    };
    let allowed = headers
        .get(ORIGIN)
        .and_then(|origin| origin.to_str().ok())
        .is_some_and(|origin| config.cors.allows(origin));
    may_be_other_site && !allowed && !is_preflighted(headers)
}

/// Whether a browser may have sent this: it says so by its name, which all of them begin alike, or it says for which page it asks.
fn is_browser(headers: &HeaderMap) -> bool {
    let named = headers.get_all(USER_AGENT).iter().any(|agent| {
        let agent = agent.as_bytes();
        [b"Mozilla/".as_slice(), b"Opera/"]
            .iter()
            .any(|name| agent.windows(name.len()).any(|part| part == *name))
    });
    named || headers.contains_key(ORIGIN) || headers.contains_key(REFERER)
}

/// Whether there are headers that a page cannot set without a preflight. The first two names are those that clients of other servers send.
fn is_preflighted(headers: &HeaderMap) -> bool {
    (headers.contains_key(CONTENT_TYPE) && !media::is_simple_request(headers))
        || [
            "apollo-require-preflight",
            "x-apollo-operation-name",
            "graphql-require-preflight",
        ]
        .iter()
        .any(|name| headers.contains_key(*name))
}
