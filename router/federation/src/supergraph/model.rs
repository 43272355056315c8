//! What a supergraph says about types and fields, subgraph by subgraph.

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast::Type;
use apollo_compiler::collections::IndexMap;

use crate::field_set::FieldSet;

/// The index of a subgraph in [`Supergraph::subgraphs`](crate::Supergraph::subgraphs). Dense, in the order of the `join__Graph` enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubgraphId(pub u16);

/// What the supergraph says about one subgraph (`join__Graph`).
#[derive(Clone, Debug, PartialEq)]
pub struct JoinGraph {
    /// The value of the `join__Graph` enum.
    pub enum_value: Name,
    /// The name people use.
    pub name: Arc<str>,
    /// Where it answers; empty when unknown.
    pub url: Arc<str>,
}

/// A type with, per subgraph, how it is there. From `@join__type`, `@join__implements`, `@join__unionMember`, `@join__enumValue`.
#[derive(Clone, Debug, PartialEq)]
pub struct JoinType {
    /// Its name.
    pub name: Name,
    /// What kind of type it is in the supergraph.
    pub kind: TypeKind,
    /// How it is in each subgraph that has it, by ascending [`SubgraphId`].
    pub in_subgraphs: Vec<TypeInSubgraph>,
    /// The contexts that its objects set for what is below them, from `@context`.
    pub contexts: Vec<Arc<str>>,
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
#[derive(Clone, Debug, PartialEq)]
pub struct TypeInSubgraph {
    /// Which subgraph.
    pub subgraph: SubgraphId,
    /// Its `@key`s there, in the order of declaration.
    pub keys: Vec<Key>,
    /// Whether the subgraph has it as `@interfaceObject`: an object there, an interface in the supergraph.
    pub is_interface_object: bool,
    /// Object types that a value of this type can have at run time in this subgraph: itself for an object (and for an
    /// interface that is an object there), implementations or members for an interface or a union.
    pub possible_types: Vec<Name>,
    /// The values of an enum there.
    pub enum_values: Vec<Name>,
}

/// One `@key` of a type in a subgraph.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Its fields.
    pub fields: FieldSet,
    /// Whether the subgraph answers `_entities` for it.
    pub resolvable: bool,
}

/// A field with, per subgraph, how it is there. From `@join__field`.
#[derive(Clone, Debug, PartialEq)]
pub struct JoinField {
    /// Its name.
    pub name: Name,
    /// Its type in the supergraph.
    pub ty: Type,
    /// How it is in each subgraph that has it, by ascending [`SubgraphId`].
    pub in_subgraphs: Vec<FieldInSubgraph>,
}

/// A field as one subgraph has it.
#[derive(Clone, Debug, PartialEq)]
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
    /// The arguments that the router itself supplies, from `@fromContext`.
    pub context_arguments: Vec<ContextArgument>,
}

/// An argument whose value comes from an enclosing object (`@fromContext`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ContextArgument {
    /// The name of the context.
    pub context: Arc<str>,
    /// The argument's name.
    pub name: Name,
    /// The argument's type.
    pub ty: Type,
    /// What is selected of the object that sets the context: one value, for each of the types that set it.
    pub selection: FieldSet,
}

/// Why a field is not to be asked of this subgraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overridden {
    /// Always: another subgraph has taken it over; here it only serves keys and `@requires`.
    Always,
    /// While this label is on for the request.
    WhileLabel(Arc<str>),
}

impl JoinType {
    /// How the type is in one subgraph.
    pub fn in_subgraph(&self, subgraph: SubgraphId) -> Option<&TypeInSubgraph> {
        self.in_subgraphs
            .iter()
            .find(|there| there.subgraph == subgraph)
    }
}

impl JoinField {
    /// How the field is in one subgraph.
    pub fn in_subgraph(&self, subgraph: SubgraphId) -> Option<&FieldInSubgraph> {
        self.in_subgraphs
            .iter()
            .find(|there| there.subgraph == subgraph)
    }
}
