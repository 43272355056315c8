//! The planner of one supergraph.

use std::cell::Cell;
use std::sync::Arc;

use apollo_compiler::ast::OperationType;
use apollo_compiler::executable::{ExecutableDocument, Operation};
use apollo_compiler::validation::Valid;
use federation::{Overridden, Supergraph};
use rustc_hash::FxHashSet;

use crate::emit::variables::ClientVariables;
use crate::error::PlanError;
use crate::graph::slow::SlowField;
use crate::graph::{Graph, TypeId};
use crate::operation::defer::{Defer, Deferring};
use crate::plan::QueryPlan;
use crate::stages::options::{Indexed, Options};
use crate::stages::planning::Planning;
use crate::stages::serial::mutation_below;
use crate::stages::stop::Stop;
use crate::work::Work;

/// Plans operations over one supergraph. Immutable: share it between threads.
pub struct Planner {
    indexed: Indexed,
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
        let graph = Graph::new(&supergraph, &on, &options.slow);
        let labels = labels(&supergraph);
        let indexed = Indexed {
            mutation_below: mutation_below(&supergraph, &graph),
            supergraph,
            graph,
            options,
        };
        Self { indexed, labels }
    }

    /// The supergraph that is planned over.
    pub fn supergraph(&self) -> &Arc<Supergraph> {
        &self.indexed.supergraph
    }

    /// The labels of progressive overrides in the supergraph, sorted.
    pub fn labels(&self) -> &[Arc<str>] {
        &self.labels
    }

    /// The slow fields of the options that the supergraph does not have: no such subgraph, type or field, or the subgraph does not resolve it.
    pub fn unknown_slow(&self) -> &[SlowField] {
        &self.indexed.graph.not_slow
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

    /// The same, with what may be delivered after the initial response planned apart. Where that goes beyond a bound (more than 32 parts,
    /// say), everything is delivered at once, as the directive allows.
    ///
    /// # Errors
    ///
    /// Those of [`Planner::plan`].
    pub fn plan_deferring(
        &self,
        document: &Valid<ExecutableDocument>,
        operation_name: Option<&str>,
        defer: Defer<'_>,
    ) -> Result<QueryPlan, PlanError> {
        let work = Work::new(self.indexed.options.max_work);
        self.plan_within(document, operation_name, defer, &work)
    }

    /// The same, if that takes no more than a fortieth of what a plan may take: what most operations need, at about 15 ms and 2 MB.
    ///
    /// # Errors
    ///
    /// [`PlanError::Large`] if it takes more; those of [`Planner::plan_deferring`].
    pub fn plan_small(
        &self,
        document: &Valid<ExecutableDocument>,
        operation_name: Option<&str>,
        defer: Defer<'_>,
    ) -> Result<QueryPlan, PlanError> {
        let work = Work::small(self.indexed.options.max_work);
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
        let root = self
            .indexed
            .graph
            .id(operation.object_type())
            .ok_or_else(|| {
                PlanError::Operation(format!("there is no {}", operation.operation_type))
            })?;
        let defer = match operation.operation_type {
            OperationType::Subscription => Defer::Never,
            _ => defer,
        };
        let variables = ClientVariables::of(operation);
        work.take(operation.variables.len());
        let attempt = Attempt {
            planner: self,
            document,
            operation,
            root,
            variables: &variables,
            work,
        };
        let found = Cell::new(false);
        match attempt.run(defer, &found) {
            Err(PlanError::Large) => Err(PlanError::Large),
            Err(_) if found.get() => {
                work.renew();
                attempt.run(Defer::Never, &found)
            }
            planned => planned,
        }
    }
}

/// An operation that is planned with parts that are deferred or, where that goes beyond what a plan may take, without.
struct Attempt<'a> {
    planner: &'a Planner,
    document: &'a ExecutableDocument,
    operation: &'a Operation,
    root: TypeId,
    variables: &'a ClientVariables<'a>,
    work: &'a Work,
}

impl Attempt<'_> {
    /// Plans until nothing is in the way that can be planned otherwise.
    fn run(&self, defer: Defer<'_>, found: &Cell<bool>) -> Result<QueryPlan, PlanError> {
        let indexed = &self.planner.indexed;
        let mut effort = indexed.options.search_budget;
        let mut refused = FxHashSet::default();
        // The slow fields that are asked apart; none when that leads to no plan.
        let mut apart: Option<Vec<u16>> = Some(Vec::new());
        loop {
            let planning = Planning {
                work: self.work,
                apart: apart.as_deref(),
                effort,
                indexed,
                document: self.document,
                operation: self.operation,
                root: self.root,
                variables: self.variables,
                deferring: Deferring {
                    defer,
                    refused: &refused,
                    found,
                },
            };
            match planning.run() {
                Ok(plan) => return Ok(plan),
                Err(Stop::Error(PlanError::Large)) => return Err(PlanError::Large),
                Err(Stop::HeldUp(slow)) => apart.get_or_insert_default().extend(slow),
                Err(_) if apart.as_ref().is_some_and(|apart| !apart.is_empty()) => {
                    self.work.renew();
                    apart = None;
                }
                Err(Stop::Error(error)) => return Err(error),
                // Each of these is new, and their number is bounded.
                Err(Stop::Refused(places)) => {
                    let before = refused.len();
                    refused.extend(places);
                    if refused.len() == before {
                        let message = "a fragment can neither be deferred nor delivered at once";
                        return Err(PlanError::Unsupported(message.to_owned()));
                    }
                }
            }
            // Whatever is planned once more must leave work for the plan that is made in the end.
            effort /= 2;
        }
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
