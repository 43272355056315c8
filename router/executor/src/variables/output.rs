//! What coercion writes, counted against a bound: a few bytes of variables can ask for defaults of any size.

use std::ops::Range;

use crate::json::{Tree, Value, write_string};

/// Coerced JSON of a bounded size. What no longer fits is not written, and the output stays full from then on.
pub(super) struct Output {
    json: Vec<u8>,
    limit: usize,
    full: bool,
}

impl Output {
    /// At most `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            json: Vec::new(),
            limit,
            full: false,
        }
    }

    /// Something did not fit.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    pub(super) fn len(&self) -> usize {
        self.json.len()
    }

    /// Makes sure that this many bytes fit.
    fn grow(&mut self, bytes: usize) -> bool {
        self.full |= bytes > self.limit.saturating_sub(self.json.len());
        !self.full
    }

    pub(super) fn push(&mut self, byte: u8) {
        if self.grow(1) {
            self.json.push(byte);
        }
    }

    pub(super) fn text(&mut self, text: &[u8]) {
        if self.grow(text.len()) {
            self.json.extend_from_slice(text);
        }
    }

    /// Text that needs no escapes, between quotes.
    pub(super) fn quoted(&mut self, text: &[u8]) {
        if self.grow(text.len() + 2) {
            self.json.push(b'"');
            self.json.extend_from_slice(text);
            self.json.push(b'"');
        }
    }

    pub(super) fn string(&mut self, text: &str) {
        if self.grow(text.len() + 2) {
            write_string(text, &mut self.json);
            self.grow(0);
        }
    }

    /// A value of the request, which is no longer than it was sent.
    pub(super) fn value<'a>(&mut self, tree: &Tree<'a>, value: Value<'a>) {
        if self.grow(0) {
            tree.write(value, &mut self.json);
            self.grow(0);
        }
    }

    /// What was written before, once more.
    pub(super) fn again(&mut self, range: Range<usize>) {
        if self.grow(range.len()) {
            self.json.extend_from_within(range);
        }
    }

    pub(super) fn into_json(self) -> Vec<u8> {
        self.json
    }
}
