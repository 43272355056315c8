//! The place of a request in its trace, and what is recorded of it.
//!
//! A [`TraceContext`] goes with each request: it continues the trace in the caller's headers, in one of the [`Formats`], and is sent on with outgoing requests.
//! Where a program exports spans, its [`Tracer`] decides which requests have a [`Recording`]: those whose caller says so, those that its [`Sampler`] takes,
//! and, where requests with errors are always exported, all, as it is known at their end only whether they have one.
//!
//! Where nothing is exported, the caller's context is passed on as it came, and a trace that starts here is not sampled: what is sent on says that a span was recorded, and none was
//! ([§3.2.2.5](https://www.w3.org/TR/trace-context/#trace-flags)).
//!
//! What exports them takes [`Traces`] from a bounded queue; nobody waits for it.

mod b3;
mod datadog;
mod formats;
mod ids;
mod queue;
mod recording;
mod sampler;
mod span;
mod w3c;

use std::fmt;
use std::sync::Arc;

use http::header::{HeaderMap, HeaderValue};

use self::formats::{Decided, More, Told};
use self::queue::Queue;
use self::recording::Beginning;
use crate::Recorder;

pub(crate) use self::ids::write_hex;
pub use self::{
    formats::{Format, Formats},
    ids::{SpanId, TraceId},
    queue::{DROPPED, Trace, Traces},
    recording::{Link, OpenSpan, Recording},
    sampler::Sampler,
    span::{Attribute, Span, SpanKind, Value},
};

/// The place of a request in its trace: in the extensions of every observed request.
#[derive(Clone, Debug)]
pub struct TraceContext {
    trace_id: TraceId,
    /// This program's own span.
    span_id: SpanId,
    /// The caller's span, when there was one.
    parent_id: Option<SpanId>,
    /// The parent of what is asked of others: the own span, or the caller's where none is exported here.
    told_id: SpanId,
    decided: Decided,
    state: Option<HeaderValue>,
    /// What the caller's format tells beyond that.
    more: Option<Arc<More>>,
    formats: Formats,
    /// `None` where nothing of the request is exported.
    recording: Option<Arc<Recording>>,
}

impl TraceContext {
    /// Continues the trace in the headers of a request, or starts one when they have none or it is malformed. Nothing is recorded.
    #[must_use]
    pub fn receive(headers: &HeaderMap) -> Self {
        Self::passed_on(Formats::W3C, headers)
    }

    /// The same in other formats. What the caller has sent is passed on, and a trace that starts here is passed on as one of which nothing has been recorded.
    fn passed_on(formats: Formats, headers: &HeaderMap) -> Self {
        let mut trace = Self::told(formats, headers);
        match trace.parent_id {
            Some(parent) => trace.told_id = parent,
            None => trace.decided.by_default(false),
        }
        trace
    }

    /// One with a span of this program. `samples` decides about a trace whose caller has not.
    fn of(formats: Formats, headers: &HeaderMap, samples: impl FnOnce(TraceId) -> bool) -> Self {
        let mut trace = Self::told(formats, headers);
        if trace.decided.sampled.is_none() {
            trace.decided.by_default(samples(trace.trace_id));
        }
        trace
    }

    /// What the headers tell, with a new span.
    fn told(formats: Formats, headers: &HeaderMap) -> Self {
        let told = formats.extract(headers).unwrap_or(Told {
            parent: None,
            sampled: None,
            is_random: true,
            state: None,
            more: None,
        });
        let (trace_id, parent_id) = match told.parent {
            Some((trace, parent)) => (trace, Some(parent)),
            None => (TraceId::random(), None),
        };
        let span_id = SpanId::random();
        Self {
            trace_id,
            span_id,
            parent_id,
            told_id: span_id,
            decided: Decided {
                sampled: told.sampled,
                is_random: told.is_random,
            },
            state: told.state,
            more: told.more,
            formats,
            recording: None,
        }
    }

    /// Puts the trace into the headers of one outgoing request, over what they may say. `span` is that of the request, where it has one that is recorded.
    pub fn inject(&self, headers: &mut HeaderMap, span: Option<SpanId>) {
        let span = span.unwrap_or(self.told_id);
        let told = (self.state.as_ref(), self.more.as_deref());
        self.formats
            .inject(headers, self.trace_id, span, self.decided, told);
    }

    /// The trace, as 32 hex digits when displayed.
    #[must_use]
    pub fn trace_id(&self) -> TraceId {
        self.trace_id
    }

    /// The span of this program in the trace, as 16 hex digits when displayed.
    #[must_use]
    pub fn span_id(&self) -> SpanId {
        self.span_id
    }

