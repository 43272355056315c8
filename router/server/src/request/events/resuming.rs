//! A stream that broke is opened again, for a while, and the client does not notice: where the subgraph numbers its events, those after the last one are asked
//! for (<https://html.spec.whatwg.org/multipage/server-sent-events.html#the-last-event-id-header>).

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use client::{Events, Failure};
use futures_util::{FutureExt, TryFutureExt};
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::time::Instant;

use super::moving::SETTLES;
use super::opening::{LONGEST_WAIT, Opening, back_off, opening};
use super::upstream::{Phase, Upstream};
use crate::config::Resume;
use crate::refusal::Code;

/// A stream that is opened again.
pub(super) struct Resuming {
    pub(super) opening: Opening,
}

/// What has been tried since the last event. A stream that is opened each time, and breaks each time at once, is given up as one is that cannot be opened.
#[derive(Clone, Copy)]
pub(super) struct Trying {
    since: Instant,
    attempt: u32,
    /// When it was opened, if it was.
    opened: Option<Instant>,
}

impl Trying {
    fn begin() -> Self {
        Self {
            since: Instant::now(),
            attempt: 0,
            opened: None,
        }
    }

    /// How long is waited where the subgraph asks for that: no longer than there is time for attempts, of which the last one is then.
    fn at_least(&self, asked_for: Option<Duration>, within: Duration) -> Duration {
        let left = within.saturating_sub(self.since.elapsed());
        asked_for.unwrap_or_default().min(left)
    }

    /// Whether a stream was opened that lasted, though it may have been silent.
    fn has_lasted(&self) -> bool {
        let opened = self.opened.map(|opened| opened.elapsed());
        opened.is_some_and(|open| open >= LONGEST_WAIT)
    }
}

impl Upstream {
    /// The stream broke: it is opened again, or the client gets the error.
    pub(super) fn broke(&mut self, failure: Failure) {
        if self.moving.is_under_way() {
            self.phase = Phase::Left(Some(failure));
        } else if !failure.may_pass() || !self.resume() {
            tracing::warn!(error = %failure, "the subgraph's part of a subscription failed");
            self.phase = Phase::Failed(failure.into_fetch_error());
        }
    }

    /// Begins to open the stream again, where the configuration wants it and it is known which events the client has. Before the first event nobody knows whether
    /// they are numbered; the first one then says that some may be missing.
    pub(super) fn resume(&mut self) -> bool {
        let config = &self.execution.pipeline.config.subscriptions;
        // One that is opened again already is opened elsewhere.
        if !matches!(self.phase, Phase::Resuming(_)) {
            let is_wanted = match config.resume {
                Resume::Off => false,
                Resume::Events => self.last_id.is_some() || !self.has_events,
                Resume::Always => true,
            };
            self.forget_attempts();
            if !is_wanted || !self.is_worth_trying() {
                return false;
            }
            self.resumed |= self.last_id.is_none();
        }
        self.phase = Phase::Resuming(self.again(None));
        true
    }

    /// Begins to open what comes after an event that another stream brought.
    pub(super) fn go_on_after(&mut self, after: Option<Arc<str>>) {
        self.resumed |= after.is_none();
        self.last_id = after;
        self.phase = Phase::Resuming(self.again(None));
    }

    /// An event could not be completed, as something is short that there may be more of later: where its subgraph can bring again what comes after the one `before`, it
    /// is asked to, and clients have not had it. Whether it is.
    pub(super) fn asks_again(&mut self, before: Option<Arc<str>>) -> bool {
        let config = &self.execution.pipeline.config.subscriptions;
        let is_numbered = before.is_some() && self.last_id.is_some() && before != self.last_id;
        if !is_numbered
            || matches!(config.resume, Resume::Off)
            || !matches!(self.phase, Phase::Open(_))
            || !self.is_worth_trying()
        {
            return false;
        }
        tracing::debug!(
            "an event of a subscription could not be completed, and is asked for again"
        );
        self.had_not(before);
        self.phase = Phase::Resuming(self.again(None));
        true
    }

    /// Attempts count no more once a stream was opened that lasted.
    pub(super) fn forget_attempts(&mut self) {
        if self.trying.is_some_and(|trying| trying.has_lasted()) {
            self.trying = None;
        }
    }

    fn is_worth_trying(&self) -> bool {
        let patience = self.execution.pipeline.config.subscriptions.resume_within;
        self.trying
            .is_none_or(|trying| trying.since.elapsed() < patience)
    }

