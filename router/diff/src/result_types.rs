//! Which enums results can hold: a new value of one that only arguments take cannot surprise a client.

use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Schema};
use rustc_hash::FxHashSet;

/// The named types of all fields of objects and interfaces.
pub(crate) struct ResultTypes<'a>(FxHashSet<&'a Name>);

impl<'a> ResultTypes<'a> {
    pub(crate) fn of(schema: &'a Schema) -> Self {
        let mut types = FxHashSet::default();
        for ty in schema.types.values() {
            let fields = match ty {
                ExtendedType::Object(object) => &object.fields,
                ExtendedType::Interface(interface) => &interface.fields,
                _ => continue,
            };
            // Introspection returns enums of its own.
            if !ty.is_built_in() {
                types.extend(fields.values().map(|field| field.ty.inner_named_type()));
            }
        }
        Self(types)
    }

    pub(crate) fn has(&self, name: &Name) -> bool {
        self.0.contains(name)
    }
}
