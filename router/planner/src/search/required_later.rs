//! Where what deferred fragments require is fetched.
//!
//! The objects of a deferred fragment are those of the position where it occurs, so that what its fields require can be fetched there: with the
//! requests that are about these objects anyway, or with requests of their own. Where that would put it into a request for what is delivered at
//! once, which would then wait for it and report its errors, the requests of the fragment fetch it, as they do what the fragment itself selects.

use rustc_hash::FxHashSet;

use crate::operation::condition::Cond;
use crate::operation::ids::UseId;
use crate::operation::tree::Tree;
use crate::search::entries::Reach;
use crate::search::ids::{Leaf, NEVER, NeedId};
use crate::search::needs::Alternative;
use crate::search::steps::Timetable;

impl Reach {
    /// Decides about the needs of deferred fragments, now that it is known how what is delivered at once comes (`first`) and which leaves the
    /// fragments want.
    pub(crate) fn place_required(&mut self, tree: &Tree<'_>, first: &Timetable, wanted: &[usize]) {
        let mut alternatives = std::mem::take(&mut self.alternatives);
        if alternatives.is_empty() {
            return;
        }
        let wanted: FxHashSet<usize> = wanted.iter().copied().collect();
        let joining = Joining::new(self, tree, first);
        alternatives.retain(|own| {
            let there = self.leaves_of(own.of);
            let comes_anyway = || own.leaves.iter().all(|leaf| wanted.contains(leaf));
            joining.any(there) || !joining.are_there(there) && comes_anyway()
        });
        if alternatives.is_empty() {
            return;
        }
        alternatives.iter_mut().for_each(|own| self.exchange(own));
        // No key may lead to it: it is fetched with the rest then.
        tree.work.take(self.size());
        let all = Timetable::complete(self);
        for own in &mut alternatives {
            let missing = |&leaf: &usize| all.ready(leaf) == NEVER;
            if self.leaves_of(own.of).iter().any(missing) {
                self.exchange(own);
            }
        }
    }

    fn exchange(&mut self, own: &mut Alternative) {
        let index = own.of.0 as usize;
        std::mem::swap(&mut self.needs[index], &mut own.need);
        std::mem::swap(&mut self.need_leaves[index], &mut own.leaves);
    }
}

/// Which leaves would be added to requests for what is delivered before.
struct Joining<'a, 'g> {
    reach: &'a Reach,
    tree: &'a Tree<'g>,
    first: &'a Timetable,
    /// By leaf: what has to be sent to have it.
    needs: Vec<Vec<NeedId>>,
}

impl<'a, 'g> Joining<'a, 'g> {
    fn new(reach: &'a Reach, tree: &'a Tree<'g>, first: &'a Timetable) -> Self {
        tree.work.take(reach.size());
        let mut needs = vec![Vec::new(); reach.leaves.len()];
        for &(leaf, need) in reach.entries.iter().flat_map(|entry| &entry.leaves) {
            needs[leaf].extend(need);
        }
        Self {
            reach,
            tree,
            first,
            needs,
        }
    }

    /// Whether any of some leaves, or of what has to be sent to have one, would be added.
    fn any(&self, leaves: &[usize]) -> bool {
        let mut open = leaves.to_vec();
        let mut seen: FxHashSet<usize> = leaves.iter().copied().collect();
        while let Some(leaf) = open.pop() {
            self.tree.work.take(1 + self.needs[leaf].len());
            if self.is_there(leaf) {
                continue;
            }
            if self.first.ready(leaf) != NEVER || self.part(leaf) != 0 {
                return true;
            }
            let sent = self.needs[leaf].iter();
            let sent = sent.flat_map(|&need| self.reach.leaves_of(need));
            open.extend(sent.copied().filter(|&leaf| seen.insert(leaf)));
        }
        false
    }

    fn are_there(&self, leaves: &[usize]) -> bool {
        leaves.iter().all(|&leaf| self.is_there(leaf))
    }

    /// Whether it is selected already, for the client or for what else is delivered before. That objects are there, and of which type, is part of their keys.
    fn is_there(&self, leaf: usize) -> bool {
        let settled = self.reach.settled.get(leaf);
        if settled.is_some_and(|&step| step != NEVER) {
            return true;
        }
        match self.reach.leaves[leaf] {
            Leaf::Field(used, _) => visible(self.tree, used).is_some(),
            Leaf::Typename(position, _) | Leaf::Presence(position, _) => {
                let position = self.tree.position(position);
                let above = || visible(self.tree, position.parent?);
                position.hidden_depth == 0 || above().is_some()
            }
        }
    }

    fn part(&self, leaf: usize) -> u16 {
        let position = match self.reach.leaves[leaf] {
            Leaf::Field(used, _) => self.tree.get(used).position,
            Leaf::Typename(position, _) | Leaf::Presence(position, _) => position,
        };
        self.tree.position(position).part
    }
}

/// What the client selects of the same field of the same objects.
fn visible(tree: &Tree<'_>, used: UseId) -> Option<UseId> {
    let selected = tree.get(used);
    if !selected.hidden {
        return Some(used);
    }
    let position = tree.position(selected.position);
    let beside = match position.hidden_depth {
        0 => selected.position,
        _ => tree.get(visible(tree, position.parent?)?).sub?,
    };
    let uses = &tree.position(beside).uses;
    tree.work.take(1 + uses.len());
    uses.iter().copied().find(|&other| {
        let other = tree.get(other);
        !other.hidden
            && other.data_key == selected.data_key
            && other.name == selected.name
            && other.arguments_text == selected.arguments_text
            && other.cond == Cond::TRUE
            && other.directives.is_empty()
            && selected
                .on
                .iter()
                .all(|ty| other.on.binary_search(ty).is_ok())
    })
}
