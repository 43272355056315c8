//! What planning may cost, in units of work rather than in time: the same operation is planned, or refused, on every machine.
//!
//! A unit is about one visit of a selected field, of an entry of the search or of a source of a value: some ten nanoseconds.

use std::cell::Cell;

use crate::error::PlanError;

/// What is left of the budget of one operation.
pub(crate) struct Work {
    bound: usize,
    left: Cell<usize>,
}

impl Work {
    pub(crate) fn new(bound: usize) -> Self {
        Self {
            bound,
            left: Cell::new(bound),
        }
    }

    /// Takes units; none are left when there are not so many.
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
