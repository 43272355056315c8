//! What a specification says about a directive, and how that reads as a definition in a schema.

use apollo_compiler::ast::{
    DirectiveDefinition, DirectiveLocation, InputValueDefinition, Type, Value,
};
use apollo_compiler::{Name, Node};

/// A directive as its specification defines it.
#[derive(Debug)]
pub struct DirectiveSpec {
    /// Its name in the specification, without `@`.
    pub name: &'static str,
    /// Its arguments.
    pub arguments: &'static [ArgumentSpec],
    /// Whether it may appear several times in one place.
    pub repeatable: bool,
    /// Where it may appear.
    pub locations: &'static [DirectiveLocation],
    /// How it comes into the supergraph, if it does.
    pub composition: Option<Composition>,
}

/// An input type as its specification defines it.
#[derive(Debug)]
pub struct InputSpec {
    /// Its name in the specification.
    pub name: &'static str,
    /// Its fields.
    pub fields: &'static [ArgumentSpec],
}

/// An argument as its specification defines it.
#[derive(Debug)]
pub struct ArgumentSpec {
    /// Its name.
    pub name: &'static str,
    /// Its type in GraphQL syntax; a `~` marks a type of the specification itself, which a schema may rename.
    pub ty: &'static str,
    /// Its default value: a boolean or an integer.
    pub default: Option<&'static str>,
    /// How different values in different subgraphs become one.
    pub merge: Option<ArgumentMerge>,
}

/// How the applications of a directive come into the supergraph.
#[derive(Debug)]
pub struct Composition {
    /// The identity of the specification that the supergraph links for it.
    pub identity: &'static str,
    /// The version of it.
    pub version: super::Version,
    /// Whether it comes as `@join__directive` rather than under its own name.
    pub as_join_directive: bool,
}

/// How the values that an argument has in different subgraphs become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgumentMerge {
    /// The largest.
    Max,
    /// The largest of those given.
    NullableMax,
    /// Every element of those given.
    NullableUnion,
    /// Whether all of those given are true.
    NullableAnd,
    /// All must hold: the conjunction of disjunctive normal forms.
    DnfConjunction,
}

impl DirectiveSpec {
    /// The definition in a schema where the directive is called `name` and the specification's types
    /// are called as `type_name` says.
    pub fn definition(
        &self,
        name: Name,
        type_name: &dyn Fn(&str) -> Name,
    ) -> Node<DirectiveDefinition> {
        Node::new(DirectiveDefinition {
            description: None,
            name,
            arguments: self
                .arguments
                .iter()
                .map(|argument| Node::new(argument.definition(type_name)))
                .collect(),
            repeatable: self.repeatable,
            locations: self.locations.to_vec(),
        })
    }
}

impl ArgumentSpec {
    /// An argument without default, of a type of GraphQL or (with `~`) of the specification.
    pub(super) const fn new(name: &'static str, ty: &'static str) -> Self {
        Self {
            name,
            ty,
            default: None,
            merge: None,
        }
    }

    pub(super) const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    pub(super) const fn merged(mut self, merge: ArgumentMerge) -> Self {
        self.merge = Some(merge);
        self
    }

    /// Its type in a schema where the specification's types are called as `type_name` says.
    pub fn ty(&self, type_name: &dyn Fn(&str) -> Name) -> Type {
        read_type(self.ty, type_name)
    }

    /// Its default value.
    pub fn default_value(&self) -> Option<Value> {
        self.default.map(|text| match text {
            "true" => Value::Boolean(true),
            "false" => Value::Boolean(false),
            number => Value::Int(number.parse::<i32>().unwrap_or_default().into()),
        })
    }

    /// Its definition in such a schema.
    pub fn definition(&self, type_name: &dyn Fn(&str) -> Name) -> InputValueDefinition {
        InputValueDefinition {
            description: None,
            name: Name::new_static_unchecked(self.name),
            ty: Node::new(self.ty(type_name)),
            default_value: self.default_value().map(Node::new),
            directives: Default::default(),
        }
    }
}

/// Reads `[[~Scope!]!]!`.
fn read_type(text: &str, type_name: &dyn Fn(&str) -> Name) -> Type {
    if let Some(nullable) = text.strip_suffix('!') {
        return read_type(nullable, type_name).non_null();
    }
    if let Some(item) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
        return Type::List(Box::new(read_type(item, type_name)));
    }
    Type::Named(match text.strip_prefix('~') {
        Some(own) => type_name(own),
        None => Name::new_unchecked(text),
    })
}
