//! Which places an object can be obtained at, given where it came from.
//!
//! What a place leads to is the least solution of equations that refer to each other: a key may need a field that is behind another
//! key, a `@requires` what another one gives. They are solved in rounds, each of which evaluates what is asked for at most once,
//! until a round adds nothing.
//!
//! - here: the answers; [`rounds`]: how they are solved;
//! - [`jumps`]: where keys lead; [`cover`]: whether a field set can be obtained.

mod cover;
mod jumps;
mod rounds;

use std::rc::Rc;
use std::sync::Arc;

use apollo_compiler::Name;
use federation::{Budget, FieldSet, Supergraph};
use rustc_hash::{FxHashMap, FxHashSet};

use self::jumps::Jump;
use self::rounds::Known;
use super::node::{NodeId, Nodes, Resolution, TypeId, is_composite};
use super::select::Labels;

/// A node, and how the object is held there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub(super) node: NodeId,
    /// Whether the subgraph can be asked for the object again once what a `@requires` needs is there: the object was fetched by key, or
    /// the subgraph gives the fields of a key itself.
    pub(super) resumable: bool,
}

/// Sorted, each node once.
pub(super) type Places = Rc<[Place]>;

/// Answers what a place leads to, and remembers it.
pub(super) struct Reach<'s> {
    pub(super) nodes: Nodes<'s>,
    budget: &'s Budget,
    /// How many field sets wait for the one that is looked at.
    depth: usize,
    roots: Vec<TypeId>,
    jumps: FxHashMap<TypeId, Rc<[Jump<'s>]>>,
    jumped: FxHashMap<NodeId, Known<Rc<[NodeId]>>>,
    required: FxHashMap<(NodeId, Name, Labels), Known<bool>>,
    resumable: FxHashMap<NodeId, bool>,
    reached: FxHashMap<Places, Places>,
    /// Equal sets are kept once: the places of an entity mostly lead to the same ones.
    sets: FxHashSet<Places>,
    round: u32,
    /// Whether a round is under way.
    solving: bool,
    grown: bool,
    /// Whether something was read before it was known whole.
    read_early: bool,
    touched_nodes: Vec<NodeId>,
    touched_requires: Vec<(NodeId, Name, Labels)>,
    /// For each name of a field, the labels of progressive overrides on fields of that name.
    labels: FxHashMap<Name, Vec<Arc<str>>>,
}

impl<'s> Reach<'s> {
    pub(super) fn new(supergraph: &'s Supergraph, budget: &'s Budget) -> Self {
        let nodes = Nodes::new(supergraph);
        let definition = &supergraph.schema().schema_definition;
        let roots = [
            &definition.query,
            &definition.mutation,
            &definition.subscription,
        ];
        let roots = roots.into_iter().flatten();
        let roots = roots.filter_map(|root| nodes.type_id(root)).collect();
        Self {
            nodes,
            budget,
            depth: 0,
            roots,
            jumps: FxHashMap::default(),
            jumped: FxHashMap::default(),
            required: FxHashMap::default(),
            resumable: FxHashMap::default(),
            reached: FxHashMap::default(),
            sets: FxHashSet::default(),
            round: 0,
            solving: false,
            grown: false,
            read_early: false,
            touched_nodes: Vec::new(),
            touched_requires: Vec::new(),
            labels: labels(supergraph),
        }
    }

    /// The root types, each with the places where operations begin.
    pub(super) fn start(&mut self) -> Vec<(TypeId, Places)> {
        let roots = self.roots.clone();
        roots
            .into_iter()
            .map(|ty| {
                let there = &self.nodes.ty(ty).in_subgraphs;
                let nodes: Vec<NodeId> = there
                    .iter()
                    .map(|there| self.nodes.plain(ty, there.subgraph))
                    .collect();
                (ty, self.arrive(nodes))
            })
            .collect()
    }

    /// The places of an object that a field has given at these nodes.
    pub(super) fn arrive(&mut self, nodes: impl IntoIterator<Item = NodeId>) -> Places {
        let places = nodes.into_iter().map(|node| self.place(node)).collect();
        self.set(places)
    }

