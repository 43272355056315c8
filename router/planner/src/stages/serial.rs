//! The root fields of a mutation, one after the other
//! (<https://spec.graphql.org/September2025/#sec-Mutation>).
//!
//! Each is executed by one subgraph, once: whatever else is selected below it comes by entity fetches. It ends, with everything below it,
//! before the next one begins, so fields that follow each other share a request only where nothing below any but the last
//! needs another one.
//!
//! Where several subgraphs have a field (`@shareable`), what it takes is found out for each, and the cheapest way
//! through all fields is taken: the fewest steps, then the fewest requests, then the least data.

mod join;

use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;
use federation::{SubgraphId, Supergraph};

use self::join::{Cost, Step, in_order, join};
use crate::error::PlanError;
use crate::graph::{Graph, TypeId};
use crate::operation::collect::{Collected, CollectedFields, Selected};
use crate::operation::condition::Conditions;
use crate::operation::ids::{PositionId, UseId};
use crate::operation::tree::Tree;
use crate::search::assign::Assignment;
use crate::search::entries::{Pin, Pins};
use crate::stages::planning::{Planning, Solved};
use crate::stages::stop::Stop;
use crate::work::Work;

/// Fields of a mutation's type that are selected below the root, and that several subgraphs have, at most.
const MAX_BELOW: usize = 32;

/// Root fields that are answered together.
pub(crate) struct Run<'d> {
    pub(crate) selected: Selected<'d>,
    /// Who is asked, for a mutation.
    subgraph: Option<SubgraphId>,
}

impl<'a> Planning<'a> {
    /// The root fields that are answered together: all of them, or some of a mutation.
    pub(crate) fn runs(
        &self,
        collected: Selected<'a>,
        conditions: &mut Conditions<'a>,
    ) -> Result<Vec<Run<'a>>, Stop> {
        if self.operation.operation_type != OperationType::Mutation {
            return Ok(vec![Run {
                selected: collected,
                subgraph: None,
            }]);
        }
        let mut steps = in_order(collected);
        let several = steps.len() > 1;
        let candidates = steps
            .iter()
            .map(|step| self.resolvers(&step.field, conditions));
        let candidates: Vec<_> = candidates.collect::<Result<_, _>>()?;
        let trials: usize = candidates.iter().flatten().map(Vec::len).sum();
        let budget = self.effort / trials.max(1);
        for (step, candidates) in steps.iter_mut().zip(candidates) {
            let Some(candidates) = candidates else {
                continue;
            };
            step.options = match *candidates {
                [only] if !several => vec![(only, Cost::default())],
                _ => self.options(step, &candidates, conditions, budget)?,
            };
        }
        Ok(join(steps))
    }

    /// Who resolves a root field; `None` for meta-fields, and for what the client may not see.
    fn resolvers(
        &self,
        field: &Collected<'_>,
        conditions: &mut Conditions<'_>,
    ) -> Result<Option<Vec<SubgraphId>>, PlanError> {
        let open = field.open(conditions)?;
        let first = open.fields.first();
        Ok(first.and_then(|(first, _)| self.subgraphs_of(self.root, &first.name)))
    }

    fn subgraphs_of(&self, ty: TypeId, field: &Name) -> Option<Vec<SubgraphId>> {
        let node = self.indexed.graph.field(ty, field)?;
        let resolving = node.at.iter().filter(|at| at.resolvable);
        Some(resolving.map(|at| at.lane.subgraph).collect())
    }

    /// Those of the candidates who can answer a root field with all that is below it.
    ///
    /// # Errors
    ///
    /// Why the first one cannot, when none can.
    fn options(
        &self,
        step: &Step<'a>,
        candidates: &[SubgraphId],
        conditions: &mut Conditions<'a>,
        budget: usize,
    ) -> Result<Vec<(SubgraphId, Cost)>, Stop> {
        let run = |subgraph| Run {
            selected: Selected {
                fields: CollectedFields::from_iter([(step.key, step.field.clone())]),
                deferred: Vec::new(),
            },
            subgraph: Some(subgraph),
        };
        let mut options = Vec::new();
        let mut failed = None;
        for &subgraph in candidates {
            match self.try_out(&run(subgraph), Pins::default(), conditions, budget)? {
                Ok(cost) => options.push((subgraph, cost)),
                Err(stop) => failed = Some(worse(failed, stop)),
            }
        }
        match failed {
            Some(stop) if options.is_empty() => Err(stop),
            _ => Ok(options),
        }
    }

    /// What a run takes with some fields pinned, or why it has no plan.
    fn try_out(
        &self,
        run: &Run<'a>,
        mut pins: Pins,
        conditions: &mut Conditions<'a>,
        budget: usize,
    ) -> Result<Result<Cost, Stop>, Stop> {
        let (mut tree, root) = self.tree(&run.selected, conditions)?;
        pins.pinned
            .extend(root_pins(run, &tree.position(root).uses));
        let solved = self.solve(&mut tree, pins, budget);
        *conditions = std::mem::replace(&mut tree.conditions, Conditions::new(self.work));
        Ok(solved.map(|solved| solved.map_or_else(Cost::default, |solved| solved.cost(self.work))))
    }

    /// Who is asked for the fields that have effects.
    ///
    /// # Errors
    ///
    /// When a field below the root cannot be obtained from any one subgraph, or there are too many.
    pub(crate) fn pins(
        &self,
        run: &Run<'a>,
        tree: &mut Tree<'a>,
        root: PositionId,
    ) -> Result<Pins, Stop> {
        let mut pins = Pins::default();
        let mut compared = 0;
        for (used, ty, name) in self.below_the_root(tree) {
            let candidates = self.subgraphs_of(ty, &name).unwrap_or_default();
            let subgraph = match *candidates {
                [only] => only,
                _ => {
                    compared += 1;
                    if compared > MAX_BELOW {
                        return Err(Stop::Error(PlanError::Limit {
                            what: "fields of a mutation below its root",
                            bound: MAX_BELOW,
                        }));
                    }
                    self.cheapest(run, &pins, used, &candidates, &mut tree.conditions)?
                }
            };
            pins.pinned.push(Pin {
                used,
                subgraph,
                alone: false,
            });
        }
        let at_root = &tree.position(root).uses;
        pins.pinned.extend(root_pins(run, at_root));
        Ok(pins)
    }

    /// The selected fields of a mutation's type that are not at the root.
    fn below_the_root(&self, tree: &Tree<'_>) -> Vec<(UseId, TypeId, Name)> {
        let Some(mutation) = self.indexed.mutation_below else {
            return Vec::new();
        };
        let uses = (0u32..).map(UseId).zip(&tree.uses);
        let below = uses.filter(|(_, used)| {
            tree.position(used.position).parent.is_some() && used.on.contains(&mutation)
        });
        below
            .map(|(id, used)| (id, mutation, used.name.clone()))
            .collect()
    }

    /// The candidate that makes the plan the cheapest.
    fn cheapest(
        &self,
        run: &Run<'a>,
        pins: &Pins,
        used: UseId,
        candidates: &[SubgraphId],
        conditions: &mut Conditions<'a>,
    ) -> Result<SubgraphId, Stop> {
        let budget = self.effort / MAX_BELOW / candidates.len().max(1);
        let mut best: Option<(Cost, SubgraphId)> = None;
        let mut failed = None;
        for &subgraph in candidates {
            let mut pins = pins.clone();
            pins.pinned.push(Pin {
                used,
                subgraph,
                alone: false,
            });
            match self.try_out(run, pins, conditions, budget)? {
                Ok(cost) if best.is_none_or(|(least, _)| cost < least) => {
                    best = Some((cost, subgraph));
                }
                Ok(_) => {}
                Err(stop) => failed = Some(worse(failed, stop)),
            }
        }
        match (best, failed) {
            (Some((_, subgraph)), _) => Ok(subgraph),
            (None, failed) => Err(failed.unwrap_or(Stop::Refused(Vec::new()))),
        }
    }
}

