//! Types to which nothing visible leads.

use apollo_compiler::ast::FieldDefinition;
use apollo_compiler::collections::{HashMap, HashSet};
use apollo_compiler::schema::{Component, ExtendedType, Implementers};
use apollo_compiler::{Name, Schema};

use super::is_machinery;
use super::mark::hide_type;

/// Hides them.
pub(super) fn hide(schema: &mut Schema, inaccessible: &Name) {
    let reached = reached(schema, inaccessible);
    for (name, ty) in &mut schema.types {
        if !is_machinery(name) && !ty.is_built_in() && !reached.contains(name) {
            hide_type(ty, inaccessible);
        }
    }
}

/// The types to which visible root types and the directives of operations lead.
fn reached(schema: &Schema, inaccessible: &Name) -> HashSet<Name> {
    let implementers: HashMap<Name, Implementers> = schema.implementers_map();
    let roots = schema.schema_definition.iter_root_operations();
    let mut waiting: Vec<Name> = roots.map(|(_, root)| root.name.clone()).collect();
    for definition in schema.directive_definitions.values() {
        if definition.locations.iter().any(federation::is_executable) {
            let arguments = definition.arguments.iter();
            waiting.extend(arguments.map(|argument| argument.ty.inner_named_type().clone()));
        }
    }
    let mut reached: HashSet<Name> = HashSet::default();
    while let Some(name) = waiting.pop() {
        let ty = schema.types.get(&name);
        let Some(ty) = ty.filter(|ty| !ty.directives().has(inaccessible)) else {
            continue;
        };
        if !reached.insert(name) {
            continue;
        }
        match ty {
            ExtendedType::Object(ty) => {
                waiting.extend(ty.implements_interfaces.iter().map(|one| one.name.clone()));
                lead(ty.fields.values(), inaccessible, &mut waiting);
            }
            ExtendedType::Interface(ty) => {
                waiting.extend(ty.implements_interfaces.iter().map(|one| one.name.clone()));
                lead(ty.fields.values(), inaccessible, &mut waiting);
                if let Some(implementers) = implementers.get(&ty.name) {
                    waiting.extend(implementers.objects.iter().cloned());
                    waiting.extend(implementers.interfaces.iter().cloned());
                }
            }
            ExtendedType::Union(ty) => {
                waiting.extend(ty.members.iter().map(|member| member.name.clone()));
            }
            ExtendedType::InputObject(ty) => {
                let fields = ty.fields.values();
                let visible = fields.filter(|field| !field.directives.has(inaccessible));
                waiting.extend(visible.map(|field| field.ty.inner_named_type().clone()));
            }
            ExtendedType::Scalar(_) | ExtendedType::Enum(_) => {}
        }
    }
    reached
}

/// Where visible fields and their visible arguments lead.
fn lead<'f>(
    fields: impl Iterator<Item = &'f Component<FieldDefinition>>,
    inaccessible: &Name,
    waiting: &mut Vec<Name>,
) {
    for field in fields.filter(|field| !field.directives.has(inaccessible)) {
        waiting.push(field.ty.inner_named_type().clone());
        let arguments = field.arguments.iter();
        let visible = arguments.filter(|argument| !argument.directives.has(inaccessible));
        waiting.extend(visible.map(|argument| argument.ty.inner_named_type().clone()));
    }
}
