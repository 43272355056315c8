//! Reads the client's response out of the merged data: result coercion, null propagation and errors
//! (<https://spec.graphql.org/September2025/#sec-Executing-Selection-Sets>).
//!
//! The response is written in one pass. Where a non-null value turns out to be null, what was written of its nearest nullable parent is cut off again.

use std::borrow::Cow;

use planner::{FieldShape, FieldSource, Leaf, ObjectShape, QueryPlan, Shape};

use crate::error::{FieldError, PathSegment};
use crate::failure::Failures;
use crate::json::{Object, Text, Value};
use crate::places::type_name;

/// A non-null position has no value; the nearest nullable parent becomes null.
pub(crate) struct Nulled;

/// One step of the place that is being completed.
#[derive(Clone, Copy)]
pub(crate) enum Step<'p> {
    /// A field, by its key in the response and, if it comes from the data, there.
    Field {
        response_key: &'p str,
        data_key: Option<&'p str>,
    },
    /// A position in a list.
    Index(usize),
}

/// Writes the response of one execution.
pub(crate) struct Completion<'p, 'a> {
    pub(crate) plan: &'p QueryPlan,
    /// The value of each condition of the plan.
    pub(crate) conditions: &'p [bool],
    /// The answer of introspection, if it was asked for.
    pub(crate) introspection: Option<&'p Object<'a>>,
    pub(crate) failures: &'p Failures<'p, 'a>,
    /// What subgraphs reported, then what completion finds.
    pub(crate) errors: Vec<FieldError<'a>>,
    /// No more errors than this are kept.
    pub(crate) max_errors: usize,
    pub(crate) path: Vec<Step<'p>>,
    pub(crate) out: Vec<u8>,
}

impl<'p, 'a> Completion<'p, 'a> {
    /// Writes `data`, which is null when the null of a non-null field reaches the root.
    pub(crate) fn data(&mut self, data: &Value<'a>, root_type: &'p str) {
        let start = self.out.len();
        let empty = Object::default();
        let root = data.as_object().unwrap_or(&empty);
        if self
            .object(root, &self.plan.shape, Text::plain(root_type))
            .is_err()
        {
            self.out.truncate(start);
            self.out.extend_from_slice(b"null");
        }
    }

    fn object(
        &mut self,
        object: &Object<'a>,
        shape: &'p ObjectShape,
        type_name: Text<'_>,
    ) -> Result<(), Nulled> {
        self.out.push(b'{');
        let mut separate = false;
        let mut hint = 0;
        for field in &shape.fields {
            if field
                .condition
                .is_some_and(|id| !self.conditions.get(id.0 as usize).copied().unwrap_or(false))
            {
                continue;
            }
            if separate {
                self.out.push(b',');
            }
            separate = true;
            Text::plain(&field.response_key).write(&mut self.out);
            self.out.push(b':');
            self.field(object, field, type_name, &mut hint)?;
        }
        self.out.push(b'}');
        Ok(())
    }

    fn field(
        &mut self,
        object: &Object<'a>,
        field: &'p FieldShape,
        type_name: Text<'_>,
        hint: &mut usize,
    ) -> Result<(), Nulled> {
        let (value, data_key) = match &field.source {
            FieldSource::Typename => {
                type_name.write(&mut self.out);
                return Ok(());
            }
            FieldSource::Introspection => {
                match self
                    .introspection
                    .and_then(|answer| answer.get(&field.response_key))
                {
                    Some(value) => value.write(&mut self.out),
                    None => self.out.extend_from_slice(b"null"),
                }
                return Ok(());
            }
            FieldSource::Data(key) => {
                let value = object.find(key, *hint).map(|(position, value)| {
                    *hint = position + 1;
                    value
                });
                (value, Some(key.as_str()))
            }
        };
        self.path.push(Step::Field {
            response_key: &field.response_key,
            data_key,
        });
        let done = match value {
            Some(value) => self.value(value, &field.value, field),
            None => self.absent(&field.value, field),
        };
        self.path.pop();
        done
    }

