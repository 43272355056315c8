//! Which nodes an object can be had at, given where it came from.

use std::rc::Rc;
use std::sync::Arc;

use apollo_compiler::Name;
use federation::{FieldSetSelection, Key, SubgraphId, Supergraph, TypeKind};
use rustc_hash::{FxHashMap, FxHashSet};

use super::node::{NodeId, Nodes, Resolution, TypeId, is_composite};

/// More labels than this on one field are not told apart: each doubles the cases.
const MAX_LABELS_PER_FIELD: usize = 6;

/// The values assumed for labels of progressive overrides, sorted by name.
pub(super) type Labels = Rc<[(Arc<str>, bool)]>;

/// What is known of an object at one place of a query.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct State {
    pub(super) ty: TypeId,
    /// The nodes that the field above can give the object at. Sorted, never empty.
    pub(super) arrival: Rc<[NodeId]>,
    pub(super) labels: Labels,
}

impl State {
    pub(super) fn new(ty: TypeId, mut arrival: Vec<NodeId>, labels: Labels) -> Self {
        arrival.sort_unstable();
        arrival.dedup();
        Self {
            ty,
            arrival: arrival.into(),
            labels,
        }
    }
}

/// What becomes of selecting a field, under one assumption about labels.
pub(super) struct Outcome {
    pub(super) labels: Labels,
    pub(super) resolved: bool,
    /// Where the field's value can be had; empty for leaves.
    pub(super) arrival: Vec<NodeId>,
}

/// A jump that may be made to a node, if one of the keys is at hand.
pub(super) struct Jump<'s> {
    pub(super) ty: TypeId,
    pub(super) subgraph: SubgraphId,
    pub(super) keys: &'s [Key],
}

/// Answers what a [`State`] reaches, and remembers it.
pub(super) struct Reach<'s> {
    pub(super) nodes: Nodes<'s>,
    roots: Vec<TypeId>,
    memo: FxHashMap<State, Rc<[NodeId]>>,
    /// States whose reach is being computed further up: a key that needs them is not at hand yet.
    in_progress: FxHashSet<State>,
    /// `@requires` being resolved further up: one that needs itself cannot be resolved.
    requiring: FxHashSet<(NodeId, Name)>,
    cuts: usize,
}

impl<'s> Reach<'s> {
    pub(super) fn new(supergraph: &'s Supergraph) -> Self {
        let nodes = Nodes::new(supergraph);
        let definition = &supergraph.schema().schema_definition;
        let roots = [
            &definition.query,
            &definition.mutation,
            &definition.subscription,
        ]
        .into_iter()
        .flatten()
        .filter_map(|root| nodes.type_id(root))
        .collect();
        Self {
            nodes,
            roots,
            memo: FxHashMap::default(),
            in_progress: FxHashSet::default(),
            requiring: FxHashSet::default(),
            cuts: 0,
        }
    }

    /// The states before anything is selected, one for each root type.
    pub(super) fn start(&mut self) -> Vec<State> {
        let roots = self.roots.clone();
        roots
            .into_iter()
            .map(|ty| {
                let arrival = self
                    .nodes
                    .ty(ty)
                    .in_subgraphs
                    .iter()
                    .map(|t| t.subgraph)
                    .collect::<Vec<_>>();
                let arrival = arrival
                    .into_iter()
                    .map(|s| self.nodes.plain(ty, s))
                    .collect();
                State::new(ty, arrival, Labels::default())
            })
            .collect()
    }

    /// Every node at which the object can be had, directly or through keys. Sorted.
    pub(super) fn reach(&mut self, state: &State) -> Rc<[NodeId]> {
        if let Some(known) = self.memo.get(state) {
            return known.clone();
        }
        if !self.in_progress.insert(state.clone()) {
            self.cuts += 1;
            return state.arrival.clone();
        }
        let cuts = self.cuts;
        let mut reached = state.arrival.to_vec();
        let mut jumps = self.jumps(state.ty);
        loop {
            let before = reached.len();
            let mut remaining = Vec::with_capacity(jumps.len());
            for jump in jumps {
                let node = self.nodes.plain(jump.ty, jump.subgraph);
                if reached.contains(&node) {
                    continue;
                }
                if self.jump_is_open(&jump, &reached, &state.labels) {
                    reached.push(node);
                } else {
                    remaining.push(jump);
                }
            }
            jumps = remaining;
            if reached.len() == before {
                break;
            }
        }
        reached.sort_unstable();
        let reached: Rc<[NodeId]> = reached.into();
        self.in_progress.remove(state);
        // What was cut short below another state in progress may be too little: only whole answers are remembered.
        if self.cuts == cuts || self.in_progress.is_empty() {
            self.memo.insert(state.clone(), reached.clone());
        }
        reached
    }

