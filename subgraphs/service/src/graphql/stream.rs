//! Answers that are many: the events of a subscription, one after the other.
//!
//! `sse` writes them as server-sent events, `socket` as messages of a WebSocket; what is the same for both is here. An event is computed when its
//! time has come *and* the one before was taken, so that nothing heaps up for a client that reads slowly. All events of a stream are paid from
//! one budget, have a place among the streams that may be open, and end with the time of a stream; each has the time of a request. Nothing is kept but in the
//! stream itself: dropping it gives everything back, and ends what is computed for it.
//!
//! An event is computed on the runtime where the one before cost next to nothing, and on the pool else: what a client writes does not say what an event costs. Where a
//! field is asked for that may take long, all of them are computed on the pool: what one event costs says nothing of the next one there.
//!
//! An operation with one answer may be sent as a stream too. It has the budget, the time and the place of one that is not.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use async_graphql::Response as Executed;
use async_graphql::futures_util::stream::BoxStream;
use axum::body::Bytes;
use axum::response::Response;
use futures_util::{FutureExt, StreamExt};
use valeurs::Code;
use valeurs::budget::{AbandonOnDrop, Budget};

use super::answer::{self, Answer, Refusal, Whole};
use super::document::{Inspected, Kind};
use super::execution::{panic_message, until_lost};
use super::{Asked, Door};
use crate::admission::answers::{Place as Room, Reader, Sent};
use crate::compute::Busy;
use crate::pressure::Bound;
use crate::streams::{Pace, Place};

mod bounds;
pub(super) mod socket;
mod sse;

pub(super) use self::bounds::{MAX_REQUEST, check, check_values};

/// What the event before may have cost for the next one to be computed on the runtime: with all streams that may be open, a turn takes some ten milliseconds.
const CHEAP: Bound = Bound {
    bytes: usize::MAX,
    work: 1_000,
};

/// The same while the runtime is behind.
const CHEAPEST: Bound = Bound {
    bytes: usize::MAX,
    work: 250,
};

/// Events that are computed from time to time.
type Executing = BoxStream<'static, Executed>;

/// What comes of a step of a stream.
pub(super) enum Event {
    /// A response, in pieces, and the room that it has until it is written.
    Next(Vec<Bytes>, Option<Room>),
    /// The stream ends before its time, for this.
    Failed(Answer),
}

