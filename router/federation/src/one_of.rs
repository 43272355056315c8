//! The definition of `@oneOf`, which GraphQL has since September 2025 and the parser does not know
//! (<https://spec.graphql.org/September2025/#sec-OneOf-Input-Objects>). What values must keep to is among [`literals`](crate::literals).

use apollo_compiler::ast::{DirectiveDefinition, DirectiveLocation};
use apollo_compiler::{Node, Schema, name};

/// `directive @oneOf on INPUT_OBJECT`
pub fn definition() -> DirectiveDefinition {
    DirectiveDefinition {
        description: Some("Indicates that exactly one field is given, and is not null.".into()),
        name: name!("oneOf"),
        arguments: Vec::new(),
        repeatable: false,
        locations: vec![DirectiveLocation::InputObject],
    }
}

/// Adds the [`definition`] to a schema that lacks it.
pub fn define(schema: &mut Schema) {
    let definitions = &mut schema.directive_definitions;
    let known = definitions.entry(name!("oneOf"));
    known.or_insert_with(|| Node::new(definition()));
}
