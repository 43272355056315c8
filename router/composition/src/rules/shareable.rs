//! `@shareable`: once on each declaration, and only where there is something to resolve.

use apollo_compiler::Node;
use apollo_compiler::ast::Directive;
use apollo_compiler::schema::ExtendedType;
use federation::{Code, Diagnostics};

use super::field_sets::fields_with;
use crate::subgraph::SubgraphSchema;

pub(super) fn check(subgraph: &SubgraphSchema, diagnostics: &mut Diagnostics) {
    let name = &subgraph.names.shareable;
    let repeated = |again: &Node<Directive>, on: String| {
        subgraph
            .error(
                Code::InvalidShareableUsage,
                format!("@shareable is repeated on {on}."),
            )
            .at(subgraph.locate(again.location()))
            .with_help("Keep one; only a type and its extensions may have one each.")
    };
    for ty in subgraph.schema.types.values() {
        let ExtendedType::Object(object) = ty else {
            continue;
        };
        let mut seen = Vec::new();
        for directive in object.directives.iter().filter(|d| d.name == *name) {
            let declaration = directive.origin.extension_id();
            if seen.contains(&declaration) {
                let on = format!("one declaration of the type \"{}\"", object.name);
                diagnostics.push(repeated(&directive.node, on));
            }
            seen.push(declaration);
        }
        for field in object.fields.values() {
            if let Some(again) = field.directives.get_all(name).nth(1) {
                let on = format!("the field \"{}.{}\"", object.name, field.name);
                diagnostics.push(repeated(again, on));
            }
        }
    }
    for (ty, field, directive) in fields_with(subgraph, name) {
        if ty.is_interface() {
            diagnostics.push(
                subgraph
                    .error(
                        Code::InvalidShareableUsage,
                        format!("The interface field \"{}.{}\" is @shareable, but only fields of object types are resolved and can be shared.", ty.name(), field.name),
                    )
                    .at(subgraph.locate(directive.location()))
                    .with_help("Mark the field @shareable in the types that implement the interface instead."),
            );
        }
    }
}
