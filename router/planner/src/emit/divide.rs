//! Streamed lists: the requests that their items need are divided into those for the first items, which what encloses the list waits for, and
//! those for the later ones.
//!
//! A list whose items need no request of their own comes with what encloses it: it is delivered whole, as the directive allows. So is one that
//! several parts of the response have, since clients could not know whose items they get; and one below items that are delivered later, so that
//! the requests grow with the depth of streamed lists and do not double with each.

use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;
use rustc_hash::FxHashMap;

use crate::error::PlanError;
use crate::operation::defer::MAX_DEFERRED;
use crate::operation::ids::{PositionId, UseId};
use crate::operation::position::VisibleSource;
use crate::operation::tree::{Tree, too_many_parts};
use crate::plan::{DeferredId, StreamedItems};
use crate::search::assign::{Assignment, Node, NodeId, Origin};
use crate::search::entries::Reach;
use crate::search::ids::Leaf;

/// The index of a list in [`Division::lists`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ListId(u16);

impl ListId {
    /// Its place among all lists.
    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// Which items of streamed lists a request is for: the first ones of each, or the later ones of this one and the first ones of those around it.
pub(crate) type Side = Option<ListId>;

/// A list whose items are delivered in two parts.
struct StreamedList {
    used: UseId,
    /// Where its items are.
    items: PositionId,
    /// The list in whose items it is.
    around: Option<ListId>,
    part: DeferredId,
}

/// The streamed lists of a tree.
#[derive(Default)]
pub(crate) struct Division {
    lists: Vec<StreamedList>,
    by_use: FxHashMap<UseId, ListId>,
    /// By position: the innermost list in whose items it is. Empty when there is no list.
    inside: Vec<Option<ListId>>,
}

/// What is known of a tree once it is solved.
pub(crate) struct Solution<'a, 'g> {
    pub(crate) tree: &'a Tree<'g>,
    pub(crate) reach: &'a Reach,
    pub(crate) assignment: &'a Assignment<'a>,
    /// The leaves that are wanted at once.
    pub(crate) initial: &'a [usize],
    /// For each deferred fragment, the leaves that are wanted.
    pub(crate) deferred: &'a [Vec<usize>],
}

impl Solution<'_, '_> {
    /// The leaves that are wanted for a part of the response.
    pub(crate) fn wanted(&self, part: u16) -> &[usize] {
        match part.checked_sub(1) {
            None => self.initial,
            Some(part) => self.deferred.get(usize::from(part)).map_or(&[], |l| l),
        }
    }

    /// Where a leaf is.
    fn position(&self, leaf: usize) -> PositionId {
        match self.reach.leaves[leaf] {
            Leaf::Field(used, _) => self.tree.get(used).position,
            Leaf::Typename(position, _) | Leaf::Presence(position, _) => position,
        }
    }

    /// The node that begins the request of this one.
    pub(crate) fn asked(&self, mut id: NodeId) -> &Node {
        loop {
            let node = &self.assignment.nodes[id.0 as usize];
            match &node.origin {
                Origin::Inline(parent) => id = *parent,
                Origin::Root | Origin::Jump { .. } => return node,
            }
        }
    }

    /// The position of the objects that a leaf is asked of.
    fn asked_at(&self, leaf: usize) -> Option<PositionId> {
        let server = self.assignment.served[leaf]?;
        Some(self.reach.get(self.asked(server).entry).position)
    }
}

impl Division {
    /// The lists to divide the requests for. Their parts are numbered from `first_part` on.
    ///
    /// # Errors
    ///
    /// When there are more deferred parts than a plan may have.
    pub(crate) fn of(solution: &Solution<'_, '_>, first_part: u16) -> Result<Self, PlanError> {
        let tree = solution.tree;
        if tree.streams() == 0 {
            return Ok(Self::default());
        }
        tree.work.take(2 * (tree.positions.len() + tree.uses.len()));
        let wanted = in_one_part(tree);
        let all = Self::with(tree, wanted, first_part);
        let mut needs_more = vec![false; all.lists.len()];
        let parts = 0..=tree.deferred_parts();
        for (part, leaves) in parts.map(|part| (part, solution.wanted(part))) {
            tree.work.take(leaves.len());
            for &leaf in leaves {
                let Some(asked_at) = solution.asked_at(leaf) else {
                    continue;
                };
                for list in all.around(solution.position(leaf)) {
                    let of_list = all.lists[list.index()].items;
                    needs_more[list.index()] |=
                        tree.position(of_list).part == part && all.is_inside(asked_at, list);
                }
            }
        }
        // What has effects is asked once.
        for node in &solution.assignment.nodes {
            let Origin::Jump { jump, .. } = &node.origin else {
                continue;
            };
            if jump.root == Some(OperationType::Mutation) {
                for list in all.around(solution.reach.get(node.entry).position) {
                    needs_more[list.index()] = false;
                }
            }
        }
        let lists = all.lists.iter().zip(needs_more);
        let divided = lists.filter_map(|(list, needs)| needs.then_some(list.used));
        let division = Self::with(tree, divided.collect(), first_part);
        let lists = division.lists.len();
        let fragments = division.fragments_inside(tree).count();
        match usize::from(tree.deferred_parts()) + lists + fragments > usize::from(MAX_DEFERRED) {
            true => Err(too_many_parts()),
            false => Ok(division),
        }
    }

