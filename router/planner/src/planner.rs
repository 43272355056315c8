//! The stages of planning, one after the other.

use std::cell::OnceCell;
use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast::{OperationType, Type};
use apollo_compiler::executable::{ExecutableDocument, Operation};
use apollo_compiler::validation::Valid;
use federation::{Overridden, Supergraph};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::assemble::{Assembler, UsedConditions};
use crate::assign::{Assignment, Stage};
use crate::choose;
use crate::condition::{Cond, Conditions};
use crate::defer::{Defer, Deferring, Place};
use crate::error::PlanError;
use crate::expect::Expected;
use crate::graph::{Graph, Lane, TypeId};
use crate::needs::Leaf;
use crate::normalise::{Normaliser, Selected};
use crate::partial::Dropped;
use crate::plan::{DeferredPart, Fetch, FetchId, ObjectShape, QueryPlan};
use crate::reach::{NEVER, Pins, Reach};
use crate::refine::refine;
use crate::serial;
use crate::shape::Shaper;
use crate::slow::{SlowField, holding_up};
use crate::split;
use crate::steps::{Requests, Timetable};
use crate::tree::{Position, PositionId, Tree, UseId};
use crate::variables::ClientVariables;
use crate::work::Work;

/// The bounds of planning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Selected fields at most, once fragments are expanded and the fields of keys are added.
    pub max_nodes: usize,
    /// The work of looking for the smallest set of requests, in visits of search nodes; then the best set found so far is taken.
    pub search_budget: usize,
    /// The work of planning one operation in all, in units of some tens of nanoseconds; more is refused. What is left of it when requests are
    /// chosen bounds that search too, which then takes the best set found so far.
    pub max_work: usize,
    /// Fields that nothing should wait for which does not need them.
    pub slow: Vec<SlowField>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_nodes: 50_000,
            search_budget: 2_000_000,
            max_work: 20_000_000,
            slow: Vec::new(),
        }
    }
}

