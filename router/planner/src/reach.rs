//! Where every object can be at hand, and when: the shortest paths of the search.
//!
//! An *entry* is a class of objects at a position, at hand in a lane. It is had inline, from an entry of the parent whose
//! lane resolves the field (same request), or by a jump: an entity fetch that needs its key one step earlier. This is an AND-OR
//! graph in which an AND costs the maximum of its parts, so that going through it step by step gives, for every entry and every
//! value, the earliest step that brings it (Knuth, *A generalization of Dijkstra's algorithm*, 1977).

use std::sync::Arc;

use apollo_compiler::ast::OperationType;
use federation::SubgraphId;
use rustc_hash::FxHashMap;

use crate::context::Contexts;
use crate::demand::KnownNeeds;
use crate::error::PlanError;
use crate::expect::Expected;
use crate::graph::{FieldAt, Lane, TypeId};
use crate::needs::{Leaf, Need};
use crate::provides::{NOTHING, Provided, Provides};
use crate::slow::Apart;
use crate::tree::{PositionId, Tree, UseId};

/// More steps than any plan can need.
pub(crate) const MAX_STEPS: u8 = 62;

/// The step of what never comes.
pub(crate) const NEVER: u8 = u8::MAX;

/// The index of an [`Entry`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EntryId(pub(crate) u32);

/// What shares a request, if it is asked at the same step: a subgraph, and a part of the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct BatchId(pub(crate) u32);

/// The index of a [`Need`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NeedId(pub(crate) u32);

/// A class of objects at hand in a lane.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) position: PositionId,
    pub(crate) class: u16,
    pub(crate) lane: Lane,
    pub(crate) batch: BatchId,
    /// The subgraph does not know the types of this class here: no object has them, and nothing is to be fetched.
    pub(crate) vacuous: bool,
    /// A root of operations.
    pub(crate) root: bool,
    /// Of a request that is for one slow field alone: its number.
    pub(crate) apart: Apart,
    /// Entered for that field: nothing else is resolved here.
    pub(crate) fenced: bool,
    /// How deep the objects are for which its request sends representations, where a field of the operation takes values from
    /// what encloses it.
    anchor: Option<usize>,
    /// How it is had in the request of the parent.
    pub(crate) inline: Vec<Inline>,
    /// How it is had by an entity fetch.
    pub(crate) jumps: Vec<Jump>,
    /// What is resolved here; those with a need only after a jump that brings it.
    pub(crate) leaves: Vec<(usize, Option<NeedId>)>,
    provided: Provided,
}

/// From an entry of the parent, through a field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inline {
    pub(crate) parent: EntryId,
    pub(crate) used: UseId,
    /// What must be in the representation by which the parent was jumped to.
    pub(crate) requires: Option<NeedId>,
}

/// By an entity fetch, or by an operation of its own for a root object that is not at the root.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Jump {
    pub(crate) key: NeedId,
    /// The leaf of the `__typename` that must be known to make the representation, or to know that there is a root object.
    pub(crate) typename: Option<usize>,
    /// The interface whose name is sent instead.
    pub(crate) as_interface: Option<TypeId>,
    /// The object is a root of operations, and an operation of this type is sent instead of a representation.
    pub(crate) root: Option<OperationType>,
}

/// What tells one entry from another.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Seat {
    position: PositionId,
    class: u16,
    lane: Lane,
    provided: Provided,
    vacuous: bool,
    apart: Apart,
    fenced: bool,
    anchor: Option<usize>,
}

impl Seat {
    fn of(position: PositionId, class: u16, lane: Lane) -> Self {
        Self {
            position,
            class,
            lane,
            provided: NOTHING,
            vacuous: false,
            apart: 0,
            fenced: false,
            anchor: None,
        }
    }
}

/// Fields that only one subgraph may be asked for: executing them has effects.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pins {
    pub(crate) pinned: Vec<Pin>,
}

/// A field that one subgraph is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pin {
    pub(crate) used: UseId,
    pub(crate) subgraph: SubgraphId,
    /// All that is below comes with it, by no further request.
    pub(crate) alone: bool,
}

impl Pins {
    pub(crate) fn of(&self, used: UseId) -> Option<&Pin> {
        self.pinned.iter().find(|pin| pin.used == used)
    }

