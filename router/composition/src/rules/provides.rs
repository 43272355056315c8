//! `@provides`: what a field resolves below it although the subgraph does not resolve it elsewhere.

use federation::{Code, Diagnostics};

use super::field_sets::{self, Application, Kind, fields_with};
use crate::subgraph::SubgraphSchema;

const KIND: Kind = Kind {
    name: "provides",
    allows_resolved: false,
    allows_arguments: false,
    invalid_type: Code::ProvidesInvalidFieldsType,
    invalid_fields: Code::ProvidesInvalidFields,
    has_directive: Code::ProvidesDirectiveInFieldsArg,
    has_arguments: Some(Code::ProvidesFieldsHasArgs),
    not_external: Some(Code::ProvidesFieldsMissingExternal),
};

pub(super) fn check(subgraph: &SubgraphSchema, diagnostics: &mut Diagnostics) {
    for (ty, field, provides) in fields_with(subgraph, &subgraph.names.provides) {
        let coordinate = format!("{}.{}", ty.name(), field.name);
        let at = subgraph.locate(provides.location());
        if subgraph.facts.is_external(ty.name(), &field.name) {
            diagnostics.push(
                subgraph
                    .error(
                        Code::ExternalCollisionWithAnotherDirective,
                        format!("The field \"{coordinate}\" is both @external and @provides: a field that is not resolved here provides nothing."),
                    )
                    .at(at)
                    .with_help("Remove one of the two directives."),
            );
            continue;
        }
        let target = subgraph
            .schema
            .types
            .get(field.ty.inner_named_type())
            .filter(|ty| ty.is_object() || ty.is_interface() || ty.is_union());
        let Some(target) = target else {
            diagnostics.push(
                subgraph
                    .error(
                        Code::ProvidesOnNonObjectField,
                        format!("The field \"{coordinate}\" has a @provides, but its type {} has no fields to provide.", field.ty),
                    )
                    .at(at)
                    .with_help("Remove the @provides."),
            );
            continue;
        };
        if ty.is_interface() {
            diagnostics.push(
                subgraph
                    .error(
                        Code::ProvidesUnsupportedOnInterface,
                        format!("The interface field \"{coordinate}\" has a @provides, which only fields of object types can have."),
                    )
                    .at(at)
                    .with_help("Move the @provides to the field in the types that implement the interface."),
            );
        }
        let application = Application {
            directive: provides,
            coordinate,
            target,
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
