//! `@listSize`: how long a list can be, so of lists and of the arguments that limit them.

use apollo_compiler::ast::{Directive, Value};
use apollo_compiler::schema::{ExtendedType, FieldDefinition};
use federation::{Code, Diagnostics};

use super::field_sets::fields_with;
use crate::subgraph::{SubgraphSchema, field_of};

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
    findings: &mut Vec<(Code, String, &'static str)>,
) {
    let coordinate = format!("{}.{}", ty.name(), field.name);
    let sized_fields = strings(directive, "sizedFields");
    if sized_fields.is_empty() && !field.ty.is_list() {
        findings.push((
            Code::ListSizeAppliedToNonList,
            format!(
                "The field \"{coordinate}\" has a @listSize, but its type {} is no list.",
                field.ty
            ),
            "Remove the @listSize, or name in `sizedFields` the fields below it that are lists.",
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
            "A list has at least 0 elements.",
        ));
    }
    for name in strings(directive, "slicingArguments") {
        match field.arguments.iter().find(|argument| argument.name == name) {
            None => findings.push((
                Code::ListSizeInvalidSlicingArgument,
                format!("The @listSize of \"{coordinate}\" names \"{name}\", which is not one of its arguments."),
                "Name arguments of the field in `slicingArguments`.",
            )),
            Some(argument)
                if argument.ty.is_list() || *argument.ty.inner_named_type() != "Int" =>
            {
                findings.push((
                    Code::ListSizeInvalidSlicingArgument,
                    format!("The @listSize of \"{coordinate}\" names its argument \"{name}\", which has type {}.", argument.ty),
                    "A slicing argument has type Int or Int!.",
                ));
            }
            Some(_) => {}
        }
    }
    check_sized_fields(subgraph, &coordinate, field, &sized_fields, findings);
}

fn check_sized_fields(
    subgraph: &SubgraphSchema,
    coordinate: &str,
    field: &FieldDefinition,
    sized_fields: &[&str],
    findings: &mut Vec<(Code, String, &'static str)>,
) {
    if sized_fields.is_empty() {
        return;
    }
    let target = subgraph
        .schema
        .types
        .get(field.ty.inner_named_type())
        .filter(|ty| ty.is_object() || ty.is_interface() || ty.is_union());
    let Some(target) = target else {
        findings.push((
            Code::ListSizeInvalidSizedField,
            format!("The @listSize of \"{coordinate}\" has `sizedFields`, but the type {} has no fields.", field.ty),
            "Remove `sizedFields`.",
        ));
        return;
    };
    for &name in sized_fields {
        match field_of(target, name) {
            None => findings.push((
                Code::ListSizeInvalidSizedField,
                format!("The @listSize of \"{coordinate}\" names \"{name}\", which is not a field of \"{}\".", target.name()),
                "Name fields of the type that the field returns in `sizedFields`.",
            )),
            Some(sized) if !sized.ty.is_list() => findings.push((
                Code::ListSizeAppliedToNonList,
                format!("The @listSize of \"{coordinate}\" names \"{}.{name}\", whose type {} is no list.", target.name(), sized.ty),
                "Name fields that are lists in `sizedFields`.",
            )),
            Some(_) => {}
        }
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
