//! One operation on a WebSocket: its steps, and its line in the access log.

use std::sync::Arc;
use std::time::Instant;

use abaque_edge::request::access::{AccessLine, AccessWriter};
use abaque_edge::trace::{Attribute, SpanKind};
use bytes::Bytes;
use executor::Format;
use tracing::Span;

use crate::places::Place;
use crate::refusal::Refusal;
use crate::request::{
    Allowed, Answer, Incoming, Message, Messages, Pipeline, Reply, RequestContext,
};

pub(super) const PROGRAM: &str = "router";

/// One operation, from its message to its end, when its line is written.
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) context: Arc<RequestContext>,
    pub(super) began: Instant,
    pub(super) route: Arc<str>,
    pub(super) status: u16,
    /// Of what was sent of its answer.
    pub(super) bytes: u64,
    pub(super) is_canceled: bool,
    pub(super) span: Span,
    /// Where it began beside others of its socket.
    pub(super) _place: Option<Place>,
}

impl Drop for Operation {
    fn drop(&mut self) {
        let client = &self.context.client;
        let (Some(request_id), Some(trace)) = (&client.id, &client.trace) else {
            return;
        };
        self.context.write(&AccessLine {
            program: PROGRAM,
            method: "WEBSOCKET",
            route: &self.route,
            status: self.status,
            duration: self.began.elapsed(),
            bytes: self.bytes,
            request_id,
            trace,
            canceled: self.is_canceled,
        });
        if let Some(recording) = trace.recording() {
            let protocol = Attribute::text("network.protocol.name", "websocket");
            recording.describe([protocol]);
            recording.end(|| "GraphQL Operation".to_owned(), SpanKind::Server);
        }
    }
}

/// The outcome of a step of an operation.
pub(super) enum Outcome {
    Refused(Refusal),
    Whole(Answer),
    /// The messages are still to come.
    Begun(Rest),
    /// `None` when there is none left.
    Message(Option<Message>, Rest),
}

/// What comes after a step.
pub(super) struct Rest {
    pub(super) messages: Messages,
    /// Whether it has no end of its own.
    pub(super) is_endless: bool,
}

pub(super) type Step = (Operation, Outcome);

/// The first step of an operation: the way of any request.
pub(super) async fn begin(
    pipeline: Arc<Pipeline>,
    operation: Operation,
    body: Bytes,
    parts: Option<Format>,
) -> Step {
    let allowed = Allowed {
        mutations: true,
        whole: true,
        batches: false,
        parts,
        events: true,
    };
    let context = Arc::clone(&operation.context);
    let incoming = || std::future::ready(Ok(Incoming::Json(body)));
    let outcome = match pipeline.run(&context, allowed, incoming).await {
        Err(refusal) => Outcome::Refused(refusal),
        Ok(Reply::Whole(answer)) => Outcome::Whole(answer),
        Ok(Reply::Parts(messages)) => Outcome::Begun(Rest {
            messages,
            is_endless: false,
        }),
        Ok(Reply::Events(messages)) => Outcome::Begun(Rest {
            messages,
            is_endless: true,
        }),
    };
    (operation, outcome)
}