    /// Whether a subgraph may be asked for a field.
    fn allow(&self, used: UseId, subgraph: SubgraphId) -> bool {
        self.of(used).is_none_or(|pin| pin.subgraph == subgraph)
    }
}

/// Everything that can be at hand, for one tree.
#[derive(Default)]
pub(crate) struct Reach {
    pub(crate) entries: Vec<Entry>,
    /// Each by what tells it from the others.
    seats: FxHashMap<Seat, EntryId>,
    /// By position: its entries.
    pub(crate) at: Vec<Vec<EntryId>>,
    pub(crate) leaves: Vec<Leaf>,
    pub(crate) needs: Vec<Need>,
    /// For each need: the indices of its leaves.
    pub(crate) need_leaves: Vec<Vec<usize>>,
    leaf_ids: FxHashMap<Leaf, usize>,
    pub(crate) known_needs: KnownNeeds,
    /// What is taken from enclosing objects.
    pub(crate) contexts: Contexts,
    /// By position: how many of its uses have their leaves.
    resolved: Vec<usize>,
    provides: Provides,
    /// How many objects are expected.
    pub(crate) expected: Expected,
    /// For each leaf that an earlier stage has settled, the step that brings it; else [`NEVER`]. Empty in the first stage.
    pub(crate) settled: Vec<u8>,
    /// The slow fields that are asked apart: their indices in the graph.
    pub(crate) apart: Vec<u16>,
    /// Whether a field of the operation takes values from what encloses it.
    contextual: bool,
    /// How many there are.
    subgraphs: u32,
    pub(crate) batches: usize,
    pub(crate) pins: Pins,
    /// By position: whether it is below a field of which all comes with it.
    alone: Vec<bool>,
}

impl Reach {
    /// Builds the entries, adding what keys and `@requires` need to the tree.
    ///
    /// # Errors
    ///
    /// When the tree grows over its bound.
    pub(crate) fn build(
        tree: &mut Tree<'_>,
        root_lanes: &[Lane],
        subgraphs: usize,
        apart: &[u16],
        operation: OperationType,
        pins: Pins,
    ) -> Result<Self, PlanError> {
        let is_contextual = |used: UseId| {
            let mut at = tree.field(used).at.iter();
            at.any(|at| !at.contextual.is_empty())
        };
        let mut reach = Self {
            pins,
            subgraphs: u32::try_from(subgraphs).unwrap_or(u32::MAX),
            batches: subgraphs * (usize::from(tree.deferred_parts()) + 1) * (apart.len() + 1),
            contextual: (0..).map(UseId).take(tree.uses.len()).any(is_contextual),
            apart: apart.to_vec(),
            ..Self::default()
        };
        let mut index = 0;
        while index < tree.positions.len() {
            let id = PositionId(u32::try_from(index).unwrap_or(u32::MAX));
            index += 1;
            reach.at.push(Vec::new());
            reach.resolved.push(0);
            let parent = tree.position(id).parent;
            let alone = parent.is_some_and(|parent| reach.is_alone(tree, parent));
            reach.alone.push(alone);
            if parent.is_some_and(|parent| tree.get(parent).closed) || reach.is_cut(tree, parent) {
                continue;
            }
            match parent {
                None => {
                    for &lane in root_lanes {
                        // What cannot be had apart, the root of a mutation, is asked with the rest.
                        let apart = match operation {
                            OperationType::Query => reach.apart_at(tree, id, lane),
                            _ => Vec::new(),
                        };
                        for apart in std::iter::once(0).chain(apart) {
                            let seat = Seat {
                                apart,
                                fenced: apart != 0,
                                ..Seat::of(id, 0, lane)
                            };
                            let entry = reach.entry(tree, seat);
                            reach.entries[entry.0 as usize].root = true;
                        }
                    }
                }
                // What is deferred has requests of its own.
                Some(_) if tree.position(id).shadow.is_some() => {}
                Some(parent) => reach.inline_entries(tree, id, parent)?,
            }
            if parent.is_some() && !alone && !reach.is_complete(tree, id) {
                reach.jump_entries(tree, id)?;
            }
            reach.resolve_leaves(tree, id)?;
        }
        Ok(reach)
    }

    /// Whether nothing below a field may be asked for apart from it.
    fn is_alone(&self, tree: &Tree<'_>, used: UseId) -> bool {
        let above = tree.get(used).position;
        self.alone[above.0 as usize] || self.pins.of(used).is_some_and(|pin| pin.alone)
    }

