//! Coercing variable values (<https://spec.graphql.org/September2025/#sec-Coercing-Variable-Values>) without a
//! change to what was sent: every value is checked against its type and then passed on as the JSON it was, digits included.

use std::borrow::Cow;
use std::fmt::Write as _;

use apollo_compiler::Schema;
use apollo_compiler::ast::{self, Type};
use apollo_compiler::executable::Operation;
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use apollo_compiler::validation::Valid;
use planner::Condition;

use crate::error::RequestError;
use crate::json::{self, Object, Value, write_string};

/// No more errors than this are reported for one request.
const MAX_ERRORS: usize = 20;
const CODE: &str = "BAD_USER_INPUT";

/// The coerced variables of one request.
#[derive(Clone, Debug, Default)]
pub struct Variables<'v> {
    values: Vec<(String, Cow<'v, str>)>,
}

impl<'v> Variables<'v> {
    /// The JSON of a variable; `None` when it was neither given nor has a default.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, json)| &**json)
    }

    /// All of them as one JSON object.
    pub(crate) fn to_json(&self) -> String {
        let mut out = vec![b'{'];
        for (index, (name, value)) in self.values.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            write_string(name, &mut out);
            out.push(b':');
            out.extend_from_slice(value.as_bytes());
        }
        out.push(b'}');
        String::from_utf8_lossy(&out).into_owned()
    }

    /// Whether a condition of the plan holds.
    pub(crate) fn satisfy(&self, condition: &Condition) -> bool {
        condition.any.iter().any(|all| {
            all.iter().all(|literal| {
                let expected = if literal.expected { "true" } else { "false" };
                self.get(&literal.variable)
                    .is_some_and(|value| value.trim() == expected)
            })
        })
    }
}

/// Checks the `variables` of a request (JSON text of an object; `None` or `null` when there were none) against an operation.
///
/// # Errors
/// One for each value that is missing or is not of its type, naming the variable and the place within it.
pub fn coerce_variables<'v>(
    schema: &Valid<Schema>,
    operation: &Operation,
    variables: Option<&'v str>,
) -> Result<Variables<'v>, Vec<RequestError>> {
    let text = variables.unwrap_or("null");
    let given = match json::parse(text.as_bytes()) {
        Ok(Value::Object(object)) => object,
        Ok(Value::Null) => Object::default(),
        Ok(other) => {
            let message = format!("\"variables\" is {}; expected an object", other.kind());
            return Err(vec![RequestError::new(CODE, message)]);
        }
        Err(error) => {
            return Err(vec![RequestError::new(
                CODE,
                format!("\"variables\" is not JSON: {error}"),
            )]);
        }
    };
    let mut coerced = Variables::default();
    let mut checker = Checker {
        schema,
        errors: Vec::new(),
        path: String::new(),
    };
    for definition in &operation.variables {
        let name = definition.name.as_str();
        match (given.get(name), &definition.default_value) {
            (Some(value), _) => {
                checker.path = format!("${name}");
                checker.check(value, &definition.ty);
                let mut json = Vec::new();
                value.write(&mut json);
                // Written from text that was read, so it is text.
                let json = String::from_utf8(json).unwrap_or_default();
                coerced.values.push((name.to_owned(), Cow::Owned(json)));
            }
            (None, Some(default)) => {
                let mut json = Vec::new();
                write_literal(default, &mut json);
                coerced.values.push((
                    name.to_owned(),
                    Cow::Owned(String::from_utf8(json).unwrap_or_default()),
                ));
            }
            (None, None) if definition.ty.is_non_null() => {
                checker.path = format!("${name}");
                checker.fail(&format!("is missing; expected \"{}\"", definition.ty));
            }
            (None, None) => {}
        }
    }
    if checker.errors.is_empty() {
        Ok(coerced)
    } else {
        Err(checker.errors)
    }
}

struct Checker<'s> {
    schema: &'s Valid<Schema>,
    errors: Vec<RequestError>,
    /// Where in the variables: `$filter.tags[2]`.
    path: String,
}