/// Plans operations over one supergraph. Immutable: share it between threads.
pub struct Planner {
    supergraph: Arc<Supergraph>,
    pub(crate) graph: Graph,
    pub(crate) options: Options,
    labels: Vec<Arc<str>>,
    /// The type of mutations, if it is reached below the root too.
    pub(crate) mutation_below: Option<TypeId>,
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
        let graph = Graph::new(&supergraph, &on, &options.slow);
        let labels = labels(&supergraph);
        Self {
            mutation_below: serial::mutation_below(&supergraph, &graph),
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

    /// The slow fields of the options that the supergraph does not have: no such subgraph, type or field, or the subgraph does not resolve it.
    pub fn unknown_slow(&self) -> &[SlowField] {
        &self.graph.not_slow
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
        self.plan_deferring(document, operation_name, Defer::Never)
    }

    /// The same, with what may be delivered after the initial response planned apart.
    ///
    /// # Errors
    ///
    /// Those of [`Planner::plan`], and when more is deferred than can be.
    pub fn plan_deferring(
        &self,
        document: &Valid<ExecutableDocument>,
        operation_name: Option<&str>,
        defer: Defer<'_>,
    ) -> Result<QueryPlan, PlanError> {
        let work = Work::new(self.options.max_work);
        self.plan_within(document, operation_name, defer, &work)
    }

    /// The same within a budget of the caller's, who can read what was used of it.
    ///
    /// # Errors
    ///
    /// Those of [`Planner::plan_deferring`].
    pub fn plan_within(
        &self,
        document: &Valid<ExecutableDocument>,
        operation_name: Option<&str>,
        defer: Defer<'_>,
        work: &Work,
    ) -> Result<QueryPlan, PlanError> {
        let operation = document
            .operations
            .get(operation_name)
            .map_err(|_| PlanError::Operation(no_operation(document, operation_name)))?;
        let root = self.graph.id(operation.object_type()).ok_or_else(|| {
            PlanError::Operation(format!("there is no {}", operation.operation_type))
        })?;
        let defer = match operation.operation_type {
            OperationType::Subscription => Defer::Never,
            _ => defer,
        };
        let variables = ClientVariables::of(operation);
        work.take(operation.variables.len());
        let mut refused = FxHashSet::default();
        // The slow fields that are asked apart; none when that leads to no plan.
        let mut apart: Option<Vec<u16>> = Some(Vec::new());
        loop {
            let planning = Planning {
                work,
                apart: apart.as_deref(),
                planner: self,
                document,
                operation,
                root,
                variables: &variables,
                deferring: Deferring {
                    defer,
                    refused: &refused,
                },
            };
            match planning.run() {
                Ok(plan) => return Ok(plan),
                Err(Stop::HeldUp(slow)) => apart.get_or_insert_default().extend(slow),
                Err(_) if apart.as_ref().is_some_and(|apart| !apart.is_empty()) => apart = None,
                Err(Stop::Error(error)) => return Err(error),
                // Each of these is new, and there are only so many.
                Err(Stop::Refused(places)) => {
                    let before = refused.len();
                    refused.extend(places);
                    if refused.len() == before {
                        let message = "a fragment can neither be deferred nor delivered at once";
                        return Err(PlanError::Unsupported(message.to_owned()));
                    }
                }
            }
        }
    }
}

/// Why planning ends without a plan.
pub(crate) enum Stop {
    Error(PlanError),
    /// These cannot be deferred.
    Refused(Vec<Place>),
    /// These are to be asked apart.
    HeldUp(Vec<u16>),
}

impl From<PlanError> for Stop {
    fn from(error: PlanError) -> Self {
        Self::Error(error)
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
pub(crate) struct Planning<'a> {
    pub(crate) planner: &'a Planner,
    pub(crate) work: &'a Work,
    document: &'a ExecutableDocument,
    pub(crate) operation: &'a Operation,
    pub(crate) root: TypeId,
    variables: &'a ClientVariables<'a>,
    deferring: Deferring<'a>,
    /// The slow fields that are asked apart; `None` when none can be.
    apart: Option<&'a [u16]>,
}

/// The search of a tree, done.
pub(crate) struct Solved {
    pub(crate) reach: Reach,
    pub(crate) first: Stage,
    pub(crate) later: Option<Stage>,
    /// For each deferred part, the leaves that are wanted.
    deferred: Vec<Vec<usize>>,
}

/// The leaves that are wanted.
#[derive(Default)]
struct Wanted {
    /// At once.
    initial: Vec<usize>,
    /// For each deferred part.
    deferred: Vec<Vec<usize>>,
}

impl<'a> Planning<'a> {
    /// normalise → (for each run of root fields) reach → choose → assign → assemble; then shape.
    fn run(&self) -> Result<QueryPlan, Stop> {
        let schema = self.planner.supergraph.api_schema();
        let mut tree = self.empty_tree();
        let at_root = match self.operation.operation_type {
            // The root fields of a mutation are done one after the other.
            OperationType::Mutation => Deferring {
                defer: Defer::Never,
                ..self.deferring
            },
            _ => self.deferring,
        };
        let mut normaliser = Normaliser::new(self.document, &mut tree, schema, at_root);
        let sources = [(&self.operation.selection_set, Cond::TRUE)];
        let collected = normaliser.collect(self.root, &sources)?;
        let mut conditions = std::mem::replace(&mut tree.conditions, Conditions::new(self.work));
        let mut used = UsedConditions::default();
        let mut fetches: Vec<Fetch> = Vec::new();
        let mut shape = ObjectShape::default();
        let mut deferred = Vec::new();
        let mut introspection = false;
        let mut barrier: Vec<FetchId> = Vec::new();
        let mut enums = FxHashMap::default();
        for run in self.runs(collected, &mut conditions)? {
            let (mut tree, position) = self.tree(&run.selected, &mut conditions)?;
            let pins = self.pins(&run, &mut tree, position)?;
            let first = fetches.len();
            let parts_before = u16::try_from(deferred.len()).unwrap_or(u16::MAX);
            let brought = self.fetch(&mut tree, pins, &mut used, &barrier, &mut fetches)?;
            deferred.extend(parts(&tree, brought));
            let ids = (0u32..).map(FetchId).zip(&fetches).skip(first);
            let initial = ids.filter(|(_, fetch)| !fetch.deferred);
            let initial: Vec<FetchId> = initial.map(|(id, _)| id).collect();
            if !initial.is_empty() {
                barrier = initial;
            }
            let mut shaper = Shaper {
                tree: &tree,
                schema: self.planner.supergraph.api_schema(),
                supergraph: self.planner.supergraph.schema(),
                enums,
                built: FxHashMap::default(),
                condition: &mut |cond| used.id(cond),
                parts_before,
            };
            let root = shaper.root(position);
            introspection |= tree.has_introspection();
            shape.fields.extend(root.fields);
            shape.deferred.extend(root.deferred);
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
            shape,
            deferred,
        })
    }

