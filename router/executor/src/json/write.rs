//! Writing values as JSON without white space.

use std::collections::HashSet;

use super::tree::{Field, Tree};
use super::value::{List, ObjectId, Value};

/// Where text is written to.
pub(crate) trait Sink {
    fn push(&mut self, byte: u8);
    fn extend(&mut self, text: &[u8]);
}

impl Sink for Vec<u8> {
    #[inline]
    fn push(&mut self, byte: u8) {
        Vec::push(self, byte);
    }

    #[inline]
    fn extend(&mut self, text: &[u8]) {
        self.extend_from_slice(text);
    }
}

/// How long a text is that is not written.
struct Length(usize);

impl Sink for Length {
    fn push(&mut self, _: u8) {
        self.0 += 1;
    }

    fn extend(&mut self, text: &[u8]) {
        self.0 += text.len();
    }
}

impl<'a> Tree<'a> {
    /// How many bytes a value takes at most when it is written.
    #[inline]
    pub(crate) fn written_len(&self, value: Value<'a>) -> usize {
        match value {
            Value::Null | Value::Bool(_) => b"false".len(),
            Value::Number(text) | Value::String(text) | Value::List(List::Leaves(text)) => {
                text.len()
            }
            Value::List(List::Items(_)) | Value::Object(_) => {
                let mut length = Length(0);
                self.write(value, &mut length);
                length.0
            }
        }
    }

    /// Writes a value as JSON without white space.
    pub(crate) fn write<S: Sink>(&self, value: Value<'a>, out: &mut S) {
        match value {
            Value::Null => out.extend(b"null"),
            Value::Bool(true) => out.extend(b"true"),
            Value::Bool(false) => out.extend(b"false"),
            Value::Number(raw) | Value::String(raw) => out.extend(raw),
            Value::List(items) => self.write_list(items, out),
            Value::Object(id) => {
                let mut lead = b'{';
                let mut write = |(key, value): Field<'a>| {
                    out.push(std::mem::replace(&mut lead, b','));
                    out.push(b'"');
                    out.extend(key);
                    out.extend(b"\":");
                    self.write(value, out);
                };
                if self.parts(id).next().is_none() {
                    self.own_fields(id).for_each(&mut write);
                } else {
                    self.distinct_fields(id, &mut HashSet::new(), &mut write);
                }
                if lead == b'{' {
                    out.push(b'{');
                }
                out.push(b'}');
            }
        }
    }

    fn write_list<S: Sink>(&self, items: List<'a>, out: &mut S) {
        let mut lead = b'[';
        for item in self.items(items) {
            out.push(std::mem::replace(&mut lead, b','));
            self.write(item, out);
        }
        if lead == b'[' {
            out.push(b'[');
        }
        out.push(b']');
    }

    /// An object's fields with those of its parts; of several with one key, the first.
    fn distinct_fields(
        &self,
        id: ObjectId,
        seen: &mut HashSet<&'a [u8]>,
        write: &mut impl FnMut(Field<'a>),
    ) {
        for (key, value) in self.own_fields(id) {
            if seen.insert(key) {
                write((key, value));
            }
        }
        for part in self.parts(id) {
            self.distinct_fields(part, seen, write);
        }
    }
}
