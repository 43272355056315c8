//! Selecting a field of an object: under each assumption about override labels, where its value can be obtained.

use std::rc::Rc;
use std::sync::Arc;

use apollo_compiler::Name;
use federation::SubgraphId;

use super::node::{Contexts, NodeId, Resolution, TypeId};
use super::reach::{Place, Places, Reach};

/// Further labels on one field are not distinguished: each doubles the cases.
pub(super) const MAX_LABELS_PER_FIELD: usize = 6;

/// The values assumed for labels of progressive overrides, sorted by name.
pub(super) type Labels = Rc<[(Arc<str>, bool)]>;

/// What is known of an object at one place of a query.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) ty: TypeId,
    /// Where the field above can give the object. Never empty.
    pub(super) arrival: Places,
    pub(super) labels: Labels,
    pub(super) contexts: Contexts,
}

/// What becomes of selecting a field, under one assumption about labels.
pub(super) struct Outcome {
    pub(super) labels: Labels,
    /// Those set for what is below the field.
    pub(super) contexts: Contexts,
    pub(super) resolved: bool,
    /// Where the field's value can be obtained; empty for leaves.
    pub(super) arrival: Vec<NodeId>,
}

/// The places of an object, by subgraph.
pub(super) struct Here {
    /// Those of its own type, sorted.
    own: Vec<(SubgraphId, Place)>,
    /// Those of its interfaces.
    others: Vec<Place>,
}

impl Here {
    pub(super) fn of(reach: &mut Reach<'_>, ty: TypeId, reached: &[Place]) -> Self {
        let mut own = Vec::with_capacity(reached.len());
        let mut others = Vec::new();
        for &place in reached {
            let node = reach.nodes.node(place.node);
            let (node_ty, subgraph) = (node.ty, node.subgraph);
            if node_ty == ty {
                own.push((subgraph, place));
            } else if reach.nodes.is_interface_object(place.node) {
                others.push(place);
            } else {
                let cast = reach.downcast(&[place], ty);
                own.extend(cast.into_iter().map(|place| (subgraph, place)));
            }
        }
        own.sort_unstable();
        own.dedup();
        Self { own, others }
    }

    fn in_subgraph(&self, subgraph: SubgraphId) -> impl Iterator<Item = &Place> {
        let start = self.own.partition_point(|(known, _)| *known < subgraph);
        let rest = self.own.get(start..).unwrap_or_default().iter();
        rest.take_while(move |(known, _)| *known == subgraph)
            .map(|(_, place)| place)
    }
}

/// Selects a field: under each assumption about labels that makes a difference, where its value can be obtained.
pub(super) fn advance<'s>(
    reach: &mut Reach<'s>,
    here: &Here,
    state: &State,
    field: &Name,
) -> Vec<Outcome> {
    let mut steps: Vec<(Place, Resolution<'s>)> = Vec::new();
    let declared = reach.nodes.ty(state.ty).fields.get(field);
    let declared = declared.map_or(&[][..], |declared| &declared.in_subgraphs);
    let own = declared
        .iter()
        .flat_map(|declared| here.in_subgraph(declared.subgraph));
    let contexts = reach.nodes.contexts_below(state.ty, state.contexts);
    for &place in own.chain(&here.others) {
        let node = reach.nodes.node(place.node);
        if reach
            .nodes
            .is_unset(node.ty, node.subgraph, field, state.contexts)
        {
            continue;
        }
        if let Some(step) = reach.nodes.resolution(place.node, field) {
            steps.push((place, step));
        }
    }
    let labels = &state.labels;
    let mut open: Vec<Arc<str>> = Vec::new();
    for label in steps.iter().flat_map(|(_, step)| &step.labels) {
        let known = labels.iter().any(|(name, _)| *name == label.name);
        if !known && !open.contains(&label.name) && open.len() < MAX_LABELS_PER_FIELD {
            open.push(label.name.clone());
        }
    }
    (0..1_u32 << open.len())
        .map(|case| {
            let labels = assume(labels, &open, case);
            let mut outcome = Outcome {
                labels: labels.clone(),
                contexts,
                resolved: false,
                arrival: Vec::new(),
            };
            for (place, step) in &steps {
                let holds = step.labels.iter().all(|label| {
                    labels
                        .iter()
                        .any(|(name, on)| *name == label.name && *on == label.on)
                });
                if holds && reach.may_take(*place, field, step, &labels) {
                    outcome.resolved = true;
                    outcome.arrival.extend(step.child);
                }
            }
            outcome
        })
        .collect()
}

/// The assumptions with each open label on or off, as the bits of `case` say.
pub(super) fn assume(labels: &Labels, open: &[Arc<str>], case: u32) -> Labels {
    if open.is_empty() {
        return labels.clone();
    }
    let mut all = labels.to_vec();
    all.extend(
        open.iter()
            .enumerate()
            .map(|(bit, name)| (name.clone(), case & (1 << bit) != 0)),
    );
    all.sort();
    all.into()
}
