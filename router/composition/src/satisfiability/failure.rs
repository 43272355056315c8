//! What cannot be done at one place of a query and, for each subgraph that might, why not.

use std::rc::Rc;

use apollo_compiler::Name;
use federation::{FieldInSubgraph, Key, Overridden, SubgraphId};

use super::node::TypeId;
use super::path::Path;
use super::reach::{Place, Reach};

/// Something that the API allows and the subgraphs cannot do.
pub(super) enum Finding {
    Fields(Failure),
    Type(UnknownType),
    Mutation(UnsharedMutation),
}

/// A type condition on an object of which no subgraph can say the type: where it comes from, it is an `@interfaceObject`.
pub(super) struct UnknownType {
    pub(super) interface: TypeId,
    pub(super) object: Name,
    /// The subgraphs that the object comes from, sorted.
    pub(super) from: Vec<SubgraphId>,
    pub(super) path: Rc<Path>,
}

/// A mutation field that several subgraphs share, none of which leads to all that can be selected below it.
pub(super) struct UnsharedMutation {
    pub(super) field: Name,
    /// What is found when each of the subgraphs runs it.
    pub(super) alternatives: Vec<(SubgraphId, Vec<Finding>)>,
}

/// Fields that a query can select at a place where no subgraph can resolve them, all for the same reasons.
pub(super) struct Failure {
    pub(super) ty: TypeId,
    /// The subgraphs that an object can be obtained from there, sorted.
    pub(super) from: Vec<SubgraphId>,
    /// What those have as resolvable keys of the type.
    pub(super) keys_from: Vec<String>,
    /// How the place was come to for the first of the fields.
    pub(super) path: Rc<Path>,
    /// Never empty.
    pub(super) fields: Vec<Name>,
    pub(super) reasons: Vec<Reason>,
}

/// Why one subgraph that has the fields cannot help.
#[derive(PartialEq, Eq)]
pub(super) struct Reason {
    pub(super) subgraph: SubgraphId,
    /// The type that has the fields there: an interface, where it is an `@interfaceObject`.
    pub(super) ty: TypeId,
    pub(super) why: Why,
}

/// Field sets are kept as they are written in the supergraph.
#[derive(PartialEq, Eq)]
pub(super) enum Why {
    /// Another subgraph's `@override` took the fields.
    Overridden,
    /// The fields are `@external` there.
    External,
    /// The subgraph resolves the fields only for some values of an override's label.
    SomeLabels,
    /// The fields need `@requires`, and there is no key to come back with.
    NoWayBack { requires: String },
    /// The fields need a `@fromContext`, and nothing above sets it, there or elsewhere.
    ContextNotSet,
    /// The fields need a `@fromContext`, and there is no key to come back with.
    NoWayBackWithContext,
    /// The fields need `@requires`, which nobody resolves there.
    Requires { requires: String },
    /// The type has no key there.
    NoKey,
    /// Each key of the type there is `resolvable: false`.
    NoResolvableKey,
    /// The fields of each of these keys are missing.
    KeysOutOfReach { keys: Vec<String> },
}

impl Failure {
    pub(super) fn new(
        reach: &mut Reach<'_>,
        ty: TypeId,
        reached: &[Place],
        path: &Rc<Path>,
        field: &Name,
    ) -> Self {
        let from = subgraphs(reach, reached);
        let mut keys_from: Vec<String> = from
            .iter()
            .filter_map(|&subgraph| reach.nodes.in_subgraph(ty, subgraph))
            .flat_map(|ty| ty.keys.iter().filter(|key| key.resolvable).map(text))
            .collect();
        keys_from.sort_unstable();
        keys_from.dedup();
        Self {
            ty,
            from,
            keys_from,
            path: path.clone(),
            fields: vec![field.clone()],
            reasons: reasons(reach, ty, reached, field),
        }
    }

    /// Whether a fix of one of them would fix the other.
    pub(super) fn is_alike(&self, other: &Self) -> bool {
        self.ty == other.ty && self.from == other.from && self.reasons == other.reasons
    }
}

/// The subgraphs of places, sorted.
pub(super) fn subgraphs(reach: &Reach<'_>, places: &[Place]) -> Vec<SubgraphId> {
    let mut subgraphs: Vec<SubgraphId> = places
        .iter()
        .map(|place| reach.nodes.node(place.node).subgraph)
        .collect();
    subgraphs.sort_unstable();
    subgraphs.dedup();
    subgraphs
}

/// One reason for each subgraph that has the field, by subgraph.
fn reasons(reach: &mut Reach<'_>, of: TypeId, reached: &[Place], field: &Name) -> Vec<Reason> {
    let declared: Vec<&FieldInSubgraph> = reach
        .nodes
        .ty(of)
        .fields
        .get(field)
        .map_or_else(Vec::new, |f| f.in_subgraphs.iter().collect());
    let mut reasons = Vec::new();
    for declaration in declared {
        let subgraph = declaration.subgraph;
        let here = reached.iter().copied().find(|place| {
            let node = reach.nodes.node(place.node);
            node.subgraph == subgraph && node.ty == of
        });
        let why = match here {
            Some(_) if reach.nodes.is_unset(of, subgraph, field, 0) => Why::ContextNotSet,
            Some(place) => refusal(place, declaration),
            None => obstacle(reach, of, subgraph, reached),
        };
        reasons.push(Reason {
            subgraph,
            ty: of,
            why,
        });
    }
    // What a subgraph adds to the type through an `@interfaceObject`.
    let jumps = reach.jumps(of);
    let targets = jumps.iter().flat_map(|jump| jump.targets.iter().copied());
    for (ty, subgraph) in targets {
        let told = |reason: &Reason| reason.ty == ty && reason.subgraph == subgraph;
        let adds = ty != of && reach.nodes.declared(ty, subgraph, field).is_some();
        if adds && !reasons.iter().any(told) {
            let why = obstacle(reach, ty, subgraph, reached);
            reasons.push(Reason { subgraph, ty, why });
        }
    }
    reasons
}

/// Why a subgraph that has the object does not resolve the field.
fn refusal(place: Place, declaration: &FieldInSubgraph) -> Why {
    if declaration.overridden == Some(Overridden::Always) {
        return Why::Overridden;
    }
    if declaration.external {
        return Why::External;
    }
    match &declaration.requires {
        Some(requires) if place.resumable => Why::Requires {
            requires: requires.to_string(),
        },
        Some(requires) => Why::NoWayBack {
            requires: requires.to_string(),
        },
        None if declaration.context_arguments.is_empty() => Why::SomeLabels,
        None => Why::NoWayBackWithContext,
    }
}

/// Why a subgraph cannot be moved to.
fn obstacle(reach: &mut Reach<'_>, ty: TypeId, subgraph: SubgraphId, reached: &[Place]) -> Why {
    let keys = reach
        .nodes
        .in_subgraph(ty, subgraph)
        .map_or(&[][..], |t| &t.keys);
    if keys.is_empty() {
        return Why::NoKey;
    }
    if keys.iter().all(|key| !key.resolvable) {
        return Why::NoResolvableKey;
    }
    let keys = keys
        .iter()
        .filter(|key| {
            let mut places = reached.iter();
            key.resolvable && !places.any(|place| reach.covers(place.node, &key.fields))
        })
        .map(text)
        .collect();
    Why::KeysOutOfReach { keys }
}

fn text(key: &Key) -> String {
    format!("@key(fields: \"{}\")", key.fields)
}
