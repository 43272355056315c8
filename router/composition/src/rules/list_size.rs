//! `@listSize`: how long a list can be, so of lists and of the arguments that limit them.

use apollo_compiler::ast::{Directive, Field, Selection, Type, Value};
use apollo_compiler::schema::{ExtendedType, FieldDefinition};
use federation::{Code, Diagnostics, nearest};

use super::field_sets::fields_with;
use crate::field_set;
use crate::subgraph::{SubgraphSchema, field_of, fields_of};

/// The code, what is wrong, and what to do.
type Finding = (Code, String, String);

pub(super) fn check(subgraph: &SubgraphSchema, diagnostics: &mut Diagnostics) {
    for (ty, field, directive) in fields_with(subgraph, &subgraph.names.list_size) {
        let mut findings = Vec::new();
        check_one(subgraph, ty, field, directive, &mut findings);
        for (code, message, help) in findings {
            diagnostics.push(
                subgraph
                    .error(code, message)
                    .at(subgraph.locate(directive.location()))
                    .with_help(help),
            );
        }
    }
}

fn check_one(
    subgraph: &SubgraphSchema,
    ty: &ExtendedType,
    field: &FieldDefinition,
    directive: &Directive,
    findings: &mut Vec<Finding>,
) {
    let coordinate = format!("{}.{}", ty.name(), field.name);
    let sized_fields = strings(directive, "sizedFields");
    if sized_fields.is_empty() && !field.ty.is_list() {
        findings.push((
            Code::ListSizeAppliedToNonList,
            format!(
                "The field \"{coordinate}\" has a @listSize, but its type {} is not a list.",
                field.ty
            ),
            "Remove the @listSize, or name in `sizedFields` the fields below it that are lists."
                .to_owned(),
        ));
    }
    let assumed = directive.specified_argument_by_name("assumedSize");
    if assumed
        .and_then(|value| value.to_i32())
        .is_some_and(|size| size < 0)
    {
        findings.push((
            Code::ListSizeInvalidAssumedSize,
            format!("The @listSize of \"{coordinate}\" assumes a negative size."),
            "A list has at least 0 elements.".to_owned(),
        ));
    }
    for path in strings(directive, "slicingArguments") {
        let whose = format!("The @listSize of \"{coordinate}\" names");
        if let Err((message, help)) = check_slicing_argument(subgraph, field, path) {
            findings.push((
                Code::ListSizeInvalidSlicingArgument,
                format!("{whose} {message}."),
                help,
            ));
        }
    }
    check_sized_fields(subgraph, &coordinate, field, &sized_fields, findings);
}

/// An argument, or a field of an input object below one (`input.paging.first`), that is an integer.
fn check_slicing_argument(
    subgraph: &SubgraphSchema,
    field: &FieldDefinition,
    path: &str,
) -> Result<(), (String, String)> {
    let mut steps = path.split('.');
    let name = steps.next().unwrap_or_default();
    let Some(argument) = field.argument_by_name(name) else {
        let known = field
            .arguments
            .iter()
            .map(|argument| argument.name.as_str());
        let help = meant(
            name,
            known,
            "Name arguments of the field in `slicingArguments`",
        );
        return Err((
            format!("\"{name}\", which is not one of its arguments"),
            help,
        ));
    };
    let mut at = argument;
    let mut walked = name.to_owned();
    for step in steps {
        let ty = at.ty.inner_named_type();
        let input = match subgraph.schema.types.get(ty) {
            Some(ExtendedType::InputObject(input)) if !at.ty.is_list() => input,
            _ => {
                return Err((
                    format!(
                        "\"{path}\", but \"{walked}\" has type {}, below which there is no field",
                        at.ty
                    ),
                    "Only fields of input objects are below an argument.".to_owned(),
                ));
            }
        };
        let Some(below) = input.fields.get(step) else {
            let known = input.fields.keys().map(|name| name.as_str());
            let help = meant(step, known, "Name fields of the input object");
            return Err((
                format!("\"{path}\", but \"{ty}\" has no field \"{step}\""),
                help,
            ));
        };
        walked = format!("{walked}.{step}");
        at = &below.node;
    }
    if at.ty.is_list() || *at.ty.inner_named_type() != "Int" {
        let what = match at.name == name {
            true => format!("its argument \"{name}\""),
            false => format!("\"{path}\""),
        };
        return Err((
            format!("{what}, which has type {}", at.ty),
            "A slicing argument has type Int or Int!.".to_owned(),
        ));
    }
    Ok(())
}

/// The nearest name, or else what to do.
fn meant<'a>(name: &str, known: impl Iterator<Item = &'a str>, otherwise: &str) -> String {
    match nearest(name, known) {
        Some(meant) => format!("Did you mean \"{meant}\"?"),
        None => format!("{otherwise}."),
    }
}

