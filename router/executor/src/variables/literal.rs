//! Default values, which are written in GraphQL, as JSON: a single value becomes a list, an integer an ID, and input objects
//! get their defaults. Validation has seen to it that a default is of its type.
//!
//! Each default of an input field is coerced once for a request, however often it is taken: further places repeat its text.

use std::collections::HashMap;
use std::ops::Range;

use apollo_compiler::Node;
use apollo_compiler::ast::{InputValueDefinition, Type, Value};
use apollo_compiler::schema::{ExtendedType, InputObjectType};

use super::coerce::{Coercion, Given, MAX_DEPTH};
use crate::path::Path;

/// How far the default of an input field is.
#[derive(Clone)]
enum Progress {
    /// It is being written; meeting it now means that it contains itself.
    Begun,
    /// Where it is in the output.
    Done(Range<usize>),
}

/// The defaults of input fields that a request has taken so far, by the definition of the field.
#[derive(Default)]
pub(super) struct Defaults {
    known: HashMap<*const InputValueDefinition, Progress>,
}

impl<'s> Coercion<'s, '_> {
    /// Writes the default of a field that is not given.
    pub(super) fn default_of(
        &mut self,
        field: &'s Node<InputValueDefinition>,
        default: &'s Value,
        input: &InputObjectType,
        path: &Path<'_, '_>,
        depth: usize,
    ) {
        let definition: *const InputValueDefinition = &raw const **field;
        match self.defaults.known.get(&definition) {
            Some(Progress::Done(range)) => self.out.again(range.clone()),
            Some(Progress::Begun) => {
                let (ty, field) = (&input.name, &field.name);
                let problem = "cannot be completed: the default value of";
                self.fail(path, &format!("{problem} \"{ty}.{field}\" contains itself"));
            }
            None => {
                self.defaults.known.insert(definition, Progress::Begun);
                let start = self.out.len();
                self.literal(default, &field.ty, path, depth);
                let done = Progress::Done(start..self.out.len());
                self.defaults.known.insert(definition, done);
            }
        }
    }

    /// Writes a constant of that type.
    pub(super) fn literal(
        &mut self,
        value: &'s Value,
        ty: &'s Type,
        path: &Path<'_, '_>,
        depth: usize,
    ) {
        if depth > MAX_DEPTH {
            return self.too_deep(path);
        }
        match (ty, value) {
            (_, Value::Null) => self.out.text(b"null"),
            (Type::List(item) | Type::NonNullList(item), Value::List(values)) => {
                self.list(values, |this, value| {
                    this.literal(value, item, path, depth + 1);
                });
            }
            (Type::List(item) | Type::NonNullList(item), single) => {
                self.out.push(b'[');
                self.literal(single, item, path, depth + 1);
                self.out.push(b']');
            }
            (Type::Named(name) | Type::NonNullNamed(name), value) => {
                match (self.schema.types.get(name), value) {
                    (Some(ExtendedType::InputObject(input)), Value::Object(fields)) => {
                        let given = fields.iter().filter_map(|(name, value)| {
                            let index = input.fields.get_index_of(name)?;
                            Some((index, Given::Literal(value)))
                        });
                        self.members(given.collect(), input, path, depth);
                    }
                    (_, Value::Int(digits)) if name == "ID" => {
                        self.out.quoted(digits.as_str().as_bytes());
                    }
                    _ => self.untyped(value),
                }
            }
        }
    }

    fn list<T>(&mut self, items: &'s [T], mut write: impl FnMut(&mut Self, &'s T)) {
        self.out.push(b'[');
        for (index, item) in items.iter().enumerate() {
            if self.is_over() {
                break;
            }
            if index > 0 {
                self.out.push(b',');
            }
            write(self, item);
        }
        self.out.push(b']');
    }

    /// A value as it is written: a leaf, or anything of a custom scalar. The parser bounds its depth.
    fn untyped(&mut self, value: &'s Value) {
        match value {
            Value::Boolean(true) => self.out.text(b"true"),
            Value::Boolean(false) => self.out.text(b"false"),
            Value::Int(digits) => self.out.text(digits.as_str().as_bytes()),
            Value::Float(digits) => self.out.text(digits.as_str().as_bytes()),
            Value::String(text) => self.out.string(text),
            Value::Enum(name) => self.out.quoted(name.as_bytes()),
            // A default value is constant.
            Value::Null | Value::Variable(_) => self.out.text(b"null"),
            Value::List(items) => self.list(items, |this, item| this.untyped(item)),
            Value::Object(fields) => {
                self.out.push(b'{');
                for (index, (name, value)) in fields.iter().enumerate() {
                    if self.is_over() {
                        break;
                    }
                    if index > 0 {
                        self.out.push(b',');
                    }
                    self.out.quoted(name.as_bytes());
                    self.out.push(b':');
                    self.untyped(value);
                }
                self.out.push(b'}');
            }
        }
    }
}
