//! What cannot be resolved at one place of a query and, for each subgraph that has it, why not.

use std::rc::Rc;

use apollo_compiler::Name;
use federation::{FieldInSubgraph, Key, Overridden, SubgraphId};

use super::node::{NodeId, TypeId};
use super::reach::{Jump, Reach, State};
use super::walk::Path;

/// Fields that a query can select at a place where no subgraph can resolve them, all for the same reasons.
pub(super) struct Failure {
    pub(super) ty: TypeId,
    /// The subgraphs that an object can be had from there, sorted.
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
        state: &State,
        reached: &[NodeId],
        path: &Rc<Path>,
        field: &Name,
    ) -> Self {
        let mut from: Vec<SubgraphId> = reached
            .iter()
            .map(|&id| reach.nodes.node(id).subgraph)
            .collect();
        from.sort_unstable();
        from.dedup();
        let mut keys_from: Vec<String> = from
            .iter()
            .filter_map(|&subgraph| reach.nodes.in_subgraph(state.ty, subgraph))
            .flat_map(|ty| ty.keys.iter().filter(|key| key.resolvable).map(text))
            .collect();
        keys_from.sort_unstable();
        keys_from.dedup();
        Self {
            ty: state.ty,
            from,
            keys_from,
            path: path.clone(),
            fields: vec![field.clone()],
            reasons: reasons(reach, state, reached, field),
        }
    }

    /// Whether what would mend one of them would mend the other.
    pub(super) fn is_alike(&self, other: &Self) -> bool {
        self.ty == other.ty && self.from == other.from && self.reasons == other.reasons
    }
}

/// One reason for each subgraph that has the field, by subgraph.
fn reasons(reach: &mut Reach<'_>, state: &State, reached: &[NodeId], field: &Name) -> Vec<Reason> {
    let ty = reach.nodes.ty(state.ty);
    let declared: Vec<&FieldInSubgraph> = ty
        .fields
        .get(field)
        .map_or_else(Vec::new, |f| f.in_subgraphs.iter().collect());
    let mut reasons = Vec::new();
    for declaration in declared {
        let subgraph = declaration.subgraph;
        let here = reached.iter().copied().find(|&id| {
            let node = reach.nodes.node(id);
            node.subgraph == subgraph && node.ty == state.ty
        });
        let why = match here {
            Some(id) => refusal(reach, state, id, declaration, reached),
            None => obstacle(reach, state, state.ty, subgraph, reached),
        };
        reasons.push(Reason {
            subgraph,
            ty: state.ty,
            why,
        });
    }
    // What a subgraph adds to the type through an `@interfaceObject`.
    for Jump { ty, subgraph, .. } in reach.jumps(state.ty) {
        let adds = ty != state.ty
            && reach
                .nodes
                .ty(ty)
                .fields
                .get(field)
                .is_some_and(|f| f.in_subgraphs.iter().any(|f| f.subgraph == subgraph));
        if adds {
            let why = obstacle(reach, state, ty, subgraph, reached);
            reasons.push(Reason { subgraph, ty, why });
        }
    }
    reasons
}

/// Why a subgraph that has the object does not resolve the field.
fn refusal(
    reach: &mut Reach<'_>,
    state: &State,
    id: NodeId,
    declaration: &FieldInSubgraph,
    reached: &[NodeId],
) -> Why {
    if declaration.overridden == Some(Overridden::Always) {
        return Why::Overridden;
    }
    if declaration.external {
        return Why::External;
    }
    let Some(requires) = &declaration.requires else {
        return Why::SomeLabels;
    };
    let requires = requires.to_string();
    if reach.can_reenter(id, reached, &state.labels) {
        Why::Requires { requires }
    } else {
        Why::NoWayBack { requires }
    }
}

/// Why a subgraph cannot be moved to.
fn obstacle(
    reach: &mut Reach<'_>,
    state: &State,
    ty: TypeId,
    subgraph: SubgraphId,
    reached: &[NodeId],
) -> Why {
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
            key.resolvable && !reach.covers(reached, &key.fields.selections, &state.labels)
        })
        .map(text)
        .collect();
    Why::KeysOutOfReach { keys }
}

fn text(key: &Key) -> String {
    format!("@key(fields: \"{}\")", key.fields)
}
