//! Slow fields, and what would wait for them without need.
//!
//! `{ slow bar { other } }`: where `slow` and `bar` come from one subgraph and `other` needs no more than the key of `bar`, one request for
//! both makes `other` wait for `slow`. So a plan is made as though no field were slow. Where a later request needs something beside a slow
//! field, and not the field itself or what is below it, all is planned again with the field *apart*: only entries of its own resolve it, which
//! are entered at the root or by an entity fetch and share no request with others.

use std::sync::Arc;

use apollo_compiler::ast::OperationType;
use federation::Supergraph;
use rustc_hash::FxHashMap;

use crate::assign::{Assignment, NodeId, Origin};
use crate::graph::{Graph, Lane};
use crate::needs::Leaf;
use crate::reach::{BatchId, Reach};
use crate::tree::{PositionId, Tree, UseId};

/// A field that takes long in one subgraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlowField {
    /// The name of the subgraph.
    pub subgraph: Arc<str>,
    /// A [schema coordinate](https://spec.graphql.org/September2025/#sec-Schema-Coordinates), `Type.field`. That of an interface is for all
    /// types that implement it.
    pub coordinate: Arc<str>,
}

impl Graph {
    /// Marks the fields that are slow. Those of mutations and subscriptions stay as they are: their root fields cannot be asked apart.
    pub(crate) fn mark_slow(&mut self, supergraph: &Supergraph, slow: &[SlowField]) {
        for field in slow {
            if !self.mark(supergraph, field) {
                self.not_slow.push(field.clone());
            }
        }
    }

    fn mark(&mut self, supergraph: &Supergraph, slow: &SlowField) -> bool {
        let subgraph = supergraph
            .subgraphs()
            .iter()
            .zip(0..)
            .find(|(known, _)| *known.name == *slow.subgraph);
        let (Some((_, subgraph)), Some((ty, name))) = (subgraph, slow.coordinate.split_once('.'))
        else {
            return false;
        };
        let subgraph = federation::SubgraphId(subgraph);
        let Some(ty) = self.id(ty) else { return false };
        let known = self.slow.iter().position(|known| *known == slow.coordinate);
        let index = known.unwrap_or(self.slow.len());
        let Ok(number) = u16::try_from(index) else {
            return false;
        };
        let mut any = false;
        let possible = Arc::clone(&self.ty(ty).all);
        for &ty in possible.iter().chain(&[ty]) {
            let Some(field) = self.types[ty.index()].fields.get_mut(name) else {
                continue;
            };
            let there = field
                .at
                .iter_mut()
                .filter(|at| at.lane.subgraph == subgraph);
            for at in there.filter(|at| at.resolvable) {
                at.slow = Some(number);
                any = true;
            }
        }
        if any && known.is_none() {
            self.slow.push(Arc::clone(&slow.coordinate));
        }
        any
    }
}

/// The number of a slow field among those that are apart, from 1; 0 for what is not apart.
pub(crate) type Apart = u16;

impl Reach {
    /// The number by which a use is asked apart in a lane, if it is.
    pub(crate) fn apart(&self, tree: &Tree<'_>, used: UseId, lane: Lane) -> Apart {
        // Those with effects stay together.
        if self.apart.is_empty() || self.pins.of(used).is_some() {
            return 0;
        }
        let slow = tree.field(used).at(lane).and_then(|at| at.slow);
        let number = slow.and_then(|slow| self.apart.iter().position(|known| *known == slow));
        number.map_or(0, |index| u16::try_from(index + 1).unwrap_or(0))
    }

