//! What waits to be exported: bounded, and without a wait for those who record.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Instant, SystemTime};

use http::header::HeaderValue;
use metrics::Counter;
use tokio::sync::mpsc;

use super::ids::TraceId;
use super::recording::Link;
use super::span::Span;
use crate::Recorder;
use crate::metrics::{Kind, Label, Metric, Values};

/// Spans that are not exported, by why.
pub const DROPPED: Metric = Metric {
    name: "telemetry_spans_dropped_total",
    kind: Kind::Counter,
    unit: None,
    help: "Spans that were recorded or would have been and are not exported: their request has too many, too many wait, the collector did not take them, or it rejected them.",
    labels: &[Label {
        name: "reason",
        values: Values::OneOf(&["budget", "queue", "export", "rejected"]),
    }],
};

/// The spans of one request.
#[derive(Debug)]
pub struct Trace {
    /// The trace that they belong to.
    pub id: TraceId,
    /// What tracing systems have added to it.
    pub state: Option<HeaderValue>,
    /// Whether other participants know that it is recorded.
    pub is_sampled: bool,
    /// What of another trace its first span comes from.
    pub follows: Option<Link>,
    /// A moment, to know the time of others by.
    pub began: Instant,
    /// The time at that moment.
    pub began_at: SystemTime,
    /// In the order in which they ended.
    pub spans: Vec<Span>,
}

/// What waits.
#[derive(Debug)]
pub(super) struct Queue {
    sender: mpsc::UnboundedSender<Trace>,
    /// Spans.
    waiting: Arc<AtomicUsize>,
    max: usize,
    full: Counter,
    budget: Counter,
}

/// Where they are taken from.
#[derive(Debug)]
pub struct Traces {
    receiver: mpsc::UnboundedReceiver<Trace>,
    waiting: Arc<AtomicUsize>,
}

impl Queue {
    /// One in which this many spans may wait.
    pub(super) fn new(max: usize, recorder: &Recorder) -> (Self, Traces) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let waiting = Arc::default();
        let dropped = |reason| recorder.counter(DROPPED.name, &[("reason", reason)]);
        let queue = Self {
            sender,
            waiting: Arc::clone(&waiting),
            max,
            full: dropped("queue"),
            budget: dropped("budget"),
        };
        (queue, Traces { receiver, waiting })
    }

    pub(super) fn push(&self, trace: Trace) {
        let (count, order) = (trace.spans.len(), Ordering::Relaxed);
        let room = self.waiting.fetch_update(order, order, |waiting| {
            Some(waiting + count).filter(|all| *all <= self.max)
        });
        // Nobody takes them any more when the program ends.
        if room.is_err() || self.sender.send(trace).is_err() {
            self.full.increment(count as u64);
        }
    }

    pub(super) fn left_out(&self, spans: usize) {
        self.budget.increment(spans as u64);
    }
}

impl Traces {
    /// The next one. Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Trace> {
        let trace = self.receiver.recv().await;
        self.taken(trace)
    }

    /// The next one, if one waits.
    pub fn now(&mut self) -> Option<Trace> {
        let trace = self.receiver.try_recv().ok();
        self.taken(trace)
    }

    fn taken(&self, trace: Option<Trace>) -> Option<Trace> {
        if let Some(trace) = &trace {
            self.waiting.fetch_sub(trace.spans.len(), Ordering::Relaxed);
        }
        trace
    }
}
