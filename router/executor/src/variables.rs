//! Coercing variable values (<https://spec.graphql.org/September2025/#sec-Coercing-Variable-Values>) as text: numbers keep
//! their digits and strings their escapes; only what the specification says is changed.

mod literal;

use std::ops::Range;

use apollo_compiler::ast::Type;
use apollo_compiler::executable::Operation;
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};
use planner::Condition;

use self::literal::write_literal;
use crate::error::RequestError;
use crate::json::{ObjectId, Tree, Value, decode, integer, is_integer, parse};
use crate::path::{Path, Step};

/// No more errors than this are reported for one request.
const MAX_ERRORS: usize = 20;
/// No more characters than this of a client's value are repeated in a message.
const MAX_SHOWN: usize = 80;
const CODE: &str = "BAD_USER_INPUT";

/// The coerced variables of one request.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    /// Where the JSON of each is in `json`.
    values: Vec<(Name, Range<usize>)>,
    json: String,
}

impl Variables {
    /// The JSON of a variable; `None` when it was neither given nor has a default.
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, range) = self.values.iter().find(|(known, _)| known == name)?;
        self.json.get(range.clone())
    }

    /// Whether a condition of the plan holds.
    pub(crate) fn satisfy(&self, condition: &Condition) -> bool {
        condition.any.iter().any(|all| {
            all.iter().all(|literal| {
                let expected = if literal.expected { "true" } else { "false" };
                self.get(&literal.variable) == Some(expected)
            })
        })
    }
}

/// Coerces the `variables` of a request (JSON text of an object; `None` or `null` when there were none) to what an
/// operation declares. Members that it does not declare are ignored.
///
/// # Errors
///
/// One for each value that is missing or is not of its type, naming the variable and the place within it.
pub fn coerce_variables(
    schema: &Valid<Schema>,
    operation: &Operation,
    variables: Option<&str>,
) -> Result<Variables, Vec<RequestError>> {
    if operation.variables.is_empty() && variables.is_none() {
        return Ok(Variables::default());
    }
    let mut tree = Tree::default();
    let refuse = |message| Err(vec![RequestError::new(CODE, message)]);
    let given = match parse(variables.unwrap_or("null").as_bytes(), &mut tree) {
        Ok(Value::Object(object)) => object,
        Ok(Value::Null) => tree.new_object(),
        Ok(other) => {
            let kind = other.kind();
            return refuse(format!("\"variables\" is {kind}; expected an object"));
        }
        Err(error) => return refuse(format!("\"variables\" is not JSON: {error}")),
    };
    let mut coercion = Coercion {
        schema,
        tree: &tree,
        errors: Vec::new(),
        out: Vec::new(),
    };
    let mut values = Vec::with_capacity(operation.variables.len());
    for definition in &operation.variables {
        let start = coercion.out.len();
        let path = Path::ROOT.key(&definition.name);
        match (tree.get(given, &definition.name), &definition.default_value) {
            (Some(value), _) => coercion.coerce(value, &definition.ty, &path),
            (None, Some(default)) => {
                write_literal(schema, default, &definition.ty, &mut coercion.out);
            }
            (None, None) => {
                if definition.ty.is_non_null() {
                    let problem = format!("is missing; expected \"{}\"", definition.ty);
                    coercion.fail(&path, &problem);
                }
                continue;
            }
        }
        values.push((definition.name.clone(), start..coercion.out.len()));
    }
    if !coercion.errors.is_empty() {
        return Err(coercion.errors);
    }
    // All of it was copied from text, between ASCII.
    let json = String::from_utf8(coercion.out).unwrap_or_default();
    Ok(Variables { values, json })
}

struct Coercion<'s, 'a> {
    schema: &'s Valid<Schema>,
    tree: &'s Tree<'a>,
    errors: Vec<RequestError>,
    /// The JSON of what is coerced.
    out: Vec<u8>,
}

