//! The query plan: a graph of fetches, and the shape of the answer that they make together.
//!
//! The executor runs fetches as soon as what they depend on is there and merges their data into one
//! tree, keyed by *data keys* (the response keys of the subgraph operations). The [`Shape`] then says
//! how the client's response is read out of that tree. Whatever can be decided without the values of
//! variables and without data is decided here, so that execution is a walk.

mod display;
mod json;

use std::sync::Arc;

use apollo_compiler::ast::{OperationType, Type, Value};
use apollo_compiler::{Name, Node};
use federation::SubgraphId;

/// How one operation is answered. Immutable; shared between requests.
#[derive(Debug, PartialEq)]
pub struct QueryPlan {
    /// Query, mutation or subscription.
    pub operation_type: OperationType,
    /// Every request to a subgraph, in a topological order: `depends_on` only names earlier ones.
    pub fetches: Vec<Fetch>,
    /// The distinct conditions (`@skip`, `@include`) that fetches and fields refer to.
    pub conditions: Vec<Condition>,
    /// Whether `__schema` or `__type` is selected anywhere: the executor answers those itself.
    pub introspection: bool,
    /// How the response is read out of the merged data.
    pub shape: ObjectShape,
    /// What is delivered after the initial response.
    pub deferred: Vec<DeferredPart>,
}

/// The index of a [`DeferredPart`] in [`QueryPlan::deferred`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeferredId(pub u16);

/// What is delivered later at one place of the operation, once these fetches are done and what encloses it has been delivered: a fragment
/// with `@defer`, for every object there; or the later items of a list with `@stream`, for every list there.
#[derive(Debug, PartialEq)]
pub struct DeferredPart {
    /// The `label` of the directive.
    pub label: Option<Arc<str>>,
    /// The response keys that lead to the objects, or to the lists.
    pub path: Vec<Name>,
    /// The fetches that bring it; those they depend on are done before.
    pub fetches: Vec<FetchId>,
    /// For a list: how many of its items are delivered before.
    pub initial: Option<InitialCount>,
    /// For a fragment in the items of streamed lists: of each list, the part of its later items, and the part that the fragment is in those
    /// items, with fetches of its own.
    pub in_later_items: Vec<(DeferredId, DeferredId)>,
}

/// How many items of a list with `@stream` are delivered with what encloses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InitialCount {
    /// As many as the operation says.
    Fixed(u32),
    /// The value of a variable; none without one.
    Variable(Name),
}

/// The index of a [`Fetch`] in [`QueryPlan::fetches`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FetchId(pub u32);

/// The index of a [`Condition`] in [`QueryPlan::conditions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConditionId(pub u32);

/// When something is included: if, in one of `any`, every literal holds. Never constant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Condition {
    /// A disjunction of conjunctions.
    pub any: Vec<Vec<ConditionLiteral>>,
}

/// `$variable` (or not `$variable`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConditionLiteral {
    /// A Boolean variable of the operation.
    pub variable: Name,
    /// The value it must have.
    pub expected: bool,
}

/// One request to one subgraph.
#[derive(Debug, PartialEq)]
pub struct Fetch {
    /// Which subgraph.
    pub subgraph: SubgraphId,
    /// Its name, for errors and metrics.
    pub subgraph_name: Arc<str>,
    /// What must have been merged before this one can be prepared.
    pub depends_on: Vec<FetchId>,
    /// The fetch is left out when this does not hold.
    pub condition: Option<ConditionId>,
    /// The initial response does not wait for it.
    pub deferred: bool,
    /// The slow field (`Type.field`) for which it is a request of its own, so that what needs only the field's neighbours does not wait.
    pub slow: Option<Arc<str>>,
    /// The GraphQL text sent, printed once; minimal white space.
    pub operation: Arc<str>,
    /// `query` or `mutation` (or the root of a subscription).
    pub operation_type: OperationType,
    /// The client's variables that `operation` declares, to be passed on.
    pub variables: Vec<Name>,
    /// What the data is merged into.
    pub target: FetchTarget,
    /// How `operation` is written when objects of one `_entities` field take different values from what encloses them.
    pub repeated: Option<Box<RepeatedFields>>,
}

/// The parts of an operation whose `_entities` fields take values from enclosing objects (`@fromContext`): a field is asked for once
/// for each combination of values, under keys and with variables of its own. Their names get the number of the combination as a suffix.
#[derive(Debug, PartialEq)]
pub struct RepeatedFields {
    /// One for each `_entities` field.
    pub selections: Vec<RepeatedSelection>,
}

