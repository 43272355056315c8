//! The supergraph: one schema and, for every part of it, the subgraphs that have it.

use std::fmt;
use std::sync::Arc;

use apollo_compiler::ast::Type;
use apollo_compiler::collections::{HashMap, IndexMap};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};

use crate::Diagnostics;

/// The index of a subgraph in [`Supergraph::subgraphs`]. Dense, in the order of the `join__Graph` enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubgraphId(pub u16);

/// What the supergraph says of one subgraph (`join__Graph`).
#[derive(Clone, Debug)]
pub struct JoinGraph {
    /// The value of the `join__Graph` enum.
    pub enum_value: Name,
    /// The name people use.
    pub name: Arc<str>,
    /// Where it answers; empty when unknown.
    pub url: Arc<str>,
}

/// A supergraph schema, indexed for planning.
pub struct Supergraph {
    sdl: Arc<str>,
    schema: Valid<Schema>,
    api_schema: Valid<Schema>,
    subgraphs: Vec<JoinGraph>,
    types: IndexMap<Name, JoinType>,
}

/// A type with, per subgraph, how it is there. From `@join__type`, `@join__implements`, `@join__unionMember`, `@join__enumValue`.
#[derive(Clone, Debug)]
pub struct JoinType {
    /// Its name.
    pub name: Name,
    /// What kind of type it is in the supergraph.
    pub kind: TypeKind,
    /// How it is in each subgraph that has it, by ascending [`SubgraphId`].
    pub in_subgraphs: Vec<TypeInSubgraph>,
    /// Fields of objects, interfaces and input objects.
    pub fields: IndexMap<Name, JoinField>,
}

/// The kind of a named type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum TypeKind {
    Scalar,
    Object,
    Interface,
    Union,
    Enum,
    InputObject,
}

/// A type as one subgraph has it.
#[derive(Clone, Debug)]
pub struct TypeInSubgraph {
    /// Which subgraph.
    pub subgraph: SubgraphId,
    /// Its `@key`s there, in the order of declaration.
    pub keys: Vec<Key>,
    /// Whether the subgraph has it as `@interfaceObject`: an object there, an interface in the supergraph.
    pub is_interface_object: bool,
    /// Object types that a value of this type can have at run time in this subgraph: itself for an object,
    /// implementations or members for an interface or a union.
    pub possible_types: Vec<Name>,
    /// The values of an enum there.
    pub enum_values: Vec<Name>,
}

/// One `@key` of a type in a subgraph.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its fields.
    pub fields: FieldSet,
    /// Whether the subgraph answers `_entities` for it.
    pub resolvable: bool,
}

/// A field with, per subgraph, how it is there. From `@join__field`.
#[derive(Clone, Debug)]
pub struct JoinField {
    /// Its name.
    pub name: Name,
    /// Its type in the supergraph.
    pub ty: Type,
    /// How it is in each subgraph that has it, by ascending [`SubgraphId`].
    pub in_subgraphs: Vec<FieldInSubgraph>,
}

/// A field as one subgraph has it.
#[derive(Clone, Debug)]
pub struct FieldInSubgraph {
    /// Which subgraph.
    pub subgraph: SubgraphId,
    /// Its type there, which may differ from the supergraph's in nullability or be more specific.
    pub ty: Type,
    /// The subgraph declares it but does not resolve it, but for `@provides` (and keys of Federation 1).
    pub external: bool,
    /// What must be in the representation before the subgraph can resolve it.
    pub requires: Option<FieldSet>,
    /// What the subgraph resolves below this field although it is external there.
    pub provides: Option<FieldSet>,
    /// The subgraph whose field this one takes over, from `@override(from:)`, where that subgraph exists.
    pub overrides: Option<SubgraphId>,
    /// The label of a progressive override.
    pub override_label: Option<Arc<str>>,
    /// It is overridden elsewhere: not to be resolved here, unless the label of the override says so.
    pub overridden: Option<Overridden>,
}

/// Why a field is not to be asked of this subgraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overridden {
    /// Always: another subgraph has taken it over; here it only serves keys and `@requires`.
    Always,
    /// While this label is on for the request.
    WhileLabel(Arc<str>),
}

/// A parsed selection of fields (`@key`, `@requires`, `@provides`), validated against the supergraph.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FieldSet {
    /// Its parts, in the order written.
    pub selections: Vec<FieldSetSelection>,
}

/// One part of a [`FieldSet`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FieldSetSelection {
    /// A field, with arguments as they are printed (`@requires` allows them) and what is selected below.
    Field {
        /// The field's name.
        name: Name,
        /// Name and value of each argument.
        arguments: Vec<(Name, apollo_compiler::Node<apollo_compiler::ast::Value>)>,
        /// Empty for leaves.
        selections: FieldSet,
    },
    /// `... on Type { … }`.
    InlineFragment {
        /// The type condition, if any.
        on: Option<Name>,
        /// What is selected under it.
        selections: FieldSet,
    },
}
