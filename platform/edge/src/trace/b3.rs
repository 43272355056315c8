//! B3, in one header and in several: <https://github.com/openzipkin/b3-propagation>.

use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::formats::{More, Told};
use super::ids::{SpanId, TraceId, read_hex};

const B3: HeaderName = HeaderName::from_static("b3");
const TRACE_ID: HeaderName = HeaderName::from_static("x-b3-traceid");
const SPAN_ID: HeaderName = HeaderName::from_static("x-b3-spanid");
const PARENT_SPAN_ID: HeaderName = HeaderName::from_static("x-b3-parentspanid");
const SAMPLED_HEADER: HeaderName = HeaderName::from_static("x-b3-sampled");
const FLAGS: HeaderName = HeaderName::from_static("x-b3-flags");
/// The decision of those who debug.
const DEBUG: &str = "d";

/// `{trace id}-{span id}[-{decision}[-{parent}]]`, or a decision alone.
pub(super) fn extract_single(headers: &HeaderMap) -> Option<Told> {
    let text = headers.get(B3)?.to_str().ok()?.trim();
    let mut fields = text.split('-');
    let (first, second, decision) = (fields.next()?, fields.next(), fields.next());
    let Some(second) = second else {
        return decided(first).map(|sampled| debugged(Told::decision(sampled), first == DEBUG));
    };
    if fields.nth(1).is_some() {
        return None;
    }
    let sampled = match decision {
        None => None,
        Some(decision) => Some(decided(decision)?),
    };
    let told = Told::continued(trace_id(first)?, span_id(second)?, sampled);
    Some(debugged(told, decision == Some(DEBUG)))
}

/// The same in a header each.
pub(super) fn extract_multiple(headers: &HeaderMap) -> Option<Told> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let is_debugged = text(FLAGS) == Some("1");
    let sampled = match is_debugged {
        true => Some(true),
        false => text(SAMPLED_HEADER).and_then(decided),
    };
    let told = match (text(TRACE_ID), text(SPAN_ID)) {
        (Some(trace), Some(span)) => Told::continued(trace_id(trace)?, span_id(span)?, sampled),
        _ => Told::decision(sampled?),
    };
    Some(debugged(told, is_debugged))
}

/// Those who debug a trace want that nobody drops it.
fn debugged(told: Told, is_debugged: bool) -> Told {
    told.with(More {
        is_debugged,
        ..More::default()
    })
}

pub(super) fn inject_single(
    headers: &mut HeaderMap,
    trace: TraceId,
    span: SpanId,
    sampled: Option<bool>,
    is_debugged: bool,
) {
    let decision = match sampled {
        _ if is_debugged => "-d",
        Some(true) => "-1",
        Some(false) => "-0",
        None => "",
    };
    headers.insert(B3, value(format!("{trace}-{span}{decision}")));
}

pub(super) fn inject_multiple(
    headers: &mut HeaderMap,
    trace: TraceId,
    span: SpanId,
    sampled: Option<bool>,
    is_debugged: bool,
) {
    headers.insert(TRACE_ID, value(trace.to_string()));
    headers.insert(SPAN_ID, value(span.to_string()));
    headers.remove(PARENT_SPAN_ID);
    if is_debugged {
        // It is the decision, too.
        headers.insert(FLAGS, HeaderValue::from_static("1"));
        headers.remove(SAMPLED_HEADER);
        return;
    }
    match sampled {
        Some(true) => headers.insert(SAMPLED_HEADER, HeaderValue::from_static("1")),
        Some(false) => headers.insert(SAMPLED_HEADER, HeaderValue::from_static("0")),
        None => headers.remove(SAMPLED_HEADER),
    };
    headers.remove(FLAGS);
}

fn value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("hex digits and dashes are a header value")
}

/// `d` is for those who debug: it is sampled. Early senders wrote words.
fn decided(text: &str) -> Option<bool> {
    match text {
        "1" | DEBUG | "true" => Some(true),
        "0" | "false" => Some(false),
        _ => None,
    }
}

/// 32 hex digits, or 16 of senders whose ids are short.
fn trace_id(text: &str) -> Option<TraceId> {
    let fits = matches!(text.len(), 16 | 32);
    fits.then(|| read_hex(text.as_bytes()))
        .flatten()
        .and_then(TraceId::new)
}

fn span_id(text: &str) -> Option<SpanId> {
    let number = (text.len() == 16).then(|| read_hex(text.as_bytes()))??;
    SpanId::new(u64::try_from(number).ok()?)
}