    fn empty_tree(&self) -> Tree<'a> {
        let planner = self.planner;
        Tree::new(&planner.graph, self.work, planner.options.max_nodes)
    }

    /// The tree of some root fields, and its root. Conditions are shared by all trees of an operation.
    pub(crate) fn tree(
        &self,
        selected: &Selected<'a>,
        conditions: &mut Conditions<'a>,
    ) -> Result<(Tree<'a>, PositionId), Stop> {
        let mut tree = self.empty_tree();
        tree.conditions = std::mem::replace(conditions, Conditions::new(self.work));
        let schema = self.planner.supergraph.api_schema();
        let mut normaliser = Normaliser::new(self.document, &mut tree, schema, self.deferring);
        let position = normaliser.position_of(
            None,
            None,
            self.root,
            Arc::from([self.root]),
            vec![(self.root, selected)],
            0,
        )?;
        Ok((tree, position))
    }

    fn fetch(
        &self,
        tree: &mut Tree<'a>,
        pins: Pins,
        used: &mut UsedConditions,
        barrier: &[FetchId],
        fetches: &mut Vec<Fetch>,
    ) -> Result<Vec<Vec<FetchId>>, Stop> {
        let budget = self.planner.options.search_budget;
        let Some(solved) = self.solve(tree, pins, budget)? else {
            return Ok(vec![Vec::new(); usize::from(tree.deferred_parts())]);
        };
        let Solved {
            reach,
            first,
            later,
            deferred,
        } = &solved;
        let assignment = Assignment::new(reach, first, later.as_ref(), self.work);
        self.work.check()?;
        if let Some(apart) = self.apart {
            let mut slow = holding_up(tree, reach, &assignment, self.operation.operation_type);
            slow.retain(|slow| !apart.contains(slow));
            if !slow.is_empty() {
                return Err(Stop::HeldUp(slow));
            }
        }
        let mut conditions = std::mem::replace(&mut tree.conditions, Conditions::new(self.work));
        let variables = self.variables;
        let contexts: Vec<(Name, Type)> = reach
            .contexts
            .iter()
            .enumerate()
            .map(|(index, context)| {
                let name = variables.free(format!("context_{index}"));
                (name, context.ty.clone())
            })
            .collect();
        let assembled = Assembler {
            supergraph: &self.planner.supergraph,
            operation_type: self.operation.operation_type,
            variables,
            tree,
            reach,
            assignment: &assignment,
            initial: &first.requests,
            deferred,
            sent: assignment.sent(),
            context_names: contexts.iter().map(|(name, _)| name.clone()).collect(),
            contexts,
            meanings: OnceCell::new(),
        }
        .fetches(&mut conditions, used, barrier, fetches);
        tree.conditions = conditions;
        self.work.check()?;
        Ok(assembled?)
    }

