//! From the operation to the plan, run by run of root fields.

use std::cell::OnceCell;
use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast::{OperationType, Type};
use rustc_hash::FxHashMap;

use crate::emit::assemble::{Assembler, UsedConditions};
use crate::emit::shape::Shaper;
use crate::operation::collect::{Normaliser, Selected};
use crate::operation::condition::{Cond, Conditions};
use crate::operation::defer::{Defer, Deferring};
use crate::operation::ids::PositionId;
use crate::operation::tree::Tree;
use crate::plan::{DeferredPart, Fetch, FetchId, ObjectShape, QueryPlan};
use crate::search::assign::Assignment;
use crate::search::held_up::holding_up;
use crate::stages::planning::{Planning, Solved};
use crate::stages::stop::Stop;

impl<'a> Planning<'a> {
    /// normalise → (for each run of root fields) reach → choose → assign → assemble; then shape.
    pub(crate) fn run(&self) -> Result<QueryPlan, Stop> {
        let schema = self.indexed.supergraph.api_schema();
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
        let runs = self.runs(collected, &mut conditions)?;
        let budget = self.effort / runs.len().max(1);
        for run in runs {
            let (mut tree, position) = self.tree(&run.selected, &mut conditions)?;
            let pins = self.pins(&run, &mut tree, position)?;
            let first = fetches.len();
            let parts_before = u16::try_from(deferred.len()).unwrap_or(u16::MAX);
            let solved = self.solve(&mut tree, pins, budget)?;
            let brought = self.fetch(&mut tree, solved, &mut used, &barrier, &mut fetches)?;
            deferred.extend(parts(&tree, brought));
            let ids = (0u32..).map(FetchId).zip(&fetches).skip(first);
            let initial = ids.filter(|(_, fetch)| !fetch.deferred);
            let initial: Vec<FetchId> = initial.map(|(id, _)| id).collect();
            if !initial.is_empty() {
                barrier = initial;
            }
            let mut shaper = Shaper {
                tree: &tree,
                schema: self.indexed.supergraph.api_schema(),
                supergraph: self.indexed.supergraph.schema(),
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
        let planner = self.indexed;
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
        let schema = self.indexed.supergraph.api_schema();
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
        solved: Option<Solved>,
        used: &mut UsedConditions,
        barrier: &[FetchId],
        fetches: &mut Vec<Fetch>,
    ) -> Result<Vec<Vec<FetchId>>, Stop> {
        let Some(solved) = solved else {
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
            supergraph: &self.indexed.supergraph,
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
