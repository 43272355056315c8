//! Responses in parts: what is deferred follows what is not.
//!
//! The parts are made by a task of their own, one ahead of the client; a client that disconnects ends it. All of it happens within the time
//! that a request has.

mod delivered;

use std::time::Instant as Clock;

use abaque_edge::request::in_current;
use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;
use client::GRACE;
use executor::{Answers, Format, Incremental, RequestError, Variables, request_error_body};
use futures_util::stream::{self, StreamExt};
use tokio::sync::mpsc;
use tracing::Instrument;

use self::delivered::Delivered;
use super::execution::Execution;
use super::expose::trace::Stage;
use super::reply::{Message, Messages, outcome};
use crate::refusal::Refusal;
use crate::telemetry::Outcome;

/// Which of the `variables` are false, as bits.
pub(super) fn switched_off(variables: &[Name], values: &Variables) -> u16 {
    let bits = variables.iter().zip(0..).map(|(name, bit)| {
        let off = values.get(name) == Some("false");
        u16::from(off) << bit
    });
    bits.fold(0, |all, bit| all | bit)
}

impl Execution {
    /// The parts of the response, as they come, when the first one is there: what it brings of headers goes before it.
    ///
    /// # Errors
    /// It is a mutation, and as many go on without their clients as may.
    pub(super) async fn parts(self, format: Format) -> Result<Messages, Refusal> {
        let mutation = match self.prepared.operation_type() {
            OperationType::Mutation => Some(self.mutation()?),
            OperationType::Query | OperationType::Subscription => None,
        };
        let (waiting, running) = mutation.unzip();
        let (sender, mut receiver) = mpsc::channel(1);
        let deadline = self.context.deadline;
        // The parts borrow from what the task owns, so that it cannot be the stream itself.
        let delivering = async move {
            let mut delivered = Delivered::new(format);
            let delivering = self.deliver(&mut delivered, &sender);
            let in_time = tokio::time::timeout_at(deadline + GRACE, delivering).await;
            drop(running);
            // A client that takes longer gets no more but the reason.
            if in_time.is_err() {
                self.give_up(&delivered, &sender).await;
            }
        };
        tokio::spawn(in_current(delivering).in_current_span());
        let first: Option<Message> = receiver.recv().await;
        let others = stream::unfold((receiver, waiting), |(mut receiver, waiting)| async move {
            let part = receiver.recv().await?;
            Some((part, (receiver, waiting)))
        });
        Ok(Box::pin(stream::iter(first).chain(others)))
    }

    /// The last part says what happened, where the client wants to see it. A part has extensions of its own only where it notes what completion found.
    fn add_trace(&self, part: &mut Vec<u8>) {
        let Some(trace) = &self.context.trace else {
            return;
        };
        trace.ended(Stage::Execute);
        let noted = b"\"extensions\":{\"valueCompletion\"";
        if part.windows(noted.len()).any(|found| found == noted) {
            return;
        }
        if part.pop_if(|last| *last == b'}').is_some() {
            part.extend_from_slice(b",\"extensions\":{\"trace\":");
            part.extend_from_slice(
                trace
                    .to_json(self.context.fetches.as_deref())
                    .to_string()
                    .as_bytes(),
            );
            part.extend_from_slice(b"}}");
        }
    }

    /// The last part says that the time is over. It waits for its client, as anything that is written does.
    async fn give_up(&self, delivered: &Delivered, sender: &mpsc::Sender<Message>) {
        if !delivered.is_whole {
            let late = Refusal::Timeout;
            let code = late.code().as_str();
            let errors = request_error_body(&[RequestError::new(code, late.to_string())]);
            let summary = &self.context.summary;
            summary.errors(&[code.to_owned()]);
            summary.came_to(Outcome::Failed);
            summary.settle();
            let last = delivered.ended(&errors);
            if sender.send(Message::Part(last.into())).await.is_err() {
                return;
            }
        }
        let _ = sender.send(Message::Complete).await;
    }

    async fn deliver(&self, delivered: &mut Delivered, sender: &mpsc::Sender<Message>) {
        let begun = Clock::now();
        let summary = &self.context.summary;
        let client = self.observed_client();
        let answers = Answers::new(&self.prepared.plan);
        let request = self.request(&client);
        let mut execution = match Incremental::new(request, &answers, delivered.format) {
            Ok(execution) => execution,
            Err(refused) => {
                summary.errors(&refused.error_codes);
                summary.came_to(outcome(&refused.body, refused.error_codes.len(), false));
                summary.settle();
                let _ = sender.send(Message::Part(refused.body)).await;
                delivered.is_whole = true;
                let _ = sender.send(Message::Complete).await;
                return;
            }
        };
        let (mut fetches, mut is_first) = (0, true);
        // A mutation that has begun is executed to its end; what is deferred of it is only read.
        let mut must_run = self.prepared.operation_type() == OperationType::Mutation;
        loop {
            let part = tokio::select! {
                biased;
                () = sender.closed(), if !must_run => return,
                part = execution.next() => part,
            };
            must_run = false;
            let Some(part) = part else { break };
            let so_far = execution.stats().fetches;
            summary.fetched(so_far - std::mem::replace(&mut fetches, so_far));
            summary.errors(&part.error_codes);
            summary.came_to(outcome(&part.body, part.error_codes.len(), true));
            let has_next = part.has_next;
            if std::mem::take(&mut is_first) {
                let metrics = &self.pipeline.metrics;
                metrics.first_part.record(self.context.answering());
            }
            let mut body = part.body;
            if !has_next {
                summary.settle();
                self.add_trace(&mut body);
            }
            let open = delivered.open_after(&body, has_next);
            if sender.send(Message::Part(body.into())).await.is_err() {
                return;
            }
            delivered.took(open, has_next);
            if !has_next {
                break;
            }
        }
        self.took(begun.elapsed());
        let _ = sender.send(Message::Complete).await;
    }
}
