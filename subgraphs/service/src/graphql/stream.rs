//! Answers that are many: the events of a subscription, one after the other.
//!
//! `sse` writes them as server-sent events, `socket` as messages of a WebSocket; what is the same for both is here. An event is computed when its
//! time has come *and* the one before was taken, so that nothing heaps up for a client that reads slowly. All events of a stream are paid from
//! one budget, have a place among the streams that may be open, and end with the time of a stream. Nothing is kept but in the stream itself:
//! dropping it gives everything back.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use async_graphql::futures_util::stream::BoxStream;
use async_graphql::{Response as Executed, ServerError};
use axum::body::Bytes;
use axum::response::Response;
use futures_util::{FutureExt, StreamExt};
use valeurs::Code;
use valeurs::budget::{Allowance, Budget};

use super::answer::{self, Answer, Refusal};
use super::document::{Inspected, Kind};
use super::execution::{panic_message, until_lost};
use super::write::Pieces;
use super::{Asked, CHEAP, Door};
use crate::admission::answers::{Place as Room, Reader, Sent};
use crate::compute::Busy;
use crate::streams::{Pace, Place};

mod bounds;
pub(super) mod socket;
mod sse;

pub(super) use self::bounds::{MAX_REQUEST, check};

/// Events that are computed from time to time.
type Executing = BoxStream<'static, Executed>;

/// What comes of a step of a stream.
pub(super) enum Event {
    /// A response, in pieces, and the room that it has until it is written.
    Next(Vec<Bytes>, Option<Room>),
    /// The stream ends before its time, for this.
    Failed(Vec<ServerError>),
}

/// A subscription that is open, or an operation with one answer.
pub(super) struct Events {
    door: Arc<Door>,
    /// `None` when no more will come.
    executing: Option<Executing>,
    budget: Arc<Budget>,
    pace: Pace,
    /// When the next event may come at the earliest.
    due: tokio::time::Instant,
    /// When the stream is over, whatever is left of it.
    ends: tokio::time::Instant,
    kind: Kind,
    is_cheap: bool,
    shows_sdl: bool,
    /// Whether an event has come, so that what comes of the operation is counted.
    has_begun: bool,
    /// Whose events they are, and how each of them goes there.
    reader: Reader,
    sent: Sent,
    _place: Place,
}

impl Events {
    pub(super) fn new(
        door: &Arc<Door>,
        inspected: Inspected,
        (reader, sent): (Reader, Sent),
        place: Place,
    ) -> Self {
        let limits = &door.limits;
        let ends = tokio::time::Instant::now() + limits.stream_duration;
        let pace = Pace::default();
        for entities in &inspected.entities {
            door.observations.entities(*entities);
        }
        Self {
            executing: Some(
                door.schema
                    .execute_stream(inspected.request.data(pace.clone())),
            ),
            budget: Budget::new(Allowance {
                work: limits.work,
                answer: limits.answer_bytes as u64,
                deadline: ends.into_std(),
            }),
            pace,
            due: tokio::time::Instant::now(),
            ends,
            kind: inspected.kind,
            is_cheap: inspected.cost <= CHEAP.work,
            shows_sdl: inspected.shows_sdl,
            has_begun: false,
            reader,
            sent,
            door: Arc::clone(door),
            _place: place,
        }
    }

    /// The first event, computed here.
    pub(super) async fn first(mut self) -> (Self, Option<Event>) {
        let Some(executing) = self.executing.take() else {
            return (self, None);
        };
        let computed = compute(Arc::clone(&self.budget), executing).await;
        let event = self.computed(computed);
        (self, event)
    }

    /// The next event, when it is due, computed where there is room.
    pub(super) async fn next(mut self) -> (Self, Option<Event>) {
        let Some(executing) = self.executing.take() else {
            return (self, None);
        };
        let streams = self.door.streams.clone();
        tokio::select! {
            biased;
            () = streams.ending() => {
                let event = self.failed(Refusal::shutting_down());
                return (self, Some(event));
            }
            () = tokio::time::sleep_until(self.due.min(self.ends)) => {}
        }
        if tokio::time::Instant::now() >= self.ends {
            let event = self.failed(Refusal::stream_timeout());
            return (self, Some(event));
        }
        let computing = compute(Arc::clone(&self.budget), executing);
        let computed = if self.is_cheap {
            Ok(computing.await)
        } else {
            let deadline = self
                .ends
                .into_std()
                .min(Instant::now() + self.door.limits.request_timeout);
            let runtime = tokio::runtime::Handle::current();
            let pool = &self.door.pool;
            pool.run(deadline, move || runtime.block_on(computing))
                .await
        };
        let event = match computed {
            Ok(computed) => self.computed(computed),
            Err(Busy::Full) => Some(self.failed(Refusal::overloaded())),
            Err(Busy::Late) => Some(self.failed(Refusal::timeout())),
            Err(Busy::Panicked) => Some(self.failed(Refusal::panicked())),
        };
        (self, event)
    }

