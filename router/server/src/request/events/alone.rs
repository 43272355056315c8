//! A client that the stream is not for any more goes on with one of its own: a new schema tells it apart from the others, or it was left behind.

use std::sync::Arc;

use tokio::time::Instant;

use super::feed::Begin;
use super::moving::{AGAIN, may_pass};
use super::{Message, Phase, Subscription};
use crate::refusal::Refusal;
use crate::request::execution::Execution;
use crate::telemetry::SubscriptionEnd;

/// How often it is tried, about a second after each other. It gets no events meanwhile.
const MOST_TRIED: u32 = 30;

/// When a stream of its own is begun, and how often that has been tried.
#[derive(Clone, Copy)]
pub(super) struct Trying {
    pub(super) due: Instant,
    tried: u32,
}

impl Trying {
    pub(super) fn at_once() -> Self {
        Self {
            due: Instant::now(),
            tried: 0,
        }
    }

    /// What comes after this attempt; `None` where it was the last.
    fn again(self) -> Option<Self> {
        let tried = self.tried + 1;
        let due = Instant::now() + AGAIN.mul_f64(fastrand::f64());
        (tried < MOST_TRIED).then_some(Self { due, tried })
    }
}

impl Subscription {
    /// Goes on with a stream of its own, after the last event that the client has had. What may pass is tried again later.
    ///
    /// # Errors
    /// The last message, where it cannot go on.
    pub(super) async fn go_alone(&mut self) -> Result<(), Message> {
        let asked = Arc::clone(self.seat.asked());
        let prepared = match self.identify_again().await {
            Ok(()) => match self.pipeline.schema() {
                Some(serving) => {
                    Execution::on(&self.pipeline, &self.on_behalf, &asked, serving).await
                }
                None => Err(Refusal::NotReady),
            },
            Err(refusal) if !may_pass(&refusal) => return Err(self.may_not_ask(&refusal)),
            Err(refusal) => Err(refusal),
        };
        let context = &self.context;
        let refusal = match prepared {
            Ok((execution, source)) => {
                context.summary.operation(&execution.prepared);
                let (feeds, begin) = (
                    &self.pipeline.feeds,
                    Begin::After(self.seat.last_id.clone()),
                );
                let (seat, is_new) = feeds.seat(execution, source, &asked, begin);
                if is_new {
                    context.summary.fetched(1);
                }
                self.seat = seat;
                self.phase = Phase::Open;
                return Ok(());
            }
            Err(refusal) => refusal,
        };
        let passes = may_pass(&refusal);
        if let Phase::Alone(trying) = self.phase
            && passes
            && let Some(again) = trying.again()
        {
            tracing::debug!(reason = %refusal, "a subscription cannot go on yet");
            self.phase = Phase::Alone(again);
            return Ok(());
        }
        let shown = refusal.shown();
        let why = shown.first().map_or("", |shown| &*shown.message);
        let (end, message) = match passes {
            true => (
                SubscriptionEnd::Failed,
                format!("the subscription cannot go on for now: {why}"),
            ),
            false => (
                SubscriptionEnd::Schema,
                format!("the schema has changed, and the operation does not fit it: {why}"),
            ),
        };
        self.admission.ends_by(end);
        Err(self.fatal(refusal.code(), &message))
    }
}