    fn place(&mut self, node: NodeId) -> Place {
        let resumable = self.has_local_key(node);
        Place { node, resumable }
    }

    /// One copy of a set of places.
    pub(super) fn set(&mut self, mut places: Vec<Place>) -> Places {
        // The better of two ways to be at a node comes first and stays.
        places.sort_unstable_by_key(|place| (place.node, !place.resumable));
        places.dedup_by_key(|place| place.node);
        if let Some(known) = self.sets.get(places.as_slice()) {
            return known.clone();
        }
        let places: Places = places.into();
        self.sets.insert(places.clone());
        places
    }

    /// Every place at which the object can be obtained, directly or through keys.
    pub(super) fn reach(&mut self, arrival: &Places) -> Places {
        if let Some(known) = self.reached.get(arrival) {
            return known.clone();
        }
        let mut places = arrival.to_vec();
        for place in arrival.iter() {
            let jumped = self.jumped(place.node);
            places.extend(jumped.iter().map(|&node| Place {
                node,
                resumable: true,
            }));
        }
        let reached = self.set(places);
        self.reached.insert(arrival.clone(), reached.clone());
        reached
    }

    /// Where keys lead from a node, in other subgraphs than its own.
    pub(super) fn jumped(&mut self, from: NodeId) -> Rc<[NodeId]> {
        self.solve(|reach| reach.jumped_so_far(from))
    }

    /// Whether what a field's `@requires` selects can be obtained by an object at a node.
    pub(super) fn requirement_is_met(
        &mut self,
        node: NodeId,
        field: &Name,
        requires: &'s FieldSet,
        labels: &Labels,
    ) -> bool {
        self.solve(|reach| reach.requirement_so_far(node, field, requires, labels))
    }

    /// Whether all of a field set can be obtained by an object at a node.
    pub(super) fn covers(&mut self, node: NodeId, set: &'s FieldSet) -> bool {
        let labels = Labels::default();
        self.solve(|reach| reach.covers_so_far(&[head(node)], &set.selections, &labels))
    }

    /// Whether a field that a node resolves can be asked there: its `@requires` is met and the subgraph can be returned to.
    /// Under these assumptions about labels.
    pub(super) fn may_take(
        &mut self,
        place: Place,
        field: &Name,
        step: &Resolution<'s>,
        labels: &Labels,
    ) -> bool {
        if step.needs_return && !place.resumable {
            return false;
        }
        let Some(requires) = step.requires else {
            return true;
        };
        self.requirement_is_met(place.node, field, requires, labels)
    }

    /// The places at which the object can be obtained once it is known to be of an object type.
    pub(super) fn downcast(&mut self, places: &[Place], object: TypeId) -> Vec<Place> {
        let mut cast = Vec::new();
        for &place in places {
            match self.nodes.downcast(place.node, object) {
                Some(node) if node == place.node => cast.push(place),
                Some(node) => cast.push(self.place(node)),
                None => {}
            }
        }
        cast
    }

    /// The type of a field's value if something can be selected below it.
    pub(super) fn composite(&self, name: &str) -> Option<TypeId> {
        let ty = self.nodes.type_id(name);
        ty.filter(|&ty| is_composite(self.nodes.ty(ty).kind))
    }
}

/// The labels of progressive overrides, by the names of the fields they are on.
fn labels(supergraph: &Supergraph) -> FxHashMap<Name, Vec<Arc<str>>> {
    let mut labels: FxHashMap<Name, Vec<Arc<str>>> = FxHashMap::default();
    let fields = supergraph.types().values().flat_map(|ty| &ty.fields);
    for (name, field) in fields {
        for there in &field.in_subgraphs {
            if let Some(label) = &there.override_label {
                let known = labels.entry(name.clone()).or_default();
                if !known.contains(label) {
                    known.push(label.clone());
                }
            }
        }
    }
    labels
}

/// Where the resolution of a field set begins: the router holds the object there, however it came to it.
fn head(node: NodeId) -> Place {
    Place {
        node,
        resumable: true,
    }
}
