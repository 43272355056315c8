//! Subscriptions: the event stream of one subgraph, each event completed by the others
//! (<https://spec.graphql.org/September2025/#sec-Subscription>).
//!
//! Clients that ask for the same share one stream. The next event is asked for when the first of its clients has taken the last one, and the last client that leaves
//! takes the subgraph's stream with it.
//!
//! - here: what one client is sent next;
//! - [`sharing`]: which clients share a stream; [`feed`]: its events, until all have taken them;
//! - [`upstream`]: how an event is had and completed;
//! - [`event_span`]: the trace of an event;
//! - [`asked`]: the operation, to be planned again; [`spelling`]: what is the same however it is written;
//! - [`identified`]: who asks, found out again;
//! - [`alone`]: what becomes of a client that the stream is not for any more;
//! - [`moving`]: from one schema to the next, between two events;
//! - [`resuming`]: a stream that broke is opened again;
//! - [`opening`]: a stream is opened while other things go on.

mod alone;
mod asked;
mod event_span;
mod feed;
mod identified;
mod moving;
mod opening;
mod repeats;
mod resuming;
mod sharing;
mod spelling;
mod upstream;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use executor::{RequestError, request_error_body};
use futures_util::stream;
use tokio::time::Instant;

use self::alone::Trying;
pub(super) use self::asked::Asked;
use self::feed::{Begin, Generation, Next, Seat, Told};
use self::moving::may_pass;
pub(super) use self::sharing::Feeds;
use self::sharing::Likeness;
use super::admit::Admission;
use super::ending::Wave;
use super::execution::Execution;
use super::reply::{Message, Messages};
use super::{Pipeline, RequestContext};
use crate::refusal::{Code, Refusal};
use crate::telemetry::{Outcome, SubscriptionEnd};

/// One subscription of a client.
struct Subscription {
    pipeline: Arc<Pipeline>,
    context: Arc<RequestContext>,
    /// Its client as the pipeline's configuration sees it.
    on_behalf: Arc<RequestContext>,
    /// The number of the keys by which the client was identified last.
    keys: u64,
    seat: Seat,
    phase: Phase,
    /// When the token of the client expires.
    expires: Option<Instant>,
    admission: Admission,
}

#[derive(Clone, Copy)]
enum Phase {
    Open,
    /// The stream is not for this client any more, and one of its own could not be begun yet.
    Alone(Trying),
    /// The client gets the last message.
    Completing,
    Over,
}

/// What is waited for.
enum Came {
    End,
    /// The token has expired.
    Expired,
    Next(Next),
    /// It is time to try again.
    Again,
    Silence,
}

impl Execution {
    /// Opens the subscription and gives its events.
    pub(super) async fn events(self, asked: Asked) -> Result<Messages, Refusal> {
        // First: what is refused was never open.
        let source = self.source()?;
        let account = &self.context.account;
        let kept = account.keep_subscription(asked.bytes() + self.variables.bytes());
        kept.map_err(Refusal::Memory)?;
        let admission = self.pipeline.subscriptions.admit()?;
        let (pipeline, context) = (Arc::clone(&self.pipeline), Arc::clone(&self.context));
        let keys = pipeline.authenticator.keys();
        let (mut seat, is_new) = pipeline
            .feeds
            .seat(self, source, &Arc::new(asked), Begin::Open);
        if is_new {
            context.summary.fetched(1);
        }
        let is_open = seat.opened().await;
        if is_open {
            context.summary.came_to(Outcome::Ok);
        }
        context.summary.is_begun(is_open);
        // It is the client that ends it, sooner or later.
        context.summary.settle();
        let claims = context.identity.claims();
        // In boxes, as what it seldom does: there are many of them, and most do nothing most of the time.
        let subscription = Box::new(Subscription {
            expires: claims.map(|claims| Instant::now() + claims.time_left()),
            pipeline,
            on_behalf: Arc::clone(&context),
            keys,
            context,
            seat,
            phase: Phase::Open,
            admission,
        });
        Ok(Box::pin(stream::unfold(
            subscription,
            |mut subscription| async move {
                let message = subscription.next().await?;
                Some((message, subscription))
            },
        )))
    }
}

impl Drop for Subscription {
    /// What carries it may end all that it carries at once.
    fn drop(&mut self) {
        if self.pipeline.ending.has_begun() {
            self.admission.ends_by(SubscriptionEnd::Shutdown);
        }
    }
}

/// Resolves when the router ends and it is the turn of this one.
async fn ended(pipeline: &Pipeline, wave: Option<Wave>) {
    match wave {
        Some(wave) => pipeline.ending.reached(wave).await,
        None => std::future::pending().await,
    }
}

/// Never, without a time.
async fn reached(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}

