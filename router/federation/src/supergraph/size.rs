//! How large a schema is.

use apollo_compiler::Schema;
use apollo_compiler::ast::{FieldDefinition, InputValueDefinition};
use apollo_compiler::schema::ExtendedType;

/// What an element counts for beside its name and its description, in bytes.
const ELEMENT_BYTES: usize = 64;

/// In bytes, estimated.
pub(super) fn of(schema: &Schema) -> usize {
    let directives = schema.directive_definitions.values().map(|directive| {
        let inputs = directive.arguments.iter().map(|input| of_input(input));
        element(&directive.name, directive.description.as_deref()) + inputs.sum::<usize>()
    });
    directives.sum::<usize>() + schema.types.values().map(of_type).sum::<usize>()
}

fn of_type(ty: &ExtendedType) -> usize {
    let own = element(ty.name(), ty.description().map(|text| text.as_str()));
    own + match ty {
        ExtendedType::Scalar(_) => 0,
        ExtendedType::Object(object) => {
            let interfaces = object.implements_interfaces.len() * ELEMENT_BYTES;
            interfaces
                + object
                    .fields
                    .values()
                    .map(|field| of_field(field))
                    .sum::<usize>()
        }
        ExtendedType::Interface(interface) => {
            let interfaces = interface.implements_interfaces.len() * ELEMENT_BYTES;
            let fields = interface.fields.values();
            interfaces + fields.map(|field| of_field(field)).sum::<usize>()
        }
        ExtendedType::Union(union) => union.members.len() * ELEMENT_BYTES,
        ExtendedType::Enum(definition) => {
            let values = definition.values.values();
            let values = values.map(|value| element(&value.value, value.description.as_deref()));
            values.sum()
        }
        ExtendedType::InputObject(input) => {
            let fields = input.fields.values();
            fields.map(|field| of_input(field)).sum()
        }
    }
}

fn of_field(field: &FieldDefinition) -> usize {
    let inputs = field.arguments.iter().map(|input| of_input(input));
    element(&field.name, field.description.as_deref()) + inputs.sum::<usize>()
}

fn of_input(input: &InputValueDefinition) -> usize {
    element(&input.name, input.description.as_deref())
}

fn element(name: &str, description: Option<&str>) -> usize {
    ELEMENT_BYTES + name.len() + description.map_or(0, str::len)
}
