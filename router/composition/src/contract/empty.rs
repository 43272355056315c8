//! Types of which everything is hidden.

use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Schema};

use super::is_machinery;
use super::mark::hide_type;

/// Hides them. The query root type stays: a contract that leaves nothing to query is an error.
pub(super) fn hide(schema: &mut Schema, inaccessible: &Name) {
    let query = schema.schema_definition.query.as_ref();
    let query = query.map(|query| query.name.clone());
    // Unions last: they become empty with their members.
    for unions in [false, true] {
        let empty: Vec<Name> = schema
            .types
            .iter()
            .filter(|(name, ty)| {
                ty.is_union() == unions
                    && !is_machinery(name)
                    && !ty.is_built_in()
                    && Some(*name) != query.as_ref()
                    && is_empty(schema, ty, inaccessible)
            })
            .map(|(name, _)| name.clone())
            .collect();
        for name in &empty {
            if let Some(ty) = schema.types.get_mut(name) {
                hide_type(ty, inaccessible);
            }
        }
    }
}

fn is_empty(schema: &Schema, ty: &ExtendedType, inaccessible: &Name) -> bool {
    match ty {
        ExtendedType::Scalar(_) => false,
        ExtendedType::Object(ty) => {
            let mut fields = ty.fields.values();
            fields.all(|field| field.directives.has(inaccessible))
        }
        ExtendedType::Interface(ty) => {
            let mut fields = ty.fields.values();
            fields.all(|field| field.directives.has(inaccessible))
        }
        ExtendedType::InputObject(ty) => {
            let mut fields = ty.fields.values();
            fields.all(|field| field.directives.has(inaccessible))
        }
        ExtendedType::Enum(ty) => {
            let mut values = ty.values.values();
            values.all(|value| value.directives.has(inaccessible))
        }
        ExtendedType::Union(ty) => ty.members.iter().all(|member| {
            let member = schema.types.get(&member.name);
            member.is_none_or(|member| member.directives().has(inaccessible))
        }),
    }
}