    /// The requests by which all that is selected comes; nothing when nothing has to.
    pub(crate) fn solve(
        &self,
        tree: &mut Tree<'_>,
        pins: Pins,
        budget: usize,
    ) -> Result<Option<Solved>, Stop> {
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
        let subgraphs = self.planner.supergraph.subgraphs().len();
        let apart = self.apart.unwrap_or_default();
        let operation = self.operation.operation_type;
        // Who is asked for a field with effects must not matter either.
        let dropped = match pins.pinned.is_empty() || !tree.positions.iter().any(|p| p.partial) {
            true => None,
            false => {
                let free =
                    Reach::build(tree, &lanes, subgraphs, apart, operation, Pins::default())?;
                Some(free.dropped(tree))
            }
        };
        let mut reach = Reach::build(tree, &lanes, subgraphs, apart, operation, pins)?;
        let dropped = dropped.unwrap_or_else(|| reach.dropped(tree));
        let Wanted { initial, deferred } = wanted(tree, &mut reach, &dropped)?;
        // There are leaves that are known only now.
        reach.expected = Expected::of(tree, &reach);
        if initial.is_empty() && deferred.iter().all(Vec::is_empty) {
            return Ok(None);
        }
        self.work.check()?;
        let first = self.stage(&reach, initial, None, budget);
        self.work.check()?;
        let first = first
            .map(|stage| refine(&reach, stage, self.work))
            .map_err(|missing| {
                let leaf = missing.first().map(|&leaf| reach.leaves[leaf]);
                leaf.map_or(Stop::Refused(Vec::new()), |leaf| {
                    unresolvable(tree, leaf).into()
                })
            })?;
        if let Some(leaf) = split::unanswerable(tree, &reach) {
            return Err(unresolvable(tree, leaf).into());
        }
        // What is delivered at once is settled: the rest adds to it, and fetches nothing of it again.
        let later = match deferred.iter().all(Vec::is_empty) {
            true => None,
            false => {
                reach.settled = Assignment::new(&reach, &first, None, self.work).served_at();
                let wanted = deferred.iter().flatten().copied().collect();
                let later = self.stage(&reach, wanted, Some(&first), budget);
                Some(later.map_err(|missing| refused(tree, &reach, &missing))?)
            }
        };
        self.work.check()?;
        Ok(Some(Solved {
            reach,
            first,
            later,
            deferred,
        }))
    }

    /// The requests by which leaves come in the fewest steps, beside those of a stage before.
    ///
    /// # Errors
    ///
    /// The leaves that never come.
    fn stage(
        &self,
        reach: &Reach,
        wanted: Vec<usize>,
        before: Option<&Stage>,
        budget: usize,
    ) -> Result<Stage, Vec<usize>> {
        let (table, last) = Timetable::earliest(reach, &wanted);
        self.work.take(reach.size() * usize::from(last));
        let missing = |leaf: &usize| table.ready(*leaf) == NEVER;
        if wanted.iter().any(missing) {
            return Err(wanted.into_iter().filter(missing).collect());
        }
        let last = before.map_or(last, |before| last.max(before.last));
        let none = Requests::none(reach.batches);
        let sent = before.map_or(&none, |before| &before.requests);
        let requests = choose::choose(reach, sent, last, &wanted, budget, self.work);
        Ok(Stage {
            table: Timetable::within(reach, &requests, last),
            wanted,
            requests,
            last,
        })
    }
}

/// The deferred parts of a tree, with the fetches that bring them.
fn parts(tree: &Tree<'_>, brought: Vec<Vec<FetchId>>) -> Vec<DeferredPart> {
    let shadows = tree.positions.iter().filter_map(|p| p.shadow.as_ref());
    shadows
        .zip(brought)
        .map(|(shadow, fetches)| DeferredPart {
            label: shadow.label.clone(),
            path: shadow.place.1.clone(),
            fetches,
        })
        .collect()
}

/// The deferred fragments for which leaves are wanted that cannot be had.
fn refused(tree: &Tree<'_>, reach: &Reach, missing: &[usize]) -> Stop {
    let parts = missing.iter().map(|&leaf| match reach.leaves[leaf] {
        Leaf::Field(used, _) => tree.position(tree.get(used).position).part,
        Leaf::Typename(position, _) | Leaf::Presence(position, _) => tree.position(position).part,
    });
    let parts: FxHashSet<u16> = parts.collect();
    let shadows = tree.positions.iter().filter(|p| parts.contains(&p.part));
    let places = shadows.filter_map(|p| Some(p.shadow.as_ref()?.place.clone()));
    Stop::Refused(places.collect())
}

