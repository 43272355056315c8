//! The text of an answer, in pieces: what fields wrote themselves is taken over, not copied.

use async_graphql::{Response as Executed, ServerError, Value};
use axum::body::Bytes;

/// A piece that is copied is cheaper than one more piece.
const SMALL: usize = 1024;

/// The pieces of a text, in their order.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    whole: Vec<Bytes>,
    last: Vec<u8>,
}

impl Pieces {
    /// A response: `data`, then `errors` when there are some.
    pub(super) fn of(executed: &Executed) -> Self {
        let mut pieces = Self {
            whole: Vec::new(),
            last: Vec::with_capacity(256),
        };
        pieces.last.extend_from_slice(b"{\"data\":");
        pieces.value(&executed.data);
        pieces.errors(&executed.errors);
        pieces.last.push(b'}');
        pieces
    }

    /// The whole, in pieces.
    pub(super) fn finish(mut self) -> Vec<Bytes> {
        if !self.last.is_empty() {
            self.whole.push(self.last.into());
        }
        self.whole
    }

    fn errors(&mut self, errors: &[ServerError]) {
        if errors.is_empty() {
            return;
        }
        self.last.extend_from_slice(b",\"errors\":");
        self.json(errors);
    }

    /// Fields are nested as deep as their document, which is bounded.
    fn value(&mut self, value: &Value) {
        match value {
            Value::Binary(written) if written.len() <= SMALL => {
                self.last.extend_from_slice(written);
            }
            Value::Binary(written) => {
                if !self.last.is_empty() {
                    self.whole.push(std::mem::take(&mut self.last).into());
                }
                self.whole.push(written.clone());
            }
            Value::List(items) => {
                self.last.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.last.push(b',');
                    }
                    self.value(item);
                }
                self.last.push(b']');
            }
            Value::Object(members) => {
                self.last.push(b'{');
                for (index, (name, member)) in members.iter().enumerate() {
                    if index > 0 {
                        self.last.push(b',');
                    }
                    // Names need no escape.
                    self.last.push(b'"');
                    self.last.extend_from_slice(name.as_bytes());
                    self.last.extend_from_slice(b"\":");
                    self.value(member);
                }
                self.last.push(b'}');
            }
            Value::String(text) => self.json(text),
            Value::Null => self.last.extend_from_slice(b"null"),
            scalar => self.json(scalar),
        }
    }

    fn json(&mut self, value: &(impl serde::Serialize + ?Sized)) {
        serde_json::to_writer(&mut self.last, value)
            .expect("no maps with other keys than texts, and writing to memory cannot fail");
    }
}

/// Writes a scalar; `None`, and nothing, for anything else.
pub(super) fn scalar(text: &mut Vec<u8>, value: &Value) -> Option<()> {
    match value {
        Value::Binary(_) | Value::List(_) | Value::Object(_) => None,
        scalar => serde_json::to_writer(text, scalar).ok(),
    }
}

/// The JSON text of a response: what `/graphql` answers, for tests of a schema without HTTP.
#[must_use]
pub fn to_json(executed: &Executed) -> String {
    let pieces = Pieces::of(executed).finish().concat();
    String::from_utf8(pieces).expect("JSON is written in UTF-8")
}
