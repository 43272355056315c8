//! `@authenticated`, `@requiresScopes` and `@policy`: they guard what is resolved, so not interfaces.

use federation::{Code, Diagnostics};

use super::field_sets::fields_with;
use crate::subgraph::SubgraphSchema;

pub(super) fn check(subgraph: &SubgraphSchema, diagnostics: &mut Diagnostics) {
    let names = &subgraph.names;
    for name in [&names.authenticated, &names.requires_scopes, &names.policy] {
        let mut refuse = |coordinate: String, what: &str, span| {
            diagnostics.push(
                subgraph
                    .error(
                        Code::AuthRequirementsAppliedOnInterface,
                        format!("@{name} is used on the {what} \"{coordinate}\", where it guards nothing."),
                    )
                    .at(subgraph.locate(span))
                    .with_help("Put it on the object types that implement the interface, or on their fields: the interface then follows them."),
            );
        };
        for ty in subgraph.schema.types.values() {
            let what = if ty.is_interface() {
                "interface"
            } else if subgraph.is_interface_object(ty) {
                "@interfaceObject type"
            } else {
                continue;
            };
            for directive in ty.directives().iter().filter(|d| d.name == *name) {
                refuse(ty.name().to_string(), what, directive.location());
            }
        }
        for (ty, field, directive) in fields_with(subgraph, name) {
            if ty.is_interface() {
                let coordinate = format!("{}.{}", ty.name(), field.name);
                refuse(coordinate, "interface field", directive.location());
            }
        }
    }
}
