//! `@requires`: what a field must be given of its object before it can be resolved.

use federation::{Code, Diagnostics};

use super::field_sets::{self, Application, Kind, fields_with};
use crate::subgraph::SubgraphSchema;

const KIND: Kind = Kind {
    name: "requires",
    allows_resolved: false,
    allows_arguments: true,
    invalid_type: Code::RequiresInvalidFieldsType,
    invalid_fields: Code::RequiresInvalidFields,
    has_directive: Code::RequiresDirectiveInFieldsArg,
    has_arguments: None,
    not_external: Some(Code::RequiresFieldsMissingExternal),
};

pub(super) fn check(subgraph: &SubgraphSchema, diagnostics: &mut Diagnostics) {
    for (ty, field, requires) in fields_with(subgraph, &subgraph.names.requires) {
        let coordinate = format!("{}.{}", ty.name(), field.name);
        if ty.is_interface() {
            diagnostics.push(
                subgraph
                    .error(
                        Code::RequiresUnsupportedOnInterface,
                        format!("The interface field \"{coordinate}\" has a @requires, which only fields of object types can have."),
                    )
                    .at(subgraph.locate(requires.location()))
                    .with_help("Move the @requires to the field in the types that implement the interface."),
            );
        }
        let application = Application {
            directive: requires,
            coordinate,
            target: ty,
        };
        field_sets::check(
            subgraph,
            &KIND,
            &application,
            &mut |_, _| Ok(()),
            diagnostics,
        );
    }
}
