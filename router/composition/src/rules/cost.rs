//! `@cost`: the weight of what is resolved, so of concrete fields.

use federation::{Code, Diagnostics};

use super::field_sets::fields_with;
use crate::subgraph::SubgraphSchema;

pub(super) fn check(subgraph: &SubgraphSchema, diagnostics: &mut Diagnostics) {
    for (ty, field, cost) in fields_with(subgraph, &subgraph.names.cost) {
        if ty.is_interface() {
            diagnostics.push(
                subgraph
                    .error(
                        Code::CostAppliedToInterfaceField,
                        format!("The interface field \"{}.{}\" has a @cost, but only the fields of object types are resolved.", ty.name(), field.name),
                    )
                    .at(subgraph.locate(cost.location()))
                    .with_help("Move the @cost to the field in the types that implement the interface."),
            );
        }
    }
}
