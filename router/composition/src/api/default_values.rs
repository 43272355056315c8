//! The input fields and enum values that a default value uses.

use apollo_compiler::Name;
use apollo_compiler::ast::{Type, Value};
use apollo_compiler::schema::{ExtendedType, Schema};

/// Calls `found` with the type and name of each input field and enum value in a default value.
pub(super) fn uses<'a>(
    schema: &'a Schema,
    ty: &Type,
    value: &'a Value,
    found: &mut dyn FnMut(&'a ExtendedType, &'a Name),
) {
    match (ty, value) {
        (Type::List(item) | Type::NonNullList(item), Value::List(values)) => {
            for value in values {
                uses(schema, item, value, found);
            }
        }
        (Type::List(item) | Type::NonNullList(item), value) => uses(schema, item, value, found),
        (Type::Named(name) | Type::NonNullNamed(name), value) => {
            let Some(named) = schema.types.get(name) else {
                return;
            };
            match (named, value) {
                (ExtendedType::InputObject(input), Value::Object(entries)) => {
                    for (key, value) in entries {
                        if let Some(field) = input.fields.get(key) {
                            found(named, &field.name);
                            uses(schema, &field.ty, value, found);
                        }
                    }
                }
                (ExtendedType::Enum(enum_), Value::Enum(value)) => {
                    if let Some(value) = enum_.values.get(value) {
                        found(named, &value.value);
                    }
                }
                _ => {}
            }
        }
    }
}
