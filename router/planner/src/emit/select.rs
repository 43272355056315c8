//! The selection set that a request makes of some objects, in the types of its subgraph.

use apollo_compiler::ast::Value;
use apollo_compiler::{Name, Node as ApolloNode, name};
use federation::SubgraphId;

use super::merge::merge;
use super::selection::Selection;
use crate::graph::{Graph, TypeId};
use crate::operation::condition::Cond;
use crate::operation::ids::{PositionId, UseId};
use crate::operation::tree::Tree;
use crate::search::assign::{Assignment, NodeId, Origin};
use crate::search::entries::Reach;
use crate::search::ids::{Leaf, NeedId};
use crate::search::needs::NeedArgument;

/// What the objects are known to be.
#[derive(Clone, Copy)]
pub(crate) enum Known {
    /// This type of the subgraph.
    Type(TypeId),
    /// Only that they are entities.
    Entity,
}

/// A field to be selected, for some types.
struct Item {
    used: UseId,
    types: Vec<TypeId>,
    /// The objects below, where they are chosen one by one.
    below: Vec<NodeId>,
    /// The arguments that are filled in.
    filled_in: Vec<NeedArgument>,
}

/// What a field of a selection set takes, in units of work: it is compared with others, printed, and sent. That is an eighth of it; what counts is that it is held, in
/// some 400 bytes, so that a plan of which all work goes into that takes 16 MiB by default.
const FIELD: usize = 512;

pub(crate) struct Selector<'a, 'g> {
    pub(crate) tree: &'a Tree<'g>,
    pub(crate) reach: &'a Reach,
    pub(crate) assignment: &'a Assignment<'a>,
    pub(crate) subgraph: SubgraphId,
    /// The variable of each context.
    pub(crate) contexts: &'a [Name],
    /// The leaves that representations are made of.
    pub(crate) sent: &'a [bool],
}

impl Selector<'_, '_> {
    /// What is selected of the objects of some nodes, which are of one position and one request.
    pub(crate) fn nodes(&self, nodes: &[NodeId], known: Known) -> Vec<Selection> {
        let Some(first) = nodes.first() else {
            return Vec::new();
        };
        if self.is_over() {
            return vec![Selection::Typename];
        }
        let entry = |node: &NodeId| self.reach.get(self.assignment.nodes[node.0 as usize].entry);
        let position = self.tree.position(entry(first).position);
        let one_type = self.tree.graph.ty(position.ty).is_object();
        let mut typename: Option<Cond> = self.told_here(*first).then_some(position.typename_cond);
        let mut items: Vec<Item> = Vec::new();
        let mut present: Vec<TypeId> = Vec::new();
        for id in nodes {
            let node = &self.assignment.nodes[id.0 as usize];
            let entry = entry(id);
            let class = &position.classes[usize::from(entry.class)];
            if !entry.vacuous {
                present.extend(class.iter().copied());
            }
            for &leaf in &node.leaves {
                match self.assignment.leaf(leaf) {
                    // What is known to be an object of one type needs none, unless nothing else is selected.
                    Leaf::Typename(..) if entry.lane.via.is_none() && !one_type => {
                        // The client may want it under a condition; representations always need it.
                        let cond = match self.sent[leaf] {
                            true => Cond::TRUE,
                            false => position.typename_cond,
                        };
                        typename = typename.map_or(Some(cond), |known| match known == cond {
                            true => Some(cond),
                            false => Some(Cond::TRUE),
                        });
                    }
                    Leaf::Typename(..) => {}
                    Leaf::Field(used, _) if !entry.vacuous => {
                        let found = || entry.leaves.iter().find(|(known, _)| *known == leaf);
                        let filled_in = self.filled_in(|| found()?.1);
                        self.add(&mut items, used, class, None, filled_in);
                    }
                    Leaf::Field(..) | Leaf::Presence(..) => {}
                }
            }
            for &(used, child) in &node.children {
                if !entry.vacuous {
                    let inline = &self
                        .reach
                        .get(self.assignment.nodes[child.0 as usize].entry)
                        .inline;
                    let found = || {
                        inline
                            .iter()
                            .find(|i| i.used == used && i.parent == node.entry)
                    };
                    let filled_in = self.filled_in(|| found()?.requires);
                    self.add(&mut items, used, class, Some(child), filled_in);
                }
            }
        }
        if let Known::Type(ty) = known {
            present = self.present(ty, &position.types);
        }
        present.sort_unstable();
        // In the order of the operation, hidden fields last.
        items.sort_by_key(|item| item.used);
        self.write(items, &present, known, typename)
    }

