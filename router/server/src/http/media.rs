//! Media types of GraphQL over HTTP: <https://graphql.github.io/graphql-over-http/draft/#sec-Media-Types>.

use client::media::is_utf8;
use executor::Format;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};

/// What a response is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseType {
    /// `application/json`: the status tells little.
    Json,
    /// `application/graphql-response+json`: the status says whether there is data.
    GraphqlResponse,
}

impl ResponseType {
    /// The `content-type`.
    pub(crate) fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            ResponseType::Json => "application/json; charset=utf-8",
            ResponseType::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        })
    }
}

/// What a client prefers that says what nearly all do: nothing, one type, or anything. Then it takes no stream either. `None` when more has to be read.
pub(crate) fn only(headers: &HeaderMap) -> Option<ResponseType> {
    let mut values = headers.get_all(ACCEPT).iter();
    match (values.next().map(HeaderValue::as_bytes), values.next()) {
        (None | Some(b"application/json" | b"*/*"), None) => Some(ResponseType::Json),
        (Some(b"application/graphql-response+json"), None) => Some(ResponseType::GraphqlResponse),
        _ => None,
    }
}

/// What the client prefers; `None` when it accepts neither. Without preference it is `application/json`, which every client knows.
pub(crate) fn negotiate(headers: &HeaderMap) -> Option<ResponseType> {
    // An empty one says as little as none.
    let mut values = headers
        .get_all(ACCEPT)
        .iter()
        .filter(|value| !value.as_bytes().trim_ascii().is_empty())
        .peekable();
    if values.peek().is_none() {
        return Some(ResponseType::Json);
    }
    // Quality of the most specific range that names each type (RFC 9110, section 12.5.1).
    let mut json = Quality::default();
    let mut graphql = Quality::default();
    for range in values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
    {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default();
        let q = parts.find_map(quality).unwrap_or(1000);
        if media.eq_ignore_ascii_case("application/json") {
            json.offer(2, q);
        } else if media.eq_ignore_ascii_case("application/graphql-response+json") {
            graphql.offer(2, q);
        } else if media.eq_ignore_ascii_case("application/*") {
            json.offer(1, q);
            graphql.offer(1, q);
        } else if media == "*/*" {
            json.offer(0, q);
            graphql.offer(0, q);
        }
    }
    match (json.q, graphql.q) {
        (0, 0) => None,
        // Named by both, or both by a wildcard: a client that names the newer type understands it.
        (json_q, graphql_q) if graphql_q > json_q => Some(ResponseType::GraphqlResponse),
        (json_q, graphql_q) if graphql_q == json_q && graphql.specificity > json.specificity => {
            Some(ResponseType::GraphqlResponse)
        }
        (json_q, graphql_q) if graphql_q == json_q && graphql.specificity == 2 => {
            Some(ResponseType::GraphqlResponse)
        }
        (0, _) => Some(ResponseType::GraphqlResponse),
        _ => Some(ResponseType::Json),
    }
}

/// In thousandths.
#[derive(Default)]
struct Quality {
    specificity: u8,
    q: u16,
}

impl Quality {
    fn offer(&mut self, specificity: u8, q: u16) {
        if self.q == 0 && self.specificity == 0 || specificity > self.specificity {
            *self = Quality { specificity, q };
        }
    }
}

/// The value of a parameter `q`, in thousandths.
pub(super) fn quality(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let q: f32 = value.trim().parse().ok()?;
    (0.0..=1.0).contains(&q).then_some((q * 1000.0) as u16)
}

/// Whether a request's body says that it is JSON in UTF-8.
pub(crate) fn is_json_request(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .is_some_and(|value| is_utf8(value, &["application/json"]))
}

/// Whether a request's body is in parts, as forms send files.
pub(crate) fn is_multipart(headers: &HeaderMap) -> bool {
    let essence = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.split(';').next());
    essence.is_some_and(|text| text.trim().eq_ignore_ascii_case("multipart/form-data"))
}

/// Whether there is a content type that a page may send without a preflight: that of a
/// [CORS-safelisted request](https://fetch.spec.whatwg.org/#cors-safelisted-request-header).
pub(crate) fn is_simple_request(headers: &HeaderMap) -> bool {
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

/// How the events of a subscription are sent over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StreamType {
    /// `text/event-stream`: [GraphQL over SSE](https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md), distinct connections mode.
    EventStream,
    /// `multipart/mixed;subscriptionSpec=1.0`:
    /// <https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol>
    Multipart,
    /// `multipart/mixed;deferSpec=20220824`, for responses in parts:
    /// <https://www.apollographql.com/docs/graphos/routing/operations/defer>
    Deferred,
    /// `multipart/mixed;incrementalSpec=v0.2`, for responses in parts in their newer format.
    Incremental,
}

/// How a response in parts is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    /// How the parts are written.
    pub(crate) format: Format,
    /// What carries them.
    pub(crate) stream: StreamType,
}

/// The stream that the client accepts, the preferred one where it accepts both; `None` when it has to be named and is not.
pub(crate) fn negotiate_stream(headers: &HeaderMap) -> Option<StreamType> {
    let mut best: Option<(u16, StreamType)> = None;
    let values = headers.get_all(ACCEPT).iter();
    for range in values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
    {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default();
        let has_specification = parts
            .clone()
            .any(|parameter| names(parameter, "subscriptionSpec", "1.0"));
        let stream = if media.eq_ignore_ascii_case("text/event-stream") {
            StreamType::EventStream
        } else if media.eq_ignore_ascii_case("multipart/mixed") && has_specification {
            StreamType::Multipart
        } else {
            continue;
        };
        let q = parts.find_map(quality).unwrap_or(1000);
        if q > best.map_or(0, |(best, _)| best) {
            best = Some((q, stream));
        }
    }
    best.map(|(_, stream)| stream)
}

/// How the client takes a response in parts, the preferred way where it takes several; `None` when it names none. A stream of events takes them too, if it
/// says how they are to be written.
pub(crate) fn accepted_parts(headers: &HeaderMap) -> Option<Parts> {
    let mut best: Option<(u16, Parts)> = None;
    let values = headers.get_all(ACCEPT).iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    for range in texts.flat_map(|text| text.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default();
        let mut formats = parts.clone().filter_map(|parameter| {
            if names(parameter, "deferSpec", "20220824") {
                Some(Format::Labelled)
            } else if names(parameter, "incrementalSpec", "v0.2") {
                Some(Format::Numbered)
            } else {
                None
            }
        });
        let Some(format) = formats.next() else {
            continue;
        };
        let stream = if media.eq_ignore_ascii_case("text/event-stream") {
            StreamType::EventStream
        } else if !media.eq_ignore_ascii_case("multipart/mixed") {
            continue;
        } else {
            match format {
                Format::Labelled => StreamType::Deferred,
                Format::Numbered => StreamType::Incremental,
            }
        };
        let q = parts.find_map(quality).unwrap_or(1000);
        if q > best.map_or(0, |(best, _)| best) {
            best = Some((q, Parts { format, stream }));
        }
    }
    best.map(|(_, parts)| parts)
}

/// Whether a parameter of a media range has this name and value.
fn names(parameter: &str, name: &str, value: &str) -> bool {
    parameter.split_once('=').is_some_and(|(found, text)| {
        found.trim().eq_ignore_ascii_case(name) && text.trim().trim_matches('"') == value
    })
}

#[cfg(test)]
mod tests;
