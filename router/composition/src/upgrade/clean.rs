//! Extensions, and directives that Federation 1 ignored.

use apollo_compiler::Name;
use apollo_compiler::collections::{IndexMap, IndexSet};
use apollo_compiler::schema::{
    Component, ComponentName, ComponentOrigin, DirectiveList, ExtendedType, FieldDefinition,
};
use federation::{Code, Diagnostics};

use super::{Others, edit};
use crate::subgraph::SubgraphSchema;

/// Whether a type is an extension in the sense of Federation 1: it is only extended, or says `@extends`.
pub(super) fn is_extension(subgraph: &SubgraphSchema, ty: &ExtendedType) -> bool {
    (ty.is_object() || ty.is_interface())
        && (ty.directives().has(&subgraph.names.extends) || subgraph.is_extension_only(ty.name()))
}

/// An extension needs a definition elsewhere; a root type does not.
pub(super) fn check_extensions(
    subgraph: &SubgraphSchema,
    others: &Others<'_>,
    diagnostics: &mut Diagnostics,
) {
    for ty in subgraph.schema.types.values() {
        let name = ty.name();
        if !is_extension(subgraph, ty) || subgraph.is_root_type(name) {
            continue;
        }
        let defined = others
            .with_type(name)
            .any(|(other, _)| !other.is_extension_only(name));
        if !defined {
            diagnostics.push(
                subgraph
                    .error(
                        Code::ExtensionWithNoBase,
                        format!(
                            "The type \"{name}\" is only ever extended: no subgraph defines it."
                        ),
                    )
                    .at(subgraph.locate_name(name))
                    .with_help("Remove `extend`, or define the type in another subgraph."),
            );
        }
    }
}

/// In Federation 2 every subgraph may define a type, so an extension is a definition.
pub(super) fn remove_extensions(subgraph: &mut SubgraphSchema) {
    let extensions: Vec<Name> = subgraph
        .schema
        .types
        .values()
        .filter(|ty| is_extension(subgraph, ty))
        .map(|ty| ty.name().clone())
        .collect();
    for name in extensions {
        subgraph.only_extended.remove(&name);
        let Some(ty) = subgraph.schema.types.get_mut(&name) else {
            continue;
        };
        match ty {
            ExtendedType::Object(object) => {
                let object = object.make_mut();
                define(
                    &mut object.directives,
                    &mut object.fields,
                    &mut object.implements_interfaces,
                );
            }
            ExtendedType::Interface(interface) => {
                let interface = interface.make_mut();
                define(
                    &mut interface.directives,
                    &mut interface.fields,
                    &mut interface.implements_interfaces,
                );
            }
            _ => {}
        }
    }
}

/// Forgets that parts of a type come from an extension.
fn define(
    directives: &mut DirectiveList,
    fields: &mut IndexMap<Name, Component<FieldDefinition>>,
    interfaces: &mut IndexSet<ComponentName>,
) {
    for directive in &mut directives.0 {
        directive.origin = ComponentOrigin::Definition;
    }
    for field in fields.values_mut() {
        field.origin = ComponentOrigin::Definition;
    }
    *interfaces = interfaces
        .iter()
        .map(|interface| ComponentName::from(interface.name.clone()))
        .collect();
}

/// `@key` on interfaces, `@provides` and `@requires` on their fields, `@provides` on fields without subfields.
pub(super) fn remove_without_effect(subgraph: &mut SubgraphSchema) {
    let names = subgraph.names.clone();
    let types = &mut subgraph.schema.types;
    let composite: IndexSet<Name> = types
        .values()
        .filter(|ty| ty.is_object() || ty.is_interface() || ty.is_union())
        .map(|ty| ty.name().clone())
        .collect();
    for ty in types.values_mut() {
        if ty.is_interface() {
            edit::remove_from_type(ty, &names.key);
            edit::remove_from_fields(ty, &names.provides);
            edit::remove_from_fields(ty, &names.requires);
        }
        edit::fields(
            ty,
            |field| {
                field.directives.has(&names.provides)
                    && !composite.contains(field.ty.inner_named_type())
            },
            |field| field.directives.0.retain(|d| d.name != names.provides),
        );
    }
}