fn check_sized_fields(
    subgraph: &SubgraphSchema,
    coordinate: &str,
    field: &FieldDefinition,
    sized_fields: &[&str],
    findings: &mut Vec<Finding>,
) {
    if sized_fields.is_empty() {
        return;
    }
    let target = composite(subgraph, &field.ty);
    let Some(target) = target else {
        findings.push((
            Code::ListSizeInvalidSizedField,
            format!("The @listSize of \"{coordinate}\" has `sizedFields`, but the type {} has no fields.", field.ty),
            "Remove `sizedFields`.".to_owned(),
        ));
        return;
    };
    for text in sized_fields {
        match field_set::parse(text) {
            Ok(selections) => {
                let mut sized = Sized {
                    subgraph,
                    coordinate,
                    findings,
                };
                sized.check(target, &selections);
            }
            Err(error) => findings.push((
                Code::ListSizeInvalidSizedField,
                format!(
                    "The @listSize of \"{coordinate}\" names \"{text}\": {}.",
                    error.message
                ),
                "Name fields, and what is below them in braces: `results { page }`.".to_owned(),
            )),
        }
    }
}

fn composite<'a>(subgraph: &'a SubgraphSchema, ty: &Type) -> Option<&'a ExtendedType> {
    let ty = subgraph.schema.types.get(ty.inner_named_type());
    ty.filter(|ty| ty.is_object() || ty.is_interface() || ty.is_union())
}

/// The lists that a field's size is for: the innermost fields of a selection.
struct Sized<'a, 'f> {
    subgraph: &'a SubgraphSchema,
    coordinate: &'a str,
    findings: &'f mut Vec<Finding>,
}

impl Sized<'_, '_> {
    /// Recursion is bounded by that of field sets.
    fn check(&mut self, target: &ExtendedType, selections: &[Selection]) {
        let subgraph = self.subgraph;
        for selection in selections {
            match selection {
                Selection::Field(selected) => self.check_field(target, selected),
                Selection::InlineFragment(fragment) => {
                    let on = match &fragment.type_condition {
                        Some(on) => composite(subgraph, &Type::Named(on.clone())),
                        None => Some(target),
                    };
                    match on {
                        Some(on) => self.check(on, &fragment.selection_set),
                        None => self.invalid(format!(
                            "has a fragment on a type without fields below \"{}\"",
                            target.name()
                        )),
                    }
                }
                Selection::FragmentSpread(spread) => self.invalid(format!(
                    "names the fragment \"{}\", which does not exist",
                    spread.fragment_name
                )),
            }
        }
    }

    fn check_field(&mut self, target: &ExtendedType, selected: &Field) {
        let (subgraph, name) = (self.subgraph, &selected.name);
        let Some(field) = field_of(target, name) else {
            let coordinate = self.coordinate;
            let known = fields_of(target);
            let known = known.into_iter().flatten().map(|(name, _)| name.as_str());
            let otherwise = "Name fields of the type that the field returns in `sizedFields`";
            let help = meant(name, known, otherwise);
            self.findings.push((
                Code::ListSizeInvalidSizedField,
                format!(
                    "The @listSize of \"{coordinate}\" names \"{name}\", which is not a field of \"{}\".",
                    target.name()
                ),
                help,
            ));
            return;
        };
        let here = format!("\"{}.{name}\"", target.name());
        if !selected.selection_set.is_empty() {
            match composite(subgraph, &field.ty) {
                Some(below) => self.check(below, &selected.selection_set),
                None => self.invalid(format!(
                    "goes on below {here}, whose type {} has no fields",
                    field.ty
                )),
            }
        } else if !field.ty.is_list() {
            let coordinate = self.coordinate;
            let help = match composite(subgraph, &field.ty) {
                Some(_) => format!(
                    "Name the list below it: `{name} {{ … }}`, or another field that is a list."
                ),
                None => "Name fields that are lists in `sizedFields`.".to_owned(),
            };
            self.findings.push((
                Code::ListSizeAppliedToNonList,
                format!(
                    "The @listSize of \"{coordinate}\" names {here}, whose type {} is not a list.",
                    field.ty
                ),
                help,
            ));
        }
    }

    fn invalid(&mut self, what: String) {
        self.findings.push((
            Code::ListSizeInvalidSizedField,
            format!("The @listSize of \"{}\" {what}.", self.coordinate),
            "Name fields that exist, down to lists.".to_owned(),
        ));
    }
}

/// An argument that is a list of strings.
fn strings<'a>(directive: &'a Directive, argument: &str) -> Vec<&'a str> {
    match directive
        .specified_argument_by_name(argument)
        .map(|value| &**value)
    {
        Some(Value::List(items)) => items.iter().filter_map(|item| item.as_str()).collect(),
        Some(Value::String(item)) => vec![item],
        _ => Vec::new(),
    }
}