impl Checker<'_> {
    fn fail(&mut self, problem: &str) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(RequestError::new(
                CODE,
                format!("the variable \"{}\" {problem}", self.path),
            ));
        }
    }

    fn unexpected(&mut self, value: &Value<'_>, ty: &Type) {
        self.fail(&format!("is {}; expected \"{ty}\"", value.kind()));
    }

    /// Recursion is bounded by the depth of the JSON, and by that of the type where a single value stands for a list.
    fn check(&mut self, value: &Value<'_>, ty: &Type) {
        match (ty, value) {
            (Type::NonNullNamed(_) | Type::NonNullList(_), Value::Null) => {
                self.fail(&format!("is null; expected \"{ty}\""));
            }
            (_, Value::Null) => {}
            (Type::List(item) | Type::NonNullList(item), Value::Array(values)) => {
                for (index, value) in values.iter().enumerate() {
                    let length = self.path.len();
                    let _ = write!(self.path, "[{index}]");
                    self.check(value, item);
                    self.path.truncate(length);
                }
            }
            (Type::List(item) | Type::NonNullList(item), single) => self.check(single, item),
            (Type::Named(name) | Type::NonNullNamed(name), value) => {
                self.check_named(value, name, ty)
            }
        }
    }

    fn check_named(&mut self, value: &Value<'_>, name: &str, ty: &Type) {
        match self.schema.types.get(name) {
            Some(ExtendedType::InputObject(input)) => self.check_input_object(value, input, ty),
            Some(ExtendedType::Enum(definition)) => match value {
                Value::String(text) => {
                    let given = text.decode();
                    if !definition.values.contains_key(given.as_ref()) {
                        let known: Vec<&str> =
                            definition.values.keys().map(|name| name.as_str()).collect();
                        self.fail(&format!(
                            "is \"{given}\"; expected one of {}",
                            known.join(", ")
                        ));
                    }
                }
                _ => self.unexpected(value, ty),
            },
            _ => self.check_scalar(value, name, ty),
        }
    }

    fn check_scalar(&mut self, value: &Value<'_>, name: &str, ty: &Type) {
        let fits = match (name, value) {
            ("Int", Value::Number(digits)) => {
                if digits.parse::<i32>().is_err() {
                    self.fail(&format!("is {digits}; expected \"{ty}\", a 32-bit integer"));
                }
                true
            }
            ("Float", Value::Number(digits)) => {
                if !digits.parse::<f64>().is_ok_and(f64::is_finite) {
                    self.fail(&format!(
                        "is {digits}; expected \"{ty}\", a finite 64-bit number"
                    ));
                }
                true
            }
            ("String", Value::String(_))
            | ("Boolean", Value::Bool(_))
            | ("ID", Value::String(_)) => true,
            ("ID", Value::Number(digits)) => digits
                .bytes()
                .all(|byte| matches!(byte, b'-' | b'0'..=b'9')),
            ("Int" | "Float" | "String" | "Boolean" | "ID", _) => false,
            _ => true,
        };
        if !fits {
            self.unexpected(value, ty);
        }
    }

    fn check_input_object(&mut self, value: &Value<'_>, input: &InputObjectType, ty: &Type) {
        let Value::Object(object) = value else {
            return self.unexpected(value, ty);
        };
        let length = self.path.len();
        for (key, value) in object.iter() {
            let key = key.decode();
            match input.fields.get(key.as_ref()) {
                Some(field) => {
                    let _ = write!(self.path, ".{key}");
                    self.check(value, &field.ty);
                    self.path.truncate(length);
                }
                None => self.fail(&format!(
                    "has a field \"{key}\", which \"{}\" does not have",
                    input.name
                )),
            }
        }
        for (name, field) in &input.fields {
            if field.is_required() && object.get(name).is_none() {
                self.fail(&format!(
                    "lacks the field \"{name}\"; expected \"{}\"",
                    field.ty
                ));
            }
        }
        if input.directives.has("oneOf") {
            let mut fields = object.iter();
            let is_one = matches!((fields.next(), fields.next()), (Some((_, value)), None) if !matches!(value, Value::Null));
            if !is_one {
                self.fail(&format!(
                    "must have exactly one field, which is not null: \"{}\" is @oneOf",
                    input.name
                ));
            }
        }
    }
}

/// Writes a constant of the operation as JSON.
fn write_literal(value: &ast::Value, out: &mut Vec<u8>) {
    match value {
        ast::Value::Null => out.extend_from_slice(b"null"),
        ast::Value::Boolean(true) => out.extend_from_slice(b"true"),
        ast::Value::Boolean(false) => out.extend_from_slice(b"false"),
        ast::Value::Int(digits) => out.extend_from_slice(digits.as_str().as_bytes()),
        ast::Value::Float(digits) => out.extend_from_slice(digits.as_str().as_bytes()),
        ast::Value::String(text) => write_string(text, out),
        ast::Value::Enum(name) => write_string(name, out),
        // A default value is constant; validation has seen to it.
        ast::Value::Variable(_) => out.extend_from_slice(b"null"),
        ast::Value::List(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_literal(item, out);
            }
            out.push(b']');
        }
        ast::Value::Object(fields) => {
            out.push(b'{');
            for (index, (name, value)) in fields.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_string(name, out);
                out.push(b':');
                write_literal(value, out);
            }
            out.push(b'}');
        }
    }
}
