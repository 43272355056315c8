//! The stages of planning, one after the other.

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast::{OperationType, Type};
use apollo_compiler::executable::{ExecutableDocument, Operation};
use apollo_compiler::validation::Valid;
use federation::{Overridden, SubgraphId, Supergraph};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::assemble::{Assembler, UsedConditions, free_variable};
use crate::assign::Assignment;
use crate::choose;
use crate::condition::Cond;
use crate::error::PlanError;
use crate::graph::{Graph, Lane, TypeId};
use crate::needs::Leaf;
use crate::normalise::{Collected, CollectedFields, Normaliser};
use crate::plan::{Fetch, FetchId, ObjectShape, QueryPlan};
use crate::reach::{NEVER, Reach};
use crate::shape::Shaper;
use crate::steps::Timetable;
use crate::tree::{PositionId, Tree};

/// The bounds of planning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Selected fields at most, once fragments are expanded and the fields of keys are added.
    pub max_nodes: usize,
    /// The work of looking for the smallest set of requests, in visits of search nodes; then the best set found so far is taken.
    pub search_budget: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_nodes: 50_000,
            search_budget: 2_000_000,
        }
    }
}

/// Plans operations over one supergraph. Immutable: share it between threads.
pub struct Planner {
    supergraph: Arc<Supergraph>,
    graph: Graph,
    options: Options,
    labels: Vec<Arc<str>>,
}

impl Planner {
    /// Indexes a supergraph for planning; progressive overrides are off.
    pub fn new(supergraph: Arc<Supergraph>, options: Options) -> Self {
        Self::with_labels(supergraph, options, [])
    }

    /// The same with these labels of progressive overrides (`@override(label:)`) on.
    pub fn with_labels(
        supergraph: Arc<Supergraph>,
        options: Options,
        on: impl IntoIterator<Item = Arc<str>>,
    ) -> Self {
        let on: FxHashSet<Arc<str>> = on.into_iter().collect();
        let graph = Graph::new(&supergraph, &on);
        let labels = labels(&supergraph);
        Self {
            supergraph,
            graph,
            options,
            labels,
        }
    }

    /// The supergraph that is planned over.
    pub fn supergraph(&self) -> &Arc<Supergraph> {
        &self.supergraph
    }

    /// The labels of progressive overrides in the supergraph, sorted.
    pub fn labels(&self) -> &[Arc<str>] {
        &self.labels
    }

    /// Plans the operation of that name; the only one, without a name.
    ///
    /// The document must have been validated against the supergraph's API schema.
    ///
    /// # Errors
    ///
    /// When there is no such operation, or it is larger than [`Options`] allow.
    pub fn plan(
        &self,
        document: &Valid<ExecutableDocument>,
        operation_name: Option<&str>,
    ) -> Result<QueryPlan, PlanError> {
        let operation = document
            .operations
            .get(operation_name)
            .map_err(|_| PlanError::Operation(no_operation(document, operation_name)))?;
        let root = self.graph.id(operation.object_type()).ok_or_else(|| {
            PlanError::Operation(format!("there is no {}", operation.operation_type))
        })?;
        Planning {
            planner: self,
            document,
            operation,
            root,
        }
        .run()
    }
}

fn no_operation(document: &ExecutableDocument, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("there is no operation named \"{name}\" in the document"),
        None if document.operations.is_empty() => "the document has no operation".to_owned(),
        None => "the document has several operations: an operation name is needed".to_owned(),
    }
}

fn labels(supergraph: &Supergraph) -> Vec<Arc<str>> {
    let mut labels: Vec<Arc<str>> = supergraph
        .types()
        .values()
        .flat_map(|ty| ty.fields.values())
        .flat_map(|field| &field.in_subgraphs)
        .filter_map(|there| match &there.overridden {
            Some(Overridden::WhileLabel(label)) => Some(Arc::clone(label)),
            _ => there.override_label.clone(),
        })
        .collect();
    labels.sort();
    labels.dedup();
    labels
}

/// One operation on its way to a plan.
struct Planning<'a> {
    planner: &'a Planner,
    document: &'a ExecutableDocument,
    operation: &'a Operation,
    root: TypeId,
}

impl<'a> Planning<'a> {
    /// normalise → (for each run of root fields) reach → choose → assign → assemble; then shape.
    fn run(&self) -> Result<QueryPlan, PlanError> {
        let mut tree = Tree::new(&self.planner.graph, self.planner.options.max_nodes);
        let mut normaliser = Normaliser::new(self.document, &mut tree);
        let sources = [(&self.operation.selection_set, Cond::TRUE)];
        let collected = normaliser.collect(self.root, &sources)?;
        let mut conditions =
            std::mem::replace(&mut tree.conditions, crate::condition::Conditions::new());
        let mut used = UsedConditions::default();
        let mut fetches: Vec<Fetch> = Vec::new();
        let mut fields = Vec::new();
        let mut introspection = false;
        let mut barrier: Vec<FetchId> = Vec::new();
        let mut enums = FxHashMap::default();
        for run in self.runs(collected) {
            introspection |= run
                .values()
                .any(|c| matches!(c.fields[0].0.name.as_str(), "__schema" | "__type"));
            let mut tree = Tree::new(&self.planner.graph, self.planner.options.max_nodes);
            tree.conditions = conditions;
            let position = Normaliser::new(self.document, &mut tree).position_of(
                None,
                self.root,
                Arc::from([self.root]),
                vec![(self.root, &run)],
                0,
            )?;
            let first = fetches.len();
            self.fetch(&mut tree, &mut used, &barrier, &mut fetches)?;
            if fetches.len() > first {
                let ids = (first..fetches.len()).map(|i| u32::try_from(i).unwrap_or(u32::MAX));
                barrier = ids.map(FetchId).collect();
            }
            let mut shaper = Shaper {
                tree: &tree,
                schema: self.planner.supergraph.api_schema(),
                enums,
                built: FxHashMap::default(),
                condition: &mut |cond| used.id(cond),
            };
            fields.extend(shaper.root(position));
            enums = shaper.enums;
            conditions = tree.conditions;
        }
        Ok(QueryPlan {
            operation_type: self.operation.operation_type,
            fetches,
            conditions: used
                .iter()
                .filter_map(|cond| conditions.get(cond))
                .collect(),
            introspection,
            shape: ObjectShape { fields },
        })
    }