    /// One more attempt, after a wait that the subgraph may have asked for.
    fn again(&mut self, asked_for: Option<Duration>) -> Resuming {
        let within = self.execution.pipeline.config.subscriptions.resume_within;
        let trying = self.trying.get_or_insert_with(Trying::begin);
        let wait = back_off(trying.attempt) + trying.at_least(asked_for, within);
        trying.attempt = trying.attempt.saturating_add(1);
        let execution = &self.execution;
        let patience = execution.pipeline.config.timeouts.request;
        let opening = opening(
            &execution.context,
            &self.source,
            self.last_id.as_deref(),
            wait,
            patience,
        );
        // Some protocols have no other answer than a stream.
        let settled = opening.and_then(|events| events.settled(SETTLES));
        Resuming {
            opening: settled.boxed(),
        }
    }

    /// The outcome of an attempt.
    pub(super) fn reopened(&mut self, opened: Result<Events, Failure>) {
        match opened {
            // Server-sent events end so (<https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model>).
            Ok(events) if events.are_over() => self.phase = Phase::Over,
            // There was a stream, so that this says more of the subgraph than of the subscription. Clients get it where it says nothing else for as long as there is time.
            Ok(events) if !events.is_stream() && self.is_worth_trying() => {
                tracing::debug!("a subgraph answers with no stream to what it had one for");
                self.phase = Phase::Resuming(self.again(None));
            }
            Ok(events) => {
                self.is_asked_after = self.last_id.is_some();
                self.moving.repeats = self.recent.up_to(self.last_id.as_ref());
                self.begin(events);
                self.execution.pipeline.metrics.resumed.increment(1);
            }
            Err(failure) if failure.may_pass_again() && self.is_worth_trying() => {
                self.phase = Phase::Resuming(self.again(failure.retry_after()));
            }
            Err(failure) => {
                tracing::warn!(error = %failure, "the subgraph's part of a subscription broke, and cannot be opened again");
                self.phase = Phase::Failed(failure.into_fetch_error());
            }
        }
    }

    /// A stream has been opened.
    pub(super) fn begin(&mut self, events: Events) {
        if let Some(trying) = &mut self.trying {
            trying.opened = Some(Instant::now());
        }
        self.phase = Phase::Open(Box::new(events));
    }
}

/// Whether an event is none, but says that the server ends, after which the stream is complete: routers and the services here end so.
pub(super) fn is_farewell(event: &Bytes) -> bool {
    #[derive(Deserialize)]
    struct Response<'b> {
        #[serde(default)]
        data: Option<IgnoredAny>,
        #[serde(borrow, default)]
        errors: Vec<Error<'b>>,
    }
    #[derive(Deserialize)]
    struct Error<'b> {
        #[serde(borrow, default)]
        extensions: Extensions<'b>,
    }
    #[derive(Default, Deserialize)]
    struct Extensions<'b> {
        #[serde(default)]
        code: Option<&'b str>,
    }
    const LONGEST: usize = 4096;
    let code = Code::ShuttingDown.as_str();
    event.len() <= LONGEST
        && serde_json::from_slice::<Response<'_>>(event).is_ok_and(|response| {
            let mut errors = response.errors.iter();
            response.data.is_none()
                && !response.errors.is_empty()
                && errors.all(|error| error.extensions.code == Some(code))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_subgraph_asks_for_is_waited_within_the_time_for_attempts() {
        let trying = Trying::begin();
        let (second, minute) = (Duration::from_secs(1), Duration::from_secs(60));
        assert_eq!(trying.at_least(None, minute), Duration::ZERO);
        assert_eq!(trying.at_least(Some(second), minute), second);
        let longest = trying.at_least(Some(60 * minute), minute);
        assert!(longest > second && longest <= minute, "{longest:?}");
    }

    #[test]
    fn only_errors_that_tell_of_an_end_are_farewells() {
        let check = |event: &str, expect: bool| {
            assert_eq!(
                is_farewell(&Bytes::copy_from_slice(event.as_bytes())),
                expect,
                "{event}"
            );
        };
        let farewell = r#"{"errors":[{"message":"end","extensions":{"code":"SHUTTING_DOWN"}}]}"#;
        check(farewell, true);
        check(&farewell.replacen('{', r#"{"data":null,"#, 1), true);
        check(&farewell.replacen('{', r#"{"data":{"a":1},"#, 1), false);
        check(&farewell.replace("SHUTTING", "BREAKING"), false);
        check(r#"{"errors":[]}"#, false);
        check(r#"{"data":{"a":"SHUTTING_DOWN"}}"#, false);
        check("[", false);
    }
}
