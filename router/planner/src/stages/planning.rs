//! One operation on its way to a plan: the search of its requests.

use apollo_compiler::executable::{ExecutableDocument, Operation};

use rustc_hash::FxHashSet;

use crate::emit::variables::ClientVariables;
use crate::error::PlanError;
use crate::graph::{Lane, TypeId};
use crate::operation::defer::Deferring;
use crate::operation::tree::Tree;
use crate::search::assign::{Assignment, Stage};
use crate::search::entries::{Pins, Reach};
use crate::search::expect::Expected;
use crate::search::ids::{Leaf, NEVER};
use crate::search::refine::refine;
use crate::search::steps::{History, Requests, Timetable};
use crate::search::{choose, split};
use crate::stages::options::Indexed;
use crate::stages::stop::Stop;
use crate::stages::wanted::{Wanted, wanted};
use crate::work::Work;

/// One operation on its way to a plan.
pub(crate) struct Planning<'a> {
    pub(crate) indexed: &'a Indexed,
    pub(crate) work: &'a Work,
    pub(crate) document: &'a ExecutableDocument,
    pub(crate) operation: &'a Operation,
    pub(crate) root: TypeId,
    pub(crate) variables: &'a ClientVariables<'a>,
    pub(crate) deferring: Deferring<'a>,
    /// The slow fields that are asked apart; `None` when none can be.
    pub(crate) apart: Option<&'a [u16]>,
    /// The work of all searches for the fewest requests, in units.
    pub(crate) effort: usize,
}

/// The search of a tree, done.
pub(crate) struct Solved {
    pub(crate) reach: Reach,
    pub(crate) first: Stage,
    pub(crate) later: Option<Stage>,
    /// For each deferred part, the leaves that are wanted.
    pub(crate) deferred: Vec<Vec<usize>>,
}

impl<'a> Planning<'a> {
    /// The requests by which all that is selected comes; nothing when nothing has to. `budget` is the work of looking for the fewest.
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
        let subgraphs = self.indexed.supergraph.subgraphs().len();
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
        reach.expected = Expected::of(tree, &reach.leaves);
        if initial.is_empty() && deferred.iter().all(Vec::is_empty) {
            return Ok(None);
        }
        self.work.check()?;
        let stages = if deferred.iter().all(Vec::is_empty) {
            1
        } else {
            2
        };
        let budget = budget / stages;
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
                let wanted: Vec<usize> = deferred.iter().flatten().copied().collect();
                reach.place_required(tree, &first.table, &wanted);
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
        let mut all = History::earliest(reach, &wanted);
        self.work.take(reach.size() * usize::from(all.last()));
        let missing = |leaf: &usize| all.end().ready(*leaf) == NEVER;
        if wanted.iter().any(missing) {
            return Err(wanted.into_iter().filter(missing).collect());
        }
        if let Some(before) = before {
            all.extend(reach, &Requests::all(reach.batches), before.last);
        }
        let mut candidates = choose::candidates(reach, &all);
        let none = Requests::none(reach.batches);
        let sent = before.map_or(&none, |before| &before.requests);
        let (requests, forced) =
            choose::choose(reach, sent, &all, &candidates, &wanted, budget, self.work);
        candidates.retain(|request| !forced.contains(request));
        Ok(Stage {
            table: Timetable::within(reach, &requests, all.last()),
            wanted,
            requests,
            exchangeable: candidates,
            last: all.last(),
        })
    }
}

/// The deferred fragments for which leaves are wanted that cannot be obtained.
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
