//! From one schema to the next. Between two events the operation is validated and planned again:
//!
//! - where its events come from the same place, asked for by the same request, the new plan completes the next one;
//! - where they come from elsewhere, the stream is opened there before the current one is closed;
//! - where it does not fit any more, it ends with the reason.

use std::sync::Arc;
use std::time::Duration;

use client::{Events, Failure};
use futures_util::FutureExt;
use tokio::time::Instant;

use super::asked::Source;
use super::opening::{Opening, opening};
use super::repeats::Repeats;
use super::upstream::{Phase, Upstream};
use crate::refusal::Refusal;
use crate::request::Pipeline;
use crate::request::execution::Execution;
use crate::schema::Serving;

/// Subscriptions without events look at a new schema within this time, each at a moment of its own, so that all together do not take its processors.
const SPREAD: Duration = Duration::from_secs(1);
/// How long a place that has been opened may take to say why it has no events, while no more are taken of the one that there is: some protocols have no other answer
/// than a stream.
pub(super) const SETTLES: Duration = Duration::from_millis(500);
/// How long to wait before it is tried again.
pub(super) const AGAIN: Duration = Duration::from_secs(2);
/// Events of the place that is left, by their numbers, which may come from the new one as well. A place that has not been opened after this many is given up.
const MOST_DOUBLED: usize = 1024;

/// What is under way of it.
pub(super) struct Moving {
    /// When to look at the schema in service.
    due: Option<Instant>,
    /// Whether it has been tried, and is tried again when it is due.
    is_retried: bool,
    elsewhere: Option<Elsewhere>,
    /// Events that clients had, and that the place that there is may bring again.
    pub(super) repeats: Repeats,
}

/// Another place, which is being opened.
struct Elsewhere {
    execution: Execution,
    source: Source,
    opening: Opening,
    /// Whether it is open, and may still say why it has no events.
    settles: bool,
    /// Whether it is asked for what comes after an event.
    is_numbered: bool,
    /// Events that clients have had since it was asked, and the last ones before.
    since: Repeats,
}

impl Moving {
    /// A subscription looks at the schema once when it is open: it may have changed since it was prepared.
    pub(super) fn at_once() -> Self {
        Self {
            due: Some(Instant::now()),
            is_retried: false,
            elsewhere: None,
            repeats: Repeats::default(),
        }
    }

    /// Whether another place is being opened.
    pub(super) fn is_under_way(&self) -> bool {
        self.elsewhere.is_some()
    }

    /// Whether it is known in a moment if the other place has events. Until then none is taken of the one that there is: the other one may bring it too.
    pub(super) fn is_held(&self) -> bool {
        let elsewhere = self.elsewhere.as_ref();
        elsewhere.is_some_and(|elsewhere| elsewhere.settles)
    }

    pub(super) fn soon(&mut self) {
        self.at(SPREAD);
    }

    fn again(&mut self) {
        self.is_retried = true;
        self.at(AGAIN);
    }

    fn at(&mut self, within: Duration) {
        let wait = within.mul_f64(fastrand::f64());
        self.due = Some(Instant::now() + wait);
    }

