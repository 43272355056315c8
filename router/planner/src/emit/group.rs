//! The jumps of a request that share one `_entities` field.

use apollo_compiler::Name;
use federation::SubgraphId;
use rustc_hash::FxHashMap;

use crate::emit::assemble::{Assembler, Group};
use crate::emit::select::Known;
use crate::emit::selection::Selection;
use crate::graph::TypeId;
use crate::operation::ids::PositionId;
use crate::search::assign::{NodeId, Origin};

impl Assembler<'_, '_> {
    /// The jumps that share one `_entities` field: of one position, one for each class of objects.
    pub(crate) fn groups(&self, jumps: &[NodeId]) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        let mut at: FxHashMap<(PositionId, Option<TypeId>), Vec<usize>> = FxHashMap::default();
        for &id in jumps {
            let node = self.node(id);
            let entry = self.reach.get(node.entry);
            let Origin::Jump { jump, .. } = &node.origin else {
                continue;
            };
            let here = at.entry((entry.position, jump.as_interface)).or_default();
            let fits = here.iter().copied().find(|&index| {
                let nodes = &groups[index].nodes;
                self.tree.work.take(nodes.len());
                let via = entry.lane.via.is_some();
                nodes.iter().all(|&other| {
                    self.node(other).entry != node.entry && (!via || self.sends_the_same(id, other))
                })
            });
            match fits {
                Some(index) => groups[index].nodes.push(id),
                None => {
                    here.push(groups.len());
                    groups.push(Group {
                        position: entry.position,
                        as_interface: jump.as_interface,
                        nodes: vec![id],
                    });
                }
            }
        }
        groups
    }

    /// Whether the representations of two jumps have the same fields. An `@interfaceObject` is asked the same of all its objects: those of
    /// which less is sent cannot be asked with the others.
    fn sends_the_same(&self, one: NodeId, other: NodeId) -> bool {
        let names = |id: NodeId| {
            let fields = match &self.node(id).origin {
                Origin::Jump { fields, .. } => &**fields,
                _ => &[],
            };
            let mut names: Vec<&Name> = fields.iter().map(|field| &field.name).collect();
            names.sort();
            names.dedup();
            names
        };
        names(one) == names(other)
    }

    pub(crate) fn group_selection(&self, subgraph: SubgraphId, group: &Group) -> Vec<Selection> {
        let selector = self.selector(subgraph);
        match group.as_interface {
            None => selector.nodes(&group.nodes, Known::Entity),
            Some(interface) => vec![Selection::Fragment {
                on: self.graph().ty(interface).name.clone(),
                below: selector.nodes(&group.nodes, Known::Type(interface)),
            }],
        }
    }
}
