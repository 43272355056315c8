//! Spans as the protocol has them: <https://github.com/open-telemetry/opentelemetry-proto>.

use std::sync::LazyLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use abaque_edge::trace::{Attribute, Span, SpanKind, Trace, Value};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as AnyValueKind;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource as ProtoResource;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{
    ResourceSpans, ScopeSpans, Span as ProtoSpan, Status, span,
};

use crate::Program;

/// What everything comes from.
#[derive(Clone, Debug)]
pub(crate) struct Resource(ProtoResource);

impl Resource {
    /// Of this run of a program; `more` wins.
    pub(crate) fn of(program: Program<'_>, more: &[(String, String)]) -> Self {
        static INSTANCE: LazyLock<String> =
            LazyLock::new(|| format!("{:032x}", fastrand::u128(..)));
        let own = [
            ("service.name", program.name),
            ("service.version", program.version),
            ("service.instance.id", INSTANCE.as_str()),
        ];
        let own = own
            .iter()
            .filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
        let own = own.map(|(name, text)| key_value(name, text));
        let more = more.iter().map(|(name, text)| key_value(name, text));
        Self(ProtoResource {
            attributes: own.chain(more).collect(),
            ..ProtoResource::default()
        })
    }

    pub(crate) fn to_proto(&self) -> ProtoResource {
        self.0.clone()
    }
}

pub(crate) fn scope() -> InstrumentationScope {
    InstrumentationScope {
        name: "abaque".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..InstrumentationScope::default()
    }
}

/// An attribute that is a text.
pub(crate) fn key_value(name: &str, text: &str) -> KeyValue {
    let value = AnyValueKind::StringValue(text.to_owned());
    with_value(name, value)
}

fn with_value(name: &str, value: AnyValueKind) -> KeyValue {
    KeyValue {
        key: name.to_owned(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}

/// Traces as one message.
pub(crate) fn spans(traces: Vec<Trace>, resource: &Resource) -> ExportTraceServiceRequest {
    let spans = traces.into_iter().flat_map(|trace| {
        let each = trace.spans.iter().map(|span| encoded(span, &trace));
        each.collect::<Vec<_>>()
    });
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(resource.to_proto()),
            scope_spans: vec![ScopeSpans {
                scope: Some(scope()),
                spans: spans.collect(),
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }],
    }
}

fn encoded(span: &Span, trace: &Trace) -> ProtoSpan {
    let kind = match span.kind {
        SpanKind::Internal => span::SpanKind::Internal,
        SpanKind::Server => span::SpanKind::Server,
        SpanKind::Client => span::SpanKind::Client,
    };
    let state = trace.state.as_ref().and_then(|state| state.to_str().ok());
    let status = span.is_error.then(|| Status {
        message: String::new(),
        code: StatusCode::Error.into(),
    });
    let follows = trace.follows.filter(|_| span.parent.is_none());
    let links = follows.into_iter().map(|link| span::Link {
        trace_id: link.trace.to_bytes().to_vec(),
        span_id: link.span.to_bytes().to_vec(),
        ..span::Link::default()
    });
    let time = |moment| nanoseconds(trace.began_at, trace.began, moment);
    ProtoSpan {
        trace_id: trace.id.to_bytes().to_vec(),
        span_id: span.id.to_bytes().to_vec(),
        trace_state: state.unwrap_or_default().to_owned(),
        parent_span_id: span
            .parent
            .map_or_else(Vec::new, |parent| parent.to_bytes().to_vec()),
        flags: u32::from(trace.is_sampled),
        name: span.name.to_string(),
        kind: kind.into(),
        start_time_unix_nano: time(span.start),
        end_time_unix_nano: time(span.end),
        attributes: span.attributes.iter().map(attribute).collect(),
        status,
        links: links.collect(),
        ..ProtoSpan::default()
    }
}

fn attribute(attribute: &Attribute) -> KeyValue {
    let value = match &attribute.value {
        Value::Text(text) => AnyValueKind::StringValue(text.to_string()),
        Value::Number(number) => AnyValueKind::IntValue(*number),
        Value::Flag(flag) => AnyValueKind::BoolValue(*flag),
    };
    with_value(attribute.name, value)
}

/// A moment by the clock, of which the time at another one is known.
fn nanoseconds(at: SystemTime, known: Instant, moment: Instant) -> u64 {
    let time = at + moment.saturating_duration_since(known);
    unix_nanoseconds(time)
}

pub(crate) fn unix_nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