impl Subscription {
    /// What the client is sent next; `None` when it has everything.
    async fn next(&mut self) -> Option<Message> {
        loop {
            match self.phase {
                Phase::Open | Phase::Alone(_) => {}
                Phase::Completing => {
                    self.phase = Phase::Over;
                    return Some(Message::Complete);
                }
                Phase::Over => return None,
            }
            let came = self.wait().await;
            let is_sent_more = matches!(came, Came::Next(_) | Came::Silence);
            if is_sent_more
                && matches!(self.phase, Phase::Open)
                && let Err(refusal) = self.identify_again().await
            {
                if !may_pass(&refusal) {
                    return Some(self.may_not_ask(&refusal));
                }
                // It is tried again, and goes on after the last event that the client has had.
                self.phase = Phase::Alone(Trying::at_once());
                continue;
            }
            match came {
                Came::End => {
                    self.admission.ends_by(SubscriptionEnd::Shutdown);
                    return Some(self.fatal(
                        Code::ShuttingDown,
                        "the router is shutting down; subscribe again",
                    ));
                }
                Came::Expired => {
                    self.admission.ends_by(SubscriptionEnd::Token);
                    return Some(self.fatal(
                        Code::TokenExpired,
                        "the token has expired; subscribe again with another one",
                    ));
                }
                Came::Silence => {
                    self.context.summary.goes_on();
                    return Some(Message::Heartbeat);
                }
                Came::Again => {
                    if let Err(message) = Box::pin(self.go_alone()).await {
                        return Some(message);
                    }
                }
                Came::Next(Next::Over) => {
                    self.admission.ends_by(SubscriptionEnd::Completed);
                    self.phase = Phase::Completing;
                }
                Came::Next(Next::Generation(generation)) => {
                    if !self.is_for_it(&generation) {
                        self.phase = Phase::Alone(Trying::at_once());
                    }
                }
                Came::Next(Next::Told(told)) => {
                    if self.is_for_it(&told.generation) {
                        let message = self.tell(&told);
                        if let Some(seat) = self.pipeline.feeds.rejoined(&self.seat) {
                            self.seat = seat;
                        }
                        return Some(message);
                    }
                    self.phase = Phase::Alone(Trying::at_once());
                }
                Came::Next(Next::Behind) => {
                    let behind = &self.pipeline.metrics.behind;
                    if self.seat.last_id.is_none() {
                        behind.ended.increment(1);
                        self.admission.ends_by(SubscriptionEnd::Failed);
                        let (body, code) = feed::behind();
                        return Some(self.last(body, code));
                    }
                    behind.alone.increment(1);
                    self.phase = Phase::Alone(Trying::at_once());
                }
            }
        }
    }

    /// Waits for whatever comes first.
    async fn wait(&mut self) -> Came {
        let (pipeline, wave) = (&self.pipeline, self.context.wave);
        let heartbeat = pipeline.config.subscriptions.heartbeat;
        let again = match &self.phase {
            Phase::Alone(trying) => Some(trying.due),
            _ => None,
        };
        tokio::select! {
            biased;
            () = ended(pipeline, wave) => Came::End,
            () = reached(self.expires) => Came::Expired,
            () = reached(again) => Came::Again,
            next = self.seat.next(), if again.is_none() => Came::Next(next),
            () = tokio::time::sleep(heartbeat) => Came::Silence,
        }
    }

    /// Whether what is made for a generation is made for this client: a new schema may have rules, or send headers on, that tell those apart who were alike.
    fn is_for_it(&mut self, generation: &Generation) -> bool {
        if generation.number == self.seat.verified {
            return true;
        }
        let (serving, prepared) = (&generation.serving, &generation.prepared);
        let (pipeline, asked) = (&self.pipeline, self.seat.asked());
        let own = Likeness::of(pipeline, &self.on_behalf, asked, serving, prepared);
        let is_alike = own == *generation.likeness;
        if is_alike {
            self.seat.verified = generation.number;
            self.context.summary.operation(prepared);
        }
        is_alike
    }

    /// What all clients of the stream get.
    fn tell(&mut self, told: &Told) -> Message {
        self.seat.last_id.clone_from(&told.id);
        let summary = &self.context.summary;
        summary.fetched(told.fetches.swap(0, Ordering::Relaxed));
        summary.errors(&told.codes);
        if let Some(outcome) = told.outcome {
            summary.came_to(outcome);
        }
        if let Some(end) = told.end {
            self.admission.ends_by(end);
        }
        let body = told.body.clone();
        match told.is_fatal {
            true => {
                self.phase = Phase::Completing;
                Message::Fatal(body)
            }
            false => Message::Event(body),
        }
    }

    fn fatal(&mut self, code: Code, message: &str) -> Message {
        let code = code.as_str();
        let body = request_error_body(&[RequestError::new(code, message)]);
        self.last(body.into(), code)
    }

    /// The last message before the end.
    fn last(&mut self, body: Bytes, code: &str) -> Message {
        self.context.summary.errors(&[code.to_owned()]);
        self.phase = Phase::Completing;
        Message::Fatal(body)
    }
}
