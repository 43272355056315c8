//! The representations by which the objects of an entity fetch are asked for.

use std::sync::Arc;

use apollo_compiler::Name;

use crate::emit::assemble::{Assembler, Group};
use crate::graph::TypeId;
use crate::operation::condition::Cond;
use crate::operation::tree::Tree;
use crate::plan::Representation;
use crate::search::assign::{Node, NodeId, Origin};
use crate::search::ids::Leaf;

impl Assembler<'_, '_> {
    pub(crate) fn representations(&self, group: &Group) -> Vec<Representation> {
        let position = self.tree.position(group.position);
        let static_type = self.graph().ty(position.ty);
        let mut representations: Vec<Representation> = Vec::new();
        for &id in &group.nodes {
            let node = self.node(id);
            let Origin::Jump { jump, fields, .. } = &node.origin else {
                continue;
            };
            let class = &position.classes[usize::from(self.reach.get(node.entry).class)];
            let beside = representations.len();
            self.tree.work.take(8 + fields.len() + class.len() + beside);
            let typename = match jump.as_interface {
                Some(interface) => Some(self.graph().ty(interface).name.clone()),
                None => static_type.is_object().then(|| static_type.name.clone()),
            };
            let on: Arc<[Name]> = if jump.typename.is_none() && self.chooser(id).is_none() {
                Arc::from([])
            } else {
                self.tree.names(&self.concerned(node, class))
            };
            // Where the type of an object chooses the representation, or does not matter, it need not choose the fields again.
            let all = match on.is_empty() {
                true => self.tree.names(class),
                false => Arc::clone(&on),
            };
            let mut fields = fields.clone();
            for field in &mut fields {
                let whole = |of: &Arc<[Name]>| all.iter().all(|name| of.contains(name));
                if field.on.as_ref().is_some_and(whole) {
                    field.on = None;
                }
            }
            let twin = representations
                .iter_mut()
                .find(|known| known.typename == typename && known.fields == fields);
            match twin {
                Some(known) => {
                    let mut names: Vec<Name> = known.on.iter().chain(on.iter()).cloned().collect();
                    names.sort();
                    names.dedup();
                    known.on = Arc::from(names);
                }
                None => representations.push(Representation {
                    on,
                    typename,
                    fields,
                }),
            }
        }
        representations
    }

    /// The types of a class that something is selected of.
    pub(crate) fn concerned(&self, node: &Node, class: &[TypeId]) -> Vec<TypeId> {
        let mut types = Vec::new();
        self.tree
            .work
            .take(node.leaves.len() + node.children.len() + class.len());
        for &leaf in &node.leaves {
            match self.assignment.leaf(leaf) {
                Leaf::Typename(..) | Leaf::Presence(..) => types.extend(class),
                Leaf::Field(used, _) => types.extend(Tree::common(&self.tree.get(used).on, class)),
            }
        }
        for &(used, _) in &node.children {
            types.extend(Tree::common(&self.tree.get(used).on, class));
        }
        types.sort_unstable();
        types.dedup();
        types
    }

    /// Who brings the `__typename` that spares some objects a jump which could do without it.
    pub(crate) fn chooser(&self, jump: NodeId) -> Option<NodeId> {
        let node = self.node(jump);
        let entry = self.reach.get(node.entry);
        let position = self.tree.position(entry.position);
        let class = &position.classes[usize::from(entry.class)];
        if self.concerned(node, class).len() == position.types.len() {
            return None;
        }
        let leaf = self.reach.known(Leaf::Typename(
            self.tree.origin(entry.position),
            entry.class,
        ))?;
        // One that the client does not always want is not always there.
        if self
            .tree
            .position(self.tree.origin(entry.position))
            .typename_cond
            != Cond::TRUE
            && !self.sent[leaf]
        {
            return None;
        }
        let server = self.assignment.served[leaf]?;
        (self.node(server).step < node.step).then_some(server)
    }
}
