//! What planning may cost, in units of work rather than in time: the same operation is planned, or refused, on every machine.
//!
//! A unit is about one visit of a selected field, of an entry of the search or of a source of a value: some tens of nanoseconds. What compares many things
//! with many others takes units for the comparisons.

use std::cell::Cell;

use crate::error::PlanError;

/// The budget of one operation, and what planning it has taken so far.
#[derive(Debug)]
pub struct Work {
    bound: usize,
    left: Cell<usize>,
    /// What was taken of the budgets before this one.
    before: Cell<usize>,
}

impl Work {
    /// This many units.
    pub fn new(bound: usize) -> Self {
        Self {
            bound,
            left: Cell::new(bound),
            before: Cell::new(0),
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
        self.left.set(self.left.get().saturating_sub(units));
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