    /// Below a closed field nothing is searched.
    fn is_cut(&self, tree: &Tree<'_>, parent: Option<UseId>) -> bool {
        parent.is_some_and(|parent| {
            let above = tree.get(parent).position;
            self.at[above.0 as usize].is_empty()
        })
    }

    fn entry(&mut self, tree: &Tree<'_>, seat: Seat) -> EntryId {
        if let Some(&known) = self.seats.get(&seat) {
            return known;
        }
        let part = u32::from(tree.position(seat.position).part);
        let kinds = u32::try_from(self.apart.len() + 1).unwrap_or(u32::MAX);
        let group = part * kinds + u32::from(seat.apart);
        let batch = BatchId(group * self.subgraphs + u32::from(seat.lane.subgraph.0));
        let id = EntryId(u32::try_from(self.entries.len()).unwrap_or(u32::MAX));
        self.entries.push(Entry {
            position: seat.position,
            class: seat.class,
            lane: seat.lane,
            batch,
            vacuous: seat.vacuous,
            root: false,
            apart: seat.apart,
            fenced: seat.fenced,
            anchor: seat.anchor,
            inline: Vec::new(),
            jumps: Vec::new(),
            leaves: Vec::new(),
            provided: seat.provided,
        });
        self.seats.insert(seat, id);
        self.at[seat.position.0 as usize].push(id);
        id
    }

    /// Whether an entry resolves a use, as far as slow fields go: one that is entered for such a field resolves nothing else, and
    /// where there is one, the others leave the field to it.
    fn may_resolve(&self, tree: &Tree<'_>, id: EntryId, used: UseId) -> bool {
        let entry = self.get(id);
        let apart = self.apart(tree, used, entry.lane);
        if entry.fenced || apart == 0 {
            return apart == entry.apart || !entry.fenced;
        }
        !self.at[entry.position.0 as usize].iter().any(|&other| {
            let other = self.get(other);
            other.fenced
                && other.apart == apart
                && other.class == entry.class
                && other.lane == entry.lane
        })
    }

    fn inline_entries(
        &mut self,
        tree: &mut Tree<'_>,
        id: PositionId,
        parent: UseId,
    ) -> Result<(), PlanError> {
        let graph = tree.graph;
        let field = tree.field(parent);
        let above = tree.get(parent).position;
        let on = Arc::clone(&tree.get(parent).on);
        for entry in self.at[above.0 as usize].clone() {
            tree.work.spend(1 + tree.position(id).classes.len())?;
            let from = &self.entries[entry.0 as usize];
            let class = &tree.position(above).classes[usize::from(from.class)];
            if !class.iter().any(|ty| on.binary_search(ty).is_ok()) {
                continue;
            }
            let (lane, class, vacuous, provided) =
                (from.lane, from.class, from.vacuous, from.provided);
            if !self.pins.allow(parent, lane.subgraph) || !self.may_resolve(tree, entry, parent) {
                continue;
            }
            let (apart, anchor) = (from.apart, from.anchor);
            let seat = |class: usize, lane: Lane| Seat {
                apart,
                anchor,
                ..Seat::of(id, u16::try_from(class).unwrap_or(u16::MAX), lane)
            };
            let mut inline = Inline {
                parent: entry,
                used: parent,
                requires: None,
            };
            let classes = tree.position(id).classes.len();
            if vacuous {
                for class in 0..classes {
                    let seat = Seat {
                        vacuous: true,
                        ..seat(class, lane)
                    };
                    let child = self.entry(tree, seat);
                    self.entries[child.0 as usize].inline.push(inline);
                }
                continue;
            }
            let Some(at) = field.at(lane) else { continue };
            let types = &tree.position(above).classes[usize::from(class)];
            let given = self.provides.given(tree, provided, parent, types);
            if !at.resolvable && given.is_none() {
                continue;
            }
            let mut below = given.clone().unwrap_or_default();
            if let Some(provides) = &at.provides {
                below.selections.extend(provides.selections.iter().cloned());
            }
            if at.is_demanding() && given.is_none() {
                match self.demand(tree, above, class, parent, at)? {
                    Some(need) => inline.requires = Some(need),
                    None => continue,
                }
            }
            let provided = self.provides.intern(below);
            let Some(named) = graph.id(at.ty.inner_named_type()) else {
                continue;
            };
            let lane = graph.lane_of(named, lane.subgraph);
            let there = graph.there(named, lane.subgraph);
            for class in 0..classes {
                let types = &tree.position(id).classes[class];
                let present = there.is_some_and(|there| {
                    types
                        .iter()
                        .any(|ty| there.possible.binary_search(ty).is_ok())
                });
                let seat = Seat {
                    vacuous: !present,
                    provided: if present { provided } else { NOTHING },
                    ..seat(class, lane)
                };
                let child = self.entry(tree, seat);
                self.entries[child.0 as usize].inline.push(inline);
            }
        }
        Ok(())
    }

