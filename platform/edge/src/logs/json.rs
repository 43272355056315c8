//! Events as JSON, an object a line.
//!
//! The members are `timestamp`, `level`, the fields of the event, `target`, and `span` with the fields of the innermost span and its name, or else with what
//! is said about the [request](crate::request) that the thread works for.
//! Every request writes such a line, so it is put together once, of text that was made when the span began.

use std::fmt;
use std::io::Write;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::request::current::{self, Said};

/// Hands each event's line, with its line feed, to `write`.
pub(super) struct JsonLines<F> {
    write: F,
}

impl<F: Fn(&[u8])> JsonLines<F> {
    pub(super) fn new(write: F) -> Self {
        Self { write }
    }
}

/// The members that the fields of a span are, each with a comma behind it.
struct SpanMembers(Vec<u8>);

impl<S, F> Layer<S> for JsonLines<F>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    F: Fn(&[u8]) + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut members = Vec::with_capacity(128);
            attributes.record(&mut Members(&mut members));
            span.extensions_mut().insert(SpanMembers(members));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(SpanMembers(members)) = span.extensions_mut().get_mut()
        {
            values.record(&mut Members(members));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        let mut line = Vec::with_capacity(512);
        line.extend_from_slice(b"{\"timestamp\":\"");
        let mut time = Time(&mut line);
        // The clock's formatter fails only when its writer does.
        SystemTime.format_time(&mut Writer::new(&mut time)).ok();
        line.extend_from_slice(b"\",\"level\":\"");
        line.extend_from_slice(metadata.level().as_str().as_bytes());
        line.extend_from_slice(b"\",");
        event.record(&mut Members(&mut line));
        line.extend_from_slice(b"\"target\":");
        string(metadata.target(), &mut line);
        if let Some(span) = context.lookup_current() {
            line.extend_from_slice(b",\"span\":{");
            if let Some(SpanMembers(members)) = span.extensions().get() {
                line.extend_from_slice(members);
            }
            line.extend_from_slice(b"\"name\":");
            string(span.name(), &mut line);
            line.push(b'}');
        } else {
            current::with(|request| {
                if let Some(request) = request {
                    of_request(request, &mut line);
                }
            });
        }
        line.extend_from_slice(b"}\n");
        (self.write)(&line);
    }
}

/// Writes the member that a span would be which is the request.
fn of_request(request: &Said, line: &mut Vec<u8>) {
    line.extend_from_slice(b",\"span\":{\"program\":");
    string(request.program, line);
    line.extend_from_slice(b",\"request_id\":");
    string(request.id.as_str(), line);
    // Neither memory nor hex digits can fail.
    write!(line, ",\"trace_id\":\"{}\"", request.trace.trace_id()).ok();
    line.extend_from_slice(b",\"name\":\"request\"}");
}

/// Text that needs no escapes.
struct Time<'l>(&'l mut Vec<u8>);

impl fmt::Write for Time<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// Writes fields as members of an object, each with a comma behind it.
struct Members<'l>(&'l mut Vec<u8>);

impl Members<'_> {
    fn key(&mut self, field: &Field) {
        let name = field.name();
        // Keywords as names of fields.
        string(name.strip_prefix("r#").unwrap_or(name), self.0);
        self.0.push(b':');
    }

    /// A number or a Boolean, as it displays.
    fn plain(&mut self, field: &Field, value: impl fmt::Display) {
        self.key(field);
        // Writing to memory does not fail.
        write!(self.0, "{value},").ok();
    }
}

impl Visit for Members<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        match value.is_finite() {
            true => self.plain(field, value),
            false => self.plain(field, "null"),
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.plain(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.plain(field, value);
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.plain(field, value);
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.plain(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.plain(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.key(field);
        string(value, self.0);
        self.0.push(b',');
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

fn string(text: &str, out: &mut Vec<u8>) {
    let is_plain = |byte: u8| (byte >= b' ') & (byte != b'"') & (byte != b'\\');
    if text
        .bytes()
        .fold(true, |plain, byte| plain & is_plain(byte))
    {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
        return;
    }
    // Neither a string nor memory can fail.
    serde_json::to_writer(out, text).ok();
}

#[cfg(test)]
mod tests;