    /// The span of the caller, when the trace did not start here.
    #[must_use]
    pub fn parent_id(&self) -> Option<SpanId> {
        self.parent_id
    }

    /// Whether the trace may be recorded by those that take part in it.
    #[must_use]
    pub fn sampled(&self) -> bool {
        self.decided.sampled == Some(true)
    }

    /// What tracing systems have added to this trace, passed on unchanged.
    #[must_use]
    pub fn state(&self) -> Option<&HeaderValue> {
        self.state.as_ref()
    }

    /// Where the spans of the request are recorded, if they are.
    #[must_use]
    pub fn recording(&self) -> Option<&Arc<Recording>> {
        self.recording.as_ref()
    }
}

/// How traces are continued and propagated, and which requests are recorded. Clones share it.
#[derive(Clone)]
pub struct Tracer {
    formats: Formats,
    exports: Option<Arc<Exports>>,
}

struct Exports {
    terms: Terms,
    queue: Arc<Queue>,
}

/// What of the requests is exported.
#[derive(Debug)]
pub struct Terms {
    /// Decides about traces that start here.
    pub sampler: Sampler,
    /// Whether a request with an error is exported whatever was decided.
    pub sample_errors: bool,
    /// Spans of one request.
    pub max_spans: usize,
    /// Spans that wait to be exported.
    pub max_waiting: usize,
}

impl Tracer {
    /// A tracer by which nothing is exported.
    #[must_use]
    pub fn passing_on(formats: Formats) -> Self {
        Self {
            formats,
            exports: None,
        }
    }

    /// A tracer, and what it gives to be exported. The catalog of the recorder has [`DROPPED`].
    #[must_use]
    pub fn exporting(formats: Formats, terms: Terms, recorder: &Recorder) -> (Self, Traces) {
        let (queue, traces) = Queue::new(terms.max_waiting, recorder);
        let queue = Arc::new(queue);
        let tracer = Self {
            formats,
            exports: Some(Arc::new(Exports { terms, queue })),
        };
        (tracer, traces)
    }

    /// Continues the trace in the headers of a request, or starts one. A caller's decision is kept.
    #[must_use]
    pub fn receive(&self, headers: &HeaderMap) -> TraceContext {
        let Some(exports) = &self.exports else {
            return TraceContext::passed_on(self.formats, headers);
        };
        let sampler = &exports.terms.sampler;
        let mut trace = TraceContext::of(self.formats, headers, |id| sampler.samples(id));
        if trace.sampled() || exports.terms.sample_errors {
            trace.recording = Some(exports.record(&trace, None));
        }
        trace
    }

    /// A trace of its own for one of many things that come of an earlier one, such as an event of a subscription, which is linked to it. What a caller decided about the earlier one
    /// is kept; where none did, it is decided anew. `None` where nothing is exported.
    #[must_use]
    pub fn follow(&self, earlier: &TraceContext) -> Option<TraceContext> {
        let exports = self.exports.as_ref()?;
        let decided = earlier.parent_id.map(|_| earlier.sampled());
        let sampler = &exports.terms.sampler;
        let samples = |id| decided.unwrap_or_else(|| sampler.samples(id));
        let mut trace = TraceContext::of(self.formats, &HeaderMap::new(), samples);
        if trace.sampled() || exports.terms.sample_errors {
            let link = Link {
                trace: earlier.trace_id,
                span: earlier.span_id,
            };
            trace.recording = Some(exports.record(&trace, Some(link)));
        }
        Some(trace)
    }

    /// A trace of what the program does by itself, which is always exported; `None` where nothing is.
    #[must_use]
    pub fn begin(&self) -> Option<TraceContext> {
        let exports = self.exports.as_ref()?;
        let mut trace = TraceContext::of(self.formats, &HeaderMap::new(), |_| true);
        trace.recording = Some(exports.record(&trace, None));
        Some(trace)
    }
}

impl Exports {
    fn record(&self, trace: &TraceContext, follows: Option<Link>) -> Arc<Recording> {
        let beginning = Beginning {
            trace: trace.trace_id,
            state: trace.state.clone(),
            root: trace.span_id,
            parent: trace.parent_id,
            is_sampled: trace.sampled(),
            follows,
            max_spans: self.terms.max_spans,
        };
        Recording::begin(Arc::clone(&self.queue), beginning)
    }
}

impl fmt::Debug for Tracer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tracer")
            .field("formats", &self.formats)
            .field("exports", &self.exports.is_some())
            .finish()
    }
}

#[cfg(test)]
mod tests;
