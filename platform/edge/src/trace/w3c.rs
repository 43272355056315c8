//! W3C Trace Context: <https://www.w3.org/TR/trace-context/>, with the random flag of [level 2](https://www.w3.org/TR/trace-context-2/).

use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::formats::{Decided, Told};
use super::ids::{SpanId, TraceId, read_hex, write_hex};

/// `traceparent`.
pub(super) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// `tracestate`.
pub(super) const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// The flag of a trace that the caller may have recorded.
const SAMPLED: u8 = 0b01;
/// That of a random trace id: level 2.
const RANDOM: u8 = 0b10;
/// The length of a version-00 `traceparent`: `00-{32 hex}-{16 hex}-{2 hex}`.
const LENGTH: usize = 55;
/// What `tracestate` must at least carry, §3.3.1.5, and all that is carried here.
const STATE_CHARS: usize = 512;
/// Longer members go first when a state is shortened, §3.3.1.5.
const LONG_MEMBER: usize = 128;
/// Members of a `tracestate`, §3.3.1.1.
const STATE_MEMBERS: usize = 32;

/// What the headers contain.
pub(super) fn extract(headers: &HeaderMap) -> Option<Told> {
    let (trace_id, parent, flags) = parent(headers)?;
    Some(Told {
        parent: Some((trace_id, parent)),
        sampled: Some(flags & SAMPLED != 0),
        is_random: flags & RANDOM != 0,
        // §3.4: without a valid traceparent the tracestate is not even looked at.
        state: state(headers),
        more: None,
    })
}

/// Writes the context of a span, over what the headers may say.
pub(super) fn inject(
    headers: &mut HeaderMap,
    trace: TraceId,
    span: SpanId,
    decided: Decided,
    state: Option<&HeaderValue>,
) {
    let flag = |is_set, flag| if is_set { flag } else { 0 };
    // There is no way here to leave it open.
    let is_sampled = decided.sampled == Some(true);
    let flags = flag(is_sampled, SAMPLED) | flag(decided.is_random, RANDOM);
    let mut text = [0; LENGTH];
    text[..3].copy_from_slice(b"00-");
    write_hex(&mut text[3..35], trace.number());
    text[35] = b'-';
    write_hex(&mut text[36..52], span.number().into());
    text[52] = b'-';
    write_hex(&mut text[53..], flags.into());
    let parent = HeaderValue::from_bytes(&text).expect("hex digits and dashes are a header value");
    headers.insert(TRACEPARENT, parent);
    match state {
        Some(state) => headers.insert(TRACESTATE, state.clone()),
        None => headers.remove(TRACESTATE),
    };
}

/// The one `traceparent` of a request; several are as bad as none.
fn parent(headers: &HeaderMap) -> Option<(TraceId, SpanId, u8)> {
    let mut values = headers.get_all(TRACEPARENT).iter();
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    parse_parent(value.as_bytes())
}

/// §3.2.2; later versions may append fields, §3.2.4.
fn parse_parent(text: &[u8]) -> Option<(TraceId, SpanId, u8)> {
    let (head, rest) = text.split_at_checked(LENGTH)?;
    let version = read_hex(&head[..2])?;
    let ends_well = match version {
        0xff => false,
        0 => rest.is_empty(),
        _ => rest.first().is_none_or(|byte| *byte == b'-'),
    };
    if !ends_well || head[2] != b'-' || head[35] != b'-' || head[52] != b'-' {
        return None;
    }
    let trace_id = TraceId::new(read_hex(&head[3..35])?)?;
    let span_id = SpanId::new(u64::try_from(read_hex(&head[36..52])?).ok()?)?;
    let flags = u8::try_from(read_hex(&head[53..])?).ok()?;
    Some((trace_id, span_id, flags))
}

/// All `tracestate` headers as one list, or none when they break the grammar or its bounds.
fn state(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut members = Vec::new();
    for value in headers.get_all(TRACESTATE) {
        let text = value.to_str().ok()?;
        // §3.3.1.1: empty members are allowed, and worth nothing.
        members.extend(
            text.split(',')
                .map(trim)
                .filter(|member| !member.is_empty()),
        );
    }
    if members.is_empty() || members.len() > STATE_MEMBERS || !members.iter().all(is_member) {
        return None;
    }
    shorten(&mut members);
    HeaderValue::from_str(&members.join(","))
        .ok()
        .filter(|state| !state.is_empty())
}

/// Leaves whole members out until the state is at most [`STATE_CHARS`] long: long ones first, then from the end (§3.3.1.5).
fn shorten(members: &mut Vec<&str>) {
    let length = |members: &[&str]| members.iter().map(|m| m.len() + 1).sum::<usize>();
    while length(members) > STATE_CHARS + 1 {
        match members
            .iter()
            .rposition(|member| member.len() > LONG_MEMBER)
        {
            Some(long) => drop(members.remove(long)),
            None => drop(members.pop()),
        }
    }
}

fn trim(member: &str) -> &str {
    member.trim_matches([' ', '\t'])
}

/// `key=value`, §3.3.1.3.
fn is_member(member: &&str) -> bool {
    member
        .split_once('=')
        .is_some_and(|(key, value)| is_key(key) && is_value(value))
}

/// `simple-key` or `tenant@system`.
fn is_key(key: &str) -> bool {
    let chars = |part: &str| {
        part.bytes().all(|b| {
            b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'*' | b'/')
        })
    };
    let lower = |part: &str| part.starts_with(|c: char| c.is_ascii_lowercase());
    let digit = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    match key.split_once('@') {
        None => (lower(key) || digit(key)) && key.len() <= 256 && chars(key),
        Some((tenant, system)) => {
            (lower(tenant) || digit(tenant))
                && tenant.len() <= 241
                && chars(tenant)
                && lower(system)
                && system.len() <= 14
                && chars(system)
        }
    }
}

/// Up to 256 printable ASCII characters, not ending with a space. Commas are cut before, `=` is not allowed.
fn is_value(value: &str) -> bool {
    (1..=256).contains(&value.len())
        && value
            .bytes()
            .all(|b| (0x20..=0x7e).contains(&b) && b != b'=')
        && !value.ends_with(' ')
}
