//! Statuses and bodies: <https://graphql.github.io/graphql-over-http/draft/#sec-Response>.

use std::sync::Arc;

use abaque_edge::request::Endless;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use client::Keeper;
use futures_util::stream;
use http::StatusCode;
use http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, VARY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::ext::ReasonPhrase;
use memory::Account;

use super::compression::Compression;
use super::guard::Accepted;
use super::media::{ResponseType, StreamType};
use super::wire;
use crate::request::{Answer, Message, Refused, Reply, RequestContext, Shape};

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
            let mut response = wire::respond(parts.unwrap_or(StreamType::Deferred), messages);
            context.gathered.write(Keeper::None, response.headers_mut());
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

/// The status of a response with data and errors. It is registered nowhere else, but is what the specification recommends.
const PARTIAL_SUCCESS: u16 = 294;

/// The status of what the executor answered: 200 with `application/json`, whatever it is.
fn status(answer: &Answer, response_type: ResponseType) -> StatusCode {
    match answer.shape {
        _ if response_type == ResponseType::Json => StatusCode::OK,
        Shape::Data | Shape::Batch => StatusCode::OK,
        Shape::Partial => StatusCode::from_u16(PARTIAL_SUCCESS)
            .expect("three digits are a status, registered or not"),
        Shape::Errors => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn whole(
    answer: Answer,
    accepted: Accepted,
    context: &RequestContext,
    compression: Option<&Compression>,
) -> Response {
    if let Some(stream_type) = accepted.only_stream() {
        let mut response = once(stream_type, answer.body);
        context.gathered.write(Keeper::None, response.headers_mut());
        return response;
    }
    let response_type = accepted.response_type();
    let status = status(&answer, response_type);
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
    context
        .gathered
        .write(answer.keeper, response.headers_mut());
    response
}

/// A response for a client that takes nothing but events: one event, and the end.
fn once(stream_type: StreamType, response: Bytes) -> Response {
    let messages = [Message::Event(response), Message::Complete];
    wire::respond(stream_type, Box::pin(stream::iter(messages)))
}

/// The answer to a request that was not executed. What the account of its context has reserved stays reserved until the client has it.
pub(super) fn refused(refused: Refused, accepted: Accepted, context: &RequestContext) -> Response {
    let Refused { refusal, body } = refused;
    let body = Account::hold(Arc::clone(&context.account), body);
    let response_type = accepted.response_type();
    let status = refusal.status(response_type == ResponseType::GraphqlResponse);
    if let Some(stream_type) = accepted.only_stream()
        && refusal.is_of_operation()
    {
        return once(stream_type, body);
    }
    let mut response = respond(status, response_type, body);
    response.headers_mut().extend(refusal.headers());
    // A mutation may have been executed, and have brought a cookie.
    context.gathered.write(Keeper::None, response.headers_mut());
    response
}

fn respond(status: StatusCode, response_type: ResponseType, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    if status.as_u16() == PARTIAL_SUCCESS {
        let phrase = ReasonPhrase::from_static(b"Partial Success");
        response.extensions_mut().insert(phrase);
    }
    // These, and the request's id. A table for one more would be twice the size, and more than the allocator keeps at hand.
    let headers = response.headers_mut();
    headers.reserve(6);
    headers.insert(CONTENT_TYPE, response_type.header());
    // What is answered depends on who asks and when; nothing in between may keep it, unless all subgraphs allow it.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("accept"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
