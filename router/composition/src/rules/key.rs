//! `@key`: what identifies an object of a type, for other subgraphs to ask for it.

use apollo_compiler::schema::{Component, ExtendedType, FieldDefinition};
use federation::spec::Version;
use federation::{Code, Diagnostics};

use super::field_sets::{self, Application, Kind};
use crate::field_set::FieldSetError;
use crate::subgraph::SubgraphSchema;

const KIND: Kind = Kind {
    name: "key",
    allows_resolved: true,
    allows_arguments: false,
    invalid_type: Code::KeyInvalidFieldsType,
    invalid_fields: Code::KeyInvalidFields,
    has_directive: Code::KeyDirectiveInFieldsArg,
    has_arguments: Some(Code::KeyFieldsHasArgs),
    not_external: None,
};

/// The first version with keys on interfaces.
const INTERFACE_KEYS: Version = Version::new(2, 3);

pub(super) fn check(subgraph: &SubgraphSchema, diagnostics: &mut Diagnostics) {
    for ty in subgraph.schema.types.values() {
        for key in ty
            .directives()
            .iter()
            .filter(|d| d.name == subgraph.names.key)
        {
            if ty.is_interface() && subgraph.federation.is_some_and(|v| v < INTERFACE_KEYS) {
                diagnostics.push(
                    subgraph
                        .error(
                            Code::KeyUnsupportedOnInterface,
                            format!("The interface \"{}\" has a @key, which this version of Federation does not allow.", ty.name()),
                        )
                        .at(subgraph.locate(key.location()))
                        .with_help(format!("Link Federation {INTERFACE_KEYS} or later, or remove the key.")),
                );
            }
            let application = Application {
                directive: &key.node,
                coordinate: ty.name().to_string(),
                target: ty,
            };
            let mut on_field = |parent: &ExtendedType, field: &Component<FieldDefinition>| {
                selects_objects_only(subgraph, parent, field)
            };
            field_sets::check(subgraph, &KIND, &application, &mut on_field, diagnostics);
        }
    }
}

/// What an interface or union holds does not follow from its fields alone.
fn selects_objects_only(
    subgraph: &SubgraphSchema,
    parent: &ExtendedType,
    field: &FieldDefinition,
) -> Result<(), FieldSetError> {
    let ty = subgraph.schema.types.get(field.ty.inner_named_type());
    let kind = match ty {
        Some(ty) if ty.is_interface() => "an interface",
        Some(ty) if ty.is_union() => "a union",
        _ => return Ok(()),
    };
    Err(FieldSetError {
        lacking: None,
        code: Some(Code::KeyFieldsSelectInvalidType),
        message: format!(
            "the field \"{}.{}\" has type {}, {kind}, which cannot be part of a key",
            parent.name(),
            field.name,
            field.ty
        ),
        name: Some(field.name.clone()),
        help: Some("Use fields of scalar, enum or object types in keys.".to_owned()),
    })
}
