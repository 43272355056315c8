//! Writing values as JSON without white space.

use std::collections::HashSet;

use super::tree::{Field, Tree};
use super::value::{List, ObjectId, Value};

impl<'a> Tree<'a> {
    /// Writes a value as JSON without white space.
    pub(crate) fn write(&self, value: Value<'a>, out: &mut Vec<u8>) {
        match value {
            Value::Null => out.extend_from_slice(b"null"),
            Value::Bool(true) => out.extend_from_slice(b"true"),
            Value::Bool(false) => out.extend_from_slice(b"false"),
            Value::Number(raw) | Value::String(raw) => out.extend_from_slice(raw),
            Value::List(items) => self.write_list(items, out),
            Value::Object(id) => {
                let mut lead = b'{';
                let mut write = |(key, value): Field<'a>| {
                    out.push(std::mem::replace(&mut lead, b','));
                    out.push(b'"');
                    out.extend_from_slice(key);
                    out.extend_from_slice(b"\":");
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

    /// How many bytes that is, or a few more.
    pub(crate) fn text_len(&self, value: Value<'a>) -> usize {
        match value {
            Value::Null | Value::Bool(_) => b"false".len(),
            Value::Number(raw) | Value::String(raw) => raw.len(),
            Value::List(List::Leaves(raw)) => raw.len(),
            Value::List(items) => {
                let items = self.items(items).map(|item| self.text_len(item) + 1);
                items.sum::<usize>() + 2
            }
            Value::Object(id) => {
                let own = self.own_fields(id);
                let own = own.map(|(key, value)| key.len() + 4 + self.text_len(value));
                let parts = self
                    .parts(id)
                    .map(|part| self.text_len(Value::Object(part)));
                own.sum::<usize>() + parts.sum::<usize>() + 2
            }
        }
    }

    fn write_list(&self, items: List<'a>, out: &mut Vec<u8>) {
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
