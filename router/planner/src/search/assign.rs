//! Decides which of the chosen requests brings what, with the least data.
//!
//! What is wanted is served one by one, the values with the fewest sources first; each from the source that adds least to what is
//! fetched anyway. Keys and required fields are wanted only when a jump needs them. One that turns out to be needed earlier than it was
//! served would be fetched twice: then all is assigned once more, knowing that.

mod cost;

use rustc_hash::{FxBuildHasher, FxHashMap};
use smallvec::SmallVec;

use crate::operation::ids::UseId;
use crate::plan::RepresentationField;
use crate::search::entries::{Jump, Reach};
use crate::search::ids::{BatchId, EntryId, Leaf, NEVER, NeedId};
use crate::search::needs::merge_field;
use crate::search::steps::{Requests, Timetable};
use crate::work::Work;

/// What an entity fetch weighs beside the fields of its key.
const JUMP_COST: u64 = 3;

/// What it weighs to bring an object a second time below its parent, where its key would lead to it too: the parents are found again, and
/// of a list it takes all items in the same order.
const AGAIN_COST: u64 = 8;

/// What it weighs to send an interface's name for the type of an object: more than to fetch that type with what is fetched anyway.
const INTERFACE_NAME_COST: u64 = 64;

/// The index of a [`Node`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(pub(crate) u32);

/// Objects that one request selects something of.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) entry: EntryId,
    pub(crate) step: u8,
    pub(crate) origin: Origin,
    /// The leaves that are selected.
    pub(crate) leaves: Vec<usize>,
    /// The objects selected below.
    pub(crate) children: Vec<(UseId, NodeId)>,
}

/// How the objects got into the request.
#[derive(Debug)]
pub(crate) enum Origin {
    /// The root of the operation.
    Root,
    /// Below others.
    Inline(NodeId),
    /// By their representations.
    Jump {
        jump: Jump,
        fields: Vec<RepresentationField>,
        /// The leaves that the representation is made of.
        needs: Vec<usize>,
    },
}

/// How an entry is had for the least.
#[derive(Clone, Copy)]
enum Way {
    Open(NodeId),
    Root,
    Inline(usize),
    Jump(usize),
}

/// What is wanted together, and the requests by which it comes. Those of a stage contain those of the stages before.
pub(crate) struct Stage {
    pub(crate) wanted: Vec<usize>,
    pub(crate) requests: Requests,
    /// The requests, sent or not, by which something comes in these steps that can also come by others.
    pub(crate) exchangeable: Vec<(BatchId, u8)>,
    /// What they bring.
    pub(crate) table: Timetable,
    pub(crate) last: u8,
}

/// Entries that resolve a leaf, and what must be in the representation that leads there.
type Sources = SmallVec<[(EntryId, Option<NeedId>); 2]>;

/// Which request brings what.
pub(crate) struct Assignment<'r> {
    reach: &'r Reach,
    work: &'r Work,
    stage: &'r Stage,
    pub(crate) nodes: Vec<Node>,
    open: FxHashMap<(EntryId, u8), Vec<NodeId>>,
    /// The node that serves a leaf.
    pub(crate) served: Vec<Option<NodeId>>,
    /// The entries that resolve a leaf.
    sources: Vec<Sources>,
    /// Whether a key or a `@requires` is made of a leaf, so that having it makes other things cheaper.
    needed: Vec<bool>,
    /// The step before which a leaf is needed, as far as is known.
    bounds: Vec<u8>,
    /// Whether something was served twice.
    repeats: bool,
    costs: FxHashMap<(EntryId, u8), Option<(u64, Way)>>,
    leaf_costs: FxHashMap<(usize, u8), Option<Source>>,
}

/// What is fetched after the first step weighs twice.
fn at_step(weight: u64, step: u8) -> u64 {
    match step {
        0 | 1 => weight,
        _ => weight.saturating_mul(2),
    }
}

/// The fields of a representation.
fn count(fields: &[RepresentationField]) -> u64 {
    fields.iter().map(|field| 1 + count(&field.fields)).sum()
}

/// What it adds to have a leaf, and where it comes from: an entry, at a step, with what must be in the representation.
type Source = (u64, EntryId, u8, Option<NeedId>);