    /// Completes a value in a position that may be nullable.
    fn value(
        &mut self,
        value: &Value<'a>,
        shape: &'p Shape,
        field: &'p FieldShape,
    ) -> Result<(), Nulled> {
        if let Shape::NonNull(inner) = shape {
            if matches!(value, Value::Null) {
                self.null_in_non_null(field);
                return Err(Nulled);
            }
            return self.non_null(value, inner, field);
        }
        if matches!(value, Value::Null) {
            self.out.extend_from_slice(b"null");
            return Ok(());
        }
        let start = self.out.len();
        if self.non_null(value, shape, field).is_err() {
            self.out.truncate(start);
            self.out.extend_from_slice(b"null");
        }
        Ok(())
    }

    /// A field that no subgraph answered: because a fetch failed, or because nothing could be asked for.
    fn absent(&mut self, shape: &'p Shape, field: &'p FieldShape) -> Result<(), Nulled> {
        if !self.is_explained()
            && let Some(failure) = self.failures.of(&self.path)
        {
            self.report(
                failure.message.clone(),
                failure.code.clone(),
                Some(failure.service),
                failure.extensions.clone(),
            );
        }
        if matches!(shape, Shape::NonNull(_)) {
            self.null_in_non_null(field);
            return Err(Nulled);
        }
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    /// Completes a value that is not null, for the shape under any `NonNull`.
    fn non_null(
        &mut self,
        value: &Value<'a>,
        shape: &'p Shape,
        field: &'p FieldShape,
    ) -> Result<(), Nulled> {
        match shape {
            Shape::NonNull(inner) => self.non_null(value, inner, field),
            Shape::List(inner) => {
                let Value::Array(items) = value else {
                    return self.unexpected(value, "a list", field);
                };
                self.out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.out.push(b',');
                    }
                    self.path.push(Step::Index(index));
                    let done = self.value(item, inner, field);
                    self.path.pop();
                    done?;
                }
                self.out.push(b']');
                Ok(())
            }
            Shape::Leaf(leaf) => self.leaf(value, leaf, field),
            Shape::Object { type_name, shape } => match value {
                Value::Object(object) => self.object(object, shape, Text::plain(type_name)),
                _ => self.unexpected(value, "an object", field),
            },
            Shape::Abstract {
                type_name: ty,
                possible,
            } => {
                let Value::Object(object) = value else {
                    return self.unexpected(value, "an object", field);
                };
                let Some(name) = type_name(object) else {
                    let message = format!(
                        "\"{}\" of type \"{ty}\" came without a __typename",
                        field.name
                    );
                    return self.invalid(message);
                };
                let found =
                    possible.binary_search_by(|(known, _)| known.as_str().cmp(&name.decode()));
                match found {
                    Ok(index) => {
                        let (known, shape) = &possible[index];
                        self.object(object, shape, Text::plain(known))
                    }
                    Err(_) => {
                        // The type may be one that clients must not know of: it is not named.
                        let message = format!(
                            "\"{}\" came as an object of no possible type of \"{ty}\"",
                            field.name
                        );
                        self.invalid(message)
                    }
                }
            }
            Shape::Introspection => {
                value.write(&mut self.out);
                Ok(())
            }
        }
    }

    fn leaf(
        &mut self,
        value: &Value<'a>,
        leaf: &Leaf,
        field: &'p FieldShape,
    ) -> Result<(), Nulled> {
        match (leaf, value) {
            (Leaf::Custom, value) => value.write(&mut self.out),
            (Leaf::String | Leaf::Id, Value::String(text)) => text.write(&mut self.out),
            (Leaf::Id, Value::Number(digits)) if is_integer(digits) => {
                self.out.push(b'"');
                self.out.extend_from_slice(digits.as_bytes());
                self.out.push(b'"');
            }
            (Leaf::Boolean, Value::Bool(_)) | (Leaf::Float, Value::Number(_)) => {
                value.write(&mut self.out)
            }
            (Leaf::Int, Value::Number(digits)) => match int(digits) {
                Some(number) => self.out.extend_from_slice(number.to_string().as_bytes()),
                None => {
                    let message = format!(
                        "\"{}\" came as {digits}, which is no 32-bit integer",
                        field.name
                    );
                    return self.invalid(message);
                }
            },
            (Leaf::Enum(values), Value::String(text)) => {
                let known = values
                    .binary_search_by(|known| known.as_str().cmp(&text.decode()))
                    .is_ok();
                if !known {
                    // An inaccessible value is not named.
                    return self.invalid(format!(
                        "\"{}\" came as a value that its enum does not have",
                        field.name
                    ));
                }
                text.write(&mut self.out);
            }
            (Leaf::String, _) => return self.unexpected(value, "a string", field),
            (Leaf::Id, _) => return self.unexpected(value, "an ID", field),
            (Leaf::Boolean, _) => return self.unexpected(value, "a Boolean", field),
            (Leaf::Int | Leaf::Float, _) => return self.unexpected(value, "a number", field),
            (Leaf::Enum(_), _) => return self.unexpected(value, "a value of an enum", field),
        }
        Ok(())
    }

    fn unexpected(
        &mut self,
        value: &Value<'a>,
        expected: &str,
        field: &FieldShape,
    ) -> Result<(), Nulled> {
        self.invalid(format!(
            "\"{}\" came as {} where {expected} was expected",
            field.name,
            value.kind()
        ))
    }

    fn invalid(&mut self, message: String) -> Result<(), Nulled> {
        self.report(
            message.into(),
            Cow::Borrowed("INVALID_SUBGRAPH_VALUE"),
            None,
            None,
        );
        Err(Nulled)
    }

    fn null_in_non_null(&mut self, field: &FieldShape) {
        if !self.is_explained() {
            let message = format!("\"{}\" is null, which its type does not allow", field.name);
            self.report(
                message.into(),
                Cow::Borrowed("NULL_IN_NON_NULL"),
                None,
                None,
            );
        }
    }

    /// Whether an error that is reported already accounts for a null here: one at this place, below it, or above it.
    fn is_explained(&self) -> bool {
        self.errors.iter().any(|error| {
            !error.path.is_empty()
                && error
                    .path
                    .iter()
                    .zip(&self.path)
                    .all(|(segment, step)| match (segment, step) {
                        (PathSegment::Key(key), Step::Field { response_key, .. }) => {
                            key == response_key
                        }
                        (PathSegment::Index(a), Step::Index(b)) => a == b,
                        _ => false,
                    })
        })
    }

    fn report(
        &mut self,
        message: Cow<'a, str>,
        code: Cow<'a, str>,
        service: Option<&'a str>,
        extensions: Option<Object<'a>>,
    ) {
        if self.errors.len() >= self.max_errors {
            return;
        }
        let path = self.path.iter().map(|step| match step {
            Step::Field { response_key, .. } => PathSegment::Key((*response_key).to_owned()),
            Step::Index(index) => PathSegment::Index(*index),
        });
        self.errors.push(FieldError {
            message,
            path: path.collect(),
            code,
            service,
            extensions,
        });
    }
}

fn is_integer(digits: &str) -> bool {
    digits
        .bytes()
        .all(|byte| matches!(byte, b'-' | b'0'..=b'9'))
}

/// The 32-bit integer that a JSON number is; `1.0` and `1e2` are ones.
fn int(digits: &str) -> Option<i32> {
    if is_integer(digits) {
        return digits.parse().ok();
    }
    let number: f64 = digits.parse().ok()?;
    let in_range =
        number.fract() == 0.0 && (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&number);
    // Exact: an integral value within the range of i32.
    #[allow(clippy::cast_possible_truncation)]
    in_range.then_some(number as i32)
}
