//! One value after the other, by its type: <https://spec.graphql.org/September2025/#sec-Input-Values>.
//!
//! The work grows with what is given and what is written, both of which are bounded; the fields of a type that are neither given nor
//! have to be there are not looked at.

use std::collections::HashMap;
use std::rc::Rc;

use apollo_compiler::ast::{self, Type};
use apollo_compiler::schema::{EnumType, ExtendedType, InputObjectType};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};
use smallvec::SmallVec;

use super::literal::Defaults;
use super::output::Output;
use super::{MAX_ERRORS, VariableError};
use crate::files::{FilePaths, FilePlace};
use crate::json::{ObjectId, Tree, Value, decode, integer, is_finite, is_integer};
use crate::path::{Path, Step};

/// No more characters than this of a client's value are repeated in a message.
const MAX_SHOWN: usize = 80;
/// No more bytes than this, and one step, name a place.
const MAX_PLACE: usize = 400;
/// No more values of an enum than this are listed.
const MAX_LISTED: usize = 20;
/// What is written nests no deeper, defaults included. Recursion goes as deep.
pub(super) const MAX_DEPTH: usize = 256;

/// The value of a field: in the variables, or in a default.
pub(super) enum Given<'s, 'a> {
    Json(Value<'a>),
    Literal(&'s ast::Value),
}

/// The fields of an input object that are given, each with its index in the type.
pub(super) type Members<'s, 'a> = SmallVec<[(usize, Given<'s, 'a>); 8]>;

/// The coercion of one request's variables.
pub(super) struct Coercion<'s, 'a> {
    pub(super) schema: &'s Valid<Schema>,
    pub(super) tree: &'s Tree<'a>,
    pub(super) errors: Vec<VariableError>,
    /// The variable that is being coerced, if it is one.
    pub(super) variable: Option<usize>,
    /// The JSON of what is coerced.
    pub(super) out: Output,
    pub(super) defaults: Defaults,
    files: &'s FilePaths,
    /// The files that have found their places.
    pub(super) placed: Vec<FilePlace>,
    /// For each type that was met, the indices of its fields that are written or missed where they are not given.
    expected: HashMap<*const InputObjectType, Rc<[usize]>>,
}

impl<'s, 'a> Coercion<'s, 'a> {
    pub(super) fn new(
        schema: &'s Valid<Schema>,
        tree: &'s Tree<'a>,
        limit: usize,
        files: &'s FilePaths,
    ) -> Self {
        Self {
            schema,
            tree,
            errors: Vec::new(),
            variable: None,
            out: Output::new(limit),
            defaults: Defaults::default(),
            files,
            placed: Vec::new(),
            expected: HashMap::new(),
        }
    }

    /// Nothing that follows changes the result.
    pub(super) fn is_over(&self) -> bool {
        self.out.is_full() || self.errors.len() >= MAX_ERRORS
    }

    pub(super) fn fail(&mut self, path: &Path<'_, '_>, problem: &str) {
        if self.errors.len() < MAX_ERRORS {
            let place = place(path);
            let message = format!("the variable \"{place}\" {problem}");
            self.errors.push(VariableError {
                message,
                variable: self.variable,
            });
        }
    }

    pub(super) fn too_deep(&mut self, path: &Path<'_, '_>) {
        let problem = format!("nests deeper than {MAX_DEPTH} levels with its default values");
        self.fail(path, &problem);
    }

    fn unexpected(&mut self, value: Value<'a>, ty: &Type, path: &Path<'_, '_>) {
        let kind = value.kind();
        self.fail(path, &format!("is {kind}; expected \"{ty}\""));
    }

    pub(super) fn coerce(
        &mut self,
        value: Value<'a>,
        ty: &'s Type,
        path: &Path<'_, '_>,
        depth: usize,
    ) {
        if depth > MAX_DEPTH {
            return self.too_deep(path);
        }
        if value == Value::Null
            && let Some(file) = self.files.at(path)
        {
            return self.file(file, ty, path);
        }
        match (ty, value) {
            (Type::NonNullNamed(_) | Type::NonNullList(_), Value::Null) => {
                self.fail(path, &format!("is null; expected \"{ty}\""));
            }
            (_, Value::Null) => self.out.text(b"null"),
            (Type::List(item) | Type::NonNullList(item), Value::List(values)) => {
                self.out.push(b'[');
                let tree = self.tree;
                for (index, value) in tree.items(values).enumerate() {
                    if self.is_over() {
                        break;
                    }
                    if index > 0 {
                        self.out.push(b',');
                    }
                    self.coerce(value, item, &path.item(index), depth + 1);
                }
                self.out.push(b']');
            }
            (Type::List(item) | Type::NonNullList(item), single) => {
                self.out.push(b'[');
                self.coerce(single, item, path, depth + 1);
                self.out.push(b']');
            }
            (Type::Named(name) | Type::NonNullNamed(name), value) => {
                self.coerce_named(value, name, ty, path, depth);
            }
        }
    }

    /// A file is a value of a custom scalar, and a list of one where a list is expected.
    fn file(&mut self, file: usize, ty: &'s Type, path: &Path<'_, '_>) {
        let (mut item, mut lists) = (ty, 0);
        while let Type::List(inner) | Type::NonNullList(inner) = item {
            (item, lists) = (inner, lists + 1);
        }
        let name = item.inner_named_type();
        let is_scalar = match self.schema.types.get(name) {
            Some(ExtendedType::Scalar(scalar)) => !scalar.is_built_in(),
            _ => false,
        };
        let variable = path.steps().first().and_then(|step| match step {
            Step::Key(key) => Name::new(key).ok(),
            Step::Index(_) => None,
        });
        let place = variable.map(|variable| FilePlace::new(file, variable, path, lists));
        self.placed.extend(place);
        if !is_scalar {
            return self.fail(path, &format!("is a file; expected \"{ty}\""));
        }
        for _ in 0..lists {
            self.out.push(b'[');
        }
        self.out.text(b"null");
        for _ in 0..lists {
            self.out.push(b']');
        }
    }

    /// Reports files in places that cannot take one.
    pub(super) fn fail_unplaced_files(&mut self) {
        for path in self.files.left(&self.placed) {
            if self.errors.len() >= MAX_ERRORS {
                break;
            }
            let path = shown(path);
            let message = format!(
                "the map has a file at \"variables.{path}\"; expected the place of a null in a variable of the operation"
            );
            self.errors.push(VariableError {
                message,
                variable: None,
            });
        }
    }

    fn coerce_named(
        &mut self,
        value: Value<'a>,
        name: &Name,
        ty: &Type,
        path: &Path<'_, '_>,
        depth: usize,
    ) {
        match self.schema.types.get(name) {
            Some(ExtendedType::InputObject(input)) => match value {
                Value::Object(object) => self.coerce_input_object(object, input, path, depth),
                other => self.unexpected(other, ty, path),
            },
            Some(ExtendedType::Enum(definition)) => {
                let Some(raw) = value.raw_text() else {
                    return self.unexpected(value, ty, path);
                };
                let given = decode(raw);
                match definition.values.get_key_value(given.as_ref()) {
                    Some((known, _)) => self.out.quoted(known.as_bytes()),
                    None => {
                        let (given, known) = (shown(&given), listed(definition));
                        self.fail(path, &format!("is \"{given}\"; expected one of {known}"));
                    }
                }
            }
            _ => self.coerce_scalar(value, name, ty, path),
        }
    }

    fn coerce_scalar(&mut self, value: Value<'a>, name: &str, ty: &Type, path: &Path<'_, '_>) {
        match (name, value) {
            ("Int", Value::Number(digits)) => match integer(digits) {
                Some(number) => self.out.text(number.to_string().as_bytes()),
                None => {
                    let digits = shown(&String::from_utf8_lossy(digits));
                    let expected = format!("expected \"{ty}\", a 32-bit integer");
                    self.fail(path, &format!("is {digits}; {expected}"));
                }
            },
            ("Float", Value::Number(digits)) => {
                if is_finite(digits) {
                    self.out.text(digits);
                } else {
                    let digits = shown(&String::from_utf8_lossy(digits));
                    let expected = format!("expected \"{ty}\", a finite 64-bit number");
                    self.fail(path, &format!("is {digits}; {expected}"));
                }
            }
            ("ID", Value::Number(digits)) if is_integer(digits) => self.out.quoted(digits),
            ("String" | "ID", Value::String(_)) | ("Boolean", Value::Bool(_)) => {
                self.out.value(self.tree, value);
            }
            ("Int" | "Float" | "String" | "Boolean" | "ID", _) => self.unexpected(value, ty, path),
            // A custom scalar is its subgraph's to check.
            _ => self.out.value(self.tree, value),
        }
    }

    /// <https://spec.graphql.org/September2025/#sec-Input-Objects.Input-Coercion>
    fn coerce_input_object(
        &mut self,
        object: ObjectId,
        input: &'s InputObjectType,
        path: &Path<'_, '_>,
        depth: usize,
    ) {
        let tree = self.tree;
        let mut given = Members::new();
        for (key, value) in tree.own_fields(object) {
            let name = decode(key);
            match input.fields.get_index_of(name.as_ref()) {
                Some(index) => given.push((index, Given::Json(value))),
                None => {
                    let (key, ty) = (shown(&name), &input.name);
                    let problem = format!("has a field \"{key}\", which \"{ty}\" does not have");
                    self.fail(path, &problem);
                }
            }
            if self.is_over() {
                return;
            }
        }
        self.members(given, input, path, depth);
        if input.directives.has("oneOf") {
            let mut fields = tree.own_fields(object);
            let first = fields.next().is_some_and(|(key, value)| {
                value != Value::Null || self.files.at(&path.key(&decode(key))).is_some()
            });
            let is_one = first && fields.next().is_none();
            if !is_one {
                let ty = &input.name;
                let problem = "must have exactly one field, which is not null";
                self.fail(path, &format!("{problem}: \"{ty}\" is @oneOf"));
            }
        }
    }

    /// Writes an input object in the order of its type: what is given, and the defaults of what is not.
    pub(super) fn members(
        &mut self,
        mut given: Members<'s, 'a>,
        input: &'s InputObjectType,
        path: &Path<'_, '_>,
        depth: usize,
    ) {
        given.sort_by_key(|&(index, _)| index);
        // Readers of JSON differ in which of two counts.
        let mut pairs = given.iter().zip(given.iter().skip(1));
        if let Some(((twice, _), _)) = pairs.find(|(one, next)| one.0 == next.0)
            && let Some((name, _)) = input.fields.get_index(*twice)
        {
            self.fail(path, &format!("has the field \"{name}\" more than once"));
            return;
        }
        let expected = self.expected(input);
        let mut expected = expected.iter().copied().peekable();
        let mut given = given.into_iter().peekable();
        self.out.push(b'{');
        let mut lead: &[u8] = b"\"";
        loop {
            let (next_given, next_expected) = (given.peek().map(|one| one.0), expected.peek());
            let index = match (next_given, next_expected) {
                (Some(given), Some(&expected)) => given.min(expected),
                (Some(index), None) | (None, Some(&index)) => index,
                (None, None) => break,
            };
            expected.next_if_eq(&index);
            let value = given.next_if(|one| one.0 == index).map(|one| one.1);
            let Some((name, field)) = input.fields.get_index(index).filter(|_| !self.is_over())
            else {
                break;
            };
            if value.is_none() && field.default_value.is_none() {
                let problem = format!("lacks the field \"{name}\"; expected \"{}\"", field.ty);
                self.fail(path, &problem);
                continue;
            }
            self.out.text(lead);
            lead = b",\"";
            self.out.text(name.as_bytes());
            self.out.text(b"\":");
            let (path, depth) = (path.key(name), depth + 1);
            match (value, &field.default_value) {
                (Some(Given::Json(value)), _) => self.coerce(value, &field.ty, &path, depth),
                (Some(Given::Literal(value)), _) => self.literal(value, &field.ty, &path, depth),
                (None, Some(default)) => {
                    self.default_of(&field.node, default, input, &path, depth);
                }
                (None, None) => {}
            }
        }
        self.out.push(b'}');
    }

    fn expected(&mut self, input: &'s InputObjectType) -> Rc<[usize]> {
        let known = self.expected.entry(&raw const *input).or_insert_with(|| {
            let fields = input.fields.values().enumerate();
            fields
                .filter(|(_, field)| field.default_value.is_some() || field.is_required())
                .map(|(index, _)| index)
                .collect()
        });
        Rc::clone(known)
    }
}

/// Where in the variables: `$filter.tags[2]`.
fn place(path: &Path<'_, '_>) -> String {
    let mut place = String::new();
    for step in path.steps() {
        if place.len() > MAX_PLACE {
            place.push('…');
            break;
        }
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
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The first values of an enum.
fn listed(definition: &EnumType) -> String {
    let known = definition.values.keys().map(|name| name.as_str());
    let mut listed = known.take(MAX_LISTED).collect::<Vec<_>>().join(", ");
    let left = definition.values.len().saturating_sub(MAX_LISTED);
    if left > 0 {
        listed.push_str(&format!(" and {left} others"));
    }
    listed
}