    /// Whether a hidden position needs no jumps, because wherever it is at hand everything below it is too.
    fn is_complete(&self, tree: &Tree<'_>, id: PositionId) -> bool {
        let position = tree.position(id);
        if position.hidden_depth == 0 {
            return false;
        }
        self.at[id.0 as usize].iter().all(|&entry| {
            let entry = &self.entries[entry.0 as usize];
            entry.vacuous
                || position.uses.iter().all(|&used| {
                    let class = &position.classes[usize::from(entry.class)];
                    let concerned = class
                        .iter()
                        .any(|ty| tree.get(used).on.binary_search(ty).is_ok());
                    let at = tree.field(used).at(entry.lane);
                    let here = at.is_some_and(FieldAt::is_plain);
                    !concerned || here
                })
        })
    }

    fn jump_entries(&mut self, tree: &mut Tree<'_>, id: PositionId) -> Result<(), PlanError> {
        let graph = tree.graph;
        let after = self.apart_above(tree, id);
        for index in 0..tree.position(id).classes.len() {
            let class = u16::try_from(index).unwrap_or(u16::MAX);
            let types = Arc::clone(&tree.position(id).classes[index]);
            let representative = types[0];
            for entrance in &graph.ty(representative).entrances {
                tree.work.spend(8)?;
                let Some(key) = self.need(tree, id, class, &types, &entrance.key, true)? else {
                    continue;
                };
                let position = tree.position(id);
                let known = match entrance.as_interface {
                    Some(interface) => {
                        let possible = &graph.ty(interface).possible;
                        let all = position
                            .types
                            .iter()
                            .all(|ty| possible.binary_search(ty).is_ok());
                        all && !(graph.ty(position.ty).has_hidden && position.ty != interface)
                    }
                    None => graph.ty(position.ty).is_object() && entrance.root.is_none(),
                };
                let origin = tree.origin(id);
                let typename = (!known).then(|| self.leaf(Leaf::Typename(origin, class)));
                let anchor = match self.contextual && entrance.root.is_none() {
                    true => Some(tree.path_len(id)),
                    false => None,
                };
                let fenced = self.apart_at(tree, id, entrance.lane);
                let fenced = fenced.into_iter().map(|apart| (apart, true));
                for (apart, fenced) in std::iter::once((after, false)).chain(fenced) {
                    let seat = Seat {
                        apart,
                        fenced,
                        anchor,
                        ..Seat::of(id, class, entrance.lane)
                    };
                    let entry = self.entry(tree, seat);
                    self.entries[entry.0 as usize].jumps.push(Jump {
                        key,
                        typename,
                        as_interface: entrance.as_interface,
                        root: entrance.root,
                    });
                }
            }
        }
        Ok(())
    }

    /// Says what each entry resolves. Fields that are required by others may be added on the way.
    fn resolve_leaves(&mut self, tree: &mut Tree<'_>, id: PositionId) -> Result<(), PlanError> {
        self.resolve_uses(tree, id)?;
        for entry_id in self.at[id.0 as usize].clone() {
            let class = self.entries[entry_id.0 as usize].class;
            if let Some(present) = self.known(Leaf::Presence(id, class)) {
                self.add_presence(present, entry_id);
            }
            let entry = &self.entries[entry_id.0 as usize];
            if !entry.fenced && (entry.vacuous || entry.lane.via.is_none()) {
                let leaf = self.leaf(Leaf::Typename(id, entry.class));
                self.entries[entry_id.0 as usize].leaves.push((leaf, None));
            }
        }
        Ok(())
    }

