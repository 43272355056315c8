//! Where objects are, what is selected of them, and what the client sees of that.

use std::sync::Arc;

use apollo_compiler::ast::{Directive, Value};
use apollo_compiler::{Name, Node};
use federation::SubgraphId;

use crate::graph::TypeId;
use crate::operation::arguments::ArgumentsText;
use crate::operation::condition::Cond;
use crate::operation::defer::Shadow;
use crate::operation::ids::{IntrospectionId, PositionId, ScopeId, UseId};
use crate::operation::stream::Stream;

/// A place in the response where objects are (the root, or the value of a composite field).
pub(crate) struct Position {
    /// The field that leads here; `None` at the root.
    pub(crate) parent: Option<UseId>,
    /// The static type.
    pub(crate) ty: TypeId,
    /// The object types of the API that can be here.
    pub(crate) types: Arc<[TypeId]>,
    /// A partition of `types`: those of one class are fetched in the same ways.
    pub(crate) classes: Vec<Arc<[TypeId]>>,
    pub(crate) uses: Vec<UseId>,
    /// What the client sees of each type; empty for hidden positions.
    pub(crate) shapes: Vec<TypeFields>,
    /// Whether `__typename` must be in the data: to choose a shape, because it is asked for, or for lack of anything else.
    pub(crate) wants_typename: bool,
    /// When the client has to do with it; for keys it can be there all the same.
    pub(crate) typename_cond: Cond,
    /// Whether all shapes are one, so that the type of an object does not matter.
    pub(crate) uniform: bool,
    /// The subgraphs where objects of this position can be at hand.
    pub(crate) subgraphs: Vec<SubgraphId>,
    /// Those of them that can resolve all that is selected from here downwards.
    pub(crate) closed_in: Vec<SubgraphId>,
    pub(crate) scope: ScopeId,
    /// Whether something is selected of types that not all subgraphs know which may lead here.
    pub(crate) partial: bool,
    /// How deep below the root.
    pub(crate) depth: usize,
    /// How many hidden positions lie above, this one included.
    pub(crate) hidden_depth: usize,
    /// The part of the response that it is for: 0 for what is delivered at once, then one for each shadow.
    pub(crate) part: u16,
    /// For the objects of a deferred fragment.
    pub(crate) shadow: Option<Shadow>,
    /// The positions of the deferred fragments that are here.
    pub(crate) shadows: Vec<PositionId>,
}

/// What the client sees of objects of some types.
pub(crate) struct TypeFields {
    pub(crate) ty: TypeId,
    pub(crate) fields: Vec<VisibleField>,
}

/// One field of the response.
#[derive(Clone, PartialEq)]
pub(crate) struct VisibleField {
    pub(crate) response_key: Name,
    pub(crate) name: Name,
    pub(crate) cond: Cond,
    pub(crate) source: VisibleSource,
}

/// Where it comes from.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum VisibleSource {
    Use(UseId),
    Typename,
    Introspection(IntrospectionId),
    /// From nowhere: the client may not see it.
    Denied {
        non_null: bool,
    },
}

/// A field of introspection: `__schema`, `__type` or one below them.
pub(crate) struct Introspected {
    pub(crate) response_key: Name,
    pub(crate) name: Name,
    pub(crate) arguments: Vec<(Name, Node<Value>)>,
    pub(crate) cond: Cond,
    pub(crate) fields: Vec<Introspected>,
}

/// A field selected of the objects at a position, for some of their types.
pub(crate) struct Use {
    pub(crate) position: PositionId,
    pub(crate) name: Name,
    pub(crate) arguments: Vec<(Name, Node<Value>)>,
    /// The arguments as text, to compare.
    pub(crate) arguments_text: ArgumentsText,
    /// The units of what it is selected with, for what reads that.
    pub(crate) units: usize,
    /// The client's own directives on it.
    pub(crate) directives: Vec<Node<Directive>>,
    /// The object types it is selected of; the field is the same in all of them.
    pub(crate) on: Arc<[TypeId]>,
    /// All types of which one of its field nodes is selected, sorted: the field can be another one in the others.
    pub(crate) wide: Arc<[TypeId]>,
    pub(crate) cond: Cond,
    /// Where it leads, for composite types.
    pub(crate) sub: Option<PositionId>,
    /// Its key in the merged data.
    pub(crate) data_key: Name,
    /// Every subgraph that resolves this field resolves everything below it: it is planned as a leaf.
    pub(crate) closed: bool,
    pub(crate) hidden: bool,
    /// For a list of which only the first items may be delivered at once.
    pub(crate) stream: Option<Box<Stream>>,
}
