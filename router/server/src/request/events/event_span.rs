//! The trace of one event: that it is completed, with the requests that this takes. A subscription may last for days and have any number of events, so that each is a
//! trace of its own, with a bound of spans of its own, which is linked to the request that subscribed.

use std::sync::atomic::Ordering;
use std::time::Instant;

use abaque_edge::TraceContext;
use abaque_edge::trace::{SpanKind, Tracer};
use client::Observations;

use super::feed::Told;
use crate::refusal::{Code, Codes};
use crate::request::execution::Execution;
use crate::request::root_span::{self, Finished};
use crate::telemetry::Outcome;

/// An event that is being completed; its span ends when this is dropped.
pub(super) struct EventSpan {
    trace: TraceContext,
}

impl EventSpan {
    /// `None` where nothing is exported.
    pub(super) fn begin(execution: &Execution) -> Option<Self> {
        let tracer = execution.pipeline.tracer.as_ref();
        let subscribed = execution.context.client.trace.as_ref()?;
        let trace = tracer.and_then(|tracer| Tracer::follow(tracer, subscribed))?;
        Some(Self { trace })
    }

    /// The trace that the requests for the event are in.
    pub(super) fn trace(&self) -> &TraceContext {
        &self.trace
    }

    /// Where they have their spans, if they have any.
    pub(super) fn observations(&self) -> Option<Observations> {
        let recording = self.trace.recording()?;
        let recording = Some(recording.clone());
        Some(Observations::since(Instant::now(), false, recording))
    }

    /// What it came to.
    pub(super) fn came_to(&self, execution: &Execution, told: &Told) {
        let Some(recording) = self.trace.recording() else {
            return;
        };
        let mut codes = Codes::default();
        for code in told.codes.iter().map(|code| Code::of(code)) {
            codes.insert(code, code.is_fault());
        }
        let finished = Finished {
            operation: Some(&execution.prepared),
            outcome: told.outcome.unwrap_or(Outcome::Failed),
            codes,
            fetches: told.fetches.load(Ordering::Relaxed),
            cost: None,
        };
        root_span::describe_end(recording, &finished);
    }
}

impl Drop for EventSpan {
    fn drop(&mut self) {
        if let Some(recording) = self.trace.recording() {
            recording.end(|| "event".to_owned(), SpanKind::Internal);
        }
    }
}
