//! Makes the fetches of a plan out of an assignment.

use std::collections::BTreeMap;
use std::sync::Arc;

use apollo_compiler::ast::{OperationType, Type};
use apollo_compiler::executable::Operation;
use apollo_compiler::{Name, name};
use federation::{SubgraphId, Supergraph};
use indexmap::IndexSet;

use crate::assign::{Assignment, Node, NodeId, Origin};
use crate::condition::{Cond, Conditions};
use crate::error::PlanError;
use crate::graph::{Graph, TypeId};
use crate::hoist::{hoist, hoist_entities};
use crate::plan::{
    ConditionId, ContextVariable, EntityFetch, Fetch, FetchId, FetchTarget, PathElement,
};
use crate::print::{self, Entities};
use crate::reach::{BatchId, Reach};
use crate::select::{Known, Selection, Selector};
use crate::steps::Requests;
use crate::tree::{PositionId, Tree};

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

/// A request: its step, what shares it, and the position of the root objects that it is about; none when it is about entities.
type RequestKey = (u8, BatchId, Option<PositionId>);

/// Everything that fetches are made of.
pub(crate) struct Assembler<'a, 'g> {
    pub(crate) supergraph: &'a Supergraph,
    pub(crate) client: &'a Operation,
    pub(crate) tree: &'a Tree<'g>,
    pub(crate) reach: &'a Reach,
    pub(crate) assignment: &'a Assignment<'a>,
    /// What the initial response waits for.
    pub(crate) initial: &'a Requests,
    /// For each deferred part, the leaves that are wanted.
    pub(crate) deferred: &'a [Vec<usize>],
    /// The variable and the type of each context of `reach`.
    pub(crate) contexts: Vec<(Name, Type)>,
    /// The names of those.
    pub(crate) context_names: Vec<Name>,
    /// The leaves that representations are made of.
    pub(crate) sent: Vec<bool>,
}

/// One `_entities` field in the making.
pub(crate) struct Group {
    pub(crate) position: PositionId,
    as_interface: Option<TypeId>,
    pub(crate) nodes: Vec<NodeId>,
}

/// One `_entities` field, and the positions it serves.
struct Part {
    entity: EntityFetch,
    selections: Vec<Selection>,
    positions: Vec<PositionId>,
}

