//! The API schema: what clients see of a supergraph.
//!
//! The machinery of composition and whatever is `@inaccessible` is removed
//! (<https://specs.apollo.dev/inaccessible/v0.2/>).

use apollo_compiler::ast;
use apollo_compiler::collections::HashSet;
use apollo_compiler::schema::{ComponentName, DirectiveList, ExtendedType};
use apollo_compiler::validation::{Valid, WithErrors};
use apollo_compiler::{Name, Node, Schema, name};

use super::features::Features;
use super::introspection;
use crate::locations::is_executable;
use crate::one_of;

/// Derives the API schema.
///
/// # Errors
///
/// When what remains is not a valid schema.
pub(super) fn api_schema(
    supergraph: &Schema,
    features: &Features,
) -> Result<Valid<Schema>, Box<WithErrors<Schema>>> {
    let mut schema = supergraph.clone();
    let hidden = Hidden {
        directive: features.directive("inaccessible", "inaccessible"),
    };
    schema.directive_definitions.retain(|name, definition| {
        let is_executable = definition.locations.iter().any(is_executable);
        if features.owns_directive(name) {
            // One of the user's own, composed by `@composeDirective`, is for clients as much as one without a specification.
            let mut arguments = definition.arguments.iter();
            return is_executable
                && !features.is_of_apollo(name)
                && arguments.all(|a| !features.owns_type(a.ty.inner_named_type()));
        }
        definition.is_built_in() || name == "oneOf" || is_executable
    });
    let removed: HashSet<Name> = schema
        .types
        .iter()
        .filter(|(name, ty)| features.owns_type(name) || hidden.covers_type(ty.directives()))
        .map(|(name, _)| name.clone())
        .collect();
    schema.types.retain(|name, _| !removed.contains(name));

    let definition = schema.schema_definition.make_mut();
    definition.directives.0.clear();
    for root in [
        &mut definition.query,
        &mut definition.mutation,
        &mut definition.subscription,
    ] {
        if root
            .as_ref()
            .is_some_and(|root| removed.contains(&root.name))
        {
            *root = None;
        }
    }
    for ty in schema.types.values_mut().filter(|ty| !ty.is_built_in()) {
        hidden.strip(ty, &removed);
    }
    for definition in schema.directive_definitions.values_mut() {
        if definition.is_built_in() {
            continue;
        }
        let definition = definition.make_mut();
        definition
            .arguments
            .retain(|argument| !hidden.covers(&argument.directives));
        for argument in &mut definition.arguments {
            clean(&mut argument.make_mut().directives);
        }
    }
    // Answered by the router, whatever the subgraphs can do.
    let own = [
        (
            "defer",
            defer_definition as fn() -> ast::DirectiveDefinition,
        ),
        ("stream", stream_definition),
        ("oneOf", one_of::definition),
    ];
    for (name, definition) in own {
        if !schema.directive_definitions.contains_key(name) {
            let definition = definition();
            let name = definition.name.clone();
            schema
                .directive_definitions
                .insert(name, Node::new(definition));
        }
    }
    introspection::complete(&mut schema);
    schema.validate().map_err(Box::new)
}

/// `directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT`
/// (<https://github.com/graphql/graphql-spec/pull/1110>).
fn defer_definition() -> ast::DirectiveDefinition {
    ast::DirectiveDefinition {
        description: Some("Lets the fragment be delivered after the rest of the response.".into()),
        name: name!("defer"),
        arguments: vec![on_argument(), label_argument()],
        repeatable: false,
        locations: vec![
            ast::DirectiveLocation::FragmentSpread,
            ast::DirectiveLocation::InlineFragment,
        ],
    }
}

/// `directive @stream(if: Boolean! = true, label: String, initialCount: Int! = 0) on FIELD`
/// (<https://github.com/graphql/graphql-spec/pull/1110>).
fn stream_definition() -> ast::DirectiveDefinition {
    let none = Some(Node::new(ast::Value::from(0)));
    let count = ast::Type::NonNullNamed(name!("Int"));
    ast::DirectiveDefinition {
        description: Some(
            "Lets the items of the list after the first ones be delivered after the rest of the response.".into(),
        ),
        name: name!("stream"),
        arguments: vec![
            on_argument(),
            label_argument(),
            argument(name!("initialCount"), count, none),
        ],
        repeatable: false,
        locations: vec![ast::DirectiveLocation::Field],
    }
}

