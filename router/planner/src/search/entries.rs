//! What the search knows: the entries and how each is had, and what keys and demanding fields need.

use apollo_compiler::ast::OperationType;
use federation::SubgraphId;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::graph::{Lane, TypeId};
use crate::operation::ids::{PositionId, UseId};
use crate::operation::provides::{NOTHING, Provided, Provides};
use crate::operation::tree::Tree;
use crate::search::context::Contexts;
use crate::search::expect::Expected;
use crate::search::ids::{BatchId, EntryId, Leaf, NeedId};
use crate::search::known_needs::KnownNeeds;
use crate::search::needs::{Alternative, Need};

/// The number of a slow field among those that are apart, from 1; 0 for what is not apart.
pub(crate) type Apart = u16;

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
    /// The number of a request that is for one slow field alone.
    pub(crate) apart: Apart,
    /// Entered for that field: nothing else is resolved here.
    pub(crate) fenced: bool,
    /// How deep the objects are for which its request sends representations, where a field of the operation takes values from
    /// what encloses it.
    pub(crate) anchor: Option<usize>,
    /// How it is had in the request of the parent.
    pub(crate) inline: SmallVec<[Inline; 1]>,
    /// How it is obtained by an entity fetch.
    pub(crate) jumps: SmallVec<[Jump; 1]>,
    /// What is resolved here; those with a need only after a jump that brings it.
    pub(crate) leaves: SmallVec<[(usize, Option<NeedId>); 4]>,
    /// Whether one of them has a need: the others all come with the first request that leads here.
    pub(crate) demanding: bool,
    pub(crate) provided: Provided,
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
pub(crate) struct Seat {
    pub(crate) position: PositionId,
    pub(crate) class: u16,
    pub(crate) lane: Lane,
    pub(crate) provided: Provided,
    pub(crate) vacuous: bool,
    pub(crate) apart: Apart,
    pub(crate) fenced: bool,
    pub(crate) anchor: Option<usize>,
}

impl Seat {
    pub(crate) fn of(position: PositionId, class: u16, lane: Lane) -> Self {
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
    pub(crate) fn allow(&self, used: UseId, subgraph: SubgraphId) -> bool {
        self.of(used).is_none_or(|pin| pin.subgraph == subgraph)
    }
}

/// Everything that can be at hand, for one tree.
#[derive(Default)]
pub(crate) struct Reach {
    pub(crate) entries: Vec<Entry>,
    /// Each by what tells it from the others.
    pub(crate) seats: FxHashMap<Seat, EntryId>,
    /// By position: its entries.
    pub(crate) at: Vec<Vec<EntryId>>,
    pub(crate) leaves: Vec<Leaf>,
    pub(crate) needs: Vec<Need>,
    /// For each need: the indices of its leaves.
    pub(crate) need_leaves: Vec<Vec<usize>>,
    pub(crate) leaf_ids: FxHashMap<Leaf, usize>,
    pub(crate) known_needs: KnownNeeds,
    /// Of needs of deferred fragments.
    pub(crate) alternatives: Vec<Alternative>,
    /// What is taken from enclosing objects.
    pub(crate) contexts: Contexts,
    /// By position: how many of its uses have their leaves.
    pub(crate) resolved: Vec<usize>,
    pub(crate) provides: Provides,
    /// How many objects are expected.
    pub(crate) expected: Expected,
    /// For each leaf that an earlier stage has settled, the step that brings it; else [`NEVER`]. Empty in the first stage.
    pub(crate) settled: Vec<u8>,
    /// The slow fields that are asked apart: their indices in the graph.
    pub(crate) apart: Vec<u16>,
    /// Whether a field of the operation takes values from what encloses it.
    pub(crate) contextual: bool,
    /// How many there are.
    pub(crate) subgraphs: u32,
    pub(crate) batches: usize,
    pub(crate) pins: Pins,
    /// By position: whether it is below a field of which all comes with it.
    pub(crate) alone: Vec<bool>,
}

impl Reach {
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
    pub(crate) fn add_presence(&mut self, leaf: usize, entry: EntryId) {
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

    /// Whether nothing below a field may be asked for apart from it.
    pub(crate) fn is_alone(&self, tree: &Tree<'_>, used: UseId) -> bool {
        let above = tree.get(used).position;
        self.alone[above.0 as usize] || self.pins.of(used).is_some_and(|pin| pin.alone)
    }

    /// Below a closed field nothing is searched.
    pub(crate) fn is_cut(&self, tree: &Tree<'_>, parent: Option<UseId>) -> bool {
        parent.is_some_and(|parent| {
            let above = tree.get(parent).position;
            self.at[above.0 as usize].is_empty()
        })
    }

    pub(crate) fn entry(&mut self, tree: &Tree<'_>, seat: Seat) -> EntryId {
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
            inline: SmallVec::new(),
            jumps: SmallVec::new(),
            leaves: SmallVec::new(),
            demanding: false,
            provided: seat.provided,
        });
        self.seats.insert(seat, id);
        self.at[seat.position.0 as usize].push(id);
        id
    }
}