    /// The same for the uses that have been added since the last time: a field that takes a value from an enclosing object adds some there.
    pub(crate) fn resolve_uses(
        &mut self,
        tree: &mut Tree<'_>,
        id: PositionId,
    ) -> Result<(), PlanError> {
        let entries = self.at[id.0 as usize].clone();
        while self.resolved[id.0 as usize] < tree.position(id).uses.len() {
            let used = tree.position(id).uses[self.resolved[id.0 as usize]];
            self.resolved[id.0 as usize] += 1;
            let field = tree.field(used);
            tree.work.spend(1 + entries.len())?;
            for &entry_id in &entries {
                let entry = &self.entries[entry_id.0 as usize];
                let (class, lane, provided) = (entry.class, entry.lane, entry.provided);
                let types = &tree.position(id).classes[usize::from(class)];
                let concerned = types
                    .iter()
                    .any(|ty| tree.get(used).on.binary_search(ty).is_ok());
                if !concerned
                    || !self.pins.allow(used, lane.subgraph)
                    || !self.may_resolve(tree, entry_id, used)
                {
                    continue;
                }
                let mut requires = None;
                if !entry.vacuous {
                    let Some(at) = field.at(lane) else { continue };
                    let given = self.provides.given(tree, provided, used, types).is_some();
                    if !at.resolvable && !given {
                        continue;
                    }
                    if at.is_demanding() && !given {
                        // Composite fields ask for it again, and get the same.
                        requires = self.demand(tree, id, class, used, at)?;
                        if requires.is_none() {
                            continue;
                        }
                    }
                }
                if tree.is_leaf(used) {
                    let leaf = self.leaf(Leaf::Field(used, class));
                    self.entries[entry_id.0 as usize]
                        .leaves
                        .push((leaf, requires));
                }
            }
        }
        Ok(())
    }

    /// What it takes to look at everything once: entries, the ways to them, and what they resolve.
    pub(crate) fn size(&self) -> usize {
        let jump = |jump: &Jump| 1 + self.leaves_of(jump.key).len();
        let ways = |entry: &Entry| {
            let jumps: usize = entry.jumps.iter().map(jump).sum();
            1 + (entry.inline.len() + jumps + entry.leaves.len()) / 4
        };
        self.entries.iter().map(ways).sum()
    }

    /// The slow field that a batch is for alone: its index in the graph.
    pub(crate) fn slow_of(&self, batch: BatchId) -> Option<u16> {
        let kinds = self.apart.len() + 1;
        let group = batch.0.checked_div(self.subgraphs)? as usize;
        let number = (group % kinds).checked_sub(1)?;
        self.apart.get(number).copied()
    }

    /// Whether what a need takes from enclosing objects can be sent with the request that leads to an entry, which need not be the one that
    /// is about the entry's own objects: the values are those of what encloses all of them.
    pub(crate) fn is_sent_with(&self, id: EntryId, need: NeedId) -> bool {
        let from = self.need_of(need).taken_from;
        let anchor = self.get(id).anchor;
        from.is_some_and(|from| anchor.is_some_and(|anchor| from <= anchor))
    }

    /// The index of a leaf.
    pub(crate) fn leaf(&mut self, leaf: Leaf) -> usize {
        let next = self.leaves.len();
        let index = *self.leaf_ids.entry(leaf).or_insert(next);
        if index == next {
            self.leaves.push(leaf);
            if let Leaf::Presence(position, class) = leaf {
                let there = self.at.get(position.0 as usize).cloned();
                for entry in there.unwrap_or_default() {
                    if self.get(entry).class == class {
                        self.add_presence(index, entry);
                    }
                }
            }
        }
        index
    }

    /// A subgraph that returns objects shows that they are there.
    fn add_presence(&mut self, leaf: usize, entry: EntryId) {
        let entry = &mut self.entries[entry.0 as usize];
        let leaves = &mut entry.leaves;
        if !entry.fenced && !leaves.contains(&(leaf, None)) {
            leaves.push((leaf, None));
        }
    }

    /// The index of a leaf that is there.
    pub(crate) fn known(&self, leaf: Leaf) -> Option<usize> {
        self.leaf_ids.get(&leaf).copied()
    }

    pub(crate) fn get(&self, id: EntryId) -> &Entry {
        &self.entries[id.0 as usize]
    }

    pub(crate) fn need_of(&self, id: NeedId) -> &Need {
        &self.needs[id.0 as usize]
    }

    pub(crate) fn leaves_of(&self, id: NeedId) -> &[usize] {
        &self.need_leaves[id.0 as usize]
    }
}
