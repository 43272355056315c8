//! W3C Trace Context: <https://www.w3.org/TR/trace-context/>.

use std::fmt;

use http::header::{HeaderMap, HeaderName, HeaderValue};

/// `traceparent`.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// `tracestate`.
pub const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// The length of a version-00 `traceparent`: `00-{32 hex}-{16 hex}-{2 hex}`.
const LENGTH: usize = 55;
/// The only flags that are passed on: sampled (level 1), random trace id (level 2).
const KNOWN_FLAGS: u8 = 0b11;
/// A trace that starts here: recorded (its id is in the access log), and its id is random.
const NEW_FLAGS: u8 = 0b11;
/// What `tracestate` must at least carry, §3.3.1.5, and all that is carried here.
const STATE_CHARS: usize = 512;
/// Longer members go first when a state is shortened, §3.3.1.5.
const LONG_MEMBER: usize = 128;
/// Members of a `tracestate`, §3.3.1.1.
const STATE_MEMBERS: usize = 32;

/// The place of a request in its trace: in the extensions of every observed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceContext {
    trace_id: u128,
    /// This program's own span, parent of what it asks of others.
    span_id: u64,
    /// The caller's span, when there was one.
    parent_id: Option<u64>,
    flags: u8,
    state: Option<HeaderValue>,
}

impl TraceContext {
    /// Continues the trace that the headers of a request tell, or starts one when they tell none or tell it wrongly.
    #[must_use]
    pub fn receive(headers: &HeaderMap) -> Self {
        let span_id = random_span_id();
        match parent(headers) {
            Some(parent) => Self {
                trace_id: parent.trace_id,
                span_id,
                parent_id: Some(parent.span_id),
                flags: parent.flags & KNOWN_FLAGS,
                state: state(headers),
            },
            // §3.4: without a valid traceparent the tracestate is not even looked at.
            None => Self {
                trace_id: random_trace_id(),
                span_id,
                parent_id: None,
                flags: NEW_FLAGS,
                state: None,
            },
        }
    }

    /// The value of `traceparent` for one outgoing request: same trace, a span of its own.
    #[must_use]
    pub fn child(&self) -> HeaderValue {
        let mut text = [0; LENGTH];
        text[..3].copy_from_slice(b"00-");
        write_hex(&mut text[3..35], self.trace_id);
        text[35] = b'-';
        write_hex(&mut text[36..52], u128::from(random_span_id()));
        text[52] = b'-';
        write_hex(&mut text[53..], u128::from(self.flags));
        HeaderValue::from_bytes(&text).expect("hex digits and dashes are a header value")
    }

    /// Puts the trace into the headers of one outgoing request, over what they may say.
    pub fn inject(&self, headers: &mut HeaderMap) {
        headers.insert(TRACEPARENT, self.child());
        match &self.state {
            Some(state) => headers.insert(TRACESTATE, state.clone()),
            None => headers.remove(TRACESTATE),
        };
    }

    /// The trace, as 32 hex digits when displayed.
    #[must_use]
    pub fn trace_id(&self) -> TraceId {
        TraceId(self.trace_id)
    }

    /// The span of this program in the trace, as 16 hex digits when displayed.
    #[must_use]
    pub fn span_id(&self) -> SpanId {
        SpanId(self.span_id)
    }

    /// The span of the caller, when the trace did not start here.
    #[must_use]
    pub fn parent_id(&self) -> Option<SpanId> {
        self.parent_id.map(SpanId)
    }

    /// Whether the caller may have recorded the trace.
    #[must_use]
    pub fn sampled(&self) -> bool {
        self.flags & 1 == 1
    }

    /// What tracing systems told each other about this trace, passed on as it came.
    #[must_use]
    pub fn state(&self) -> Option<&HeaderValue> {
        self.state.as_ref()
    }
}

/// The id of a trace; displays as 32 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceId(u128);

/// The id of a span; displays as 16 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SpanId(u64);

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display_hex::<32>(self.0, f)
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display_hex::<16>(self.0.into(), f)
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A valid `traceparent`.
struct Parent {
    trace_id: u128,
    span_id: u64,
    flags: u8,
}

/// The one `traceparent` of a request; several are as bad as none.
fn parent(headers: &HeaderMap) -> Option<Parent> {
    let mut values = headers.get_all(TRACEPARENT).iter();
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    parse_parent(value.as_bytes())
}

/// §3.2.2; later versions may append fields, §3.2.4.
fn parse_parent(text: &[u8]) -> Option<Parent> {
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
    let trace_id = read_hex(&head[3..35]).filter(|id| *id != 0)?;
    let span_id = read_hex(&head[36..52]).and_then(|id| u64::try_from(id).ok());
    let flags = read_hex(&head[53..]).and_then(|flags| u8::try_from(flags).ok());
    Some(Parent {
        trace_id,
        span_id: span_id.filter(|id| *id != 0)?,
        flags: flags?,
    })
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

/// Lower-case hex digits only, §3.2.2.
fn read_hex(digits: &[u8]) -> Option<u128> {
    digits.iter().try_fold(0, |number: u128, digit| {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(number << 4 | u128::from(digit))
    })
}

/// The lowest digits of `number`, as many as `out` holds.
pub(crate) fn write_hex(out: &mut [u8], mut number: u128) {
    for digit in out.iter_mut().rev() {
        *digit = b"0123456789abcdef"[(number & 0xf) as usize];
        number >>= 4;
    }
}

fn display_hex<const DIGITS: usize>(number: u128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut text = [0; DIGITS];
    write_hex(&mut text, number);
    // Digits are ASCII.
    f.write_str(std::str::from_utf8(&text).unwrap_or_default())
}

/// Ids need to be unlikely to meet, not hard to guess.
fn random_trace_id() -> u128 {
    fastrand::u128(1..)
}

fn random_span_id() -> u64 {
    fastrand::u64(1..)
}

#[cfg(test)]
mod tests;