    /// The numbers that are asked apart in a lane of the objects at a position.
    pub(crate) fn apart_at(&self, tree: &Tree<'_>, position: PositionId, lane: Lane) -> Vec<Apart> {
        if self.apart.is_empty() {
            return Vec::new();
        }
        let uses = tree.position(position).uses.iter();
        let mut found: Vec<Apart> = uses.map(|&used| self.apart(tree, used, lane)).collect();
        found.retain(|&apart| apart != 0);
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl Reach {
    /// The number of the nearest field above a position that is asked apart: what is below it shares no request with what need not wait
    /// for it.
    pub(crate) fn apart_above(&self, tree: &Tree<'_>, mut position: PositionId) -> Apart {
        if self.apart.is_empty() {
            return 0;
        }
        while let Some(used) = tree.position(position).parent {
            position = tree.get(used).position;
            let entries = self.at[position.0 as usize].iter();
            let mut entries = entries.map(|&id| self.get(id)).filter(|entry| entry.fenced);
            let own = entries.find(|entry| self.apart(tree, used, entry.lane) == entry.apart);
            if let Some(entry) = own {
                return entry.apart;
            }
        }
        0
    }
}

/// A request, as the assembler tells requests apart.
type RequestKey = (u8, BatchId, Option<PositionId>);

/// The slow fields that hold up requests which need neither them nor what is below them.
pub(crate) fn holding_up(
    tree: &Tree<'_>,
    reach: &Reach,
    assignment: &Assignment<'_>,
    operation: OperationType,
) -> Vec<u16> {
    if tree.graph.slow.is_empty() {
        return Vec::new();
    }
    let mut asked: FxHashMap<RequestKey, Vec<(u16, UseId)>> = FxHashMap::default();
    for (node, index) in assignment.nodes.iter().zip(0..) {
        let entry = reach.get(node.entry);
        let leaves = node
            .leaves
            .iter()
            .filter_map(|&leaf| match reach.leaves[leaf] {
                Leaf::Field(used, _) => Some(used),
                Leaf::Typename(..) | Leaf::Presence(..) => None,
            });
        for used in leaves.chain(node.children.iter().map(|(used, _)| *used)) {
            let slow = tree.field(used).at(entry.lane).and_then(|at| at.slow);
            let is_root = tree.position(entry.position).parent.is_none();
            let is_fixed =
                is_root && operation != OperationType::Query || reach.pins.of(used).is_some();
            let (Some(slow), false) = (slow, is_fixed) else {
                continue;
            };
            let request = request_of(reach, assignment, NodeId(index));
            asked.entry(request).or_default().push((slow, used));
        }
    }
    let mut found = Vec::new();
    if asked.is_empty() {
        return found;
    }
    for node in &assignment.nodes {
        let Origin::Jump { needs, .. } = &node.origin else {
            continue;
        };
        for &leaf in needs {
            let Some(server) = assignment.served[leaf] else {
                continue;
            };
            let request = request_of(reach, assignment, server);
            for &(slow, used) in asked.get(&request).into_iter().flatten() {
                if !found.contains(&slow) && !is_below(tree, reach.leaves[leaf], used) {
                    found.push(slow);
                }
            }
        }
    }
    found
}

/// Whether a leaf is a use or lies below it.
fn is_below(tree: &Tree<'_>, leaf: Leaf, above: UseId) -> bool {
    let mut position = match leaf {
        Leaf::Field(used, _) if used == above => return true,
        Leaf::Field(used, _) => tree.get(used).position,
        Leaf::Typename(position, _) | Leaf::Presence(position, _) => position,
    };
    while let Some(parent) = tree.position(position).parent {
        if parent == above {
            return true;
        }
        position = tree.get(parent).position;
    }
    false
}

fn request_of(reach: &Reach, assignment: &Assignment<'_>, mut id: NodeId) -> RequestKey {
    loop {
        let node = &assignment.nodes[id.0 as usize];
        let entry = reach.get(node.entry);
        let root = match &node.origin {
            Origin::Inline(parent) => {
                id = *parent;
                continue;
            }
            Origin::Root => Some(entry.position),
            Origin::Jump { jump, .. } => jump.root.map(|_| entry.position),
        };
        return (node.step, entry.batch, root);
    }
}
