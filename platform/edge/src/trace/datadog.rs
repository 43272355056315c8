//! Datadog's headers: <https://docs.datadoghq.com/tracing/trace_collection/trace_context_propagation/>.
//!
//! Ids are decimal numbers of 64 bits; what a trace id has beyond that is a tag, `_dd.p.tid`, of 16 hex digits.

use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::formats::{More, Told};
use super::ids::{SpanId, TraceId, read_hex};

const TRACE_ID: HeaderName = HeaderName::from_static("x-datadog-trace-id");
const PARENT_ID: HeaderName = HeaderName::from_static("x-datadog-parent-id");
const PRIORITY: HeaderName = HeaderName::from_static("x-datadog-sampling-priority");
const TAGS: HeaderName = HeaderName::from_static("x-datadog-tags");
const ORIGIN: HeaderName = HeaderName::from_static("x-datadog-origin");
const UPPER: &str = "_dd.p.tid=";
/// The digits of that tag.
const UPPER_DIGITS: usize = 16;
/// What tags begin with that go with a trace.
const PROPAGATED: &str = "_dd.p.";
/// Bytes of all tags; Datadog's own tracers drop longer ones, too.
const MAX_TAGS: usize = 512;
/// Bytes of an origin.
const MAX_ORIGIN: usize = 128;

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
        (digits.len() == UPPER_DIGITS).then(|| read_hex(digits.as_bytes()))?
    });
    let trace_id = TraceId::new(upper.unwrap_or_default() << 64 | u128::from(lower))?;
    let parent = SpanId::new(number(text(PARENT_ID)?.trim())?)?;
    // -1 and 0 are no, 1 and 2 are yes: of a user or of a sampler.
    let priority = text(PRIORITY).and_then(|text| text.trim().parse::<i64>().ok());
    let sampled = priority.map(|priority| priority > 0);
    let more = More {
        priority: priority.and_then(shown),
        origin: headers.get(ORIGIN).filter(is_short).cloned(),
        tags: text(TAGS).map(other_tags).unwrap_or_default(),
        ..More::default()
    };
    Some(Told::continued(trace_id, parent, sampled).with(more))
}

/// A priority that says more than whether the trace is recorded: a user decided.
fn shown(priority: i64) -> Option<HeaderValue> {
    match priority {
        -1 => Some(HeaderValue::from_static("-1")),
        2 => Some(HeaderValue::from_static("2")),
        _ => None,
    }
}

fn is_short(origin: &&HeaderValue) -> bool {
    (1..=MAX_ORIGIN).contains(&origin.len()) && origin.to_str().is_ok()
}

/// The tags that go with a trace, but for the one that belongs to its id; none where they are too long.
fn other_tags(text: &str) -> String {
    let mut tags = String::new();
    for tag in text.split(',').map(str::trim) {
        let is_whole = tag
            .split_once('=')
            .is_some_and(|(_, value)| !value.is_empty());
        if is_whole && tag.starts_with(PROPAGATED) && !tag.starts_with(UPPER) {
            tags.push(',');
            tags.push_str(tag);
        }
    }
    match tags.len() + UPPER.len() + UPPER_DIGITS > MAX_TAGS {
        true => String::new(),
        false => tags,
    }
}

pub(super) fn inject(
    headers: &mut HeaderMap,
    trace: TraceId,
    span: SpanId,
    sampled: Option<bool>,
    more: Option<&More>,
) {
    let number = trace.number();
    let (upper, lower) = (number >> 64, number & u128::from(u64::MAX));
    headers.insert(TRACE_ID, value(lower.to_string()));
    headers.insert(PARENT_ID, value(span.number().to_string()));
    let priority = sampled.map(|sampled| HeaderValue::from_static(if sampled { "1" } else { "0" }));
    let told = more.and_then(|more| more.priority.clone());
    match told.or(priority) {
        Some(priority) => headers.insert(PRIORITY, priority),
        None => headers.remove(PRIORITY),
    };
    match more.and_then(|more| more.origin.clone()) {
        Some(origin) => headers.insert(ORIGIN, origin),
        None => headers.remove(ORIGIN),
    };
    let tags = more.map_or("", |more| &more.tags);
    headers.insert(TAGS, value(format!("{UPPER}{upper:016x}{tags}")));
}

fn value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("what was read of a header is a header value")
}
