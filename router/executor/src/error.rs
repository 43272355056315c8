//! Errors of a response: data with a message, a path, a code and the subgraph it came from
//! (<https://spec.graphql.org/September2025/#sec-Errors>).

use std::collections::HashSet;
use std::hash::BuildHasher;

use crate::fault::Fault;
use crate::json::{self, Tree, is_text};
use crate::path::{Step, write_number, write_path};

/// A place in the text of the operation, 1-based.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceLocation {
    /// Line.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
}

/// An error for which the operation is not executed at all: the response has no `data`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestError {
    /// What is wrong and what was expected.
    pub message: String,
    /// A stable code.
    pub code: &'static str,
    /// Where in the operation, if it is about a place there.
    pub locations: Vec<SourceLocation>,
}

impl RequestError {
    /// An error about no particular place.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code,
            locations: Vec::new(),
        }
    }

    /// The same, about a place in the operation.
    #[must_use]
    pub fn at(mut self, location: impl IntoIterator<Item = SourceLocation>) -> Self {
        self.locations.extend(location);
        self
    }
}

/// The JSON of a response that has no data: `{"errors":[…]}`.
pub fn request_error_body(errors: &[RequestError]) -> Vec<u8> {
    let mut out = b"{\"errors\":[".to_vec();
    for (index, error) in errors.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(b"{\"message\":");
        json::write_string(&error.message, &mut out);
        if !error.locations.is_empty() {
            out.extend_from_slice(b",\"locations\":[");
            for (index, location) in error.locations.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                out.extend_from_slice(b"{\"line\":");
                write_number(location.line, &mut out);
                out.extend_from_slice(b",\"column\":");
                write_number(location.column, &mut out);
                out.push(b'}');
            }
            out.push(b']');
        }
        out.extend_from_slice(b",\"extensions\":{\"code\":");
        json::write_string(error.code, &mut out);
        out.extend_from_slice(b"}}");
    }
    out.extend_from_slice(b"]}");
    out
}

/// The errors beside data, written as they are found.
#[derive(Debug, Default)]
pub(crate) struct ErrorList {
    /// The members of the JSON list.
    pub(crate) json: Vec<u8>,
    /// The code of each.
    pub(crate) codes: Vec<String>,
    /// No more than this are kept: different ones first.
    max: usize,
    /// Where each begins in `json`, with its comma.
    starts: Vec<usize>,
    /// What was reported, as hashes.
    told: HashSet<u64>,
    /// Those, as indices, that report what another one reported at another place.
    repeats: Vec<usize>,
    /// How many came before the last split.
    before: usize,
}

/// No error is added to more bytes of them than this: each may repeat what a subgraph says. One may have as many bytes itself.
const MAX_BYTES: usize = 1024 * 1024;

/// No longer messages are repeated, in bytes, nor codes.
const MAX_TEXT: usize = 64 * 1024;

/// Messages of one length differ if their first bytes do, up to here: each is looked at for every place that it is about.
const COMPARED: usize = 1024;

/// What [`ErrorList::begin`] ends with.
const EMPTY_CODE: &[u8] = b",\"extensions\":{\"code\":\"\"";

impl ErrorList {
    /// Of no more than `max` errors.
    pub(crate) fn new(max: usize) -> Self {
        Self {
            max,
            ..Self::default()
        }
    }

    /// Whether there is room for an error: where there are as many as there may be, those that were not reported go before repeats.
    pub(crate) fn takes(&self, code: &str, message: &str) -> bool {
        if self.json.len() >= MAX_BYTES {
            return false;
        }
        self.codes.len() < self.max
            || (!self.repeats.is_empty() && !self.told.contains(&self.hash(code, message)))
    }

    /// The same, of no more than `max` errors.
    pub(crate) fn at_most(&mut self, max: usize) {
        self.max = self.max.min(max);
    }

    /// Whether there are as many as there may be: none is added but in place of a repeat, and none that was reported before.
    pub(crate) fn is_full(&self) -> bool {
        self.codes.len() >= self.max || self.json.len() >= MAX_BYTES
    }

