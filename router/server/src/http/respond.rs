//! Statuses and bodies: <https://graphql.github.io/graphql-over-http/draft/#sec-Response>.

use std::sync::Arc;

use abaque_edge::request::Endless;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use executor::{RequestError, SourceLocation, request_error_body};
use futures_util::stream;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, VARY};
use memory::Account;

use super::compression::Compression;
use super::guard::Accepted;
use super::media::{ResponseType, StreamType};
use super::wire;
use crate::refusal::{DocumentLocation, Refusal};
use crate::request::{Answer, Message, Reply, RequestContext};

/// The answer that a request comes to. What the account of its context has reserved stays reserved until the client has it.
pub(super) fn reply(
    reply: Reply,
    accepted: Accepted,
    context: &RequestContext,
    compression: Option<&Compression>,
) -> Response {
    match reply {
        Reply::Whole(answer) => whole(answer, accepted, context, compression),
        Reply::Parts(messages) => {
            let parts = accepted.parts.map(|parts| parts.stream);
            let stream_type = parts.unwrap_or(StreamType::Deferred);
            let mut response = wire::respond(stream_type, messages);
            context.gathered.write(false, response.headers_mut());
            response
        }
        // Without a stream there are no events.
        Reply::Events(events) => {
            let stream_type = accepted.stream.unwrap_or(StreamType::EventStream);
            let mut response = wire::respond(stream_type, events);
            response.extensions_mut().insert(Endless);
            response
        }
    }
}

/// An executed operation is answered 200, with `application/json` any other too.
fn whole(
    answer: Answer,
    accepted: Accepted,
    context: &RequestContext,
    compression: Option<&Compression>,
) -> Response {
    if let Some(stream_type) = accepted.only_stream() {
        let mut response = once(stream_type, answer.body);
        context.gathered.write(false, response.headers_mut());
        return response;
    }
    let response_type = accepted.response_type();
    let refused = !answer.executed && response_type == ResponseType::GraphqlResponse;
    let status = if refused {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::OK
    };
    let coded = compression.and_then(|compression| {
        let headers = &context.client.headers;
        compression.encode(headers, &answer.body, &context.account)
    });
    let (coding, body) = coded.unzip();
    let body = body.unwrap_or(answer.body);
    let body = Account::hold(Arc::clone(&context.account), body);
    let mut response = respond(status, response_type, body);
    if let Some(coding) = coding {
        let headers = response.headers_mut();
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    let is_cacheable = answer.is_cacheable;
    context.gathered.write(is_cacheable, response.headers_mut());
    response
}

/// A response for a client that takes nothing but events: one event, and the end.
fn once(stream_type: StreamType, response: Bytes) -> Response {
    let messages = [Message::Event(response), Message::Complete];
    wire::respond(stream_type, Box::pin(stream::iter(messages)))
}

/// The response to a request that was not executed: its errors and nothing else.
pub(super) fn errors(refusal: &Refusal) -> Vec<u8> {
    let code = refusal.code().as_str();
    let errors: Vec<RequestError> = refusal
        .shown()
        .into_iter()
        .map(|shown| {
            let place = |place: DocumentLocation| SourceLocation {
                line: place.line,
                column: place.column,
            };
            RequestError::new(code, shown.message).at(shown.locations.into_iter().map(place))
        })
        .collect();
    request_error_body(&errors)
}

/// The answer to a request that was not executed.
pub(super) fn refusal(refusal: &Refusal, accepted: Accepted) -> Response {
    let body = errors(refusal);
    let response_type = accepted.response_type();
    let status = refusal.status(response_type == ResponseType::GraphqlResponse);
    if let Some(stream_type) = accepted.only_stream()
        && status.is_success()
    {
        return once(stream_type, body.into());
    }
    let mut response = respond(status, response_type, body.into());
    response.headers_mut().extend(refusal.headers());
    response
}

fn respond(status: StatusCode, response_type: ResponseType, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    // These, and those that are added around.
    let headers = response.headers_mut();
    headers.reserve(8);
    headers.insert(CONTENT_TYPE, response_type.header());
    // What is answered depends on who asks and when; nothing in between may keep it, unless all subgraphs allow it.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("accept"));
    headers.insert(
        "x-content-type-options",
        HeaderValue::from_static("nosniff"),
    );
    response
}
