//! `@external`: a field that another subgraph resolves, declared here to be used by a directive or an interface.

use apollo_compiler::schema::ExtendedType;
use federation::{Code, Diagnostics};

use crate::subgraph::{SubgraphSchema, from_name};

pub(super) fn check(subgraph: &SubgraphSchema, diagnostics: &mut Diagnostics) {
    for ty in subgraph.schema.types.values() {
        let fields = match ty {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            _ => continue,
        };
        for field in fields.values() {
            if !subgraph.facts.is_external(ty.name(), &field.name) {
                continue;
            }
            let at = subgraph.locate(from_name(&field.name, field.location()));
            if ty.is_interface() {
                diagnostics.push(
                    subgraph
                        .error(
                            Code::ExternalOnInterface,
                            format!("The interface field \"{}.{}\" is @external, but no subgraph resolves the fields of an interface.", ty.name(), field.name),
                        )
                        .at(at.clone())
                        .with_help("Mark the field @external in the types that implement the interface instead."),
                );
            }
            // With a @provides it is wrong in another way, which has its own rule.
            let provides = field.directives.has(&subgraph.names.provides);
            if !provides && !subgraph.is_field_used(ty, &field.name) {
                diagnostics.push(
                    subgraph
                        .error(
                            Code::ExternalUnused,
                            format!("The field \"{}.{}\" is @external, but nothing here uses it: no @key, @requires or @provides and no interface.", ty.name(), field.name),
                        )
                        .at(at)
                        .with_help("Remove the field from this subgraph, or remove its @external if this subgraph resolves it."),
                );
            }
        }
    }
}
