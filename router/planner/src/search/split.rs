//! Objects of one field whose types no single subgraph can answer for.
//!
//! Several subgraphs may resolve a field of an abstract type, and each of them mark as `@external` what it only knows of some of the
//! types. An object is then the business of one of them: what another says about its type cannot be put together with that. Where each
//! has such a type among those that are selected of, there is no path to the field, as in Apollo's query planner.

use crate::operation::ids::{PositionId, UseId};
use crate::operation::tree::Tree;
use crate::search::entries::Reach;
use crate::search::ids::{EntryId, Leaf};

/// A wanted field that no subgraph can bring for all objects of a position.
pub(crate) fn unanswerable(tree: &Tree<'_>, reach: &Reach) -> Option<Leaf> {
    let ids = (0..).map(PositionId).zip(&tree.positions);
    ids.filter(|(_, position)| position.hidden_depth == 0 && position.shadow.is_none())
        .filter(|(_, position)| position.classes.len() > 1)
        .find_map(|(id, position)| {
            let sources: Vec<EntryId> = reach.at[id.0 as usize]
                .iter()
                .copied()
                .filter(|&entry| !reach.get(entry).inline.is_empty())
                .collect();
            let mut subgraphs: Vec<_> = sources.iter().map(|&e| reach.get(e).lane).collect();
            subgraphs.sort_unstable();
            subgraphs.dedup();
            if subgraphs.len() < 2 {
                return None;
            }
            tree.work.take(sources.len() * position.uses.len());
            let mut lost = None;
            for lane in subgraphs {
                let mut from_here = sources.iter().filter(|&&e| reach.get(e).lane == lane);
                let missing = from_here.find_map(|&entry| {
                    let mut uses = position.uses.iter();
                    uses.find_map(|&used| missing(tree, reach, entry, used))
                });
                // All that is selected can be obtained from this one.
                lost = Some(missing?);
            }
            lost
        })
}

/// A field that an entry does not resolve, though its subgraph has it, and from which no key leads to one that does.
fn missing(tree: &Tree<'_>, reach: &Reach, id: EntryId, used: UseId) -> Option<Leaf> {
    let (entry, selected) = (reach.get(id), tree.get(used));
    let class = &tree.position(entry.position).classes[usize::from(entry.class)];
    let concerned = class.iter().any(|ty| selected.on.binary_search(ty).is_ok());
    if entry.vacuous || selected.hidden || !concerned || !tree.is_leaf(used) {
        return None;
    }
    let is_external = tree
        .field(used)
        .at(entry.lane)
        .is_some_and(|at| !at.resolvable);
    let leaf = Leaf::Field(used, entry.class);
    let wanted = reach.known(leaf)?;
    let resolves = |id: EntryId| reach.get(id).leaves.iter().any(|(l, _)| *l == wanted);
    if !is_external || resolves(id) {
        return None;
    }
    // Whatever keys lead to from here.
    let mut found = vec![id];
    loop {
        let has = |leaf: usize| {
            let elsewhere = match reach.leaves[leaf] {
                Leaf::Field(used, _) => tree.get(used).position != entry.position,
                Leaf::Typename(..) | Leaf::Presence(..) => true,
            };
            let mut entries = found.iter();
            elsewhere || entries.any(|&e| reach.get(e).leaves.iter().any(|(l, _)| *l == leaf))
        };
        let next = reach.at[entry.position.0 as usize].iter().find(|&&other| {
            let there = reach.get(other);
            there.class == entry.class
                && !found.contains(&other)
                && there
                    .jumps
                    .iter()
                    .any(|jump| reach.leaves_of(jump.key).iter().all(|&leaf| has(leaf)))
        });
        match next {
            Some(&next) if resolves(next) => return None,
            Some(&next) => found.push(next),
            None => return Some(leaf),
        }
    }
}
