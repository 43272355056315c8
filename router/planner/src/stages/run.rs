//! From the operation to the plan, run by run of root fields.

use std::cell::OnceCell;
use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast::{OperationType, Type};
use rustc_hash::FxHashMap;

use crate::emit::assemble::{Assembler, Brought, UsedConditions};
use crate::emit::divide::{Division, Solution};
use crate::emit::shape::Shaper;
use crate::operation::collect::{Normaliser, Selected};
use crate::operation::condition::{Cond, Conditions};
use crate::operation::defer::{Defer, Deferring, Shadow};
use crate::operation::ids::PositionId;
use crate::operation::tree::Tree;
use crate::plan::{DeferredId, DeferredPart, Fetch, FetchId, ObjectShape, QueryPlan};
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
            let (division, brought) = self.fetch(
                &mut tree,
                solved,
                parts_before,
                &mut used,
                &barrier,
                &mut fetches,
            )?;
            deferred.extend(parts(&tree, &division, brought, parts_before));
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
                division: &division,
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
        parts_before: u16,
        used: &mut UsedConditions,
        barrier: &[FetchId],
        fetches: &mut Vec<Fetch>,
    ) -> Result<(Division, Brought), Stop> {
        let Some(solved) = solved else {
            let brought = Brought {
                fragments: vec![Vec::new(); usize::from(tree.deferred_parts())],
                ..Brought::default()
            };
            return Ok((Division::default(), brought));
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
        let solution = Solution {
            tree,
            reach,
            assignment: &assignment,
            initial: &first.wanted,
            deferred,
        };
        let division = Division::of(&solution, parts_before + tree.deferred_parts())?;
        let assembled = Assembler {
            supergraph: &self.indexed.supergraph,
            operation_type: self.operation.operation_type,
            variables,
            tree,
            reach,
            assignment: &assignment,
            initial: &first.requests,
            solution: &solution,
            division: &division,
            sent: assignment.sent(),
            context_names: contexts.iter().map(|(name, _)| name.clone()).collect(),
            contexts,
            meanings: OnceCell::new(),
        }
        .fetches(&mut conditions, used, barrier, fetches);
        tree.conditions = conditions;
        self.work.check()?;
        Ok((division, assembled?))
    }
}

/// The deferred parts of a tree, with the fetches that bring them: fragments, then the later items of lists, then fragments in those.
fn parts(
    tree: &Tree<'_>,
    division: &Division,
    brought: Brought,
    parts_before: u16,
) -> Vec<DeferredPart> {
    let shadows = tree.positions.iter().filter_map(|p| p.shadow.as_ref());
    let of_fragment = |shadow: &Shadow, fetches| DeferredPart {
        label: shadow.label.clone(),
        path: shadow.place.1.clone(),
        fetches,
        initial: None,
        in_later_items: Vec::new(),
    };
    let fragments = shadows.clone().zip(brought.fragments);
    let mut parts: Vec<DeferredPart> = fragments
        .map(|(shadow, fetches)| of_fragment(shadow, fetches))
        .collect();
    for ((_, used, _), fetches) in division.lists().zip(brought.lists) {
        let stream = tree.get(used).stream.as_deref();
        parts.push(DeferredPart {
            label: stream.and_then(|stream| stream.label.clone()),
            path: stream.map_or_else(Vec::new, |stream| stream.path.clone()),
            fetches,
            initial: stream.map(|stream| stream.initial.clone()),
            in_later_items: Vec::new(),
        });
    }
    let first_list = usize::from(tree.deferred_parts());
    let inside = division.fragments_inside(tree).zip(brought.in_later_items);
    for ((fragment, list), fetches) in inside {
        let fragment = usize::from(fragment) - 1;
        let Some(shadow) = shadows.clone().nth(fragment) else {
            continue;
        };
        // Bounded by the number of parts.
        let number = |index: usize| {
            DeferredId(parts_before.saturating_add(u16::try_from(index).unwrap_or(u16::MAX)))
        };
        let later = (number(first_list + list.index()), number(parts.len()));
        parts[fragment].in_later_items.push(later);
        parts.push(of_fragment(shadow, fetches));
    }
    parts
}
