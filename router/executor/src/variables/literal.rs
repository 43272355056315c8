//! Default values, which are written in GraphQL, as JSON.

use apollo_compiler::Schema;
use apollo_compiler::ast::{Type, Value};
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use apollo_compiler::validation::Valid;

use crate::json::write_string;

/// Defaults of input fields within defaults go this deep; they may refer to each other in circles.
const MAX_DEPTH: usize = 32;

/// Writes a constant of that type as JSON, coerced: a single value becomes a list, an integer an ID, and input objects
/// get their defaults. Validation has seen to it that it is of the type.
pub(super) fn write_literal(schema: &Valid<Schema>, value: &Value, ty: &Type, out: &mut Vec<u8>) {
    let mut writer = Writer { schema, out };
    writer.typed(value, ty, 0);
}

struct Writer<'w> {
    schema: &'w Valid<Schema>,
    out: &'w mut Vec<u8>,
}

impl Writer<'_> {
    fn typed(&mut self, value: &Value, ty: &Type, depth: usize) {
        match (ty, value) {
            (_, Value::Null) => self.out.extend_from_slice(b"null"),
            (Type::List(item) | Type::NonNullList(item), Value::List(values)) => {
                self.list(values, |writer, value| writer.typed(value, item, depth));
            }
            (Type::List(item) | Type::NonNullList(item), single) => {
                self.out.push(b'[');
                self.typed(single, item, depth);
                self.out.push(b']');
            }
            (Type::Named(name) | Type::NonNullNamed(name), value) => {
                let schema = self.schema;
                match (schema.types.get(name), value) {
                    (Some(ExtendedType::InputObject(input)), Value::Object(fields)) => {
                        let given = |name: &str| fields.iter().find(|(given, _)| given == name);
                        self.input_object(input, depth, |name| Some(&*given(name)?.1));
                    }
                    (_, Value::Int(digits)) if name == "ID" => {
                        write_string(digits.as_str(), self.out);
                    }
                    _ => self.untyped(value),
                }
            }
        }
    }

    fn input_object<'v>(
        &mut self,
        input: &'v InputObjectType,
        depth: usize,
        given: impl Fn(&str) -> Option<&'v Value>,
    ) {
        let mut lead: &[u8] = b"{\"";
        for (name, field) in &input.fields {
            let default = field.default_value.as_deref().filter(|_| depth < MAX_DEPTH);
            let Some(value) = given(name).or(default) else {
                continue;
            };
            self.out.extend_from_slice(lead);
            lead = b",\"";
            self.out.extend_from_slice(name.as_bytes());
            self.out.extend_from_slice(b"\":");
            self.typed(value, &field.ty, depth + 1);
        }
        self.out
            .extend_from_slice(if lead == b"{\"" { b"{}" } else { b"}" });
    }

    fn list<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.out.push(b'[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            write(self, item);
        }
        self.out.push(b']');
    }

    /// A value as it is written: a leaf, or anything of a custom scalar.
    fn untyped(&mut self, value: &Value) {
        match value {
            Value::Boolean(true) => self.out.extend_from_slice(b"true"),
            Value::Boolean(false) => self.out.extend_from_slice(b"false"),
            Value::Int(digits) => self.out.extend_from_slice(digits.as_str().as_bytes()),
            Value::Float(digits) => self.out.extend_from_slice(digits.as_str().as_bytes()),
            Value::String(text) => write_string(text, self.out),
            Value::Enum(name) => write_string(name, self.out),
            // A default value is constant.
            Value::Null | Value::Variable(_) => self.out.extend_from_slice(b"null"),
            Value::List(items) => self.list(items, |writer, item| writer.untyped(item)),
            Value::Object(fields) => {
                self.out.push(b'{');
                for (index, (name, value)) in fields.iter().enumerate() {
                    if index > 0 {
                        self.out.push(b',');
                    }
                    write_string(name, self.out);
                    self.out.push(b':');
                    self.untyped(value);
                }
                self.out.push(b'}');
            }
        }
    }
}
