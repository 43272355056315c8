//! Members of unions and implementations of interfaces that not all subgraphs know.
//!
//! Several subgraphs may lead to the objects of one place (`@shareable`), and each knows types that others do not. Sharing a field is a promise that
//! all of them answer the same, so an object can only have a type that all of them know. What is selected of other types alone is not
//! asked for, whichever subgraph the plan happens to use: the answer does not depend on that. Where only one subgraph leads to a place, all of its
//! types count.

use rustc_hash::FxHashSet;

use crate::graph::TypeId;
use crate::operation::ids::{PositionId, UseId};
use crate::operation::tree::Tree;
use crate::search::entries::Reach;
use crate::search::steps::Timetable;

/// What is selected but not asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dropped {
    uses: FxHashSet<UseId>,
}

impl Dropped {
    pub(crate) fn contains(&self, used: UseId) -> bool {
        self.uses.contains(&used)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.uses.is_empty()
    }
}

impl Tree<'_> {
    /// Whether something is selected here of types alone that one subgraph with the field knows and another one does not.
    pub(crate) fn is_partial(&self, id: PositionId) -> bool {
        let position = self.position(id);
        let (Some(parent), true) = (position.parent, position.types.len() > 1) else {
            return false;
        };
        let above = &self.position(self.get(parent).position).subgraphs;
        let at = self.field(parent).at.iter();
        let known: Vec<&[TypeId]> = at
            .filter(|at| above.contains(&at.lane.subgraph))
            .filter_map(|at| {
                let named = self.graph.id(at.ty.inner_named_type())?;
                let there = self.graph.there(named, at.lane.subgraph)?;
                Some(&*there.possible)
            })
            .collect();
        self.work.take(known.len() * position.uses.len());
        known.len() > 1
            && position.uses.iter().any(|&used| {
                let wide = &self.get(used).wide;
                known.iter().any(|known| !meet(wide, known))
            })
    }
}

impl Reach {
    /// What is selected without effect: only on types that are unknown to a subgraph that leads to the same place.
    pub(crate) fn dropped(&self, tree: &Tree<'_>) -> Dropped {
        let mut dropped = Dropped::default();
        let mut partial = (0..)
            .map(PositionId)
            .zip(&tree.positions)
            .filter(|(_, position)| position.partial)
            .peekable();
        if partial.peek().is_none() {
            return dropped;
        }
        let table = Timetable::complete(self);
        for (id, position) in partial {
            let known = self.known_types(tree, id, &table);
            for &used in &position.uses {
                let wide = &tree.get(used).wide;
                tree.work.take(known.len() * wide.len());
                if known.iter().any(|known| !meet(wide, known)) {
                    dropped.uses.insert(used);
                }
            }
        }
        dropped
    }

    /// The types that each subgraph knows which leads to a place.
    fn known_types<'g>(
        &self,
        tree: &Tree<'g>,
        id: PositionId,
        table: &Timetable,
    ) -> Vec<&'g [TypeId]> {
        let graph = tree.graph;
        let mut lanes = Vec::new();
        let mut known = Vec::new();
        for &entry in &self.at[tree.origin(id).0 as usize] {
            for inline in &self.get(entry).inline {
                tree.work.take(1 + lanes.len());
                let from = self.get(inline.parent);
                if from.vacuous
                    || lanes.contains(&from.lane)
                    || !table.is_ever_at_hand(inline.parent)
                {
                    continue;
                }
                lanes.push(from.lane);
                let at = tree.field(inline.used).at(from.lane);
                let named = at.and_then(|at| graph.id(at.ty.inner_named_type()));
                let there = named.and_then(|named| graph.there(named, from.lane.subgraph));
                known.extend(there.map(|there| &*there.possible));
            }
        }
        known
    }
}

/// Whether two sorted lists have something in common.
fn meet(left: &[TypeId], right: &[TypeId]) -> bool {
    left.iter().any(|ty| right.binary_search(ty).is_ok())
}
