//! Reads the `fields` of `@key`, `@requires` and `@provides`: a selection of fields, written as a string.

use apollo_compiler::ast::{self, Argument, Definition, Selection};
use apollo_compiler::schema::{Component, ExtendedType, FieldDefinition, Schema};
use apollo_compiler::{Name, Node};
use federation::{Code, FieldSet, parse_sdl, plain};

use crate::values;

/// What is wrong with a field set.
#[derive(Debug)]
pub(crate) struct FieldSetError {
    /// A code of its own, where "invalid fields" is not the right one.
    pub(crate) code: Option<Code>,
    /// A sentence without its full stop.
    pub(crate) message: String,
    /// What to change, where that can be said.
    pub(crate) help: Option<String>,
    /// The name in it that is wrong, where it is one.
    pub(crate) name: Option<Name>,
    /// The type that has no field of that name, where that is what is wrong.
    pub(crate) lacking: Option<Name>,
}

impl FieldSetError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            code: None,
            message: message.into(),
            help: None,
            name: None,
            lacking: None,
        }
    }

    /// What to change. Where a field is missing, all fields of the type are compared with its name, so it is only asked for where it is shown.
    pub(crate) fn advice(&self, schema: &Schema) -> Option<String> {
        let (Some(parent), Some(field)) = (&self.lacking, &self.name) else {
            return self.help.clone();
        };
        let names: Vec<&str> = match schema.types.get(parent) {
            Some(ExtendedType::Object(object)) => object.fields.keys().map(Name::as_str).collect(),
            Some(ExtendedType::Interface(interface)) => {
                interface.fields.keys().map(Name::as_str).collect()
            }
            _ => Vec::new(),
        };
        let correct = match federation::nearest(field, names) {
            Some(meant) => format!("Did you mean \"{meant}\"? If not,"),
            None => "Correct the name, or".to_owned(),
        };
        Some(format!(
            "{correct} add the field to \"{parent}\" here: marked @external if another subgraph resolves it."
        ))
    }

    fn of(mut self, parent: &Name) -> Self {
        self.lacking = Some(parent.clone());
        self
    }

    fn at(mut self, name: &Name) -> Self {
        self.name = Some(name.clone());
        self
    }

    fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// One part of a field set, matched with the schema.
#[derive(Debug)]
pub(crate) enum Selected<'a> {
    /// A field.
    Field(SelectedField<'a>),
    /// `... on Type { … }`.
    Fragment {
        /// The type condition, if any.
        on: Option<&'a Name>,
        /// Whether a directive is on it.
        has_directives: bool,
        /// What is selected under it.
        selections: Vec<Selected<'a>>,
    },
}

/// A field of a field set.
#[derive(Debug)]
pub(crate) struct SelectedField<'a> {
    /// The type it is selected on.
    pub(crate) parent: &'a ExtendedType,
    /// Its definition; `None` for `__typename`.
    pub(crate) definition: Option<&'a Component<FieldDefinition>>,
    /// As written.
    pub(crate) field: &'a Node<ast::Field>,
    /// What is selected below it.
    pub(crate) selections: Vec<Selected<'a>>,
}

/// Called for each field that a field set selects, outermost first; an error ends the reading.
pub(crate) type OnField<'f, 's> =
    dyn FnMut(&'s ExtendedType, &'s Component<FieldDefinition>) -> Result<(), FieldSetError> + 'f;

/// Parses a field set, with or without braces around it.
pub(crate) fn parse(text: &str) -> Result<Vec<Selection>, FieldSetError> {
    if let Some(names) = parse_names(text) {
        return Ok(names);
    }
    let braced = match text.trim_start().starts_with('{') {
        true => text.to_owned(),
        false => format!("{{{text}\n}}"),
    };
    let invalid = || FieldSetError::new("it is not a selection of fields");
    let document = parse_sdl(&braced, "fields").map_err(|broken| {
        let reason = broken.errors.iter().next();
        let reason = reason.map(|e| plain(&e.error.to_string()));
        FieldSetError::new(reason.unwrap_or_else(|| "it is not a selection of fields".to_owned()))
    })?;
    match document.definitions.as_slice() {
        [Definition::OperationDefinition(operation)] if !operation.selection_set.is_empty() => {
            match is_within(&operation.selection_set, FieldSet::MAX_DEPTH) {
                true => Ok(operation.selection_set.clone()),
                false => Err(FieldSetError::new(format!(
                    "it nests deeper than {} levels",
                    FieldSet::MAX_DEPTH
                ))),
            }
        }
        _ => Err(invalid()),
    }
}