    /// Whether nothing is added any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.json.len() >= MAX_BYTES || (self.is_full() && self.repeats.is_empty())
    }

    /// How many bytes they have.
    pub(crate) fn size(&self) -> usize {
        self.json.len()
    }

    fn hash(&self, code: &str, message: &str) -> u64 {
        let told = (compared(code), compared(message));
        self.told.hasher().hash_one(told)
    }

    /// Gives up the last repeat. There is one, and it is not the first error.
    fn drop_repeat(&mut self) {
        let Some(index) = self.repeats.pop() else {
            return;
        };
        let start = self.starts.remove(index);
        let end = self.starts.get(index).copied();
        let end = end.unwrap_or(self.json.len());
        self.json.drain(start..end);
        for later in &mut self.starts[index..] {
            *later -= end - start;
        }
        self.codes.remove(index);
        self.before -= usize::from(index < self.before);
    }

    /// Parts those so far from those to come.
    pub(crate) fn split(&mut self) {
        self.before = self.codes.len();
    }

    /// Writes the member `errors`, if there are any before the last split.
    pub(crate) fn write_before(&self, out: &mut Vec<u8>) {
        let end = self.starts.get(self.before).copied();
        write(&self.json[..end.unwrap_or(self.json.len())], out);
    }

    /// The same from there on.
    pub(crate) fn write_after(&self, out: &mut Vec<u8>) {
        let start = self.starts.get(self.before).copied();
        let after = &self.json[start.unwrap_or(self.json.len())..];
        write(after.strip_prefix(b",").unwrap_or(after), out);
    }

    /// Writes the member `errors`, if there are any.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        write(&self.json, out);
    }

    /// Writes what [`ErrorList::note`] noted, under the name that Apollo's clients know
    /// (<https://www.apollographql.com/docs/graphos/routing/operations/response-format>).
    pub(crate) fn write_notes(&self, out: &mut Vec<u8>) {
        if !self.codes.is_empty() {
            out.extend_from_slice(b",\"extensions\":{\"valueCompletion\":[");
            out.extend_from_slice(&self.json);
            out.extend_from_slice(b"]}");
        }
    }

    /// What is worth telling, and no error.
    pub(crate) fn note(&mut self, message: &str, path: &[Step<'_>]) {
        if self.begin("", message, path) {
            let end = self.json.len() - EMPTY_CODE.len();
            self.json.truncate(end);
            self.json.push(b'}');
        }
    }

    /// An error that the router itself found at a place.
    pub(crate) fn push(&mut self, code: &str, message: &str, path: &[Step<'_>]) {
        if self.begin(code, message, path) {
            self.json.extend_from_slice(b"}}");
        }
    }

    /// A subgraph's error, at one of the places where the response has what it is about.
    pub(crate) fn push_fault(&mut self, tree: &Tree<'_>, fault: &Fault<'_>, path: &[Step<'_>]) {
        if !self.begin(&fault.code, &fault.message, path) {
            return;
        }
        let out = &mut self.json;
        out.extend_from_slice(b",\"service\":");
        json::write_string(fault.service, out);
        let extensions = fault.extensions.map(|object| tree.own_fields(object));
        for (key, value) in extensions.into_iter().flatten() {
            // Nor is more of one error repeated than there may be of all.
            let fits = out.len() + key.len() + tree.written_len(value) <= 2 * MAX_BYTES;
            if fits && !is_text(key, "code") && !is_text(key, "service") {
                out.extend_from_slice(b",\"");
                out.extend_from_slice(key);
                out.extend_from_slice(b"\":");
                tree.write(value, out);
            }
        }
        out.extend_from_slice(b"}}");
    }

    /// Writes an error up to its code, unless there is no room.
    fn begin(&mut self, code: &str, message: &str, path: &[Step<'_>]) -> bool {
        let (code, message) = (cut(code), cut(message));
        if !self.takes(code, message) {
            return false;
        }
        if self.codes.len() >= self.max {
            self.drop_repeat();
        }
        if !self.told.insert(self.hash(code, message)) {
            self.repeats.push(self.codes.len());
        }
        self.codes.push(code.to_owned());
        self.starts.push(self.json.len());
        let out = &mut self.json;
        if !out.is_empty() {
            out.push(b',');
        }
        out.extend_from_slice(b"{\"message\":");
        json::write_string(message, out);
        if !path.is_empty() {
            out.extend_from_slice(b",\"path\":");
            write_path(path.iter().copied(), out);
        }
        out.extend_from_slice(b",\"extensions\":{\"code\":");
        json::write_string(code, out);
        true
    }
}

/// What of a text tells it apart from others.
fn compared(text: &str) -> (usize, &[u8]) {
    let bytes = text.as_bytes();
    (bytes.len(), &bytes[..bytes.len().min(COMPARED)])
}

/// The beginning of a text that is too long.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_TEXT)]
}

fn write(errors: &[u8], out: &mut Vec<u8>) {
    if !errors.is_empty() {
        out.extend_from_slice(b",\"errors\":[");
        out.extend_from_slice(errors);
        out.push(b']');
    }
}
