//! The supergraph as the search sees it: for each object type, where its fields resolve and how it is entered.
//!
//! Built once per supergraph (and per set of active override labels). An `@interfaceObject` is folded into the types
//! that implement the interface: such a type has a second *lane* in that subgraph, where it is seen as the interface.

mod build;
mod mark;
mod signature;
pub(crate) mod slow;

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast::{OperationType, Type};
use federation::{ContextArgument, FieldSet, SubgraphId, TypeKind};
use indexmap::IndexMap;
use rustc_hash::FxHashMap;

use crate::graph::slow::SlowField;

/// The index of a type in [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TypeId(u32);

impl TypeId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where an object is at hand: in a subgraph, as itself or (`via`) as an interface that is an object there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Lane {
    /// The subgraph.
    pub(crate) subgraph: SubgraphId,
    /// The `@interfaceObject` it is seen as.
    pub(crate) via: Option<TypeId>,
}

/// The planner's view of a supergraph.
pub(crate) struct Graph {
    pub(crate) types: Vec<TypeNode>,
    abstract_types: Vec<TypeId>,
    ids: FxHashMap<Name, TypeId>,
    /// How many levels the deepest `@provides` has; 0 without any.
    pub(crate) provides_depth: usize,
    /// The slow fields that are asked apart where that helps, as `Type.field`. A [`FieldAt`] names them by their index.
    pub(crate) slow: Vec<Arc<str>>,
    /// Those of the configuration that no subgraph resolves as they say.
    pub(crate) not_slow: Vec<SlowField>,
}

/// A composite type.
pub(crate) struct TypeNode {
    pub(crate) name: Name,
    pub(crate) kind: TypeKind,
    /// The object types of the API schema that a value can have, sorted by id; itself for an object.
    pub(crate) possible: Arc<[TypeId]>,
    /// The same with those that the API schema does not show.
    pub(crate) all: Arc<[TypeId]>,
    /// Whether a value can also have a type that the API schema does not show.
    pub(crate) has_hidden: bool,
    /// What a value can be in each subgraph that has the type.
    pub(crate) there: Vec<TypeThere>,
    /// For an object type: how entities are entered.
    pub(crate) entrances: Vec<Entrance>,
    /// For an object type: the contexts that its objects set for what is below them, by themselves or as one of an abstract type.
    pub(crate) contexts: Vec<Arc<str>>,
    /// Equal for object types that are entered in the same ways by the same keys.
    pub(crate) signature: u32,
    pub(crate) fields: IndexMap<Name, FieldNode, rustc_hash::FxBuildHasher>,
}

/// A type as one subgraph has it.
pub(crate) struct TypeThere {
    pub(crate) subgraph: SubgraphId,
    pub(crate) is_interface_object: bool,
    /// The object types of the supergraph that a value can have there, sorted by id.
    pub(crate) possible: Vec<TypeId>,
}

/// One way into a lane from elsewhere: a resolvable key, or, for a root type, an operation.
#[derive(Clone)]
pub(crate) struct Entrance {
    pub(crate) lane: Lane,
    /// What must be obtained; nothing of a root object.
    pub(crate) key: Arc<FieldSet>,
    /// The `__typename` that is sent is this interface's; else the object's own.
    pub(crate) as_interface: Option<TypeId>,
    /// The object is a root of operations: it is asked for by one of this type.
    pub(crate) root: Option<OperationType>,
}

/// A field of a composite type.
pub(crate) struct FieldNode {
    pub(crate) name: Name,
    /// Its type in the supergraph.
    pub(crate) ty: Type,
    /// The composite type it leads to; `None` for leaves.
    pub(crate) target: Option<TypeId>,
    /// Where it is, at most once per lane.
    pub(crate) at: Vec<FieldAt>,
    /// Equal for fields that are the same in every subgraph.
    pub(crate) signature: u32,
}

/// A field in one lane.
pub(crate) struct FieldAt {
    pub(crate) lane: Lane,
    /// Its type in that subgraph.
    pub(crate) ty: Type,
    /// Resolved there; else only where `@provides` says so.
    pub(crate) resolvable: bool,
    pub(crate) requires: Option<Arc<FieldSet>>,
    pub(crate) provides: Option<Arc<FieldSet>>,
    /// Arguments whose values come from enclosing objects.
    pub(crate) contextual: Arc<[ContextArgument]>,
    /// The index in [`Graph::slow`], where it takes long there.
    pub(crate) slow: Option<u16>,
}

impl FieldAt {
    /// Whether the subgraph resolves it for any object that it has, whichever way that came there.
    pub(crate) fn is_plain(&self) -> bool {
        self.resolvable && !self.is_demanding()
    }

    /// Whether it is resolved only for objects that are asked for with more than their key.
    pub(crate) fn is_demanding(&self) -> bool {
        self.requires.is_some() || !self.contextual.is_empty()
    }
}

impl Graph {
    pub(crate) fn id(&self, name: &str) -> Option<TypeId> {
        self.ids.get(name).copied()
    }

    pub(crate) fn abstract_types(&self) -> &[TypeId] {
        &self.abstract_types
    }

    pub(crate) fn ty(&self, id: TypeId) -> &TypeNode {
        &self.types[id.0 as usize]
    }

    pub(crate) fn field(&self, ty: TypeId, name: &str) -> Option<&FieldNode> {
        self.ty(ty).fields.get(name)
    }

    /// How a type is in a subgraph.
    pub(crate) fn there(&self, ty: TypeId, subgraph: SubgraphId) -> Option<&TypeThere> {
        let node = self.ty(ty);
        node.there.iter().find(|there| there.subgraph == subgraph)
    }

    /// The lane an object is in that a field of type `ty` brings in `subgraph`.
    pub(crate) fn lane_of(&self, ty: TypeId, subgraph: SubgraphId) -> Lane {
        let via = self
            .there(ty, subgraph)
            .is_some_and(|there| there.is_interface_object);
        Lane {
            subgraph,
            via: via.then_some(ty),
        }
    }
}

impl FieldNode {
    /// How the field is in one lane.
    pub(crate) fn at(&self, lane: Lane) -> Option<&FieldAt> {
        self.at.iter().find(|at| at.lane == lane)
    }
}

impl TypeNode {
    /// Whether a value's object type is known without asking.
    pub(crate) fn is_object(&self) -> bool {
        self.kind == TypeKind::Object
    }
}