/// How often all is assigned anew at most.
const ROUNDS: usize = 8;

impl<'r> Assignment<'r> {
    /// Serves all that is wanted, stage by stage.
    pub(crate) fn new(
        reach: &'r Reach,
        first: &'r Stage,
        later: Option<&'r Stage>,
        work: &'r Work,
    ) -> Self {
        let mut bounds = vec![NEVER; reach.leaves.len()];
        for _ in 1..ROUNDS {
            let assignment = Self::round(reach, first, later, bounds, work);
            if !assignment.repeats {
                return assignment;
            }
            bounds = assignment.bounds;
        }
        Self::round(reach, first, later, bounds, work)
    }

    fn round(
        reach: &'r Reach,
        first: &'r Stage,
        later: Option<&'r Stage>,
        bounds: Vec<u8>,
        work: &'r Work,
    ) -> Self {
        work.take(reach.entries.len() + reach.leaves.len());
        let mut sources = vec![SmallVec::new(); reach.leaves.len()];
        for (entry, index) in reach.entries.iter().zip(0..) {
            for &(leaf, requires) in &entry.leaves {
                sources[leaf].push((EntryId(index), requires));
            }
        }
        let mut needed = vec![false; reach.leaves.len()];
        for &leaf in reach.need_leaves.iter().flatten() {
            needed[leaf] = true;
        }
        for jump in reach.entries.iter().flat_map(|entry| &entry.jumps) {
            if let Some(leaf) = jump.typename {
                needed[leaf] = true;
            }
        }
        let mut assignment = Self {
            reach,
            work,
            stage: first,
            nodes: Vec::with_capacity(16),
            open: FxHashMap::with_capacity_and_hasher(16, FxBuildHasher),
            served: vec![None; reach.leaves.len()],
            sources,
            needed,
            bounds,
            repeats: false,
            costs: FxHashMap::default(),
            leaf_costs: FxHashMap::default(),
        };
        for stage in std::iter::once(first).chain(later) {
            assignment.stage = stage;
            assignment.forget();
            let mut order = stage.wanted.clone();
            order.sort_by_cached_key(|&leaf| assignment.choices(leaf));
            for leaf in order {
                assignment.serve(leaf, stage.last + 1);
            }
        }
        assignment
    }

    /// How many sources a leaf has.
    fn choices(&self, leaf: usize) -> usize {
        self.work.take(1 + self.sources[leaf].len());
        let steps =
            |entry| (1..=self.stage.last).filter(move |&s| self.stage.table.is_at_hand(entry, s));
        self.sources[leaf]
            .iter()
            .map(|&(entry, _)| steps(entry).count())
            .sum()
    }

    fn get(&self, node: NodeId) -> &Node {
        &self.nodes[node.0 as usize]
    }

    /// How much is selected and sent: the fields of all objects that are expected. What comes after the first step counts twice, since
    /// the subgraph has to find the objects anew, and all that waits for them waits for it.
    pub(crate) fn weight(&self) -> u64 {
        let expected = &self.reach.expected;
        let weight = |node: &Node| {
            let entry = self.reach.get(node.entry);
            if entry.vacuous {
                return 0;
            }
            let class = expected.of_class(entry.position, entry.class);
            let leaves = || node.leaves.iter().map(|&leaf| expected.of_leaf(leaf));
            // Only the objects that something is selected of are asked for.
            let objects = match node.children.is_empty() {
                true => leaves().max().unwrap_or(class).min(class),
                false => class,
            };
            let selected = leaves().fold(objects, u64::saturating_add);
            let sent = match &node.origin {
                Origin::Jump { fields, .. } => objects.saturating_mul(JUMP_COST + count(fields)),
                Origin::Root | Origin::Inline(_) => 0,
            };
            at_step(selected.saturating_add(sent), node.step)
        };
        self.nodes.iter().map(weight).fold(0, u64::saturating_add)
    }

    /// The step that serves each leaf.
    pub(crate) fn served_at(&self) -> Vec<u8> {
        let step = |node: &Option<NodeId>| node.map_or(NEVER, |node| self.get(node).step);
        self.served.iter().map(step).collect()
    }

    fn is_served(&self, leaf: usize, before: u8) -> bool {
        self.served[leaf].is_some_and(|node| self.get(node).step < before)
    }

