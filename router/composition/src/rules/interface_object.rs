//! `@interfaceObject`: an object type that stands for all implementations of an interface defined elsewhere.

use federation::{Code, Diagnostics};

use crate::subgraph::SubgraphSchema;

pub(super) fn check(subgraph: &SubgraphSchema, diagnostics: &mut Diagnostics) {
    for ty in subgraph.schema.types.values() {
        if !subgraph.is_interface_object(ty) || ty.directives().has(&subgraph.names.key) {
            continue;
        }
        let application = ty.directives().get(&subgraph.names.interface_object);
        diagnostics.push(
            subgraph
                .error(
                    Code::InterfaceObjectUsageError,
                    format!(
                        "The type \"{}\" is an @interfaceObject, but has no @key.",
                        ty.name()
                    ),
                )
                .at(subgraph.locate(application.and_then(|d| d.location())))
                .with_help(
                    "Give it the @key that the interface has in the subgraph that defines it.",
                ),
        );
    }
}