/// Whether selections nest at most this many levels deep.
fn is_within(selections: &[Selection], depth: usize) -> bool {
    selections.iter().all(|selection| match selection {
        Selection::Field(field) if field.selection_set.is_empty() => true,
        Selection::Field(field) => depth > 0 && is_within(&field.selection_set, depth - 1),
        Selection::InlineFragment(fragment) => {
            depth > 0 && is_within(&fragment.selection_set, depth - 1)
        }
        Selection::FragmentSpread(_) => true,
    })
}

/// The common case of bare names, without a parser.
fn parse_names(text: &str) -> Option<Vec<Selection>> {
    let separator = |c: char| c == ',' || c == ' ' || c == '\n' || c == '\t' || c == '\r';
    let mut selections = Vec::new();
    for word in text.split(separator).filter(|word| !word.is_empty()) {
        selections.push(Selection::Field(Node::new(ast::Field {
            alias: None,
            name: Name::new(word).ok()?,
            arguments: Vec::new(),
            directives: Default::default(),
            selection_set: Vec::new(),
        })));
    }
    (!selections.is_empty()).then_some(selections)
}

/// Matches a field set with the schema and checks it: each field exists, has the right arguments, and has
/// subfields exactly where its type has.
pub(crate) fn check<'s>(
    schema: &'s Schema,
    parent: &'s ExtendedType,
    selections: &'s [Selection],
    on_field: &mut OnField<'_, 's>,
) -> Result<Vec<Selected<'s>>, FieldSetError> {
    select(schema, parent, selections, on_field, true)
}

/// Matches a field set with the schema as far as its fields exist; other mistakes are left to [`check`].
pub(crate) fn walk<'s>(
    schema: &'s Schema,
    parent: &'s ExtendedType,
    selections: &'s [Selection],
    on_field: &mut dyn FnMut(&'s ExtendedType, &'s Component<FieldDefinition>),
) {
    // What does not exist is reported by `check`; here what came before it counts.
    let _ = select(
        schema,
        parent,
        selections,
        &mut |ty, field| {
            on_field(ty, field);
            Ok(())
        },
        false,
    );
}

fn select<'s>(
    schema: &'s Schema,
    parent: &'s ExtendedType,
    selections: &'s [Selection],
    on_field: &mut OnField<'_, 's>,
    strict: bool,
) -> Result<Vec<Selected<'s>>, FieldSetError> {
    selections
        .iter()
        .map(|selection| match selection {
            Selection::Field(field) => {
                select_field(schema, parent, field, on_field, strict).map(Selected::Field)
            }
            Selection::InlineFragment(fragment) => {
                let ty = match &fragment.type_condition {
                    Some(on) => condition(schema, parent, on, strict)?,
                    None => parent,
                };
                Ok(Selected::Fragment {
                    on: fragment.type_condition.as_ref(),
                    has_directives: !fragment.directives.is_empty(),
                    selections: select(schema, ty, &fragment.selection_set, on_field, strict)?,
                })
            }
            Selection::FragmentSpread(spread) => Err(FieldSetError::new(format!(
                "it spreads a fragment \"{}\", which cannot be defined here",
                spread.fragment_name
            ))),
        })
        .collect()
}

