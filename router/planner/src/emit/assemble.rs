//! Makes the fetches of a plan out of an assignment.

mod entities;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast::{OperationType, Type};
use federation::{SubgraphId, Supergraph};
use indexmap::IndexSet;

use crate::emit::divide::{Division, Side, Solution};
use crate::emit::hoist::hoist;
use crate::emit::print;
use crate::emit::select::{Known, Selector};
use crate::emit::twins::Meanings;
use crate::emit::variables::ClientVariables;
use crate::error::PlanError;
use crate::graph::{Graph, TypeId};
use crate::operation::condition::{Cond, Conditions};
use crate::operation::ids::PositionId;
use crate::operation::tree::Tree;
use crate::plan::{ConditionId, ContextVariable, Fetch, FetchId, FetchTarget, PathElement};
use crate::search::assign::{Assignment, Node, NodeId, Origin};
use crate::search::entries::Reach;
use crate::search::ids::BatchId;
use crate::search::steps::Requests;

/// The conditions that the plan names, each once.
#[derive(Default)]
pub(crate) struct UsedConditions {
    all: IndexSet<Cond>,
}

impl UsedConditions {
    /// The index of a condition in the plan.
    pub(crate) fn id(&mut self, cond: Cond) -> Option<ConditionId> {
        if cond == Cond::TRUE {
            return None;
        }
        let (index, _) = self.all.insert_full(cond);
        u32::try_from(index).ok().map(ConditionId)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Cond> {
        self.all.iter().copied()
    }
}

/// A request: its step, what shares it, the position of the root objects that it is about (none when it is about entities), and which items of
/// streamed lists it is for.
type RequestKey = (u8, BatchId, Option<PositionId>, Side);

/// Everything that fetches are made of.
pub(crate) struct Assembler<'a, 'g> {
    pub(crate) supergraph: &'a Supergraph,
    pub(crate) operation_type: OperationType,
    pub(crate) variables: &'a ClientVariables<'a>,
    pub(crate) tree: &'a Tree<'g>,
    pub(crate) reach: &'a Reach,
    pub(crate) assignment: &'a Assignment<'a>,
    /// What the initial response waits for.
    pub(crate) initial: &'a Requests,
    /// What is wanted, and which request brings it.
    pub(crate) solution: &'a Solution<'a, 'g>,
    /// The streamed lists.
    pub(crate) division: &'a Division,
    /// The variable and the type of each context of `reach`.
    pub(crate) contexts: Vec<(Name, Type)>,
    /// The names of those.
    pub(crate) context_names: Vec<Name>,
    /// The leaves that representations are made of.
    pub(crate) sent: Vec<bool>,
    pub(crate) meanings: OnceCell<Meanings>,
}

/// The fetches that bring what is delivered later.
#[derive(Default)]
pub(crate) struct Brought {
    /// Of each deferred fragment.
    pub(crate) fragments: Vec<Vec<FetchId>>,
    /// Those for the later items of each streamed list.
    pub(crate) lists: Vec<Vec<FetchId>>,
    /// Of deferred fragments in the later items of lists, in the order of [`Division::fragments_inside`].
    pub(crate) in_later_items: Vec<Vec<FetchId>>,
}

/// One `_entities` field in the making.
pub(crate) struct Group {
    pub(crate) position: PositionId,
    pub(crate) as_interface: Option<TypeId>,
    pub(crate) nodes: Vec<NodeId>,
}

impl Assembler<'_, '_> {
    /// Appends the fetches. Those that depend on nothing wait for `barrier`. Gives those that bring what is delivered later.
    ///
    /// # Errors
    ///
    /// When a condition grows over its bound.
    pub(crate) fn fetches(
        &self,
        conditions: &mut Conditions<'_>,
        used: &mut UsedConditions,
        barrier: &[FetchId],
        fetches: &mut Vec<Fetch>,
    ) -> Result<Brought, PlanError> {
        let requests = self.requests();
        let ids: BTreeMap<RequestKey, FetchId> = requests
            .keys()
            .zip(fetches.len()..)
            .map(|(&request, index)| (request, FetchId(u32::try_from(index).unwrap_or(u32::MAX))))
            .collect();
        for (&(step, batch, root, side), nodes) in &requests {
            let Some(&first) = nodes.first() else {
                continue;
            };
            let subgraph = self.reach.get(self.node(first).entry).lane.subgraph;
            let mut depends_on: Vec<FetchId> = Vec::new();
            for &node in nodes {
                self.dependencies(node, side, &ids, &mut depends_on);
            }
            if depends_on.is_empty() {
                depends_on.extend_from_slice(barrier);
            }
            depends_on.sort_unstable();
            depends_on.dedup();
            let mut fetch = match root {
                Some(position) => {
                    let objects = (position, side, nodes.as_slice());
                    self.root(subgraph, objects, conditions, used, depends_on)?
                }
                None => self.entities(subgraph, (side, nodes), conditions, used, depends_on)?,
            };
            fetch.deferred = side.is_some() || !self.initial.contains(batch, step);
            let slow = self.reach.slow_of(batch);
            fetch.slow = slow.and_then(|slow| self.graph().slow.get(usize::from(slow)).cloned());
            fetches.push(fetch);
        }
        Ok(self.brought(&ids))
    }

