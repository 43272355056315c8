//! Compares the definitions that a subgraph writes down with those of the specification.

use std::collections::BTreeSet;
use std::fmt::Display;

use apollo_compiler::Name;
use apollo_compiler::ast::{DirectiveDefinition, Type};
use apollo_compiler::schema::ExtendedType;
use federation::spec::{DirectiveSpec, InputSpec};
use federation::{Code, Diagnostics};

use crate::subgraph::SubgraphSchema;

/// A type of a specification must be a scalar.
pub(super) fn scalar(
    subgraph: &SubgraphSchema,
    existing: &ExtendedType,
    diagnostics: &mut Diagnostics,
) {
    if !existing.is_scalar() {
        let name = existing.name();
        diagnostics.push(
            subgraph
                .error(
                    Code::TypeDefinitionInvalid,
                    format!("The type \"{name}\" belongs to a linked specification, where it is a scalar."),
                )
                .at(subgraph.locate_name(name))
                .with_help(format!("Write `scalar {name}`, or leave the definition out.")),
        );
    }
}

/// An enum of a specification has its values, and no others.
pub(super) fn enumeration(
    subgraph: &SubgraphSchema,
    existing: &ExtendedType,
    expected: &ExtendedType,
    diagnostics: &mut Diagnostics,
) {
    let values = |ty: &ExtendedType| -> Option<BTreeSet<Name>> {
        Some(ty.as_enum()?.values.keys().cloned().collect())
    };
    let wanted = values(expected).unwrap_or_default();
    if values(existing).as_ref() == Some(&wanted) {
        return;
    }
    let name = existing.name();
    let listed: Vec<&str> = wanted.iter().map(Name::as_str).collect();
    let listed = listed.join(" and ");
    diagnostics.push(
        subgraph
            .error(
                Code::TypeDefinitionInvalid,
                format!("The type \"{name}\" belongs to a linked specification, where it is an enum of {listed}."),
            )
            .at(subgraph.locate_name(name))
            .with_help("Leave the definition out, or write it as the specification does."),
    );
}

/// An input type of a specification may be defined with fewer fields and stricter ones, but not otherwise.
pub(super) fn input(
    subgraph: &SubgraphSchema,
    spec: &InputSpec,
    type_name: &dyn Fn(&str) -> Name,
    existing: &ExtendedType,
    diagnostics: &mut Diagnostics,
) {
    let name = existing.name();
    let mut wrong = |what: String| {
        diagnostics.push(
            subgraph
                .error(
                    Code::TypeDefinitionInvalid,
                    format!("The type \"{name}\" belongs to a linked specification: {what}."),
                )
                .at(subgraph.locate_name(name))
                .with_help("Leave the definition out, or write it as the specification does."),
        );
    };
    let ExtendedType::InputObject(existing) = existing else {
        return wrong("it is an input type there".to_owned());
    };
    for field in spec.fields {
        let expected = field.ty(type_name);
        match existing.fields.get(field.name) {
            Some(actual) => {
                let stricter = (*actual.ty).clone().nullable();
                if *actual.ty != expected && stricter != expected {
                    wrong(format!(
                        "the type of its field `{}` is {expected}, not {}",
                        field.name, actual.ty
                    ));
                }
            }
            None if expected.is_non_null() => wrong(format!("it lacks the field `{}`", field.name)),
            None => {}
        }
    }
    for unknown in existing.fields.keys() {
        if !spec.fields.iter().any(|field| unknown == field.name) {
            wrong(format!("it has no field `{unknown}`"));
        }
    }
}

/// A directive of a specification may be defined with fewer locations and stricter arguments, but not otherwise; whether it is.
pub(super) fn directive(
    subgraph: &SubgraphSchema,
    spec: &DirectiveSpec,
    type_name: &dyn Fn(&str) -> Name,
    existing: &DirectiveDefinition,
    diagnostics: &mut Diagnostics,
) -> bool {
    let before = diagnostics.len();
    let name = &existing.name;
    let mut wrong = |what: String| {
        let expected = spec.definition(name.clone(), type_name);
        diagnostics.push(
            subgraph
                .error(
                    Code::DirectiveDefinitionInvalid,
                    format!(
                        "The definition of @{name} is not the one of its specification: {what}."
                    ),
                )
                .at(subgraph.locate_name(name))
                .with_help(format!(
                    "Leave the definition out, or write `{}`.",
                    expected.serialize().no_indent()
                )),
        );
    };
    for argument in spec.arguments {
        let expected = argument.ty(type_name);
        let default = argument.default_value();
        let Some(actual) = existing.arguments.iter().find(|a| a.name == argument.name) else {
            if expected.is_non_null() && default.is_none() {
                wrong(format!("it lacks the argument `{}`", argument.name));
            }
            continue;
        };
        let comparable = match expected.is_non_null() {
            true => (*actual.ty).clone(),
            false => (*actual.ty).clone().nullable(),
        };
        if comparable != expected && !refines(subgraph, &expected, &comparable) {
            wrong(format!(
                "its argument `{}` has type {}, not {expected}",
                argument.name, actual.ty
            ));
        } else if !actual.ty.is_non_null() && actual.default_value.as_deref() != default.as_ref() {
            wrong(format!(
                "its argument `{}` has {}, not {}",
                argument.name,
                described(actual.default_value.as_deref()),
                described(default.as_ref())
            ));
        }
    }
    for argument in &existing.arguments {
        if !spec
            .arguments
            .iter()
            .any(|known| argument.name == known.name)
        {
            wrong(format!("it has an unknown argument `{}`", argument.name));
        }
    }
    if existing.repeatable && !spec.repeatable {
        wrong("it is repeatable".to_owned());
    }
    let strange: Vec<&str> = existing
        .locations
        .iter()
        .filter(|location| !spec.locations.contains(location))
        .map(|location| location.name())
        .collect();
    if !strange.is_empty() {
        wrong(format!("it can be used on {}", strange.join(", ")));
    }
    diagnostics.len() == before
}

fn described(default: Option<&impl Display>) -> String {
    match default {
        Some(value) => format!("the default {value}"),
        None => "no default".to_owned(),
    }
}

/// Whether a definition replaces a scalar of the specification by a type that GraphQL checks.
fn refines(subgraph: &SubgraphSchema, expected: &Type, actual: &Type) -> bool {
    let is_custom_scalar = |name: &Name| {
        let builtin = ["Int", "Float", "String", "Boolean", "ID"].contains(&name.as_str());
        !builtin
            && matches!(
                subgraph.schema.types.get(name),
                Some(ExtendedType::Scalar(_)) | None
            )
    };
    match (expected, actual) {
        (Type::List(expected), Type::List(actual))
        | (Type::NonNullList(expected), Type::NonNullList(actual)) => {
            refines(subgraph, expected, actual) || expected == actual
        }
        (Type::Named(expected), Type::Named(actual))
        | (Type::NonNullNamed(expected), Type::NonNullNamed(actual)) => {
            is_custom_scalar(expected) && !is_custom_scalar(actual)
        }
        _ => false,
    }
}