    /// What to wait for: the moment at which something is due, and the other place.
    pub(super) fn wait(
        &mut self,
    ) -> (
        impl Future<Output = ()> + use<>,
        impl Future<Output = Result<Events, Failure>>,
    ) {
        let due = self.due;
        let due = async move {
            match due {
                Some(due) => tokio::time::sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        let elsewhere = &mut self.elsewhere;
        let opened = async move {
            match elsewhere {
                Some(elsewhere) => (&mut elsewhere.opening).await,
                None => std::future::pending().await,
            }
        };
        (due, opened)
    }
}

impl Upstream {
    /// The schema in service, where that is another one than the last that was looked at.
    fn newer(&self) -> Option<Arc<Serving>> {
        let current = self.execution.pipeline.latest().schema()?;
        let elsewhere = self.moving.elsewhere.as_ref();
        let known = elsewhere.map_or(&self.execution, |elsewhere| &elsewhere.execution);
        (!Arc::ptr_eq(&current, &known.serving)).then_some(current)
    }

    /// An event has come: where a new schema only has another plan for it, that completes it already.
    pub(super) async fn renew_before_event(&mut self) {
        if !self.moving.is_retried && self.newer().is_some() {
            self.renew().await;
        }
    }

    /// Goes over to the schema in service, or begins to.
    pub(super) async fn renew(&mut self) {
        self.moving.due = None;
        self.moving.is_retried = false;
        self.execution.is_now_of(self.execution.pipeline.latest());
        let Some(current) = self.newer() else {
            return;
        };
        let (pipeline, context) = (&self.execution.pipeline, &self.execution.context);
        match Execution::on(pipeline, context, self.feed.asked(), current).await {
            Ok((execution, source)) if source.has_events_of(&self.source) => {
                self.moving.elsewhere = None;
                self.go_over(execution, source);
                self.execution.pipeline.metrics.moved.in_place.increment(1);
                self.stay();
            }
            // What is opened again anyway is opened where it is now.
            Ok((execution, source)) if matches!(self.phase, Phase::Resuming(_)) => {
                self.moving.elsewhere = None;
                self.go_over(execution, source);
                self.resume();
            }
            Ok((execution, source)) => self.open_elsewhere(execution, source),
            Err(refusal) if may_pass(&refusal) => self.moving.again(),
            Err(refusal) => {
                self.moving.elsewhere = None;
                self.execution.pipeline.metrics.moved.ended.increment(1);
                self.phase = Phase::Refused(refusal);
            }
        }
    }

    fn go_over(&mut self, execution: Execution, source: Source) {
        self.feed.go_over(&execution);
        self.execution = execution;
        self.source = source;
    }

    /// No other place is wanted any more. A stream that has ended meanwhile has ended after all.
    fn stay(&mut self) {
        if let Phase::Left(why) = &mut self.phase {
            match why.take() {
                Some(failure) => self.broke(failure),
                None => self.phase = Phase::Over,
            }
        }
    }

    fn open_elsewhere(&mut self, execution: Execution, source: Source) {
        // It is asked already, and has only got another plan.
        if let Some(elsewhere) = &mut self.moving.elsewhere
            && source.has_events_of(&elsewhere.source)
        {
            elsewhere.execution = execution;
            elsewhere.source = source;
            return;
        }
        let after = self.last_id.as_deref();
        let patience = execution.pipeline.config.timeouts.request;
        let opening = opening(&execution.context, &source, after, Duration::ZERO, patience);
        self.moving.elsewhere = Some(Elsewhere {
            is_numbered: after.is_some(),
            opening,
            settles: false,
            execution,
            source,
            since: self.recent.up_to_elsewhere(self.last_id.as_ref()),
        });
    }

    /// The other place has been opened, or not.
    pub(super) fn moved(&mut self, opened: Result<Events, Failure>) {
        let Some(mut elsewhere) = self.moving.elsewhere.take() else {
            return;
        };
        let is_left = matches!(self.phase, Phase::Left(_));
        let opened = match opened {
            Ok(events) if !is_left && !std::mem::replace(&mut elsewhere.settles, true) => {
                elsewhere.opening = events.settled(SETTLES).boxed();
                self.moving.elsewhere = Some(elsewhere);
                return;
            }
            opened => opened,
        };
        match opened {
            // The place that was left has no more events: clients get whatever this one answers.
            Ok(events) if events.is_stream() || is_left => {
                self.resumed |= !elsewhere.is_numbered;
                self.is_asked_after = elsewhere.is_numbered;
                self.moving.repeats = elsewhere.since;
                self.go_over(elsewhere.execution, elsewhere.source);
                self.begin(events);
                self.execution.pipeline.metrics.moved.reopened.increment(1);
            }
            // The place that there is goes on.
            Ok(_) => {
                tracing::warn!(
                    "a subscription cannot go over to where the new schema has its events: it answers with no stream"
                );
                self.moving.again();
                return;
            }
            Err(failure) => {
                tracing::warn!(error = %failure, "a subscription cannot go over to where the new schema has its events");
                if !is_left {
                    self.moving.again();
                    return;
                }
                self.go_over(elsewhere.execution, elsewhere.source);
                self.broke(failure);
            }
        }
        // There may have been another one meanwhile.
        self.moving.due = Some(Instant::now());
    }

    /// Whether clients have had the event that has just come, from the place that was left or before the stream broke.
    pub(super) fn is_doubled(&mut self, body: &[u8]) -> bool {
        let Phase::Open(events) = &self.phase else {
            return false;
        };
        self.moving.repeats.take(events.last_id(), body)
    }

    /// Clients get the event that has just come. A place that is being opened may bring it again.
    pub(super) fn had(&mut self, body: &[u8]) {
        let Phase::Open(events) = &self.phase else {
            return;
        };
        self.last_id = events.last_id().map(Into::into);
        // It was asked for what comes after an event, and does not know which that is.
        self.resumed |= std::mem::take(&mut self.is_asked_after) && self.last_id.is_none();
        let Some(id) = &self.last_id else {
            return;
        };
        self.recent.remember(id, body);
        let moving = &mut self.moving;
        if let Some(elsewhere) = &mut moving.elsewhere {
            elsewhere.since.add(id);
            if elsewhere.since.len() > MOST_DOUBLED {
                moving.elsewhere = None;
                moving.again();
            }
        }
    }

    /// Clients did not get the event that came last, and the one `before` it is the last that they have had. Another place was asked for what comes after it.
    pub(super) fn had_not(&mut self, before: Option<Arc<str>>) {
        self.last_id = before;
        self.recent.forget_last();
        if self.moving.elsewhere.take().is_some() {
            self.moving.due = Some(Instant::now());
        }
    }
}

impl Execution {
    /// Goes on under another configuration: what subgraphs are sent is what that makes of the headers of the client. Whether each of the clients may still ask is
    /// found out for each, before it is sent an event.
    fn is_now_of(&mut self, latest: Arc<Pipeline>) {
        if !Arc::ptr_eq(&latest.authenticator, &self.pipeline.authenticator) {
            let identity = self.context.identity.clone();
            self.context = self.context.again(&latest, identity);
        }
        self.pipeline = latest;
    }
}

/// Whether it says nothing of the operation, and may be otherwise in a moment.
pub(super) fn may_pass(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::TooManyPreparations(_)
            | Refusal::Timeout
            | Refusal::NotReady
            | Refusal::NoKeys
            | Refusal::Memory(_)
            | Refusal::Internal(_)
    )
}
