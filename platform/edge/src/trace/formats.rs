//! The headers in which requests carry their trace context.

use std::sync::Arc;

use http::header::{HeaderMap, HeaderValue};

use super::ids::{SpanId, TraceId};
use super::{b3, datadog, w3c};

/// A format of trace context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// W3C Trace Context: `traceparent` and `tracestate`.
    TraceContext,
    /// `b3`.
    B3,
    /// `x-b3-traceid` and its neighbours.
    B3Multi,
    /// `x-datadog-trace-id` and its neighbours.
    Datadog,
}

impl Format {
    /// By the names that [`OTEL_PROPAGATORS`](https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/) has for them.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("tracecontext", Self::TraceContext),
        ("b3", Self::B3),
        ("b3multi", Self::B3Multi),
        ("datadog", Self::Datadog),
    ];

    fn extract(self, headers: &HeaderMap) -> Option<Told> {
        match self {
            Self::TraceContext => w3c::extract(headers),
            Self::B3 => b3::extract_single(headers),
            Self::B3Multi => b3::extract_multiple(headers),
            Self::Datadog => datadog::extract(headers),
        }
    }
}

/// What is known of a trace besides its ids.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decided {
    /// Whether it may have been recorded; `None` where that is left to its receiver.
    pub(super) sampled: Option<bool>,
    /// Whether its id is random: level 2 of W3C Trace Context.
    pub(super) is_random: bool,
}

impl Decided {
    /// Decides where nobody has.
    pub(super) fn by_default(&mut self, sampled: bool) {
        self.sampled.get_or_insert(sampled);
    }
}

/// What the headers of a request say about its trace.
#[derive(Debug)]
pub(super) struct Told {
    /// The trace, and the caller's span; `None` where there is only a decision.
    pub(super) parent: Option<(TraceId, SpanId)>,
    /// Whether the caller may have recorded it; `None` where it left that open.
    pub(super) sampled: Option<bool>,
    pub(super) is_random: bool,
    pub(super) state: Option<HeaderValue>,
    pub(super) more: Option<Arc<More>>,
}

/// What a format says of a trace that others have no place for; it goes on in that format.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct More {
    /// B3: somebody debugs it, so that nobody drops it.
    pub(super) is_debugged: bool,
    /// Datadog: who decided that it is recorded, or not.
    pub(super) priority: Option<HeaderValue>,
    /// Datadog: where it comes from.
    pub(super) origin: Option<HeaderValue>,
    /// Datadog: tags that go with it, each with a comma before it.
    pub(super) tags: String,
}

impl Told {
    pub(super) fn continued(trace: TraceId, span: SpanId, sampled: Option<bool>) -> Self {
        Self {
            parent: Some((trace, span)),
            sampled,
            is_random: false,
            state: None,
            more: None,
        }
    }

    /// The same with more, if there is any.
    pub(super) fn with(self, more: More) -> Self {
        let more = (more != More::default()).then(|| Arc::new(more));
        Self { more, ..self }
    }

    /// The decision about a trace that starts here.
    pub(super) fn decision(sampled: bool) -> Self {
        Self {
            parent: None,
            sampled: Some(sampled),
            is_random: true,
            state: None,
            more: None,
        }
    }
}

/// Several ways: an incoming trace is read in the first format that has one, and outgoing requests carry all of them. At most four, since each counts once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Formats([Option<Format>; Format::NAMES.len()]);

impl Formats {
    /// W3C Trace Context alone.
    pub const W3C: Self = Self([Some(Format::TraceContext), None, None, None]);

    /// These, in this order.
    #[must_use]
    pub fn of(formats: impl IntoIterator<Item = Format>) -> Self {
        let mut all = [None; Format::NAMES.len()];
        for format in formats {
            if !all.contains(&Some(format))
                && let Some(place) = all.iter_mut().find(|place| place.is_none())
            {
                *place = Some(format);
            }
        }
        Self(all)
    }

    pub(super) fn extract(self, headers: &HeaderMap) -> Option<Told> {
        let mut each = self.0.into_iter().flatten();
        each.find_map(|format| format.extract(headers))
    }

    /// Writes the context of a span, over what the headers may say.
    pub(super) fn inject(
        self,
        headers: &mut HeaderMap,
        trace: TraceId,
        span: SpanId,
        decided: Decided,
        (state, more): (Option<&HeaderValue>, Option<&More>),
    ) {
        let is_debugged = more.is_some_and(|more| more.is_debugged);
        let sampled = decided.sampled;
        for format in self.0.into_iter().flatten() {
            match format {
                Format::TraceContext => w3c::inject(headers, trace, span, decided, state),
                Format::B3 => b3::inject_single(headers, trace, span, sampled, is_debugged),
                Format::B3Multi => b3::inject_multiple(headers, trace, span, sampled, is_debugged),
                Format::Datadog => datadog::inject(headers, trace, span, sampled, more),
            }
        }
    }
}