    fn with(tree: &Tree<'_>, uses: Vec<UseId>, first_part: u16) -> Self {
        let mut division = Self::default();
        if uses.is_empty() {
            return division;
        }
        for (used, index) in uses.iter().zip(0u16..) {
            division.by_use.insert(*used, ListId(index));
        }
        // Positions follow those above them.
        for position in &tree.positions {
            let inside = position.parent.and_then(|parent| {
                let above = || division.inside[tree.get(parent).position.0 as usize];
                division.by_use.get(&parent).copied().or_else(above)
            });
            division.inside.push(inside);
        }
        for (&used, index) in uses.iter().zip(0u16..) {
            let selected = tree.get(used);
            division.lists.push(StreamedList {
                used,
                items: selected.sub.unwrap_or(selected.position),
                around: division.inside[selected.position.0 as usize],
                part: DeferredId(first_part + index),
            });
        }
        division
    }

    /// The lists in whose items a position is, from the inside to the outside.
    pub(crate) fn around(&self, position: PositionId) -> impl Iterator<Item = ListId> + '_ {
        let innermost = self.inside.get(position.0 as usize).copied().flatten();
        std::iter::successors(innermost, |list| self.lists[list.index()].around)
    }

    fn is_inside(&self, position: PositionId, list: ListId) -> bool {
        self.around(position).any(|known| known == list)
    }

    /// The side that the objects at a position are on, for what is asked on another one: what is not among the items of the list is there once.
    pub(crate) fn side_at(&self, position: PositionId, side: Side) -> Side {
        side.filter(|&list| self.is_inside(position, list))
    }

    /// Each list, and its part.
    pub(crate) fn lists(&self) -> impl Iterator<Item = (ListId, UseId, DeferredId)> + '_ {
        let lists = self.lists.iter().zip(0u16..);
        lists.map(|(list, index)| (ListId(index), list.used, list.part))
    }

    /// The part of the later items of a list.
    pub(crate) fn part_of(&self, used: UseId) -> Option<DeferredId> {
        let list = self.by_use.get(&used)?;
        Some(self.lists[list.index()].part)
    }

    /// The part of the response that the first items of a list belong to.
    pub(crate) fn enclosing_part(&self, tree: &Tree<'_>, list: ListId) -> u16 {
        tree.position(self.lists[list.index()].items).part
    }

    /// The leaves, out of these, that are among the items of a list.
    pub(crate) fn leaves_inside<'l>(
        &'l self,
        solution: &'l Solution<'_, '_>,
        leaves: &'l [usize],
        list: ListId,
    ) -> impl Iterator<Item = usize> + 'l {
        let leaves = leaves.iter().copied();
        leaves.filter(move |&leaf| self.is_inside(solution.position(leaf), list))
    }

    /// Each deferred fragment among the items of each list, by its part.
    pub(crate) fn fragments_inside<'t>(
        &'t self,
        tree: &'t Tree<'_>,
    ) -> impl Iterator<Item = (u16, ListId)> + 't {
        let positions = tree.positions.iter().zip(0u32..);
        let fragments = positions.filter(|(position, _)| position.shadow.is_some());
        fragments.flat_map(|(position, index)| {
            let around = self.around(PositionId(index));
            around.map(|list| (position.part, list))
        })
    }

    /// Which items of its list a field leads to, on the way to a position that is asked on a side, seen from there; `None` for all.
    /// `beyond` is whether the list of the side has been passed.
    pub(crate) fn step(
        &self,
        used: UseId,
        side: Side,
        beyond: &mut bool,
    ) -> Option<(DeferredId, StreamedItems)> {
        let list = *self.by_use.get(&used)?;
        let part = self.lists[list.index()].part;
        if side == Some(list) {
            *beyond = true;
            return Some((part, StreamedItems::Later));
        }
        (side.is_none() || *beyond).then_some((part, StreamedItems::First))
    }
}

/// The streamed lists that no other part of the response has.
fn in_one_part(tree: &Tree<'_>) -> Vec<UseId> {
    /// The number of a response path.
    type PathId = usize;
    let mut paths: FxHashMap<(PathId, &Name), PathId> = FxHashMap::default();
    let mut of_position: Vec<PathId> = vec![0; tree.positions.len()];
    // For each path, the part that has it; nothing when there are several.
    let mut parts: Vec<Option<u16>> = vec![Some(0)];
    let mut streamed: Vec<(UseId, PathId)> = Vec::new();
    for (index, position) in tree.positions.iter().enumerate() {
        if let Some(shadow) = &position.shadow {
            of_position[index] = of_position[shadow.origin.0 as usize];
        }
        for field in position.shapes.iter().flat_map(|shape| &shape.fields) {
            let VisibleSource::Use(used) = field.source else {
                continue;
            };
            let selected = tree.get(used);
            let Some(sub) = selected.sub else { continue };
            let next = parts.len();
            let step = (of_position[index], &field.response_key);
            let path = *paths.entry(step).or_insert(next);
            if path == next {
                parts.push(Some(position.part));
            } else if parts[path] != Some(position.part) {
                parts[path] = None;
            }
            of_position[sub.0 as usize] = path;
            if selected.stream.is_some() && !streamed.contains(&(used, path)) {
                streamed.push((used, path));
            }
        }
    }
    let alone = streamed
        .into_iter()
        .filter(|(_, path)| parts[*path].is_some());
    alone.map(|(used, _)| used).collect()
}
