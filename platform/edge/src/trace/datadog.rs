//! Datadog's headers: <https://docs.datadoghq.com/tracing/trace_collection/trace_context_propagation/>.
//!
//! Ids are decimal numbers of 64 bits; what a trace id has beyond that is a tag, `_dd.p.tid`, of 16 hex digits.

use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::formats::{SAMPLED, Told};
use super::ids::{SpanId, TraceId, read_hex};

const TRACE_ID: HeaderName = HeaderName::from_static("x-datadog-trace-id");
const PARENT_ID: HeaderName = HeaderName::from_static("x-datadog-parent-id");
const PRIORITY: HeaderName = HeaderName::from_static("x-datadog-sampling-priority");
const TAGS: HeaderName = HeaderName::from_static("x-datadog-tags");
const UPPER: &str = "_dd.p.tid=";

pub(super) fn extract(headers: &HeaderMap) -> Option<Told> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let number = |text: &str| -> Option<u64> {
        // `parse` takes a sign, too.
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten()
    };
    let lower = number(text(TRACE_ID)?.trim())?;
    let upper = text(TAGS).and_then(|tags| {
        let mut tags = tags.split(',');
        let digits = tags.find_map(|tag| tag.trim().strip_prefix(UPPER))?;
        (digits.len() == 16).then(|| read_hex(digits.as_bytes()))?
    });
    let trace_id = TraceId::new(upper.unwrap_or_default() << 64 | u128::from(lower))?;
    let parent = SpanId::new(number(text(PARENT_ID)?.trim())?)?;
    // -1 and 0 are no, 1 and 2 are yes: of a user or of a sampler.
    let priority = text(PRIORITY).and_then(|text| text.trim().parse::<i64>().ok());
    let sampled = priority.map(|priority| priority > 0);
    Some(Told::continued(trace_id, parent, sampled))
}

pub(super) fn inject(headers: &mut HeaderMap, trace: TraceId, span: SpanId, flags: u8) {
    let number = trace.number();
    let (upper, lower) = (number >> 64, number & u128::from(u64::MAX));
    headers.insert(TRACE_ID, value(lower.to_string()));
    headers.insert(PARENT_ID, value(span.number().to_string()));
    let priority = if flags & SAMPLED != 0 { "1" } else { "0" };
    headers.insert(PRIORITY, HeaderValue::from_static(priority));
    headers.insert(TAGS, value(format!("{UPPER}{upper:016x}")));
}

fn value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("digits and letters are a header value")
}
