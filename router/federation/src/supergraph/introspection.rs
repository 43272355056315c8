//! What the types of introspection have beyond the parser's own definitions of them.

use apollo_compiler::ast::{DirectiveList, FieldDefinition, InputValueDefinition, Type, Value};
use apollo_compiler::schema::{Component, ExtendedType};
use apollo_compiler::{Name, Node, Schema, name};

/// Adds `__Type.isOneOf` (<https://spec.graphql.org/September2025/#sec-The-__Type-Type>), and what tools may ask about deprecated
/// directives (<https://github.com/graphql/graphql-spec/pull/907>), of which there are none here.
pub(super) fn complete(schema: &mut Schema) {
    let is_one_of = field(
        name!("isOneOf"),
        Type::Named(name!("Boolean")),
        "For an input object, whether exactly one field is given.",
    );
    add(schema, "__Type", is_one_of);
    let is_deprecated = field(
        name!("isDeprecated"),
        Type::NonNullNamed(name!("Boolean")),
        "Whether the directive should no longer be used.",
    );
    add(schema, "__Directive", is_deprecated);
    let reason = field(
        name!("deprecationReason"),
        Type::Named(name!("String")),
        "Why the directive should no longer be used.",
    );
    add(schema, "__Directive", reason);
    if let Some(ExtendedType::Object(ty)) = schema.types.get_mut("__Schema")
        && let Some(directives) = ty.make_mut().fields.get_mut("directives")
        && directives.arguments.is_empty()
    {
        directives.make_mut().arguments.push(include_deprecated());
    }
}

fn add(schema: &mut Schema, ty: &str, field: FieldDefinition) {
    if let Some(ExtendedType::Object(ty)) = schema.types.get_mut(ty)
        && !ty.fields.contains_key(&field.name)
    {
        let fields = &mut ty.make_mut().fields;
        fields.insert(field.name.clone(), Component::new(field));
    }
}

fn field(name: Name, ty: Type, description: &'static str) -> FieldDefinition {
    FieldDefinition {
        description: Some(description.into()),
        name,
        arguments: Vec::new(),
        ty,
        directives: DirectiveList::default(),
    }
}

/// `includeDeprecated: Boolean = false`, as other fields have it.
fn include_deprecated() -> Node<InputValueDefinition> {
    Node::new(InputValueDefinition {
        description: None,
        name: name!("includeDeprecated"),
        ty: Node::new(Type::Named(name!("Boolean"))),
        default_value: Some(Node::new(Value::Boolean(false))),
        directives: DirectiveList::default(),
    })
}
