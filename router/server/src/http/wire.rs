//! The events of a subscription, and the parts of a response, as they are written to an HTTP client.

use std::convert::Infallible;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, VARY};

use super::media::StreamType;
use crate::request::{Message, Messages};

/// Before, between and after the parts (<https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1>).
const DELIMITER: &[u8] = b"--graphql";

/// A message as it is written.
fn write(stream: StreamType, message: &Message) -> Bytes {
    match message {
        Message::Part(response) if stream == StreamType::EventStream => event("next", response),
        Message::Part(response) => part(&[response]),
        Message::Event(response) => next(stream, response),
        Message::Fatal(errors) => fatal(stream, errors),
        Message::Heartbeat => heartbeat(stream),
        Message::Complete => complete(stream),
    }
}

/// One event: a GraphQL response.
fn next(stream: StreamType, response: &[u8]) -> Bytes {
    match stream {
        StreamType::EventStream => event("next", response),
        StreamType::Multipart | StreamType::Deferred | StreamType::Incremental => {
            part(&[b"{\"payload\":", response, b"}"])
        }
    }
}

/// An error that is about no event and ends the subscription: `errors` is a GraphQL response with nothing else.
fn fatal(stream: StreamType, errors: &[u8]) -> Bytes {
    match stream {
        StreamType::EventStream => event("next", errors),
        StreamType::Multipart | StreamType::Deferred | StreamType::Incremental => {
            let members = errors.strip_prefix(b"{").unwrap_or(errors);
            part(&[b"{\"payload\":null,", members])
        }
    }
}

/// A sign of life.
fn heartbeat(stream: StreamType) -> Bytes {
    match stream {
        StreamType::EventStream => Bytes::from_static(b":\n\n"),
        StreamType::Multipart | StreamType::Deferred | StreamType::Incremental => part(&[b"{}"]),
    }
}

/// Nothing comes after it.
fn complete(stream: StreamType) -> Bytes {
    match stream {
        StreamType::EventStream => event("complete", b""),
        StreamType::Multipart | StreamType::Deferred | StreamType::Incremental => {
            Bytes::from_static(b"--\r\n")
        }
    }
}

/// Line ends in it, which JSON has only between its tokens, begin another line of data.
fn event(name: &str, data: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(data.len() + 32);
    out.extend_from_slice(b"event: ");
    out.extend_from_slice(name.as_bytes());
    for line in data.split(|byte| matches!(byte, b'\n' | b'\r')) {
        out.extend_from_slice(b"\ndata: ");
        out.extend_from_slice(line);
    }
    out.extend_from_slice(b"\n\n");
    Bytes::from(out)
}

/// One part, with the delimiter after it: without that a client does not know that it has all of it.
fn part(pieces: &[&[u8]]) -> Bytes {
    let mut out = Vec::with_capacity(pieces.iter().map(|piece| piece.len()).sum::<usize>() + 64);
    out.extend_from_slice(b"\r\ncontent-type: application/json\r\n\r\n");
    for piece in pieces {
        out.extend_from_slice(piece);
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(DELIMITER);
    Bytes::from(out)
}

/// The response that is a stream of messages.
pub(super) fn respond(stream_type: StreamType, messages: Messages) -> Response {
    let events = messages.map(move |message| Ok::<_, Infallible>(write(stream_type, &message)));
    let opening = match stream_type {
        StreamType::EventStream => None,
        StreamType::Multipart | StreamType::Deferred | StreamType::Incremental => {
            Some(Ok(Bytes::from_static(DELIMITER)))
        }
    };
    let events = stream::iter(opening).chain(events);
    let mut response = Response::new(Body::from_stream(events));
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static(match stream_type {
            StreamType::EventStream => "text/event-stream; charset=utf-8",
            StreamType::Multipart => "multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0",
            StreamType::Deferred => "multipart/mixed;boundary=\"graphql\";deferSpec=20220824",
            StreamType::Incremental => "multipart/mixed;boundary=\"graphql\";incrementalSpec=v0.2",
        }),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("accept"));
    // Reverse proxies that hold answers back until they are whole must not do so here.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    headers.insert(
        "x-content-type-options",
        HeaderValue::from_static("nosniff"),
    );
    response
}
