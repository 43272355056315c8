//! Events as server-sent events: GraphQL over SSE, distinct connections mode,
//! <https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverSSE.md>.
//!
//! How long a stream is open is up to its client, so it is no time that the program took.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use abaque_edge::Cut;
use abaque_edge::request::Endless;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use futures_util::future::BoxFuture;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::{Event, Events};
use crate::admission::Left;
use crate::admission::answers::Place;
use crate::graphql::answer::errors_body;

/// How often a client that waits gets a sign of life: below what proxies wait for.
const HEARTBEAT: Duration = Duration::from_secs(12);

/// The answer that sends `first`, and then all others, unless it is cut.
pub(super) fn response(events: Events, first: Option<Event>, cut: Cut) -> Response {
    let mut beat = interval(HEARTBEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat.reset();
    let mut body = EventStream {
        pieces: VecDeque::new(),
        left: Left::of(0),
        held: None,
        step: None,
        beat,
    };
    body.push(first, events);
    let mut response = Body::from_stream(body).into_response();
    response.extensions_mut().insert(Endless);
    response.extensions_mut().insert(cut);
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
    left: Left,
    /// The room of what is given to the connection.
    held: Option<Place>,
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
                self.left = Left::of(self.pieces.iter().map(Bytes::len).sum());
                self.step = Some(Box::pin(events.next()));
                return;
            }
            Some(Event::Failed(answer)) => {
                let errors = errors_body(&answer.into_errors());
                self.pieces.extend([next, errors.into(), end]);
            }
            None => {}
        }
        // Some clients pass over an event without data.
        let complete = Bytes::from_static(b"event: complete\ndata: \n\n");
        self.pieces.push_back(complete);
        self.left = Left::of(self.pieces.iter().map(Bytes::len).sum());
        self.step = None;
    }
}

impl Stream for EventStream {
    type Item = io::Result<Bytes>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Bytes>>> {
        let this = &mut *self;
        loop {
            if let Some(piece) = this.pieces.front_mut() {
                let frame = this.left.frame(piece);
                if piece.is_empty() {
                    this.pieces.pop_front();
                }
                let is_there = |place: &Place| place.takes(frame.len());
                return Poll::Ready(Some(match this.held.as_ref().is_none_or(is_there) {
                    true => Ok(frame),
                    false => Err(io::ErrorKind::ConnectionAborted.into()),
                }));
            }
            let Some(step) = &mut this.step else {
                return Poll::Ready(None);
            };
            let Poll::Ready((events, event)) = step.as_mut().poll(context) else {
                std::task::ready!(this.beat.poll_tick(context));
                return Poll::Ready(Some(Ok(Bytes::from_static(b":\n\n"))));
            };
            // What was given before is written by now, or in the connection's own buffer.
            this.held = None;
            this.beat.reset();
            this.push(event, events);
        }
    }
}