/// A subscription that is open, or an operation with one answer.
pub(super) struct Events {
    door: Arc<Door>,
    /// `None` when no more will come.
    executing: Option<Executing>,
    budget: Arc<Budget>,
    /// Nothing is computed for a stream that is gone.
    _waited_for: AbandonOnDrop,
    /// What the last event cost.
    cost: u64,
    /// Whether the next one may take long whatever that was.
    is_slow: bool,
    pace: Pace,
    /// When the next event may come at the earliest.
    due: tokio::time::Instant,
    /// When the stream is over, whatever is left of it.
    ends: tokio::time::Instant,
    kind: Kind,
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
        budget: Arc<Budget>,
        (reader, sent): (Reader, Sent),
        place: Place,
    ) -> Self {
        let limits = &door.limits;
        let ends = tokio::time::Instant::now() + limits.stream_duration;
        let pace = Pace::default();
        for entities in &inspected.entities {
            door.observations.entities(*entities);
        }
        let executing = match inspected.uncoerced {
            None => {
                let request = inspected.request.data(pace.clone());
                door.schema.execute_stream(request, inspected.introspected)
            }
            Some(reason) => {
                let (door, request) = (Arc::clone(door), inspected.request);
                let rejected = async move { door.schema.reject(request, reason).await };
                futures_util::stream::once(rejected).boxed()
            }
        };
        Self {
            executing: Some(executing),
            _waited_for: budget.abandoned_on_drop(),
            budget,
            cost: 0,
            is_slow: inspected.is_slow,
            pace,
            due: tokio::time::Instant::now(),
            ends,
            kind: inspected.kind,
            shows_sdl: inspected.shows_sdl,
            has_begun: false,
            reader,
            sent,
            door: Arc::clone(door),
            _place: place,
        }
    }

    /// The first event, computed here. That of a subscription comes when its source has it; an operation with one answer has until `deadline`.
    pub(super) async fn first(mut self, deadline: Instant) -> (Self, Option<Event>) {
        let Some(executing) = self.executing.take() else {
            return (self, None);
        };
        let computing = compute(Arc::clone(&self.budget), executing);
        let computed = match self.kind {
            Kind::Subscription => Ok(computing.await),
            Kind::Query | Kind::Mutation => {
                tokio::time::timeout_at(deadline.into(), computing).await
            }
        };
        let event = match computed {
            Ok(computed) => self.computed(computed),
            Err(_) => Some(self.failed(Refusal::timeout())),
        };
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
        let deadline = Instant::now() + self.door.limits.request_timeout;
        let deadline = deadline.min(self.ends.into_std());
        self.budget.renew(deadline);
        let computing = compute(Arc::clone(&self.budget), executing);
        let cheap = self.door.pressure.bound(CHEAP, CHEAPEST).work;
        let computed = if !self.is_slow && self.cost <= cheap {
            Ok(computing.await)
        } else {
            let runtime = tokio::runtime::Handle::current();
            let computing = move || runtime.block_on(computing);
            let client = self.reader.client();
            self.door
                .pool
                .run_of_stream(client, deadline, computing)
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
        let now = tokio::time::Instant::now();
        self.due = now + self.pace.get();
        let Computed { step, cost } = computed;
        self.cost = cost;
        match step {
            Step::Over => None,
            Step::Lost(lost) if lost.code() == Code::Timeout => {
                let is_over = self.has_begun && now >= self.ends;
                Some(self.failed(match is_over {
                    true => Refusal::stream_timeout(),
                    false => Refusal::timeout(),
                }))
            }
            Step::Lost(lost) => {
                Some(self.failed_with(Answer::Rejected(vec![answer::from_erreur(lost, None)])))
            }
            Step::Panicked => Some(self.failed(Refusal::panicked())),
            Step::Next(mut executed, rest) => {
                if self.shows_sdl
                    && let Err(lost) = self.door.complete_sdl(&mut executed, &self.budget)
                {
                    let rejected = vec![answer::from_erreur(lost, None)];
                    return Some(self.failed_with(Answer::Rejected(rejected)));
                }
                match Answer::executed(executed, self.door.limits.answer_bytes) {
                    Answer::Executed(executed) => {
                        // What is left of an operation with one answer, and what events have in common, is not kept for as long as the client reads.
                        self.executing = (self.kind == Kind::Subscription).then_some(rest);
                        self.budget.forget();
                        Some(self.event(executed))
                    }
                    rejected => Some(self.failed_with(rejected)),
                }
            }
        }
    }

    fn event(&mut self, mut executed: Whole) -> Event {
        let pieces = std::mem::take(&mut executed.pieces);
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
        Event::Failed(answer)
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

/// What a step of the execution gives, and what was paid for it.
struct Computed {
    step: Step,
    cost: u64,
}

enum Step {
    Next(Executed, Executing),
    Over,
    Lost(valeurs::Erreur),
    Panicked,
}

/// The next response, on the budget of the stream.
async fn compute(budget: Arc<Budget>, mut executing: Executing) -> Computed {
    let before = budget.work();
    let next = Arc::clone(&budget).scope(executing.next());
    let step = AssertUnwindSafe(until_lost(&budget, next)).catch_unwind();
    let step = match step.await {
        Ok(Ok(Some(executed))) => Step::Next(executed, executing),
        Ok(Ok(None)) => Step::Over,
        Ok(Err(lost)) => Step::Lost(lost),
        Err(panic) => {
            tracing::error!(
                panic = panic_message(panic.as_ref()),
                "a subscription panicked"
            );
            Step::Panicked
        }
    };
    let cost = budget.work().saturating_sub(before);
    Computed { step, cost }
}

impl Door {
    /// Answers with a stream of events; what fails before the first one is answered as any other request.
    pub(super) async fn stream(
        self: &Arc<Self>,
        inspected: Inspected,
        asked: Asked,
        budget: Arc<Budget>,
    ) -> Response {
        let kind = Some(inspected.kind);
        let refused = |refusal| self.finish(asked.media, kind, Answer::Refused(refusal));
        if self.streams.is_ending() {
            return refused(Refusal::shutting_down());
        }
        let reader = Reader::of(asked.client);
        let Some(place) = self.streams.place(reader.client()) else {
            return refused(Refusal::too_many_streams());
        };
        let cut = reader.cut.clone();
        let to = (reader, Sent::InPieces);
        let events = Events::new(self, inspected, budget, to, place);
        let (events, first) = events.first(asked.deadline).await;
        match first {
            // Counted already.
            Some(Event::Failed(answer)) => answer.into_response(asked.media),
            first => sse::response(events, first, cut),
        }
    }
}

#[cfg(test)]
mod tests;
