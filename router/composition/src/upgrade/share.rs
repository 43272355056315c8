//! `@shareable`: Federation 1 let several subgraphs resolve a field without a word.

use apollo_compiler::Name;
use apollo_compiler::collections::HashSet;
use apollo_compiler::schema::{Component, ExtendedType};

use super::{Others, edit};
use crate::subgraph::{SubgraphSchema, field_of};

/// Marks the fields and types that other subgraphs have too.
pub(super) fn share(subgraph: &mut SubgraphSchema, original: &SubgraphSchema, others: &Others<'_>) {
    let shareable = subgraph.names.shareable.clone();
    let mut types: Vec<Name> = Vec::new();
    let mut fields: Vec<(Name, HashSet<Name>)> = Vec::new();
    for ty in subgraph.schema.types.values() {
        let ExtendedType::Object(object) = ty else {
            continue;
        };
        let name = &object.name;
        if subgraph.is_subscription_root(name) {
            continue;
        }
        let is_entity = object.directives.has(&subgraph.names.key);
        if !is_entity && !subgraph.is_root_type(name) {
            let elsewhere = others.with_type(name).next().is_some();
            if elsewhere && !object.directives.has(&shareable) {
                types.push(name.clone());
            }
            continue;
        }
        let resolved_elsewhere = |field: &&Name| {
            !original.facts.is_shareable(name, field)
                && others.with_type(name).any(|(other, ty)| {
                    let resolves = !other.facts.is_external(name, field)
                        || other.facts.is_partially_external(name, field);
                    field_of(ty, field).is_some() && resolves
                })
        };
        let shared: HashSet<Name> = object
            .fields
            .keys()
            .filter(resolved_elsewhere)
            .cloned()
            .collect();
        if !shared.is_empty() {
            fields.push((name.clone(), shared));
        }
    }
    for name in types {
        if let Some(ty) = subgraph.schema.types.get_mut(&name) {
            let directive = Component::from(edit::bare(&shareable));
            edit::directives(ty).0.push(directive);
        }
    }
    for (name, shared) in fields {
        if let Some(ty) = subgraph.schema.types.get_mut(&name) {
            edit::fields(
                ty,
                |field| shared.contains(&field.name) && !field.directives.has(&shareable),
                |field| field.directives.0.push(edit::bare(&shareable)),
            );
        }
    }
}
