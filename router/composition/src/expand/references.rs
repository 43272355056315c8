//! Where a schema names a type.

use apollo_compiler::Name;
use apollo_compiler::schema::{ExtendedType, Schema};

/// The first place at which a field or a union names the type.
pub(super) fn first<'s>(schema: &'s Schema, wanted: &str) -> Option<&'s Name> {
    schema.types.values().find_map(|ty| {
        let fields = match ty {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            ExtendedType::Union(union) => {
                let mut members = union.members.iter().map(|member| &member.name);
                return members.find(|name| *name == wanted);
            }
            _ => return None,
        };
        let mut types = fields.values().map(|field| field.ty.inner_named_type());
        types.find(|name| *name == wanted)
    })
}