/// The selection set of an `_entities` field.
#[derive(Debug, Default, PartialEq)]
pub struct RepeatedSelection {
    /// The declarations of the client's variables in it, each as `$name:Type`.
    pub variables: Vec<Arc<str>>,
    /// Its text, cut where a contextual variable is named.
    pub text: Vec<SelectionText>,
}

/// A piece of a selection set.
#[derive(Debug, PartialEq)]
pub enum SelectionText {
    /// As it stands.
    Text(Arc<str>),
    /// The variable of that index in [`EntityFetch::contexts`].
    Context(usize),
}

/// Where the data of a fetch goes.
#[derive(Debug, PartialEq)]
pub enum FetchTarget {
    /// `data` is merged into the root object.
    Root,
    /// `data` is merged into each object at these paths: objects of a root type below the root (`{ me { query { … } } }`).
    /// Nothing is sent when there is none.
    RootAt(Vec<Vec<PathElement>>),
    /// Each `_entities` field of the operation is merged into the objects it was asked for.
    Entities(Vec<EntityFetch>),
}

/// One `_entities(representations: $variable)` field of a fetch.
#[derive(Debug, PartialEq)]
pub struct EntityFetch {
    /// Its response key in `data`.
    pub response_key: Name,
    /// The variable that holds the representations: a list of `_Any`, without duplicates.
    pub variable: Name,
    /// It is left out (an empty list is sent) when this does not hold.
    pub condition: Option<ConditionId>,
    /// The objects that are completed: where they are in the merged data. Several when one
    /// selection serves several places.
    pub paths: Vec<Vec<PathElement>>,
    /// How an object's representation is made, by its run-time type; the first one whose `on` has the object's
    /// `__typename` is used; an object that none fits, or whose representation is incomplete, is not sent.
    pub representations: Vec<Representation>,
    /// The values that the objects take from what encloses them.
    pub contexts: Vec<ContextVariable>,
}

/// A variable of an `_entities` field whose value comes from an object that encloses the entity (`@fromContext`).
#[derive(Clone, Debug, PartialEq)]
pub struct ContextVariable {
    /// Its name in the operation.
    pub variable: Name,
    /// Its type in the subgraph. Where it is non-null, an entity that finds null is not sent.
    pub ty: Type,
    /// The enclosing object is where the first elements of each path lead, this many of them.
    pub depth: usize,
    /// Where the value is in it: the field that fits the object's type, and so on below. The names under which representations send
    /// fields do not matter.
    pub fields: Vec<RepresentationField>,
}

/// One step from an object of the merged data to those below. Lists are entered without a step of their own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PathElement {
    /// The value under that data key.
    Key(Name),
    /// Only objects whose `__typename` is one of these.
    TypeCondition(Arc<[Name]>),
    /// The value under that data key, a list with `@stream`, but only some of its items; of a list of lists, those of the outer one.
    Streamed {
        /// The data key.
        key: Name,
        /// The part of the later items.
        part: DeferredId,
        /// Which items.
        items: StreamedItems,
    },
}

/// The items on one side of the initial count of a streamed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StreamedItems {
    /// Those that are delivered with what encloses the list.
    First,
    /// The others.
    Later,
}

impl StreamedItems {
    /// How plans name them.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Later => "later",
        }
    }
}

/// How the representation of an entity is made (<https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec#union-_entity>).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Representation {
    /// The run-time types it is for. Empty for every object, whose `__typename` need not be there then.
    pub on: Arc<[Name]>,
    /// The `__typename` sent; `None` sends the object's own.
    pub typename: Option<Name>,
    /// The fields sent.
    pub fields: Vec<RepresentationField>,
}

/// One field of a representation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RepresentationField {
    /// The name it is sent under.
    pub name: Name,
    /// The data key it is read from.
    pub data_key: Name,
    /// Only for objects of these run-time types; `None` means all.
    pub on: Option<Arc<[Name]>>,
    /// What is sent of an object or of each object of a list; empty for leaves only.
    pub fields: Vec<RepresentationField>,
    /// A null makes the representation incomplete, so that the entity is not fetched: the field is non-null. The null of a nullable
    /// field is sent.
    pub required: bool,
    /// The field is a part of the key. An absent value makes the representation incomplete, while for `@requires` of a nullable
    /// field null is sent. A key in which every value is null does not identify anything, so that the entity is not fetched.
    pub key: bool,
    /// What is sent without looking at the data: the name of an object type, for its `__typename`.
    pub constant: Option<Name>,
    /// The field is a `Float`, or a list of them: a number beyond 64 bits is not one, so that the value counts as absent.
    pub float: bool,
}