    /// Has a leaf selected in time.
    fn serve(&mut self, leaf: usize, before: u8) {
        if self.is_served(leaf, before) {
            return;
        }
        self.repeats |= self.served[leaf].is_some();
        let before = before.min(self.bounds[leaf]);
        self.bounds[leaf] = before;
        let Some((_, entry, step, requires)) = self.best_source(leaf, before) else {
            return;
        };
        let node = match requires {
            None => self.open(entry, step),
            Some(requires) => self.open_with(entry, step, requires),
        };
        let Some(node) = node else { return };
        if self.needed[leaf] {
            self.forget();
        }
        self.served[leaf] = Some(node);
        self.nodes[node.0 as usize].leaves.push(leaf);
    }

    fn open(&mut self, id: EntryId, step: u8) -> Option<NodeId> {
        let (_, way) = self.entry_cost(id, step)?;
        let entry = self.reach.get(id);
        match way {
            Way::Open(node) => Some(node),
            Way::Root => Some(self.add(id, step, Origin::Root)),
            Way::Jump(index) => self.jump(id, step, index),
            Way::Inline(index) => {
                let inline = entry.inline[index];
                let parent = match inline.requires {
                    None => self.open(inline.parent, step)?,
                    Some(requires) => self.open_with(inline.parent, step, requires)?,
                };
                let node = self.add(id, step, Origin::Inline(parent));
                let children = &mut self.nodes[parent.0 as usize].children;
                children.push((inline.used, node));
                Some(node)
            }
        }
    }

    fn jump(&mut self, id: EntryId, step: u8, index: usize) -> Option<NodeId> {
        let jump = self.reach.get(id).jumps.get(index).copied()?;
        let mut needs = self.reach.leaves_of(jump.key).to_vec();
        needs.extend(jump.typename);
        let fields = self.reach.need_of(jump.key).fields.clone();
        for &leaf in &needs {
            self.serve(leaf, step);
        }
        let origin = Origin::Jump {
            jump,
            fields,
            needs,
        };
        Some(self.add(id, step, origin))
    }

    fn open_with(&mut self, id: EntryId, step: u8, requires: NeedId) -> Option<NodeId> {
        let node = match self.jump_node(id, step, requires) {
            _ if self.reach.is_sent_with(id, requires) => self.open(id, step)?,
            Some(node) => node,
            None => {
                let (_, index) = self.cheapest_jump(id, step)?;
                self.jump(id, step, index)?
            }
        };
        let more = self.reach.need_of(requires).fields.clone();
        let leaves = self.reach.leaves_of(requires).to_vec();
        for &leaf in &leaves {
            self.serve(leaf, step);
        }
        // What is taken from enclosing objects goes with the request, whichever objects it is about.
        let mut sender = node;
        while let Origin::Inline(parent) = self.get(sender).origin {
            sender = parent;
        }
        if let Origin::Jump { fields, needs, .. } = &mut self.nodes[sender.0 as usize].origin {
            for field in more {
                merge_field(fields, field);
            }
            self.work.take(1 + leaves.len() * needs.len() / 8);
            for leaf in leaves {
                if !needs.contains(&leaf) {
                    needs.push(leaf);
                }
            }
        }
        Some(node)
    }

    fn add(&mut self, entry: EntryId, step: u8, origin: Origin) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Node {
            entry,
            step,
            origin,
            leaves: Vec::new(),
            children: Vec::new(),
        });
        self.open.entry((entry, step)).or_default().push(id);
        self.forget();
        id
    }

    /// Costs have changed, now that more is fetched anyway.
    fn forget(&mut self) {
        self.costs.clear();
        self.leaf_costs.clear();
    }

    /// The leaves that representations are made of.
    pub(crate) fn sent(&self) -> Vec<bool> {
        let mut sent = vec![false; self.reach.leaves.len()];
        for node in &self.nodes {
            if let Origin::Jump { needs, .. } = &node.origin {
                for &leaf in needs {
                    sent[leaf] = true;
                }
            }
        }
        sent
    }

    /// The leaf behind an index.
    pub(crate) fn leaf(&self, index: usize) -> Leaf {
        self.reach.leaves[index]
    }
}
