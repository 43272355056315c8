//! What it adds to have a value, or to be at an entry, beside what is fetched anyway.

use crate::search::assign::{
    AGAIN_COST, Assignment, INTERFACE_NAME_COST, JUMP_COST, NodeId, Origin, Source, Way, at_step,
};
use crate::search::entries::{Entry, Jump};
use crate::search::ids::{EntryId, NeedId};
use crate::search::needs::mergeable;

impl Assignment<'_> {
    /// What it adds to have a leaf before a step.
    pub(super) fn leaf_cost(&mut self, leaf: usize, before: u8) -> Option<u64> {
        if self.is_served(leaf, before) {
            return Some(0);
        }
        self.best_source(leaf, before).map(|(cost, ..)| cost)
    }

    pub(super) fn best_source(&mut self, leaf: usize, before: u8) -> Option<Source> {
        // Nothing is cheaper than to select one more field of what is fetched anyway.
        self.work
            .take(1 + self.sources[leaf].len() * usize::from(self.stage.last));
        // The plan is refused then.
        if self.work.left() == 0 {
            return None;
        }
        if let Some(open) = self.open_source(leaf, before) {
            return Some(open);
        }
        if let Some(&known) = self.leaf_costs.get(&(leaf, before)) {
            return known;
        }
        let mut best: Option<Source> = None;
        for index in 0..self.sources[leaf].len() {
            let (entry, requires) = self.sources[leaf][index];
            for step in 1..before.min(self.stage.last + 1) {
                let cost = match requires {
                    None => self.entry_cost(entry, step).map(|(cost, _)| cost),
                    Some(requires) => self.requires_cost(entry, step, requires),
                };
                let Some(cost) = cost else { continue };
                let own = at_step(self.reach.expected.of_leaf(leaf), step);
                let cost = cost.saturating_add(own);
                if best.is_none_or(|(least, _, at, _)| (cost, step) < (least, at)) {
                    best = Some((cost, entry, step, requires));
                }
            }
        }
        self.leaf_costs.insert((leaf, before), best);
        best
    }

    /// The first open entry that resolves a leaf, by step.
    pub(super) fn open_source(&self, leaf: usize, before: u8) -> Option<Source> {
        let mut first: Option<Source> = None;
        for &(entry, requires) in &self.sources[leaf] {
            if requires.is_some() {
                continue;
            }
            for step in 1..before.min(self.stage.last + 1) {
                if first.is_none_or(|(_, _, at, _)| step < at)
                    && self.open.contains_key(&(entry, step))
                {
                    let own = at_step(self.reach.expected.of_leaf(leaf), step);
                    first = Some((own, entry, step, None));
                }
            }
        }
        first
    }

    pub(super) fn entry_cost(&mut self, id: EntryId, step: u8) -> Option<(u64, Way)> {
        if !self.stage.table.is_at_hand(id, step) {
            return None;
        }
        if let Some(&open) = self.open.get(&(id, step)).and_then(|nodes| nodes.first()) {
            return Some((0, Way::Open(open)));
        }
        if let Some(&known) = self.costs.get(&(id, step)) {
            return known;
        }
        let reach = self.reach;
        let entry = reach.get(id);
        let beside = reach.at[entry.position.0 as usize].len();
        self.work
            .take(4 + entry.inline.len() + entry.jumps.len() + beside / 4);
        let objects = reach.expected.of_class(entry.position, entry.class);
        let objects = at_step(objects, step);
        let again = match self.is_known_before(entry, step) {
            true => objects.saturating_mul(AGAIN_COST),
            false => 0,
        };
        let mut best: Option<(u64, Way)> = None;
        let mut offer = |cost: Option<u64>, way| {
            if let Some(cost) = cost
                && best.is_none_or(|(least, _)| cost < least)
            {
                best = Some((cost, way));
            }
        };
        if entry.root && step == 1 && self.stage.requests.contains(entry.batch, step) {
            offer(Some(objects), Way::Root);
        }
        for (index, inline) in entry.inline.iter().enumerate() {
            let cost = match inline.requires {
                None => self.entry_cost(inline.parent, step).map(|(cost, _)| cost),
                Some(requires) => self.requires_cost(inline.parent, step, requires),
            };
            let own = objects.saturating_add(again);
            let cost = cost.map(|cost| cost.saturating_add(own));
            offer(cost, Way::Inline(index));
        }
        if self.stage.requests.contains(entry.batch, step) {
            for (index, jump) in entry.jumps.iter().enumerate() {
                let cost = self.jump_cost(jump, step);
                let own = objects.saturating_mul(JUMP_COST + name_cost(entry, jump));
                let cost = cost.map(|cost| cost.saturating_add(own));
                offer(cost, Way::Jump(index));
            }
        }
        self.costs.insert((id, step), best);
        best
    }

    /// Whether the objects of an entry are at hand before a step, and their keys lead to it.
    pub(super) fn is_known_before(&self, entry: &Entry, step: u8) -> bool {
        let here = self.reach.at[entry.position.0 as usize].iter();
        let (mut earlier, mut keyed) = (false, false);
        for &id in here {
            let other = self.reach.get(id);
            if other.class == entry.class {
                earlier |= (1..step).any(|step| self.stage.table.is_at_hand(id, step));
                keyed |= other.lane == entry.lane && !other.jumps.is_empty();
            }
        }
        earlier && keyed
    }

    /// What it adds to have the key of a jump.
    pub(super) fn jump_cost(&mut self, jump: &Jump, step: u8) -> Option<u64> {
        if !self.stage.table.has_key(self.reach, jump, step) {
            return None;
        }
        let mut cost = self.need_cost(jump.key, step)?;
        if let Some(typename) = jump.typename {
            cost = cost.saturating_add(self.leaf_cost(typename, step)?);
        }
        Some(cost)
    }

    pub(super) fn need_cost(&mut self, need: NeedId, step: u8) -> Option<u64> {
        let reach = self.reach;
        let mut cost: u64 = 0;
        for &leaf in reach.leaves_of(need) {
            cost = cost.saturating_add(self.leaf_cost(leaf, step)?);
        }
        Some(cost)
    }

    /// What it adds to jump to an entry with more than its key.
    pub(super) fn requires_cost(&mut self, id: EntryId, step: u8, requires: NeedId) -> Option<u64> {
        if self.reach.is_sent_with(id, requires) {
            let there = self.entry_cost(id, step)?.0;
            if !self.stage.table.has(self.reach, requires, step) {
                return None;
            }
            return Some(there.saturating_add(self.need_cost(requires, step)?));
        }
        if !self
            .stage
            .table
            .can_jump(self.reach, &self.stage.requests, id, step)
            || !self.stage.table.has(self.reach, requires, step)
        {
            return None;
        }
        let needed = self.need_cost(requires, step)?;
        if self.jump_node(id, step, requires).is_some() {
            return Some(needed);
        }
        let entry = self.reach.get(id);
        let objects = self.reach.expected.of_class(entry.position, entry.class);
        let own = at_step(objects, step).saturating_mul(JUMP_COST);
        let (cost, _) = self.cheapest_jump(id, step)?;
        Some(cost.saturating_add(needed).saturating_add(own))
    }

    pub(super) fn cheapest_jump(&mut self, id: EntryId, step: u8) -> Option<(u64, usize)> {
        let reach = self.reach;
        let entry = reach.get(id);
        let objects = reach.expected.of_class(entry.position, entry.class);
        let mut best: Option<(u64, usize)> = None;
        for (index, jump) in entry.jumps.iter().enumerate() {
            let Some(cost) = self.jump_cost(jump, step) else {
                continue;
            };
            let named = objects.saturating_mul(name_cost(entry, jump));
            let cost = cost.saturating_add(named);
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, index));
            }
        }
        best
    }

    /// A jump there is already, whose representation can take what is required too.
    pub(super) fn jump_node(&self, id: EntryId, step: u8, requires: NeedId) -> Option<NodeId> {
        let more = &self.reach.need_of(requires).fields;
        let nodes = self.open.get(&(id, step))?;
        self.work.take(nodes.len());
        nodes
            .iter()
            .copied()
            .find(|&node| match &self.get(node).origin {
                Origin::Jump { fields, .. } => mergeable(fields, more),
                _ => false,
            })
    }
}

/// What it adds, per object, to send the name of an interface that the subgraph itself has as one. An object is asked for by its own type
/// wherever that is known: not every subgraph resolves references to an interface, and keys of two types can be equal.
fn name_cost(entry: &Entry, jump: &Jump) -> u64 {
    match jump.as_interface.is_some() && entry.lane.via.is_none() {
        true => INTERFACE_NAME_COST,
        false => 0,
    }
}