/// The fields of an object in the response, in response order, after
/// [CollectFields](https://spec.graphql.org/September2025/#CollectFields()) and field merging.
#[derive(Debug, Default, PartialEq)]
pub struct ObjectShape {
    /// Response keys are distinct among the fields whose conditions hold together: a key that is selected at several places under
    /// different conditions occurs at each, and at most one of them is included.
    pub fields: Vec<FieldShape>,
    /// What of the object is delivered later.
    pub deferred: Vec<DeferredShape>,
}

/// What is delivered later of an object.
#[derive(Debug, PartialEq)]
pub struct DeferredShape {
    /// The part to which it belongs.
    pub part: DeferredId,
    /// It is left out when this does not hold.
    pub condition: Option<ConditionId>,
    /// The fields of the fragment.
    pub shape: ObjectShape,
}

/// One field of the response.
#[derive(Debug, PartialEq)]
pub struct FieldShape {
    /// The key in the client's response.
    pub response_key: Name,
    /// The schema's field, for error messages.
    pub name: Name,
    /// The field is left out when this does not hold.
    pub condition: Option<ConditionId>,
    /// Where the value comes from.
    pub source: FieldSource,
    /// What the value must look like.
    pub value: Shape,
    /// For a list with `@stream`: the part of its later items. Below items that are themselves delivered later, lists are whole.
    pub streamed: Option<DeferredId>,
}

/// Where the value of a field comes from.
#[derive(Debug, PartialEq)]
pub enum FieldSource {
    /// From the merged data, under this key of the object.
    Data(Name),
    /// The name of the object's run-time type as the API schema has it; needs no data for an object type.
    Typename,
    /// `__schema` or `__type`: answered by introspection of the API schema, without data.
    Introspection(Arc<IntrospectionField>),
    /// From nowhere: the client may not see it. It is null, with an error.
    Denied,
}

/// A field of introspection, with its fragments inlined and its fields merged: `__schema`, `__type` or one below them.
#[derive(Debug, PartialEq)]
pub struct IntrospectionField {
    /// Its key in the response.
    pub response_key: Name,
    /// What is asked for.
    pub name: Name,
    /// Its arguments, which can be variables.
    pub arguments: Vec<(Name, Node<Value>)>,
    /// The field is left out when this does not hold.
    pub condition: Option<ConditionId>,
    /// What is selected below, in the order of the response.
    pub fields: Vec<IntrospectionField>,
}

/// A value to complete (<https://spec.graphql.org/September2025/#CompleteValue()>).
#[derive(Debug, PartialEq)]
pub enum Shape {
    /// Null is an error that the parent takes over.
    NonNull(Box<Shape>),
    /// A list of such values.
    List(Box<Shape>),
    /// A scalar or an enum.
    Leaf(Leaf),
    /// An object of exactly this type; or of any type that this abstract one can be, where all have the same fields and their
    /// `__typename` is not asked for.
    Object {
        /// The name of the type.
        type_name: Name,
        /// Its fields.
        shape: Arc<ObjectShape>,
    },
    /// An interface or a union: the object's `__typename` chooses.
    Abstract {
        /// The abstract type.
        type_name: Name,
        /// When this does not hold, all types have the same fields: any shape will fit, and `__typename` may not be there.
        condition: Option<ConditionId>,
        /// The shape for each possible object type of the API schema, sorted by name for binary search. A type that is not
        /// here makes the value null, with an error.
        possible: Vec<(Name, Arc<ObjectShape>)>,
        /// The types that only the API schema does not have (`@inaccessible`), sorted: they make the value null.
        hidden: Arc<[Name]>,
    },
    /// Not completed here: the value is answered by introspection.
    Introspection,
}

/// The values of an enum, sorted.
#[derive(Debug, Default, PartialEq)]
pub struct EnumValues {
    /// Those of the API schema.
    pub shown: Vec<Name>,
    /// Those that only the API schema does not have (`@inaccessible`): they become null.
    pub hidden: Vec<Name>,
}

/// How a leaf is checked (<https://spec.graphql.org/September2025/#sec-Scalars.Built-in-Scalars>, result coercion).
#[derive(Clone, Debug, PartialEq)]
pub enum Leaf {
    /// A 32-bit integer.
    Int,
    /// Any number.
    Float,
    /// A string.
    String,
    /// A Boolean.
    Boolean,
    /// A string, or an integer that becomes one.
    Id,
    /// A value of an enum.
    Enum(Arc<EnumValues>),
    /// A custom scalar: any JSON value, passed through untouched, digits included.
    Custom,
}