    fn computed(&mut self, computed: Computed) -> Option<Event> {
        self.due = tokio::time::Instant::now() + self.pace.get();
        match computed {
            Computed::Over => None,
            Computed::Lost(lost) if lost.code() == Code::Timeout => {
                Some(self.failed(Refusal::stream_timeout()))
            }
            Computed::Lost(lost) => {
                Some(self.failed_with(Answer::Rejected(vec![answer::from_erreur(lost, None)])))
            }
            Computed::Panicked => Some(self.failed(Refusal::panicked())),
            Computed::Next(mut executed, rest) => {
                if self.shows_sdl
                    && let Err(lost) = self.door.complete_sdl(&mut executed, &self.budget)
                {
                    let rejected = vec![answer::from_erreur(lost, None)];
                    return Some(self.failed_with(Answer::Rejected(rejected)));
                }
                match Answer::executed(executed) {
                    Answer::Executed(executed) => {
                        self.executing = Some(rest);
                        Some(self.event(executed))
                    }
                    rejected => Some(self.failed_with(rejected)),
                }
            }
        }
    }

    fn event(&mut self, executed: Executed) -> Event {
        let pieces = Pieces::of(&executed).finish();
        let bytes = pieces.iter().map(Bytes::len).sum();
        let Ok(held) = self.door.room.event(bytes, &self.reader, self.sent) else {
            return self.failed(Refusal::overloaded());
        };
        self.door.streams.event();
        self.count(&Answer::Executed(executed));
        Event::Next(pieces, held)
    }

    fn failed(&mut self, refusal: Refusal) -> Event {
        self.failed_with(Answer::Refused(refusal))
    }

    /// Nothing comes after it.
    fn failed_with(&mut self, answer: Answer) -> Event {
        self.executing = None;
        self.count(&answer);
        Event::Failed(answer.into_errors())
    }

    /// An operation is counted once, by its first event; errors are counted all.
    fn count(&mut self, answer: &Answer) {
        if std::mem::replace(&mut self.has_begun, true) {
            self.door.observations.errors_of(answer);
        } else {
            self.door.observations.answered(Some(self.kind), answer);
        }
    }
}

/// What a step of the execution gives.
enum Computed {
    Next(Executed, Executing),
    Over,
    Lost(valeurs::Erreur),
    Panicked,
}

/// The next response, on the budget of the stream.
async fn compute(budget: Arc<Budget>, mut executing: Executing) -> Computed {
    let next = Arc::clone(&budget).scope(executing.next());
    let step = AssertUnwindSafe(until_lost(&budget, next)).catch_unwind();
    let step = step.await;
    match step {
        Ok(Ok(Some(executed))) => Computed::Next(executed, executing),
        Ok(Ok(None)) => Computed::Over,
        Ok(Err(lost)) => Computed::Lost(lost),
        Err(panic) => {
            tracing::error!(
                panic = panic_message(panic.as_ref()),
                "a subscription panicked"
            );
            Computed::Panicked
        }
    }
}

impl Door {
    /// Answers with a stream of events; what fails before the first one is answered as any other request.
    pub(super) async fn stream(self: &Arc<Self>, inspected: Inspected, asked: Asked) -> Response {
        let kind = Some(inspected.kind);
        let refused = |refusal| self.finish(asked.media, kind, Answer::Refused(refusal));
        if self.streams.is_ending() {
            return refused(Refusal::shutting_down());
        }
        let Some(place) = self.streams.place() else {
            return refused(Refusal::too_many_streams());
        };
        let reader = Reader::of(asked.client);
        let cut = reader.cut.clone();
        let to = (reader, Sent::InPieces);
        let (events, first) = Events::new(self, inspected, to, place).first().await;
        match first {
            // Counted already.
            Some(Event::Failed(errors)) => Answer::Rejected(errors).into_response(asked.media),
            first => sse::response(events, first, cut),
        }
    }
}

#[cfg(test)]
mod tests;
