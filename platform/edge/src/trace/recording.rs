//! The spans of one request, and whether they are exported: that is known at its end.

use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use http::header::HeaderValue;

use super::ids::{SpanId, TraceId};
use super::queue::{Queue, Trace};
use super::span::{Attribute, Span, SpanKind};

/// Where in another trace something comes from: <https://opentelemetry.io/docs/specs/otel/trace/api/#link>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The other trace.
    pub trace: TraceId,
    /// The span there.
    pub span: SpanId,
}

/// Records the spans of a request. When the last who holds it lets go of it, and so nobody can add anything, it is exported if its trace is sampled, or if
/// the request has an error and such requests are always exported.
pub struct Recording {
    queue: Arc<Queue>,
    trace: TraceId,
    state: Option<HeaderValue>,
    root: SpanId,
    parent: Option<SpanId>,
    is_sampled: bool,
    follows: Option<Link>,
    began: Instant,
    began_at: SystemTime,
    /// How many spans there may still be beside the root.
    room: AtomicUsize,
    /// How many there was no room for.
    left_out: AtomicUsize,
    recorded: Mutex<Recorded>,
}

#[derive(Default)]
struct Recorded {
    spans: Vec<Span>,
    name: Option<Cow<'static, str>>,
    attributes: Vec<Attribute>,
    /// Whether the request failed.
    is_error: bool,
    /// Whether it is exported although its trace is not sampled.
    is_wanted: bool,
}

/// What a recording begins with.
pub(super) struct Beginning {
    pub(super) trace: TraceId,
    pub(super) state: Option<HeaderValue>,
    pub(super) root: SpanId,
    pub(super) parent: Option<SpanId>,
    pub(super) is_sampled: bool,
    /// What it comes from.
    pub(super) follows: Option<Link>,
    pub(super) max_spans: usize,
}

impl Recording {
    pub(super) fn begin(queue: Arc<Queue>, beginning: Beginning) -> Arc<Self> {
        Arc::new(Self {
            queue,
            trace: beginning.trace,
            state: beginning.state,
            root: beginning.root,
            parent: beginning.parent,
            is_sampled: beginning.is_sampled,
            follows: beginning.follows,
            began: Instant::now(),
            began_at: SystemTime::now(),
            room: AtomicUsize::new(beginning.max_spans.saturating_sub(1)),
            left_out: AtomicUsize::new(0),
            recorded: Mutex::default(),
        })
    }

    fn recorded(&self) -> MutexGuard<'_, Recorded> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The name of the request's own span, instead of its method and route.
    pub fn name(&self, name: impl Into<Cow<'static, str>>) {
        self.recorded().name = Some(name.into());
    }

    /// What is known of the request. Of two attributes with the same name the first counts.
    pub fn describe(&self, attributes: impl IntoIterator<Item = Attribute>) {
        let known = &mut self.recorded().attributes;
        for attribute in attributes {
            if !known.iter().any(|known| known.name == attribute.name) {
                known.push(attribute);
            }
        }
    }

    /// The request failed, and not by its client's mistake.
    pub fn fail(&self) {
        let mut recorded = self.recorded();
        recorded.is_error = true;
        recorded.is_wanted = true;
    }

    /// The request has an error, no matter whose it is.
    pub fn has_error(&self) {
        self.recorded().is_wanted = true;
    }

    /// Begins a span below the request's own, if there is room for it.
    pub fn open(
        self: &Arc<Self>,
        name: impl Into<Cow<'static, str>>,
        kind: SpanKind,
    ) -> Option<OpenSpan> {
        let order = Ordering::Relaxed;
        let taken = self
            .room
            .fetch_update(order, order, |room| room.checked_sub(1));
        if taken.is_err() {
            self.left_out.fetch_add(1, order);
            return None;
        }
        let start = Instant::now();
        Some(OpenSpan {
            recording: Arc::clone(self),
            span: Span {
                id: SpanId::random(),
                parent: Some(self.root),
                name: name.into(),
                kind,
                start,
                end: start,
                attributes: Vec::new(),
                is_error: false,
            },
        })
    }

    /// The request has ended; `name` is that of its span where it has got none.
    pub fn end(&self, name: impl FnOnce() -> String, kind: SpanKind) {
        let left_out = self.left_out.load(Ordering::Relaxed);
        let mut recorded = self.recorded();
        let mut attributes = std::mem::take(&mut recorded.attributes);
        if left_out > 0 {
            attributes.push(Attribute::number("abaque.spans.left_out", left_out));
        }
        let root = Span {
            id: self.root,
            parent: self.parent,
            name: recorded.name.take().unwrap_or_else(|| name().into()),
            kind,
            start: self.began,
            end: Instant::now(),
            attributes,
            is_error: recorded.is_error,
        };
        recorded.spans.push(root);
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        let recorded = self
            .recorded
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        let is_exported = self.is_sampled || recorded.is_wanted;
        if !is_exported || recorded.spans.is_empty() {
            return;
        }
        self.queue.left_out(*self.left_out.get_mut());
        self.queue.push(Trace {
            id: self.trace,
            state: self.state.take(),
            is_sampled: self.is_sampled,
            follows: self.follows,
            began: self.began,
            began_at: self.began_at,
            spans: std::mem::take(&mut recorded.spans),
        });
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording")
            .field("trace", &self.trace)
            .field("is_sampled", &self.is_sampled)
            .finish_non_exhaustive()
    }
}

/// A span that has begun; it ends when it is dropped.
#[derive(Debug)]
pub struct OpenSpan {
    recording: Arc<Recording>,
    span: Span,
}

impl OpenSpan {
    /// Its id, for those who continue it elsewhere.
    #[must_use]
    pub fn id(&self) -> SpanId {
        self.span.id
    }

    /// What is known of it.
    pub fn describe(&mut self, attributes: impl IntoIterator<Item = Attribute>) {
        self.span.attributes.extend(attributes);
    }

    /// It failed, for this reason, which is one of a few words.
    pub fn fail(&mut self, why: impl Into<Cow<'static, str>>) {
        self.span.is_error = true;
        self.span
            .attributes
            .push(Attribute::text("error.type", why));
    }
}

impl Drop for OpenSpan {
    fn drop(&mut self) {
        let span = Span {
            id: self.span.id,
            parent: self.span.parent,
            name: std::mem::take(&mut self.span.name),
            kind: self.span.kind,
            start: self.span.start,
            end: Instant::now(),
            attributes: std::mem::take(&mut self.span.attributes),
            is_error: self.span.is_error,
        };
        self.recording.recorded().spans.push(span);
    }
}