    /// Whether a request has to tell the types of the objects of a node, even where another one does: each answers a shared field for itself, and when one
    /// fails, the objects of the others can still be read.
    fn told_here(&self, id: NodeId) -> bool {
        let node = &self.assignment.nodes[id.0 as usize];
        let entry = self.reach.get(node.entry);
        let position = self.tree.position(entry.position);
        matches!(node.origin, Origin::Inline(_))
            && entry.lane.via.is_none()
            && position.wants_typename
            && !self.tree.graph.ty(position.ty).is_object()
    }

    /// All that is selected at a position and below, where a subgraph can resolve it all.
    fn closed(&self, id: PositionId, ty: TypeId) -> Vec<Selection> {
        if self.is_over() {
            return vec![Selection::Typename];
        }
        let position = self.tree.position(id);
        let present = self.present(ty, &position.types);
        let mut items = Vec::new();
        for &used in &position.uses {
            self.add(&mut items, used, &present, None, &[]);
        }
        items.retain(|item: &Item| !item.types.is_empty());
        let typename = position.wants_typename.then_some(Cond::TRUE);
        self.write(items, &present, Known::Type(ty), typename)
    }

    /// Whether there is no work left. What an interface is asked in the terms of its objects is asked once for each of them, at every level: the way down ends
    /// where the budget does, and who has asked for the selection set finds that it has.
    fn is_over(&self) -> bool {
        self.tree.work.left() == 0
    }

    /// The types of the API that a value of a type can have in the subgraph.
    fn present(&self, ty: TypeId, types: &[TypeId]) -> Vec<TypeId> {
        let there = self.tree.graph.there(ty, self.subgraph);
        there.map_or_else(Vec::new, |there| Tree::common(types, &there.possible))
    }

    /// The arguments that a need has filled in.
    fn filled_in(&self, need: impl FnOnce() -> Option<NeedId>) -> &[NeedArgument] {
        if self.contexts.is_empty() {
            return &[];
        }
        need().map_or(&[], |need| &self.reach.need_of(need).arguments)
    }

    fn add(
        &self,
        items: &mut Vec<Item>,
        used: UseId,
        types: &[TypeId],
        below: Option<NodeId>,
        filled_in: &[NeedArgument],
    ) {
        let selected = self.tree.get(used);
        let types = Tree::common(&selected.on, types);
        self.tree.work.take(1 + items.len() + types.len());
        let twin = items.iter_mut().find(|item| {
            let other = self.tree.get(item.used);
            item.filled_in == filled_in
                && (item.used == used
                    || (selected.sub.is_none()
                        && other.sub.is_none()
                        && other.data_key == selected.data_key
                        && other.directives == selected.directives
                        && other.cond == selected.cond))
        });
        match twin {
            Some(item) => {
                item.types.extend(types);
                item.types.sort_unstable();
                item.types.dedup();
                item.below.extend(below);
            }
            None => items.push(Item {
                used,
                types,
                below: below.into_iter().collect(),
                filled_in: filled_in.to_vec(),
            }),
        }
    }

    fn write(
        &self,
        items: Vec<Item>,
        present: &[TypeId],
        known: Known,
        typename: Option<Cond>,
    ) -> Vec<Selection> {
        let graph = self.tree.graph;
        let mut written = Vec::new();
        match typename {
            None => {}
            Some(Cond::TRUE) => written.push(Selection::Typename),
            Some(cond) => written.push(Selection::Field {
                key: name!("__typename"),
                name: name!("__typename"),
                arguments: Vec::new(),
                directives: Vec::new(),
                cond,
                below: Vec::new(),
            }),
        }
        let mut fragments: Vec<(Vec<TypeId>, Vec<Item>)> = Vec::new();
        let work = self.tree.work;
        for item in items {
            work.take(1 + fragments.len() + item.types.len() / 4 + written.len() / 4);
            let name = self.tree.get(item.used).name.clone();
            let whole = present
                .iter()
                .all(|ty| item.types.binary_search(ty).is_ok());
            if let Known::Type(ty) = known
                && (whole || graph.lane_of(ty, self.subgraph).via.is_some())
                && has_field(graph, ty, &name, self.subgraph)
            {
                merge(&mut written, self.field(&item, known));
                continue;
            }
            match fragments
                .iter_mut()
                .find(|(types, ..)| *types == item.types)
            {
                Some((_, items)) => items.push(item),
                None => fragments.push((item.types.clone(), vec![item])),
            }
        }
        for (types, items) in fragments {
            for on in self.conditions(&types, present, &items) {
                let on_name = &graph.ty(on).name;
                let known = written.iter().position(
                    |known| matches!(known, Selection::Fragment { on, .. } if on == on_name),
                );
                let index = known.unwrap_or_else(|| {
                    written.push(Selection::Fragment {
                        on: on_name.clone(),
                        below: Vec::with_capacity(items.len()),
                    });
                    written.len() - 1
                });
                for item in &items {
                    work.take(2 + items.len() / 8);
                    let field = self.field(item, Known::Type(on));
                    if let Selection::Fragment { below, .. } = &mut written[index] {
                        merge(below, field);
                    }
                }
            }
        }
        if written.is_empty() {
            written.push(anything(known, graph, self.subgraph));
        }
        written
    }