    /// The root fields that are answered together: all of them, or of a mutation those that follow each other in one subgraph.
    fn runs(&self, collected: CollectedFields<'a>) -> Vec<CollectedFields<'a>> {
        if self.operation.operation_type != OperationType::Mutation {
            return vec![collected];
        }
        let mut runs: Vec<(Option<Vec<SubgraphId>>, CollectedFields<'a>)> = Vec::new();
        for (key, field) in collected {
            let resolvers = self.resolvers(&field);
            let joined = runs.last_mut().and_then(|(common, run)| {
                let both = match (&*common, &resolvers) {
                    (Some(common), Some(own)) => {
                        let both: Vec<_> =
                            common.iter().copied().filter(|s| own.contains(s)).collect();
                        if both.is_empty() {
                            return None;
                        }
                        Some(both)
                    }
                    (known, None) => known.clone(),
                    (None, own) => own.clone(),
                };
                *common = both;
                Some(run)
            });
            match joined {
                Some(run) => {
                    run.insert(key, field);
                }
                None => {
                    let mut run = CollectedFields::default();
                    run.insert(key, field);
                    runs.push((resolvers, run));
                }
            }
        }
        runs.into_iter().map(|(_, run)| run).collect()
    }

    /// Who resolves a root field; `None` for meta-fields.
    fn resolvers(&self, field: &Collected<'_>) -> Option<Vec<SubgraphId>> {
        let (first, _) = field.fields[0];
        let node = self.planner.graph.field(self.root, &first.name)?;
        let resolving = node.at.iter().filter(|at| at.resolvable);
        Some(resolving.map(|at| at.lane.subgraph).collect())
    }

    fn fetch(
        &self,
        tree: &mut Tree<'_>,
        used: &mut UsedConditions,
        barrier: &[FetchId],
        fetches: &mut Vec<Fetch>,
    ) -> Result<(), PlanError> {
        let lanes: Vec<Lane> = tree
            .graph
            .ty(self.root)
            .there
            .iter()
            .map(|there| Lane {
                subgraph: there.subgraph,
                via: None,
            })
            .collect();
        let mut reach = Reach::build(tree, &lanes)?;
        let wanted = wanted(tree, &mut reach);
        if wanted.is_empty() {
            return Ok(());
        }
        let subgraphs = self.planner.supergraph.subgraphs().len();
        let (table, last) = Timetable::earliest(&reach, subgraphs, &wanted);
        if let Some(&missing) = wanted.iter().find(|&&leaf| table.ready(leaf) == NEVER) {
            return Err(unresolvable(tree, reach.leaves[missing]));
        }
        let budget = self.planner.options.search_budget;
        let requests = choose::choose(&reach, subgraphs, last, &wanted, budget);
        let table = Timetable::within(&reach, &requests, last);
        let assignment = Assignment::new(&reach, &table, &requests, last, &wanted);
        let mut conditions =
            std::mem::replace(&mut tree.conditions, crate::condition::Conditions::new());
        let contexts: Vec<(Name, Type)> = reach
            .contexts
            .iter()
            .enumerate()
            .map(|(index, context)| {
                let name = free_variable(self.operation, format!("context_{index}"));
                (name, context.ty.clone())
            })
            .collect();
        let assembled = Assembler {
            supergraph: &self.planner.supergraph,
            client: self.operation,
            tree,
            reach: &reach,
            assignment: &assignment,
            context_names: contexts.iter().map(|(name, _)| name.clone()).collect(),
            contexts,
        }
        .fetches(&mut conditions, used, barrier, fetches);
        tree.conditions = conditions;
        assembled
    }
}

/// What the client's selection needs.
fn wanted(tree: &Tree<'_>, reach: &mut Reach) -> Vec<usize> {
    let mut wanted = Vec::new();
    for (position, index) in tree.positions.iter().zip(0..) {
        let id = PositionId(index);
        let searched = position
            .parent
            .is_none_or(|parent| !tree.get(parent).closed)
            && !reach.at[index as usize].is_empty();
        if position.hidden_depth > 0 || !searched {
            continue;
        }
        for (types, class) in position.classes.iter().zip(0u16..) {
            for &used in &position.uses {
                let selected = tree.get(used);
                let concerned = types.iter().any(|ty| selected.on.binary_search(ty).is_ok());
                if !selected.hidden && concerned && tree.is_leaf(used) {
                    wanted.push(reach.leaf(Leaf::Field(used, class)));
                }
            }
            if position.wants_typename {
                wanted.push(reach.leaf(Leaf::Typename(id, class)));
            }
        }
    }
    wanted
}

fn unresolvable(tree: &Tree<'_>, leaf: Leaf) -> PlanError {
    let (position, name) = match leaf {
        Leaf::Field(used, _) => (tree.get(used).position, tree.get(used).name.as_str()),
        Leaf::Typename(position, _) => (position, "__typename"),
    };
    let ty = &tree.graph.ty(tree.position(position).ty).name;
    PlanError::Unresolvable {
        coordinate: format!("{ty}.{name}"),
    }
}
