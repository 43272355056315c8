//! Why planning ends without a plan.

use crate::error::PlanError;
use crate::operation::defer::Place;

/// Why planning ends without a plan.
pub(crate) enum Stop {
    Error(PlanError),
    /// These cannot be deferred.
    Refused(Vec<Place>),
    /// These are to be asked apart.
    HeldUp(Vec<u16>),
}

impl From<PlanError> for Stop {
    fn from(error: PlanError) -> Self {
        Self::Error(error)
    }
}