fn on_argument() -> Node<ast::InputValueDefinition> {
    let on = Some(Node::new(ast::Value::Boolean(true)));
    argument(name!("if"), ast::Type::NonNullNamed(name!("Boolean")), on)
}

fn label_argument() -> Node<ast::InputValueDefinition> {
    argument(name!("label"), ast::Type::Named(name!("String")), None)
}

fn argument(
    name: Name,
    ty: ast::Type,
    default_value: Option<Node<ast::Value>>,
) -> Node<ast::InputValueDefinition> {
    Node::new(ast::InputValueDefinition {
        description: None,
        name,
        ty: Node::new(ty),
        default_value,
        directives: ast::DirectiveList::default(),
    })
}

struct Hidden {
    /// The name of `@inaccessible` here, where it is linked.
    directive: Option<String>,
}

impl Hidden {
    fn covers_type(&self, directives: &DirectiveList) -> bool {
        self.directive
            .as_deref()
            .is_some_and(|name| directives.has(name))
    }

    fn covers(&self, directives: &ast::DirectiveList) -> bool {
        self.directive
            .as_deref()
            .is_some_and(|name| directives.has(name))
    }

    fn strip(&self, ty: &mut ExtendedType, removed: &HashSet<Name>) {
        let kept = |name: &ComponentName| !removed.contains(&name.name);
        match ty {
            ExtendedType::Scalar(scalar) => clean_type(&mut scalar.make_mut().directives),
            ExtendedType::Object(object) => {
                let object = object.make_mut();
                clean_type(&mut object.directives);
                object.implements_interfaces.retain(kept);
                object
                    .fields
                    .retain(|_, field| !self.covers(&field.directives));
                for field in object.fields.values_mut() {
                    self.strip_field(field.make_mut());
                }
            }
            ExtendedType::Interface(interface) => {
                let interface = interface.make_mut();
                clean_type(&mut interface.directives);
                interface.implements_interfaces.retain(kept);
                interface
                    .fields
                    .retain(|_, field| !self.covers(&field.directives));
                for field in interface.fields.values_mut() {
                    self.strip_field(field.make_mut());
                }
            }
            ExtendedType::Union(union) => {
                let union = union.make_mut();
                clean_type(&mut union.directives);
                union.members.retain(kept);
            }
            ExtendedType::Enum(enumeration) => {
                let enumeration = enumeration.make_mut();
                clean_type(&mut enumeration.directives);
                enumeration
                    .values
                    .retain(|_, value| !self.covers(&value.directives));
                for value in enumeration.values.values_mut() {
                    clean(&mut value.make_mut().directives);
                }
            }
            ExtendedType::InputObject(input) => {
                let input = input.make_mut();
                clean_type(&mut input.directives);
                input
                    .fields
                    .retain(|_, field| !self.covers(&field.directives));
                for field in input.fields.values_mut() {
                    clean(&mut field.make_mut().directives);
                }
            }
        }
    }

    fn strip_field(&self, field: &mut ast::FieldDefinition) {
        clean(&mut field.directives);
        field
            .arguments
            .retain(|argument| !self.covers(&argument.directives));
        for argument in &mut field.arguments {
            clean(&mut argument.make_mut().directives);
        }
    }
}

/// The directives of the GraphQL specification that introspection shows.
fn is_api_directive(directive: &Node<ast::Directive>) -> bool {
    matches!(
        directive.name.as_str(),
        "deprecated" | "specifiedBy" | "oneOf"
    )
}

fn clean(directives: &mut ast::DirectiveList) {
    directives.0.retain(is_api_directive);
}

fn clean_type(directives: &mut DirectiveList) {
    directives.0.retain(|directive| is_api_directive(directive));
}
