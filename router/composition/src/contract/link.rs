//! `@inaccessible` in a supergraph that may not have it yet.

use apollo_compiler::ast::{Argument, Directive, Value};
use apollo_compiler::schema::Component;
use apollo_compiler::{Name, Node, Schema, name};
use federation::Supergraph;
use federation::spec::Version;
use federation::spec::catalog::{self, INACCESSIBLE};

/// <https://specs.apollo.dev/inaccessible/v0.2/#@inaccessible>
const VERSION: Version = Version::new(0, 2);

/// The name of `@inaccessible`, which is linked and defined from here on.
pub(super) fn inaccessible(supergraph: &Supergraph, schema: &mut Schema) -> Name {
    let known = supergraph.directive_name(INACCESSIBLE, "inaccessible");
    if let Some(name) = known.and_then(|name| Name::new(&name).ok()) {
        return name;
    }
    let is_link = schema.schema_definition.directives.has("link");
    let argument = |name, value| {
        Node::new(Argument {
            name,
            value: Node::new(value),
        })
    };
    let url = Value::String(format!("{INACCESSIBLE}/{VERSION}"));
    // Before `@link` there was `@core`.
    let link = match is_link {
        true => Directive {
            name: name!("link"),
            arguments: vec![
                argument(name!("url"), url),
                argument(name!("for"), Value::Enum(name!("SECURITY"))),
            ],
        },
        false => Directive {
            name: name!("core"),
            arguments: vec![argument(name!("feature"), url)],
        },
    };
    let definition = schema.schema_definition.make_mut();
    definition.directives.0.push(Component::new(link));
    let name = name!("inaccessible");
    if !schema.directive_definitions.contains_key(&name) {
        let elements = catalog::elements(INACCESSIBLE, VERSION);
        let spec = elements.and_then(|elements| elements.directive("inaccessible"));
        let spec = spec.expect("the catalog has the specification");
        // No argument of it has a type of the specification.
        let definition = spec.definition(name.clone(), &Name::new_unchecked);
        schema
            .directive_definitions
            .insert(name.clone(), definition);
    }
    name
}
