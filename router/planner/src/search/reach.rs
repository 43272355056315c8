//! Where every object can be at hand, and when: the shortest paths of the search.
//!
//! An *entry* is a class of objects at a position, at hand in a lane. It is had inline, from an entry of the parent whose
//! lane resolves the field (same request), or by a jump: an entity fetch that needs its key one step earlier. This is an AND-OR
//! graph in which an AND costs the maximum of its parts, so that going through it step by step gives, for every entry and every
//! value, the earliest step that brings it (Knuth, *A generalization of Dijkstra's algorithm*, 1977).

use std::sync::Arc;

use apollo_compiler::ast::OperationType;

use crate::error::PlanError;
use crate::graph::{FieldAt, Lane};
use crate::operation::ids::{PositionId, UseId};
use crate::operation::provides::NOTHING;
use crate::operation::tree::Tree;
use crate::search::entries::{Inline, Jump, Pins, Reach, Seat};
use crate::search::ids::{EntryId, Leaf};

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
            at: Vec::with_capacity(tree.positions.len()),
            entries: Vec::with_capacity(4 * tree.positions.len()),
            leaves: Vec::with_capacity(2 * tree.uses.len()),
            ..Self::default()
        };
        reach.seats.reserve(4 * tree.positions.len());
        reach.leaf_ids.reserve(2 * tree.uses.len());
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
                        // What cannot be obtained apart, the root of a mutation, is asked with the rest.
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
                let seats = (0..classes).map(|class| seat(class, lane));
                self.below_nothing(tree, seats, inline);
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

    /// The entries below one that has no objects: they have none either.
    fn below_nothing(
        &mut self,
        tree: &Tree<'_>,
        seats: impl Iterator<Item = Seat>,
        inline: Inline,
    ) {
        for seat in seats {
            let seat = Seat {
                vacuous: true,
                ..seat
            };
            let child = self.entry(tree, seat);
            self.entries[child.0 as usize].inline.push(inline);
        }
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
                    let entry = &mut self.entries[entry_id.0 as usize];
                    entry.leaves.push((leaf, requires));
                    entry.demanding |= requires.is_some();
                }
            }
        }
        Ok(())
    }
}