    fn jump_is_open(&mut self, jump: &Jump<'s>, reached: &[NodeId], labels: &Labels) -> bool {
        self.roots.contains(&jump.ty)
            || jump
                .keys
                .iter()
                .filter(|key| key.resolvable)
                .any(|key| self.covers(reached, &key.fields.selections, labels))
    }

    /// Where an object of the type can be fetched by key; any root type can be asked of any subgraph that has it.
    pub(super) fn jumps(&self, ty: TypeId) -> Vec<Jump<'s>> {
        let is_root = self.roots.contains(&ty);
        let own = self.nodes.ty(ty);
        let mut jumps: Vec<Jump<'s>> = own
            .in_subgraphs
            .iter()
            .filter(|t| is_root || !t.keys.is_empty())
            .map(|t| Jump {
                ty,
                subgraph: t.subgraph,
                keys: &t.keys,
            })
            .collect();
        // Fields of an object that a subgraph adds to its interface by `@interfaceObject`.
        for interface in self.interfaces(ty) {
            let objects = self
                .nodes
                .ty(interface)
                .in_subgraphs
                .iter()
                .filter(|t| t.is_interface_object);
            jumps.extend(objects.map(|t| Jump {
                ty: interface,
                subgraph: t.subgraph,
                keys: &t.keys,
            }));
        }
        jumps
    }

    fn interfaces(&self, ty: TypeId) -> Vec<TypeId> {
        let schema = self.nodes.supergraph.schema();
        let implemented = match schema.types.get(&self.nodes.ty(ty).name) {
            Some(apollo_compiler::schema::ExtendedType::Object(object)) => {
                &object.implements_interfaces
            }
            Some(apollo_compiler::schema::ExtendedType::Interface(interface)) => {
                &interface.implements_interfaces
            }
            _ => return Vec::new(),
        };
        implemented
            .iter()
            .filter_map(|name| self.nodes.type_id(name))
            .collect()
    }

    /// Whether all of a field set can be had from these nodes.
    pub(super) fn covers(
        &mut self,
        reached: &[NodeId],
        selections: &'s [FieldSetSelection],
        labels: &Labels,
    ) -> bool {
        selections.iter().all(|selection| match selection {
            FieldSetSelection::Field { name, .. } if name == "__typename" => true,
            FieldSetSelection::Field {
                name, selections, ..
            } if selections.selections.is_empty() && self.is_at_hand(reached, name) => true,
            FieldSetSelection::Field {
                name, selections, ..
            } => {
                let child = self.child_type(reached, name);
                self.advance(reached, name, labels)
                    .into_iter()
                    .all(|outcome| {
                        outcome.resolved
                            && (selections.selections.is_empty()
                                || child.is_some_and(|child| {
                                    let below = State::new(child, outcome.arrival, outcome.labels);
                                    let reached = self.reach(&below);
                                    self.covers(&reached, &selections.selections, &below.labels)
                                }))
                    })
            }
            FieldSetSelection::InlineFragment {
                on: None,
                selections,
            } => self.covers(reached, &selections.selections, labels),
            FieldSetSelection::InlineFragment {
                on: Some(on),
                selections,
            } => self.objects_of(on).into_iter().all(|object| {
                let arrival = self.downcast(reached, object);
                if arrival.is_empty() {
                    return true;
                }
                let below = State::new(object, arrival, labels.clone());
                let reached = self.reach(&below);
                self.covers(&reached, &selections.selections, labels)
            }),
        })
    }

    /// Whether some node resolves the field unconditionally. Most keys are found so, at the first node.
    fn is_at_hand(&mut self, reached: &[NodeId], field: &str) -> bool {
        reached.iter().any(|&id| {
            let resolution = self.nodes.resolution(id, field);
            resolution.is_some_and(|step| step.requires.is_none() && step.labels.is_empty())
        })
    }

    /// The object types that a value of the named type can have.
    fn objects_of(&self, name: &str) -> Vec<TypeId> {
        let Some(ty) = self.nodes.type_id(name) else {
            return Vec::new();
        };
        if self.nodes.ty(ty).kind == TypeKind::Object {
            return vec![ty];
        }
        let mut objects: Vec<TypeId> = self
            .nodes
            .ty(ty)
            .in_subgraphs
            .iter()
            .flat_map(|t| &t.possible_types)
            .filter_map(|name| self.nodes.type_id(name))
            .collect();
        objects.sort_unstable();
        objects.dedup();
        objects
    }

    /// The supergraph's type of a field's value, unless that is a built-in scalar.
    fn child_type(&self, reached: &[NodeId], field: &str) -> Option<TypeId> {
        reached.iter().find_map(|&id| {
            let declared = self.nodes.ty(self.nodes.node(id).ty).fields.get(field)?;
            self.nodes.type_id(declared.ty.inner_named_type())
        })
    }

    /// Selects a field: under each assumption about labels that makes a difference, where its value can be had.
    pub(super) fn advance(
        &mut self,
        reached: &[NodeId],
        field: &str,
        labels: &Labels,
    ) -> Vec<Outcome> {
        let steps: Vec<(NodeId, Resolution<'s>)> = reached
            .iter()
            .filter_map(|&id| self.nodes.resolution(id, field).map(|step| (id, step)))
            .collect();
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
                    resolved: false,
                    arrival: Vec::new(),
                };
                for (id, step) in &steps {
                    let holds = step.labels.iter().all(|label| {
                        labels
                            .iter()
                            .any(|(name, on)| *name == label.name && *on == label.on)
                    });
                    if holds && self.requirement_is_met(*id, step, field, reached, &labels) {
                        outcome.resolved = true;
                        outcome.arrival.extend(step.child);
                    }
                }
                outcome
            })
            .collect()
    }

    /// A `@requires` needs its fields from elsewhere, and a key to come back with.
    fn requirement_is_met(
        &mut self,
        id: NodeId,
        step: &Resolution<'s>,
        field: &str,
        reached: &[NodeId],
        labels: &Labels,
    ) -> bool {
        let Some(requires) = step.requires else {
            return true;
        };
        let Ok(name) = Name::new(field) else {
            return false;
        };
        if !self.requiring.insert((id, name.clone())) {
            return false;
        }
        let met = self.covers(reached, &requires.selections, labels)
            && self.can_reenter(id, reached, labels);
        self.requiring.remove(&(id, name));
        met
    }

    pub(super) fn can_reenter(&mut self, id: NodeId, reached: &[NodeId], labels: &Labels) -> bool {
        let node = self.nodes.node(id);
        let (ty, subgraph) = (node.ty, node.subgraph);
        let Some(here) = self.nodes.in_subgraph(ty, subgraph) else {
            return false;
        };
        let jump = Jump {
            ty,
            subgraph,
            keys: &here.keys,
        };
        self.jump_is_open(&jump, reached, labels)
    }

    /// The nodes at which the object can be had once it is known to be of an object type.
    pub(super) fn downcast(&mut self, nodes: &[NodeId], object: TypeId) -> Vec<NodeId> {
        nodes
            .iter()
            .filter_map(|&id| self.nodes.downcast(id, object))
            .collect()
    }

    /// The type of a field's value if something can be selected below it.
    pub(super) fn composite(&self, name: &str) -> Option<TypeId> {
        self.nodes
            .type_id(name)
            .filter(|&ty| is_composite(self.nodes.ty(ty).kind))
    }
}

/// The assumptions with each open label on or off, as the bits of `case` say.
fn assume(labels: &Labels, open: &[Arc<str>], case: u32) -> Labels {
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