    /// The fetches that bring what is delivered later.
    fn brought(&self, ids: &BTreeMap<RequestKey, FetchId>) -> Brought {
        let bring = |leaves: &mut dyn Iterator<Item = usize>, side: Side| {
            let served = leaves.filter_map(|leaf| self.assignment.served[leaf]);
            let requests = served.map(|node| self.request_of(node, side));
            let mut bring: Vec<FetchId> = requests.filter_map(|r| ids.get(&r).copied()).collect();
            bring.sort_unstable();
            bring.dedup();
            bring
        };
        let (solution, division) = (self.solution, self.division);
        let fragments = solution.deferred.iter();
        let lists = division.lists().map(|(list, ..)| {
            let wanted = solution.wanted(division.enclosing_part(self.tree, list));
            let side = Some(list);
            // What is not asked for apart is there with the first items.
            let asked_later = |&leaf: &usize| {
                let server = self.assignment.served[leaf];
                server.is_some_and(|server| self.request_of(server, side).3 == side)
            };
            let mut leaves = division
                .leaves_inside(solution, wanted, list)
                .filter(asked_later);
            bring(&mut leaves, side)
        });
        let in_later_items = division
            .fragments_inside(self.tree)
            .map(|(part, list)| bring(&mut solution.wanted(part).iter().copied(), Some(list)));
        Brought {
            fragments: fragments
                .map(|leaves| bring(&mut leaves.iter().copied(), None))
                .collect(),
            lists: lists.collect(),
            in_later_items: in_later_items.collect(),
        }
    }

    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.assignment.nodes[id.0 as usize]
    }

    fn requests(&self) -> BTreeMap<RequestKey, Vec<NodeId>> {
        let mut requests: BTreeMap<RequestKey, Vec<NodeId>> = BTreeMap::new();
        for (node, index) in self.assignment.nodes.iter().zip(0..) {
            if !matches!(node.origin, Origin::Inline(_)) {
                let id = NodeId(index);
                let position = self.reach.get(node.entry).position;
                let later = self.division.around(position).map(Some);
                for side in std::iter::once(None).chain(later) {
                    let request = self.request_of(id, side);
                    requests.entry(request).or_default().push(id);
                }
            }
        }
        requests
    }

    /// The request that brings what a node selects, for objects on that side of a list.
    fn request_of(&self, id: NodeId, side: Side) -> RequestKey {
        let node = self.solution.asked(id);
        let entry = self.reach.get(node.entry);
        let root = match &node.origin {
            Origin::Jump { jump, .. } => jump.root.map(|_| entry.position),
            Origin::Root | Origin::Inline(_) => Some(entry.position),
        };
        let side = self.division.side_at(entry.position, side);
        (node.step, entry.batch, root, side)
    }

