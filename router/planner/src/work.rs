//! What planning may cost, in units of work rather than in time: the same operation is planned, or refused, on every machine.
//!
//! A unit is about one visit of a selected field, of an entry of the search or of a source of a value: some tens of nanoseconds. What compares many things
//! with many others takes units for the comparisons.

use std::cell::Cell;

use crate::error::PlanError;

/// A plan is small up to this part of a bound, of the one on its work and the one on its selected fields.
const SMALL: usize = 40;

/// The budget of one operation, and what planning it has taken so far.
#[derive(Debug)]
pub struct Work {
    bound: usize,
    left: Cell<usize>,
    /// What was taken of the budgets before this one.
    before: Cell<usize>,
    /// A plan that leaves fewer units is not made, as it is large; 0 where it may be.
    least: usize,
}

impl Work {
    /// This many units.
    pub fn new(bound: usize) -> Self {
        Self {
            bound,
            left: Cell::new(bound),
            before: Cell::new(0),
            least: 0,
        }
    }

    /// The same for a plan that is given up as soon as it turns out to be large.
    pub fn small(bound: usize) -> Self {
        Self {
            least: bound - bound / SMALL,
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
        self.left.set(self.left.get().saturating_sub(units));
    }

    /// Takes units; says whether any are left.
    pub(crate) fn pays(&self, units: usize) -> bool {
        self.take(units);
        self.left() > 0
    }

    /// What can still be taken.
    pub(crate) fn left(&self) -> usize {
        match self.left.get() {
            left if left < self.least => 0,
            left => left,
        }
    }

    /// Takes note of the number of fields that are selected, of at most `bound`.
    ///
    /// # Errors
    ///
    /// When these are too many for a small plan, and it must be one.
    pub(crate) fn selected(&self, fields: usize, bound: usize) -> Result<(), PlanError> {
        match self.least > 0 && fields > bound / SMALL {
            true => Err(PlanError::Large),
            false => Ok(()),
        }
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
            left if left < self.least => Err(PlanError::Large),
            0 => Err(PlanError::Limit {
                what: "units of work",
                bound: self.bound,
            }),
            _ => Ok(()),
        }
    }
}