fn select_field<'s>(
    schema: &'s Schema,
    parent: &'s ExtendedType,
    field: &'s Node<ast::Field>,
    on_field: &mut OnField<'_, 's>,
    strict: bool,
) -> Result<SelectedField<'s>, FieldSetError> {
    let selected = |definition, selections| SelectedField {
        parent,
        definition,
        field,
        selections,
    };
    if field.name == "__typename" {
        return Ok(selected(None, Vec::new()));
    }
    let definition = match parent {
        ExtendedType::Object(object) => object.fields.get(&field.name),
        ExtendedType::Interface(interface) => interface.fields.get(&field.name),
        _ => None,
    };
    let Some(definition) = definition else {
        return Err(FieldSetError::new(format!(
            "there is no field \"{}\" on type \"{}\" in this subgraph",
            field.name,
            parent.name()
        ))
        .of(parent.name())
        .at(&field.name));
    };
    on_field(parent, definition)?;
    if strict {
        if let Some(alias) = &field.alias {
            return Err(
                FieldSetError::new(format!("it gives a field the alias \"{alias}\"")).at(alias),
            );
        }
        check_arguments(schema, parent, definition, &field.arguments)?;
    }
    let ty = schema.types.get(definition.ty.inner_named_type());
    let composite = ty.filter(|ty| ty.is_object() || ty.is_interface() || ty.is_union());
    let coordinate = || format!("{}.{}", parent.name(), field.name);
    match composite {
        Some(_) if field.selection_set.is_empty() && strict => Err(FieldSetError::new(format!(
            "the field \"{}\" has type {}, of which it must select fields",
            coordinate(),
            definition.ty
        ))
        .with_help(format!(
            "Write `{} {{ … }}` with the fields meant.",
            field.name
        ))
        .at(&field.name)),
        Some(ty) => {
            let below = select(schema, ty, &field.selection_set, on_field, strict)?;
            Ok(selected(Some(definition), below))
        }
        None if !field.selection_set.is_empty() => Err(FieldSetError::new(format!(
            "the field \"{}\" has type {}, which has no fields to select",
            coordinate(),
            definition.ty
        ))
        .at(&field.name)),
        None => Ok(selected(Some(definition), Vec::new())),
    }
}

/// The type that a type condition leads to, if it can apply.
fn condition<'s>(
    schema: &'s Schema,
    parent: &'s ExtendedType,
    on: &Name,
    strict: bool,
) -> Result<&'s ExtendedType, FieldSetError> {
    let Some(ty) = schema.types.get(on) else {
        return Err(
            FieldSetError::new(format!("there is no type \"{on}\" in this subgraph")).at(on),
        );
    };
    if !(ty.is_object() || ty.is_interface() || ty.is_union()) {
        return Err(FieldSetError::new(format!("type \"{on}\" has no fields to select")).at(on));
    }
    if strict && !overlap(schema, parent, ty) {
        return Err(
            FieldSetError::new(format!("\"{}\" is never of type \"{on}\"", parent.name())).at(on),
        );
    }
    Ok(ty)
}

/// Whether an object can be of both types.
fn overlap(schema: &Schema, a: &ExtendedType, b: &ExtendedType) -> bool {
    if a.name() == b.name() {
        return true;
    }
    let is_a = |object: &ExtendedType, ty: &ExtendedType| {
        object.name() == ty.name() || schema.is_subtype(ty.name(), object.name())
    };
    match (a.is_object(), b.is_object()) {
        (true, _) => is_a(a, b),
        (_, true) => is_a(b, a),
        _ => schema
            .types
            .values()
            .any(|ty| ty.is_object() && is_a(ty, a) && is_a(ty, b)),
    }
}

fn check_arguments(
    schema: &Schema,
    parent: &ExtendedType,
    definition: &FieldDefinition,
    arguments: &[Node<Argument>],
) -> Result<(), FieldSetError> {
    let coordinate = || format!("{}.{}", parent.name(), definition.name);
    for argument in arguments {
        let Some(known) = definition.argument_by_name(&argument.name) else {
            return Err(FieldSetError::new(format!(
                "the field \"{}\" has no argument \"{}\"",
                coordinate(),
                argument.name
            ))
            .at(&argument.name));
        };
        if let Some(field) = values::repeated_field(&argument.value) {
            return Err(FieldSetError::new(format!(
                "the argument \"{}\" of \"{}\" gives the field \"{field}\" twice",
                argument.name,
                coordinate(),
            ))
            .at(&argument.name));
        }
        if !values::fits(schema, &known.ty, &argument.value) {
            return Err(FieldSetError::new(format!(
                "the argument \"{}\" of \"{}\" has type {}, which {} is not",
                argument.name,
                coordinate(),
                known.ty,
                argument.value
            ))
            .at(&argument.name));
        }
    }
    for known in &definition.arguments {
        if known.is_required() && !arguments.iter().any(|given| given.name == known.name) {
            return Err(FieldSetError::new(format!(
                "the field \"{}\" needs its argument \"{}\"",
                coordinate(),
                known.name
            ))
            .at(&definition.name));
        }
    }
    Ok(())
}
