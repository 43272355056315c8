//! `@external`: Federation 1 wanted it on the keys of extensions, and took it without use.

use apollo_compiler::Name;
use apollo_compiler::ast::{Directive, Type};
use apollo_compiler::collections::HashSet;
use apollo_compiler::schema::ExtendedType;
use federation::{Code, Diagnostics};

use super::{Others, clean, edit};
use crate::facts::fields_argument;
use crate::field_set;
use crate::subgraph::{SubgraphSchema, field_of};

/// Removes `@external` from interfaces' fields, from object types, and from the keys of extensions.
pub(super) fn remove_without_effect(subgraph: &mut SubgraphSchema, others: &Others<'_>) {
    let external = subgraph.names.external.clone();
    for ty in subgraph.schema.types.values_mut() {
        match ty {
            ExtendedType::Interface(_) => edit::remove_from_fields(ty, &external),
            ExtendedType::Object(_) => edit::remove_from_type(ty, &external),
            _ => {}
        }
    }
    let mut resolved: Vec<(Name, HashSet<Name>)> = Vec::new();
    for ty in subgraph.schema.types.values() {
        let is_root = subgraph.is_root_type(ty.name());
        if !clean::is_extension(subgraph, ty) && !is_root {
            continue;
        }
        let mut fields = key_fields(subgraph, ty, usize::MAX);
        if !ty.directives().has(&subgraph.names.key) {
            for (other, ty) in others.with_type(ty.name()) {
                // The first key was the one that extensions used.
                fields.extend(key_fields(other, ty, 1));
            }
        }
        if !fields.is_empty() {
            resolved.push((ty.name().clone(), fields));
        }
    }
    for (ty, fields) in resolved {
        if let Some(ty) = subgraph.schema.types.get_mut(&ty) {
            edit::fields(
                ty,
                |field| fields.contains(&field.name) && field.directives.has(&external),
                |field| field.directives.0.retain(|d| d.name != external),
            );
        }
    }
}

/// The type's own fields that its first keys select.
fn key_fields(subgraph: &SubgraphSchema, ty: &ExtendedType, keys: usize) -> HashSet<Name> {
    let mut fields = HashSet::default();
    let applications = ty
        .directives()
        .iter()
        .filter(|d| d.name == subgraph.names.key);
    for key in applications.take(keys) {
        let Some(selections) = fields_argument(key) else {
            continue;
        };
        field_set::walk(&subgraph.schema, ty, &selections, &mut |parent, field| {
            if parent.name() == ty.name() {
                fields.insert(field.name.clone());
            }
        });
    }
    fields
}

/// Removes external fields that nothing uses, and types that consist of nothing else.
pub(super) fn remove_unused(subgraph: &mut SubgraphSchema, diagnostics: &mut Diagnostics) {
    let mut unused: Vec<(Name, Vec<Name>)> = Vec::new();
    for ty in subgraph.schema.types.values() {
        let fields = match ty {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            _ => continue,
        };
        let is_unused = |field: &&Name| {
            subgraph.facts.is_external(ty.name(), field) && !subgraph.is_field_used(ty, field)
        };
        let fields: Vec<Name> = fields.keys().filter(is_unused).cloned().collect();
        if !fields.is_empty() {
            unused.push((ty.name().clone(), fields));
        }
    }
    for (ty, fields) in unused {
        let remaining = match subgraph.schema.types.get_mut(&ty) {
            Some(ExtendedType::Object(object)) => &mut object.make_mut().fields,
            Some(ExtendedType::Interface(interface)) => &mut interface.make_mut().fields,
            _ => continue,
        };
        let unused: HashSet<Name> = fields.into_iter().collect();
        remaining.retain(|name, _| !unused.contains(name));
        if !remaining.is_empty() {
            continue;
        }
        if is_referenced(subgraph, &ty) {
            let name = subgraph.schema.types[&ty].name();
            diagnostics.push(
                subgraph
                    .error(
                        Code::TypeWithOnlyUnusedExternal,
                        format!("All fields of the type \"{ty}\" are @external, and no @key, @requires or @provides uses them."),
                    )
                    .at(subgraph.locate_name(name))
                    .with_help("Remove @external from the fields that this subgraph resolves."),
            );
        } else {
            subgraph.schema.types.shift_remove(&ty);
        }
    }
}

/// Whether a field or union of the schema, or the schema itself, refers to a type.
fn is_referenced(subgraph: &SubgraphSchema, name: &Name) -> bool {
    subgraph.budget.spend_each(subgraph.schema.types.len());
    let refers = |ty: &Type| ty.inner_named_type() == name;
    subgraph.is_root_type(name)
        || subgraph.schema.types.values().any(|ty| match ty {
            ExtendedType::Object(object) => {
                object.implements_interfaces.contains(name)
                    || object.fields.values().any(|field| refers(&field.ty))
            }
            ExtendedType::Interface(interface) => {
                interface.implements_interfaces.contains(name)
                    || interface.fields.values().any(|field| refers(&field.ty))
            }
            ExtendedType::Union(union) => union.members.contains(name),
            _ => false,
        })
}

/// A `@tag` repeated on an external field belongs to the field where it is resolved.
pub(super) fn remove_tags(subgraph: &mut SubgraphSchema, others: &Others<'_>) {
    let names = subgraph.names.clone();
    let tagged_elsewhere = |ty: &Name, field: &Name, tag: &Directive| {
        others.with_type(ty).any(|(other, ty)| {
            let Some(field) = field_of(ty, field) else {
                return false;
            };
            !field.directives.has(&other.names.external)
                && field
                    .directives
                    .iter()
                    .any(|applied| applied.name == "tag" && applied.arguments == tag.arguments)
        })
    };
    for ty in subgraph.schema.types.values_mut() {
        let name = ty.name().clone();
        edit::fields(
            ty,
            |field| field.directives.has(&names.external) && field.directives.has(&names.tag),
            |field| {
                let field_name = field.name.clone();
                field.directives.0.retain(|applied| {
                    applied.name != names.tag || !tagged_elsewhere(&name, &field_name, applied)
                });
            },
        );
    }
}
