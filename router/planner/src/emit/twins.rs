//! Places that share one `_entities` field: what is sent and selected is the same, and so is what the data keys below mean, so that an object
//! that occurs at several of them is fetched once and merged into all.

use std::hash::BuildHasher as _;

use apollo_compiler::Name;
use apollo_compiler::Node;
use apollo_compiler::ast::Directive;
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::emit::selection::Selection;
use crate::error::PlanError;
use crate::graph::TypeId;
use crate::operation::ids::PositionId;
use crate::operation::tree::Tree;
use crate::plan::{ConditionId, Representation};

/// What must be the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Request<'r> {
    pub(crate) selections: &'r [Selection],
    pub(crate) representations: &'r [Representation],
    pub(crate) condition: Option<ConditionId>,
}

impl Request<'_> {
    fn hash(&self) -> u64 {
        FxBuildHasher.hash_one(self)
    }
}

/// What the data keys at a position and below it mean; equal numbers mean the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Meaning(u32);

/// One field of a meaning: its data key, what it is selected of, what it is (the arguments by their address), and the meaning below.
type Field<'t> = (
    &'t Name,
    &'t [TypeId],
    &'t Name,
    usize,
    &'t [Node<Directive>],
    Option<Meaning>,
);

/// The meaning of each position of a tree.
pub(crate) struct Meanings {
    of: Vec<Meaning>,
}

impl Meanings {
    pub(crate) fn new(tree: &Tree<'_>) -> Self {
        let units = tree.uses.iter().map(|used| 1 + used.units).sum::<usize>();
        tree.work.take(tree.positions.len() + units);
        let mut of = vec![Meaning(0); tree.positions.len()];
        let mut known: FxHashMap<Vec<Field<'_>>, Meaning> = FxHashMap::default();
        // Positions follow those above them.
        for (index, position) in tree.positions.iter().enumerate().rev() {
            let fields = position.uses.iter().map(|&used| {
                let selected = tree.get(used);
                let below = selected.sub.and_then(|sub| of.get(sub.0 as usize));
                (
                    &selected.data_key,
                    &*selected.on,
                    &selected.name,
                    selected.arguments_text.address(),
                    &*selected.directives,
                    below.copied(),
                )
            });
            let next = Meaning(u32::try_from(known.len()).unwrap_or(u32::MAX));
            of[index] = *known.entry(fields.collect()).or_insert(next);
        }
        Self { of }
    }

    fn get(&self, position: PositionId) -> Option<Meaning> {
        self.of.get(position.0 as usize).copied()
    }
}

/// Finds the one of some numbered things that a place can join.
#[derive(Default)]
pub(crate) struct Twins {
    /// By the hash of what is asked for: those that may ask for it.
    by_request: FxHashMap<u64, Vec<usize>>,
    /// For each thing, a place of each meaning that it has.
    places: Vec<Vec<PositionId>>,
}

impl Twins {
    /// The thing that a place has joined; or the number of a new one, if there is none that asks for the same where data keys mean the same.
    ///
    /// # Errors
    ///
    /// When the budget of work is used up.
    pub(crate) fn join<'r>(
        &mut self,
        tree: &Tree<'_>,
        meanings: impl FnOnce() -> &'r Meanings,
        position: PositionId,
        request: Request<'r>,
        known: impl Fn(usize) -> Request<'r>,
    ) -> Result<usize, PlanError> {
        tree.work.spend(16)?;
        let candidates = self.by_request.entry(request.hash()).or_default();
        if !candidates.is_empty() {
            let meanings = meanings();
            let meaning = meanings.get(position);
            for &index in candidates.iter() {
                tree.work.spend(16 + request.selections.len())?;
                if known(index) != request {
                    continue;
                }
                let places = &mut self.places[index];
                if places.iter().any(|&known| meanings.get(known) == meaning) {
                    return Ok(index);
                }
                tree.work.spend(16 * places.len())?;
                if places.iter().all(|&other| tree.agree(other, position)) {
                    places.push(position);
                    return Ok(index);
                }
            }
        }
        let index = self.places.len();
        candidates.push(index);
        self.places.push(vec![position]);
        Ok(index)
    }
}
