//! What planning may cost, in units of work rather than in time: the same operation is planned, or refused, on every machine.
//!
//! A unit is about one visit of a selected field, of an entry of the search or of a source of a value: some tens of nanoseconds. What compares many things
//! with many others takes units for the comparisons.

use std::cell::{Cell, OnceCell};

use crate::error::PlanError;
use crate::turns::{Turn, Turns};

/// A plan is large from this part of a bound on, the one on its work or the one on its selected fields.
const LARGE: usize = 8;

/// The budget of one operation, and what planning it has taken so far.
#[derive(Debug)]
pub struct Work {
    bound: usize,
    left: Cell<usize>,
    /// What was taken of the budgets before this one.
    before: Cell<usize>,
    /// Where large plans are made one at a time: whose turn it is.
    turns: Option<Turns>,
    turn: OnceCell<Turn>,
    /// With fewer units left than these, the plan is large; 0 where that makes no difference (any more).
    small: Cell<usize>,
}

impl Work {
    /// This many units.
    pub fn new(bound: usize) -> Self {
        Self {
            bound,
            left: Cell::new(bound),
            before: Cell::new(0),
            turns: None,
            turn: OnceCell::new(),
            small: Cell::new(0),
        }
    }

    /// The same for a plan that waits for its turn, on this thread, once it turns out to be large; it has the turn until this is dropped.
    pub fn taking_turns(bound: usize, turns: &Turns) -> Self {
        Self {
            turns: Some(turns.clone()),
            small: Cell::new(bound - bound / LARGE),
            ..Self::new(bound)
        }
    }

    /// The units taken so far: not more than there were, or twice or three times as many where a plan was given up for a simpler one.
    pub fn used(&self) -> usize {
        self.before.get() + self.bound - self.left.get()
    }

    /// As many units as at first, for another plan.
    pub(crate) fn renew(&self) {
        self.before.set(self.used());
        self.left.set(self.bound);
    }

    /// Takes units; none are left when there are not this many.
    pub(crate) fn take(&self, units: usize) {
        let left = self.left.get().saturating_sub(units);
        self.left.set(left);
        if left < self.small.get() {
            self.is_large();
        }
    }

    /// Takes note that so many of at most `bound` fields are selected.
    pub(crate) fn selected(&self, fields: usize, bound: usize) {
        if fields > bound / LARGE && self.small.get() > 0 {
            self.is_large();
        }
    }

    /// Waits for the turn, unless the plan has it.
    #[cold]
    fn is_large(&self) {
        self.small.set(0);
        if let Some(turns) = &self.turns {
            self.turn.get_or_init(|| turns.take());
        }
    }

    pub(crate) fn left(&self) -> usize {
        self.left.get()
    }

    /// Takes units for what comes next.
    ///
    /// # Errors
    ///
    /// When nothing is left.
    pub(crate) fn spend(&self, units: usize) -> Result<(), PlanError> {
        self.take(units);
        self.check()
    }

    /// # Errors
    ///
    /// When nothing is left.
    pub(crate) fn check(&self) -> Result<(), PlanError> {
        match self.left.get() {
            0 => Err(PlanError::Limit {
                what: "units of work",
                bound: self.bound,
            }),
            _ => Ok(()),
        }
    }
}
