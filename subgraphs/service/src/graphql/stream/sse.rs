//! Events as server-sent events: GraphQL over SSE, distinct connections mode,
//! <https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverSSE.md>.
//!
//! How long a stream is open is up to its client, so it is no time that the program took.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use abaque_edge::request::Endless;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use futures_util::future::BoxFuture;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::{Event, Events};
use crate::graphql::answer::errors_body;

/// How often a client that waits gets a sign of life: below what proxies wait for.
const HEARTBEAT: Duration = Duration::from_secs(12);

/// The answer that sends `first`, and then all others.
pub(super) fn response(events: Events, first: Option<Event>) -> Response {
    let mut beat = interval(HEARTBEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat.reset();
    let mut body = EventStream {
        pieces: VecDeque::new(),
        held: None,
        step: None,
        beat,
    };
    body.push(first, events);
    let mut response = Body::from_stream(body).into_response();
    response.extensions_mut().insert(Endless);
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/event-stream; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::VARY, "accept"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

type Step = BoxFuture<'static, (Events, Option<Event>)>;

/// The body.
struct EventStream {
    pieces: VecDeque<Bytes>,
    /// The room of what was given to the connection last.
    held: Option<OwnedSemaphorePermit>,
    /// `None` after the last event.
    step: Option<Step>,
    beat: Interval,
}

impl EventStream {
    /// Puts an event into words, and begins with the next.
    fn push(&mut self, event: Option<Event>, events: Events) {
        let next = Bytes::from_static(b"event: next\ndata: ");
        let end = Bytes::from_static(b"\n\n");
        match event {
            Some(Event::Next(pieces, held)) => {
                self.held = held;
                self.pieces.push_back(next);
                // JSON has no line breaks outside of its texts, where they are escaped.
                self.pieces.extend(pieces);
                self.pieces.push_back(end);
                self.step = Some(Box::pin(events.next()));
                return;
            }
            Some(Event::Failed(errors)) => {
                self.pieces.extend([next, errors_body(&errors).into(), end]);
            }
            None => {}
        }
        // Some clients pass over an event without data.
        let complete = Bytes::from_static(b"event: complete\ndata: \n\n");
        self.pieces.push_back(complete);
        self.step = None;
    }
}

impl Stream for EventStream {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        loop {
            if let Some(piece) = self.pieces.pop_front() {
                return Poll::Ready(Some(Ok(piece)));
            }
            let Some(step) = &mut self.step else {
                return Poll::Ready(None);
            };
            let Poll::Ready((events, event)) = step.as_mut().poll(context) else {
                std::task::ready!(self.beat.poll_tick(context));
                return Poll::Ready(Some(Ok(Bytes::from_static(b":\n\n"))));
            };
            // What was given before is written by now, or in the connection's own buffer.
            self.held = None;
            self.beat.reset();
            self.push(event, events);
        }
    }
}