/// What the client's selection needs.
fn wanted(tree: &Tree<'_>, reach: &mut Reach, dropped: &Dropped) -> Result<Wanted, Stop> {
    let mut wanted = Wanted {
        initial: Vec::new(),
        deferred: vec![Vec::new(); usize::from(tree.deferred_parts())],
    };
    // By position: whether it is below what is not asked for.
    let mut lost = vec![
        false;
        if dropped.is_empty() {
            0
        } else {
            tree.positions.len()
        }
    ];
    for (position, index) in tree.positions.iter().zip(0..) {
        let id = PositionId(index);
        if let (Some(parent), false) = (position.parent, dropped.is_empty()) {
            let above = tree.get(parent).position;
            lost[index as usize] = dropped.contains(parent) || lost[above.0 as usize];
            if lost[index as usize] {
                continue;
            }
        }
        let searched = position
            .parent
            .is_none_or(|parent| !tree.get(parent).closed)
            && !reach.at[index as usize].is_empty();
        if let Some(shadow) = &position.shadow {
            let reached = !reach.at[shadow.origin.0 as usize].is_empty();
            let lost = |&used: &UseId| {
                let below = tree.get(used).sub.filter(|_| !tree.is_leaf(used));
                below.is_some_and(|below| reach.at[below.0 as usize].is_empty())
            };
            let unreached = !searched && !position.uses.is_empty();
            if reached && (unreached || position.uses.iter().any(lost)) {
                return Err(Stop::Refused(vec![shadow.place.clone()]));
            }
        }
        if position.hidden_depth > 0 || !searched {
            continue;
        }
        let leaves = match position.part.checked_sub(1) {
            None => &mut wanted.initial,
            Some(part) => &mut wanted.deferred[usize::from(part)],
        };
        for (types, class) in position.classes.iter().zip(0u16..) {
            for &used in &position.uses {
                let selected = tree.get(used);
                let concerned = types.iter().any(|ty| selected.on.binary_search(ty).is_ok());
                let wanted =
                    !selected.hidden && concerned && tree.is_leaf(used) && !dropped.contains(used);
                if wanted && !is_delivered_before(tree, position, used) {
                    leaves.push(reach.leaf(Leaf::Field(used, class)));
                }
            }
            if position.wants_typename {
                leaves.push(reach.leaf(Leaf::Typename(id, class)));
            } else if position.partial && position.shadow.is_none() {
                // There are objects, whatever is asked of them.
                leaves.push(reach.leaf(Leaf::Presence(id, class)));
            }
        }
    }
    Ok(wanted)
}

/// Whether what a deferred fragment selects is selected by what encloses it too.
fn is_delivered_before(tree: &Tree<'_>, position: &Position, used: UseId) -> bool {
    let Some(shadow) = &position.shadow else {
        return false;
    };
    let selected = tree.get(used);
    let origin = &tree.position(shadow.origin).uses;
    tree.work.take(origin.len());
    origin.iter().any(|&other| {
        let other = tree.get(other);
        !other.hidden
            && selected.sub.is_none()
            && other.data_key == selected.data_key
            && other.directives == selected.directives
            && (other.cond == Cond::TRUE || other.cond == selected.cond)
            && Tree::common(&selected.on, &other.on) == *selected.on
    })
}

fn unresolvable(tree: &Tree<'_>, leaf: Leaf) -> PlanError {
    let (position, name) = match leaf {
        Leaf::Field(used, _) => (tree.get(used).position, tree.get(used).name.as_str()),
        Leaf::Typename(position, _) | Leaf::Presence(position, _) => (position, "__typename"),
    };
    let ty = &tree.graph.ty(tree.position(position).ty).name;
    PlanError::Unresolvable {
        coordinate: format!("{ty}.{name}"),
    }
}