    fn field(&self, item: &Item, known: Known) -> Selection {
        let selected = self.tree.get(item.used);
        self.tree.work.take(FIELD + selected.units);
        let below = match (selected.sub, item.below.is_empty()) {
            (None, _) => Vec::new(),
            (Some(sub), true) => match self.target(item, known) {
                Some(ty) => self.closed(sub, ty),
                None => vec![Selection::Typename],
            },
            (Some(_), false) => match self.target(item, known) {
                Some(ty) => self.nodes(&item.below, Known::Type(ty)),
                None => vec![Selection::Typename],
            },
        };
        let mut arguments = selected.arguments.clone();
        for NeedArgument { name, context } in &item.filled_in {
            let variable = self.contexts[context.0 as usize].clone();
            arguments.push((name.clone(), ApolloNode::new(Value::Variable(variable))));
        }
        Selection::Field {
            key: selected.data_key.clone(),
            name: selected.name.clone(),
            arguments,
            directives: selected.directives.clone(),
            cond: selected.cond,
            below,
        }
    }

    /// The type of a field in this subgraph, where it is selected of what is known: that of an interface can be wider than those of
    /// the objects.
    fn target(&self, item: &Item, known: Known) -> Option<TypeId> {
        let graph = self.tree.graph;
        let (own, via) = match known {
            Known::Type(ty) => {
                let name = &self.tree.get(item.used).name;
                (graph.field(ty, name), graph.lane_of(ty, self.subgraph).via)
            }
            Known::Entity => (None, None),
        };
        let of_objects = self.tree.field(item.used);
        let here = own.into_iter().chain([of_objects]).find_map(|field| {
            let mut here = field.at.iter();
            here.find(|at| at.lane.subgraph == self.subgraph && at.lane.via == via)
        });
        graph.id(here?.ty.inner_named_type())
    }

    /// The type conditions under which exactly these types are met.
    fn conditions(&self, types: &[TypeId], present: &[TypeId], items: &[Item]) -> Vec<TypeId> {
        let graph = self.tree.graph;
        if types.len() > 1 {
            let exact = graph.abstract_types().iter().copied().find(|&id| {
                self.tree.work.take(1);
                graph.there(id, self.subgraph).is_some_and(|there| {
                    // Most of them are too small, which costs nothing to see.
                    if there.is_interface_object || there.possible.len() < types.len() {
                        return false;
                    }
                    self.tree.work.take(present.len());
                    Tree::common(present, &there.possible) == types
                }) && items.iter().all(|item| {
                    let name = &self.tree.get(item.used).name;
                    has_field(graph, id, name, self.subgraph)
                })
            });
            if let Some(exact) = exact {
                return vec![exact];
            }
        }
        types.to_vec()
    }
}

/// A selection set must not be empty. What an `@interfaceObject` calls itself must not pass for the `__typename` of the object.
fn anything(known: Known, graph: &Graph, subgraph: SubgraphId) -> Selection {
    match known {
        Known::Type(ty) if graph.lane_of(ty, subgraph).via.is_some() => Selection::Field {
            key: name!("_typename"),
            name: name!("__typename"),
            arguments: Vec::new(),
            directives: Vec::new(),
            cond: Cond::TRUE,
            below: Vec::new(),
        },
        _ => Selection::Typename,
    }
}

fn has_field(graph: &Graph, ty: TypeId, name: &Name, subgraph: SubgraphId) -> bool {
    graph.field(ty, name).is_some_and(|field| {
        field
            .at
            .iter()
            .any(|at| at.lane.subgraph == subgraph && at.lane.via.is_none())
    })
}
