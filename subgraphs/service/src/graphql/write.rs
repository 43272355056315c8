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
    /// Bytes of the pieces that are whole.
    bytes: usize,
    /// How many bytes there may be: beyond it nothing more is written.
    most: usize,
}

impl Pieces {
    /// A response: `data`, then `errors` when there are some. The request has paid for what is in it; this is how many bytes it has.
    ///
    /// # Errors
    /// It has more than `most`, and this many of them are written.
    pub(super) fn of(executed: &Executed, most: usize) -> Result<Vec<Bytes>, usize> {
        let mut pieces = Self {
            last: Vec::with_capacity(256),
            most,
            ..Self::default()
        };
        pieces.last.extend_from_slice(b"{\"data\":");
        pieces.value(&executed.data);
        pieces.errors(&executed.errors);
        pieces.last.push(b'}');
        if pieces.is_over() {
            return Err(pieces.len());
        }
        if !pieces.last.is_empty() {
            pieces.whole.push(pieces.last.into());
        }
        Ok(pieces.whole)
    }

    fn len(&self) -> usize {
        self.bytes + self.last.len()
    }

    fn is_over(&self) -> bool {
        self.len() > self.most
    }

    fn errors(&mut self, errors: &[ServerError]) {
        if errors.is_empty() {
            return;
        }
        self.last.extend_from_slice(b",\"errors\":[");
        for (index, error) in errors.iter().enumerate() {
            if self.is_over() {
                return;
            }
            if index > 0 {
                self.last.push(b',');
            }
            self.json(error);
        }
        self.last.push(b']');
    }

    /// Fields are nested as deep as their document, which is bounded.
    fn value(&mut self, value: &Value) {
        if self.is_over() {
            return;
        }
        match value {
            Value::Binary(written) if written.len() <= SMALL => {
                self.last.extend_from_slice(written);
            }
            Value::Binary(written) => {
                if !self.last.is_empty() {
                    self.bytes += self.last.len();
                    self.whole.push(std::mem::take(&mut self.last).into());
                }
                self.bytes += written.len();
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
    let pieces = Pieces::of(executed, usize::MAX).expect("no text is as long");
    String::from_utf8(pieces.concat()).expect("JSON is written in UTF-8")
}
