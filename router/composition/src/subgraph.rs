//! One subgraph on its way through composition: its schema, whole and valid, and what its names mean.

use std::rc::Rc;

use apollo_compiler::ast::Value;
use apollo_compiler::collections::{HashMap, HashSet, IndexMap};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::{
    Component, ExtendedType, FieldDefinition, Implementers, ObjectType, Schema,
};
use apollo_compiler::{Name, Node};
use federation::spec::{Links, Version};
use federation::{Budget, Code, Diagnostic, Location};

use crate::facts::Facts;
use crate::names::DirectiveNames;

/// A subgraph whose SDL has been read and completed with the definitions that Federation implies.
#[derive(Clone)]
pub(crate) struct SubgraphSchema {
    /// Its name in the configuration.
    pub(crate) name: String,
    /// Where it answers; empty when unknown.
    pub(crate) url: String,
    /// Its schema, with extensions merged in and their origin kept.
    pub(crate) schema: Schema,
    /// The specifications it links.
    pub(crate) links: Links,
    /// The version of Federation it links; `None` for Federation 1.
    pub(crate) federation: Option<Version>,
    /// What it calls the directives of Federation.
    pub(crate) names: DirectiveNames,
    /// By interface, what implements it.
    pub(crate) implementers: HashMap<Name, Implementers>,
    /// The types that it extends without defining them.
    pub(crate) only_extended: HashSet<Name>,
    /// What is known of its fields: external, shareable, used.
    pub(crate) facts: Facts,
    /// What it weighs in memory, in bytes.
    pub(crate) weight: usize,
    /// What composition may still cost; all subgraphs have the same one.
    pub(crate) budget: Rc<Budget>,
}

impl SubgraphSchema {
    /// An error about this subgraph.
    pub(crate) fn error(&self, code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, message).in_subgraph(&self.name)
    }

    /// A place in this subgraph's SDL.
    pub(crate) fn locate(&self, span: Option<SourceSpan>) -> Option<Location> {
        let span = span?;
        let range = span.line_column_range(&self.schema.sources)?;
        Some(Location::new(Some(&self.name), &range))
    }

    /// The place of a name in a string, unless the name occurs there several times.
    pub(crate) fn locate_in(&self, text: &Node<Value>, name: &Name) -> Option<Location> {
        let span = text.location()?;
        let source = self.schema.sources.get(&span.file_id())?;
        let written = source.source_text().get(span.offset()..span.end_offset())?;
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let mut found = written.match_indices(name.as_str()).filter(|(at, _)| {
            let (before, after) = (&written[..*at], &written[at + name.len()..]);
            !before.ends_with(is_part) && !after.starts_with(is_part)
        });
        let (at, _) = found.next()?;
        if found.next().is_some() {
            return None;
        }
        let start = span.offset() + at;
        let range = source.get_line_column_range(start..start + name.len())?;
        Some(Location::new(Some(&self.name), &range))
    }

    /// The place of a name: shorter to underline than the whole definition.
    pub(crate) fn locate_name(&self, name: &Name) -> Option<Location> {
        self.locate(name.location())
    }

    /// Whether the type is extended here without being defined.
    pub(crate) fn is_extension_only(&self, name: &str) -> bool {
        self.only_extended.contains(name)
    }

    /// The object types that a value of this type can have at run time.
    pub(crate) fn possible_types<'a>(&'a self, name: &'a Name) -> Vec<&'a Name> {
        match self.schema.types.get(name) {
            Some(ExtendedType::Object(_)) => vec![name],
            Some(ExtendedType::Interface(_)) => self.implementations(name).collect(),
            Some(ExtendedType::Union(union)) => union.members.iter().map(|m| &m.name).collect(),
            _ => Vec::new(),
        }
    }

    /// The object types that implement an interface.
    pub(crate) fn implementations<'a>(&'a self, interface: &str) -> impl Iterator<Item = &'a Name> {
        self.implementers
            .get(interface)
            .into_iter()
            .flat_map(|implementers| implementers.objects.iter())
    }

    /// The field of an object or interface type.
    pub(crate) fn field(&self, ty: &str, field: &str) -> Option<&Node<FieldDefinition>> {
        field_of(self.schema.types.get(ty)?, field)
    }

    /// Whether the type is an `@interfaceObject` here.
    pub(crate) fn is_interface_object(&self, ty: &ExtendedType) -> bool {
        matches!(ty, ExtendedType::Object(object) if self.is_interface_object_type(object))
    }

    /// Whether the object type is an `@interfaceObject` here.
    pub(crate) fn is_interface_object_type(&self, object: &ObjectType) -> bool {
        object.directives.has(&self.names.interface_object)
    }

    /// Whether the type is composed at all: those of GraphQL, Federation and `@link` are not.
    pub(crate) fn is_merged_type(&self, name: &str) -> bool {
        use federation::spec::catalog::{CONNECT, CORE, FEDERATION, LINK};
        if name.starts_with("__") || OPERATION_TYPES.contains(&name) {
            return false;
        }
        let origin = self.links.origin_of_type(name);
        !origin.is_some_and(|origin| {
            [FEDERATION, LINK, CORE, CONNECT].contains(&origin.link.url.identity.as_str())
        })
    }

    /// Whether the field is composed: `_service` and `_entities` are not.
    pub(crate) fn is_merged_field(&self, ty: &str, field: &str) -> bool {
        !OPERATION_FIELDS.contains(&field)
            || !matches!(&self.schema.schema_definition.query, Some(query) if query.name == ty)
    }

    /// Whether the type is one of the root types, and which.
    pub(crate) fn is_root_type(&self, name: &str) -> bool {
        let schema = &self.schema.schema_definition;
        [&schema.query, &schema.mutation, &schema.subscription]
            .into_iter()
            .flatten()
            .any(|root| root.name == name)
    }

    /// Whether the type is the subscription root.
    pub(crate) fn is_subscription_root(&self, name: &str) -> bool {
        matches!(&self.schema.schema_definition.subscription, Some(root) if root.name == name)
    }
}

/// What a definition covers from its name on: a description says nothing of what is wrong.
pub(crate) fn from_name(name: &Name, definition: Option<SourceSpan>) -> Option<SourceSpan> {
    SourceSpan::recompose(name.location(), definition)
}

/// The types behind `_entities` and `_service`, which every subgraph has.
pub(crate) const OPERATION_TYPES: &[&str] = &["_Any", "_Service", "_Entity"];
/// The query fields that every subgraph has.
pub(crate) const OPERATION_FIELDS: &[&str] = &["_service", "_entities"];

/// The field of an object or interface type.
pub(crate) fn field_of<'a>(ty: &'a ExtendedType, field: &str) -> Option<&'a Node<FieldDefinition>> {
    fields_of(ty)?.get(field).map(|field| &field.node)
}

/// The fields of a type that has any.
pub(crate) fn fields_of(ty: &ExtendedType) -> Option<&IndexMap<Name, Component<FieldDefinition>>> {
    match ty {
        ExtendedType::Object(object) => Some(&object.fields),
        ExtendedType::Interface(interface) => Some(&interface.fields),
        _ => None,
    }
}
