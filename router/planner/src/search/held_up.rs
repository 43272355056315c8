//! Slow fields, and what would wait for them without need.
//!
//! `{ slow bar { other } }`: where `slow` and `bar` come from one subgraph and `other` needs no more than the key of `bar`, one request for
//! both makes `other` wait for `slow`. So a plan is made as though no field were slow. Where a later request needs something beside a slow
//! field, and not the field itself or what is below it, all is planned again with the field *apart*: only entries of its own resolve it, which
//! are entered at the root or by an entity fetch and share no request with others.

use apollo_compiler::ast::OperationType;
use rustc_hash::FxHashMap;

use crate::operation::ids::{PositionId, UseId};
use crate::operation::tree::Tree;
use crate::search::assign::{Assignment, NodeId, Origin};
use crate::search::entries::Reach;
use crate::search::ids::{BatchId, Leaf};

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
