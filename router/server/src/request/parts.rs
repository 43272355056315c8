//! Responses in parts: what is deferred follows what is not.
//!
//! The parts are made by a task of their own, one ahead of the client; a client that goes ends it. All of it happens within the time
//! that a request has.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Instant as Clock;

use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;
use bytes::Bytes;
use executor::{Answers, ExecutionRequest, Incremental, Part, Variables};
use futures_util::stream;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::execution::GRACE;
use super::{Pipeline, Reply};
use crate::http::media::StreamType;
use crate::http::wire;
use crate::prepare::Prepared;
use crate::refusal::Code;
use crate::schema::Serving;
use crate::telemetry::Outcome;
use client::{ClientRequest, RequestClient};
use memory::Account;

/// One execution whose response is delivered in parts.
struct Delivery {
    endpoint: Arc<Pipeline>,
    of: Delivering,
}

/// What of a request an execution in parts needs for as long as it takes.
pub(crate) struct Delivering {
    pub(crate) serving: Arc<Serving>,
    pub(crate) prepared: Arc<Prepared>,
    pub(crate) variables: Variables,
    pub(crate) client: ClientRequest,
    pub(crate) deadline: Instant,
    /// What it holds, to its last part.
    pub(crate) account: Arc<Account>,
}

/// Which of the `variables` are false, as bits.
pub(crate) fn switched_off(variables: &[Name], values: &Variables) -> u16 {
    let bits = variables.iter().zip(0..).map(|(name, bit)| {
        let off = values.get(name) == Some("false");
        u16::from(off) << bit
    });
    bits.fold(0, |all, bit| all | bit)
}

impl Pipeline {
    pub(crate) fn deliver(self: &Arc<Self>, of: Delivering) -> Reply {
        let (sender, receiver) = mpsc::channel(1);
        let delivery = Delivery {
            endpoint: Arc::clone(self),
            of,
        };
        let deadline = delivery.of.deadline;
        // The parts borrow from what the task owns, so that it cannot be the stream itself.
        tokio::spawn(async move {
            // A client that takes longer gets no more.
            let _ = tokio::time::timeout_at(deadline + GRACE, delivery.run(sender)).await;
        });
        let parts = stream::unfold(receiver, |mut receiver| async move {
            let part: Bytes = receiver.recv().await?;
            Some((Ok::<_, Infallible>(part), receiver))
        });
        Reply::Stream(wire::respond(StreamType::Deferred, parts))
    }
}

impl Delivery {
    async fn run(&self, sender: mpsc::Sender<Bytes>) {
        let begun = Clock::now();
        let metrics = &self.endpoint.metrics;
        let Delivering {
            serving, prepared, ..
        } = &self.of;
        let client = RequestClient {
            operation_type: prepared.operation_type(),
            subgraphs: &serving.subgraphs,
            client: &self.of.client,
            deadline: self.of.deadline,
            revealed: &serving.options.reveal_errors,
            account: &self.of.account,
        };
        let request = ExecutionRequest {
            plan: &prepared.plan,
            supergraph: &serving.supergraph,
            variables: &self.of.variables,
            client: &client,
            options: &serving.options,
        };
        let answers = Answers::new(&prepared.plan);
        let mut execution = match Incremental::new(request, &answers) {
            Ok(execution) => execution,
            Err(refused) => {
                metrics.request(Outcome::Refused);
                self.count(&refused.error_codes);
                let _ = sender.send(wire::part(&[&refused.body])).await;
                let _ = sender.send(wire::complete(StreamType::Deferred)).await;
                return;
            }
        };
        let mut is_initial = true;
        loop {
            let part = tokio::select! {
                () = sender.closed() => return,
                part = execution.next() => part,
            };
            let Some(part) = part else { break };
            if is_initial {
                metrics.request(outcome(&part));
                is_initial = false;
            }
            self.count(&part.error_codes);
            let has_next = part.has_next;
            if sender.send(wire::part(&[&part.body])).await.is_err() {
                return;
            }
            if !has_next {
                break;
            }
        }
        let duration = match prepared.operation_type() {
            OperationType::Mutation => &metrics.mutation_duration,
            _ => &metrics.query_duration,
        };
        duration.record(begun.elapsed());
        metrics.fetches.record(execution.stats().fetches as f64);
        let _ = sender.send(wire::complete(StreamType::Deferred)).await;
    }

    fn count(&self, codes: &[String]) {
        let metrics = &self.endpoint.metrics;
        let codes: Vec<Code> = codes.iter().map(|code| Code::of(code)).collect();
        for code in &codes {
            metrics.error(*code);
        }
        if codes.iter().any(|code| code.is_fault()) {
            metrics.faulted.increment(1);
        }
    }
}

fn outcome(part: &Part) -> Outcome {
    match part.error_codes.is_empty() {
        true => Outcome::Ok,
        false if part.body.starts_with(b"{\"data\":null") => Outcome::Failed,
        false => Outcome::Partial,
    }
}