impl<'a> Coercion<'_, 'a> {
    fn fail(&mut self, path: &Path<'_>, problem: &str) {
        if self.errors.len() < MAX_ERRORS {
            let place = place(path);
            let message = format!("the variable \"{place}\" {problem}");
            self.errors.push(RequestError::new(CODE, message));
        }
    }

    fn unexpected(&mut self, value: Value<'a>, ty: &Type, path: &Path<'_>) {
        let kind = value.kind();
        self.fail(path, &format!("is {kind}; expected \"{ty}\""));
    }

    /// Recursion is bounded by the depth of the JSON, and by that of the type where a single value stands for a list.
    fn coerce(&mut self, value: Value<'a>, ty: &Type, path: &Path<'_>) {
        match (ty, value) {
            (Type::NonNullNamed(_) | Type::NonNullList(_), Value::Null) => {
                self.fail(path, &format!("is null; expected \"{ty}\""));
            }
            (_, Value::Null) => self.out.extend_from_slice(b"null"),
            (Type::List(item) | Type::NonNullList(item), Value::List(values)) => {
                self.out.push(b'[');
                let tree = self.tree;
                for (index, &value) in tree.items(values).iter().enumerate() {
                    if index > 0 {
                        self.out.push(b',');
                    }
                    self.coerce(value, item, &path.item(index));
                }
                self.out.push(b']');
            }
            (Type::List(item) | Type::NonNullList(item), single) => {
                self.out.push(b'[');
                self.coerce(single, item, path);
                self.out.push(b']');
            }
            (Type::Named(name) | Type::NonNullNamed(name), value) => {
                self.coerce_named(value, name, ty, path);
            }
        }
    }

    fn coerce_named(&mut self, value: Value<'a>, name: &Name, ty: &Type, path: &Path<'_>) {
        let schema = self.schema;
        match schema.types.get(name) {
            Some(ExtendedType::InputObject(input)) => match value {
                Value::Object(object) => self.coerce_input_object(object, input, path),
                other => self.unexpected(other, ty, path),
            },
            Some(ExtendedType::Enum(definition)) => {
                let Some(raw) = value.raw_text() else {
                    return self.unexpected(value, ty, path);
                };
                let given = decode(raw);
                match definition.values.get_key_value(given.as_ref()) {
                    Some((known, _)) => {
                        self.out.push(b'"');
                        self.out.extend_from_slice(known.as_bytes());
                        self.out.push(b'"');
                    }
                    None => {
                        let known: Vec<&str> =
                            definition.values.keys().map(|name| name.as_str()).collect();
                        let (given, known) = (shown(&given), known.join(", "));
                        self.fail(path, &format!("is \"{given}\"; expected one of {known}"));
                    }
                }
            }
            _ => self.coerce_scalar(value, name, ty, path),
        }
    }

    fn coerce_scalar(&mut self, value: Value<'a>, name: &str, ty: &Type, path: &Path<'_>) {
        match (name, value) {
            ("Int", Value::Number(digits)) => match integer(digits) {
                Some(number) => self.out.extend_from_slice(number.to_string().as_bytes()),
                None => {
                    let digits = shown(&String::from_utf8_lossy(digits));
                    let expected = format!("expected \"{ty}\", a 32-bit integer");
                    self.fail(path, &format!("is {digits}; {expected}"));
                }
            },
            ("Float", Value::Number(digits)) => {
                let text = String::from_utf8_lossy(digits);
                if text.parse::<f64>().is_ok_and(f64::is_finite) {
                    self.out.extend_from_slice(digits);
                } else {
                    let expected = format!("expected \"{ty}\", a finite 64-bit number");
                    self.fail(path, &format!("is {}; {expected}", shown(&text)));
                }
            }
            ("ID", Value::Number(digits)) if is_integer(digits) => {
                self.out.push(b'"');
                self.out.extend_from_slice(digits);
                self.out.push(b'"');
            }
            ("String" | "ID", Value::String(_)) | ("Boolean", Value::Bool(_)) => {
                self.tree.write(value, &mut self.out);
            }
            ("Int" | "Float" | "String" | "Boolean" | "ID", _) => self.unexpected(value, ty, path),
            // A custom scalar is its subgraph's to check.
            _ => self.tree.write(value, &mut self.out),
        }
    }

    /// <https://spec.graphql.org/September2025/#sec-Input-Objects.Input-Coercion>
    fn coerce_input_object(&mut self, object: ObjectId, input: &InputObjectType, path: &Path<'_>) {
        let tree = self.tree;
        for &(key, _) in tree.own_fields(object) {
            let key = decode(key);
            if !input.fields.contains_key(key.as_ref()) {
                let (key, ty) = (shown(&key), &input.name);
                self.fail(
                    path,
                    &format!("has a field \"{key}\", which \"{ty}\" does not have"),
                );
            }
        }
        let mut cursor = tree.cursor(object);
        let mut lead: &[u8] = b"{\"";
        for (name, field) in &input.fields {
            let given = tree.get_next(object, name, &mut cursor);
            if given.is_none() && field.default_value.is_none() {
                if field.is_required() {
                    let problem = format!("lacks the field \"{name}\"; expected \"{}\"", field.ty);
                    self.fail(path, &problem);
                }
                continue;
            }
            self.out.extend_from_slice(lead);
            lead = b",\"";
            self.out.extend_from_slice(name.as_bytes());
            self.out.extend_from_slice(b"\":");
            match (given, &field.default_value) {
                (Some(value), _) => self.coerce(value, &field.ty, &path.key(name)),
                (None, Some(default)) => {
                    write_literal(self.schema, default, &field.ty, &mut self.out);
                }
                (None, None) => {}
            }
        }
        self.out
            .extend_from_slice(if lead == b"{\"" { b"{}" } else { b"}" });
        if input.directives.has("oneOf") {
            let is_one = matches!(tree.own_fields(object), [(_, value)] if *value != Value::Null);
            if !is_one {
                let ty = &input.name;
                let problem = "must have exactly one field, which is not null";
                self.fail(path, &format!("{problem}: \"{ty}\" is @oneOf"));
            }
        }
    }
}

/// Where in the variables: `$filter.tags[2]`.
fn place(path: &Path<'_>) -> String {
    let mut place = String::new();
    for step in path.steps() {
        match step {
            Step::Key(key) => {
                place.push(if place.is_empty() { '$' } else { '.' });
                place.push_str(key);
            }
            Step::Index(index) => place.push_str(&format!("[{index}]")),
        }
    }
    place
}

/// The beginning of a client's value, for a message.
fn shown(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