    fn dependencies(
        &self,
        node: NodeId,
        side: Side,
        ids: &BTreeMap<RequestKey, FetchId>,
        found: &mut Vec<FetchId>,
    ) {
        let Origin::Jump { needs, .. } = &self.node(node).origin else {
            return;
        };
        self.tree.work.take(8 * (1 + needs.len()));
        let served = needs
            .iter()
            .filter_map(|&leaf| self.assignment.served[leaf]);
        for server in served.chain(self.chooser(node)) {
            found.extend(ids.get(&self.request_of(server, side)));
        }
    }

    pub(crate) fn selector(&self, subgraph: SubgraphId) -> Selector<'_, '_> {
        Selector {
            tree: self.tree,
            reach: self.reach,
            assignment: self.assignment,
            subgraph,
            contexts: &self.context_names,
            sent: &self.sent,
        }
    }

    /// An operation on root objects, at the root or below it.
    fn root(
        &self,
        subgraph: SubgraphId,
        (position, side, nodes): (PositionId, Side, &[NodeId]),
        conditions: &mut Conditions<'_>,
        used: &mut UsedConditions,
        depends_on: Vec<FetchId>,
    ) -> Result<Fetch, PlanError> {
        let below = nodes
            .iter()
            .find_map(|&node| match &self.node(node).origin {
                Origin::Jump { jump, .. } => jump.root,
                _ => None,
            });
        let operation_type = below.unwrap_or(self.operation_type);
        let ty = self.tree.position(position).ty;
        let mut selections = self.selector(subgraph).nodes(nodes, Known::Type(ty));
        let cond = hoist(&mut selections, conditions)?;
        self.tree.work.check()?;
        let printed = print::root(self.variables, conditions, operation_type, &selections);
        self.tree.work.check()?;
        Ok(Fetch {
            subgraph,
            subgraph_name: self.name(subgraph),
            depends_on,
            condition: used.id(cond),
            deferred: false,
            slow: None,
            operation: Arc::from(printed.text),
            operation_type,
            variables: printed.variables,
            target: match below {
                None => FetchTarget::Root,
                Some(_) => FetchTarget::RootAt(vec![self.path(position, side)]),
            },
            repeated: None,
        })
    }

    fn name(&self, subgraph: SubgraphId) -> Arc<str> {
        let known = self.supergraph.subgraph(subgraph);
        known.map_or_else(|| Arc::from(""), |known| Arc::clone(&known.name))
    }

    fn context_variables(&self, named: &[usize]) -> Vec<ContextVariable> {
        let contexts = named.iter().filter_map(|&index| {
            let context = self.reach.contexts.iter().nth(index)?;
            Some((context, self.context_names.get(index)?))
        });
        contexts
            .map(|(context, variable)| ContextVariable {
                variable: variable.clone(),
                ty: context.ty.clone(),
                depth: self.path(context.position, None).len(),
                fields: context.fields.clone(),
            })
            .collect()
    }

    pub(crate) fn graph(&self) -> &Graph {
        self.tree.graph
    }

    /// The way to the objects at a position that are on that side.
    fn path(&self, position: PositionId, side: Side) -> Vec<PathElement> {
        let mut path = Vec::new();
        let mut at = self.tree.position(position).parent;
        let mut beyond = false;
        while let Some(parent) = at {
            let selected = self.tree.get(parent);
            let key = selected.data_key.clone();
            path.push(match self.division.step(parent, side, &mut beyond) {
                Some((part, items)) => PathElement::Streamed { key, part, items },
                None => PathElement::Key(key),
            });
            at = self.tree.position(selected.position).parent;
        }
        path.reverse();
        path
    }
}