impl Solved {
    fn cost(&self, work: &Work) -> Cost {
        let last = self.later.as_ref().unwrap_or(&self.first);
        let assignment = Assignment::new(&self.reach, &self.first, self.later.as_ref(), work);
        Cost {
            steps: u32::from(self.first.last),
            requests: last.requests.count(),
            weight: assignment.weight(),
        }
    }
}

/// Of two reasons, the one that planning can do something about: less can be deferred.
fn worse(known: Option<Stop>, other: Stop) -> Stop {
    match (known, other) {
        (Some(Stop::Refused(mut all)), Stop::Refused(more)) => {
            all.extend(more);
            Stop::Refused(all)
        }
        (Some(Stop::Error(_)), refused @ Stop::Refused(_)) => refused,
        (Some(known), _) => known,
        (None, other) => other,
    }
}

/// The fields of a run at the root: all of one subgraph, and all but the last without further requests.
fn root_pins(run: &Run<'_>, uses: &[UseId]) -> Vec<Pin> {
    let Some(subgraph) = run.subgraph else {
        return Vec::new();
    };
    let last = uses.last();
    let pin = |&used: &UseId| Pin {
        used,
        subgraph,
        alone: Some(&used) != last,
    };
    uses.iter().map(pin).collect()
}

/// The type of mutations, if a field leads to it.
pub(crate) fn mutation_below(supergraph: &Supergraph, graph: &Graph) -> Option<TypeId> {
    let name = supergraph.schema().root_operation(OperationType::Mutation);
    let mutation = graph.id(name?)?;
    let mut fields = graph.types.iter().flat_map(|ty| ty.fields.values());
    let leads = |target: TypeId| graph.ty(target).all.contains(&mutation);
    fields
        .any(|field| field.target.is_some_and(leads))
        .then_some(mutation)
}