impl Assembler<'_, '_> {
    /// Appends the fetches. Those that depend on nothing wait for `barrier`. Gives, for each deferred part, those that bring it.
    ///
    /// # Errors
    ///
    /// When a condition grows over its bound.
    pub(crate) fn fetches(
        &self,
        conditions: &mut Conditions,
        used: &mut UsedConditions,
        barrier: &[FetchId],
        fetches: &mut Vec<Fetch>,
    ) -> Result<Vec<Vec<FetchId>>, PlanError> {
        let requests = self.requests();
        let ids: BTreeMap<RequestKey, FetchId> = requests
            .keys()
            .zip(fetches.len()..)
            .map(|(&request, index)| (request, FetchId(u32::try_from(index).unwrap_or(u32::MAX))))
            .collect();
        for (&(step, batch, root), nodes) in &requests {
            let Some(&first) = nodes.first() else {
                continue;
            };
            let subgraph = self.reach.get(self.node(first).entry).lane.subgraph;
            let mut depends_on: Vec<FetchId> = Vec::new();
            for &node in nodes {
                self.dependencies(node, &ids, &mut depends_on);
            }
            if depends_on.is_empty() {
                depends_on.extend_from_slice(barrier);
            }
            depends_on.sort_unstable();
            depends_on.dedup();
            let mut fetch = match root {
                Some(position) => {
                    self.root(subgraph, position, nodes, conditions, used, depends_on)?
                }
                None => self.entities(subgraph, nodes, conditions, used, depends_on)?,
            };
            fetch.deferred = !self.initial.contains(batch, step);
            let slow = self.reach.slow_of(batch);
            fetch.slow = slow.and_then(|slow| self.graph().slow.get(usize::from(slow)).cloned());
            fetches.push(fetch);
        }
        let bring = |leaves: &Vec<usize>| {
            let served = leaves
                .iter()
                .filter_map(|&leaf| self.assignment.served[leaf]);
            let requests = served.map(|node| self.request_of(node));
            let mut bring: Vec<FetchId> = requests.filter_map(|r| ids.get(&r).copied()).collect();
            bring.sort_unstable();
            bring.dedup();
            bring
        };
        Ok(self.deferred.iter().map(bring).collect())
    }

    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.assignment.nodes[id.0 as usize]
    }

    fn requests(&self) -> BTreeMap<RequestKey, Vec<NodeId>> {
        let mut requests: BTreeMap<RequestKey, Vec<NodeId>> = BTreeMap::new();
        for (node, index) in self.assignment.nodes.iter().zip(0..) {
            if !matches!(node.origin, Origin::Inline(_)) {
                let id = NodeId(index);
                requests.entry(self.request_of(id)).or_default().push(id);
            }
        }
        requests
    }

    /// The request that brings what a node selects.
    fn request_of(&self, mut id: NodeId) -> RequestKey {
        loop {
            let node = self.node(id);
            let entry = self.reach.get(node.entry);
            let root = match &node.origin {
                Origin::Root => Some(entry.position),
                Origin::Jump { jump, .. } => jump.root.map(|_| entry.position),
                Origin::Inline(parent) => {
                    id = *parent;
                    continue;
                }
            };
            return (node.step, entry.batch, root);
        }
    }

    fn dependencies(
        &self,
        node: NodeId,
        ids: &BTreeMap<RequestKey, FetchId>,
        found: &mut Vec<FetchId>,
    ) {
        let Origin::Jump { needs, .. } = &self.node(node).origin else {
            return;
        };
        let served = needs
            .iter()
            .filter_map(|&leaf| self.assignment.served[leaf]);
        for server in served.chain(self.chooser(node)) {
            found.extend(ids.get(&self.request_of(server)));
        }
    }

    fn selector(&self, subgraph: SubgraphId) -> Selector<'_, '_> {
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
        position: PositionId,
        nodes: &[NodeId],
        conditions: &mut Conditions,
        used: &mut UsedConditions,
        depends_on: Vec<FetchId>,
    ) -> Result<Fetch, PlanError> {
        let below = nodes
            .iter()
            .find_map(|&node| match &self.node(node).origin {
                Origin::Jump { jump, .. } => jump.root,
                _ => None,
            });
        let operation_type = below.unwrap_or(self.client.operation_type);
        let ty = self.tree.position(position).ty;
        let mut selections = self.selector(subgraph).nodes(nodes, Known::Type(ty));
        let cond = hoist(&mut selections, conditions)?;
        let printed = print::root(self.client, conditions, operation_type, &selections);
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
                Some(_) => FetchTarget::RootAt(vec![self.path(position)]),
            },
            repeated: None,
        })
    }

    fn name(&self, subgraph: SubgraphId) -> Arc<str> {
        let known = self.supergraph.subgraph(subgraph);
        known.map_or_else(|| Arc::from(""), |known| Arc::clone(&known.name))
    }

    fn entities(
        &self,
        subgraph: SubgraphId,
        jumps: &[NodeId],
        conditions: &mut Conditions,
        used: &mut UsedConditions,
        depends_on: Vec<FetchId>,
    ) -> Result<Fetch, PlanError> {
        let mut parts: Vec<Part> = Vec::new();
        let mut all: Option<Cond> = None;
        for group in self.groups(jumps) {
            let mut selections = self.group_selection(subgraph, &group);
            let cond = hoist_entities(&mut selections, conditions)?;
            all = Some(match all {
                None => cond,
                Some(known) => conditions.or(known, cond)?,
            });
            let path = self.path(group.position);
            let condition = used.id(cond);
            let representations = self.representations(&group);
            // Every place is compared with all others at worst.
            self.tree.work.spend(16 * (1 + parts.len()))?;
            // Places that share an entity share what is below it, and whatever later fetches add there.
            let twin = parts.iter_mut().find(|part| {
                part.selections == selections
                    && part.entity.representations == representations
                    && part.entity.condition == condition
                    && part
                        .positions
                        .iter()
                        .all(|&other| self.tree.agree(other, group.position))
            });
            match twin {
                Some(part) => {
                    part.entity.paths.push(path);
                    part.positions.push(group.position);
                }
                None => parts.push(Part {
                    entity: EntityFetch {
                        response_key: name!("_entities"),
                        variable: name!("_entities"),
                        condition,
                        paths: vec![path],
                        representations,
                        contexts: Vec::new(),
                    },
                    selections,
                    positions: vec![group.position],
                }),
            }
        }
        let single = parts.len() == 1;
        for (index, Part { entity, .. }) in parts.iter_mut().enumerate() {
            let (key, variable) = if single {
                ("_entities".to_owned(), "representations".to_owned())
            } else {
                (format!("e{index}"), format!("r{index}"))
            };
            entity.response_key = Name::new_unchecked(&key);
            entity.variable = self.free_variable(variable);
        }
        let fields: Vec<Entities<'_>> = parts
            .iter()
            .map(|part| Entities {
                response_key: &part.entity.response_key,
                variable: &part.entity.variable,
                selections: &part.selections,
            })
            .collect();
        let printed = print::entities(self.client, conditions, &fields, &self.contexts);
        for (part, named) in parts.iter_mut().zip(printed.contexts) {
            part.entity.contexts = self.context_variables(&named);
        }
        Ok(Fetch {
            subgraph,
            subgraph_name: self.name(subgraph),
            depends_on,
            condition: used.id(all.unwrap_or(Cond::TRUE)),
            deferred: false,
            slow: None,
            operation: Arc::from(printed.text),
            operation_type: OperationType::Query,
            variables: printed.variables,
            target: FetchTarget::Entities(parts.into_iter().map(|part| part.entity).collect()),
            repeated: printed.repeated,
        })
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
                depth: self.path(context.position).len(),
                fields: context.fields.clone(),
            })
            .collect()
    }

    fn free_variable(&self, name: String) -> Name {
        free_variable(self.client, name)
    }

    /// The jumps that share one `_entities` field: of one position, one for each class of objects.
    fn groups(&self, jumps: &[NodeId]) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for &id in jumps {
            let node = self.node(id);
            let entry = self.reach.get(node.entry);
            let Origin::Jump { jump, .. } = &node.origin else {
                continue;
            };
            let fits = groups.iter_mut().find(|group| {
                group.position == entry.position
                    && group.as_interface == jump.as_interface
                    && (entry.lane.via.is_none()
                        || group
                            .nodes
                            .iter()
                            .all(|&other| self.sends_the_same(id, other)))
                    && group
                        .nodes
                        .iter()
                        .all(|&other| self.node(other).entry != node.entry)
            });
            match fits {
                Some(group) => group.nodes.push(id),
                None => groups.push(Group {
                    position: entry.position,
                    as_interface: jump.as_interface,
                    nodes: vec![id],
                }),
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

    fn group_selection(&self, subgraph: SubgraphId, group: &Group) -> Vec<Selection> {
        let selector = self.selector(subgraph);
        match group.as_interface {
            None => selector.nodes(&group.nodes, Known::Entity),
            Some(interface) => vec![Selection::Fragment {
                on: self.graph().ty(interface).name.clone(),
                below: selector.nodes(&group.nodes, Known::Type(interface)),
            }],
        }
    }

    pub(crate) fn graph(&self) -> &Graph {
        self.tree.graph
    }

    fn path(&self, position: PositionId) -> Vec<PathElement> {
        let mut path = Vec::new();
        let mut at = self.tree.position(position).parent;
        while let Some(parent) = at {
            let selected = self.tree.get(parent);
            path.push(PathElement::Key(selected.data_key.clone()));
            at = self.tree.position(selected.position).parent;
        }
        path.reverse();
        path
    }
}

/// A name that no variable of the client has.
pub(crate) fn free_variable(client: &Operation, mut name: String) -> Name {
    while client.variables.iter().any(|v| v.name == name.as_str()) {
        name.push('_');
    }
    Name::new_unchecked(&name)
}
