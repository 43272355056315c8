//! How large the plan of an operation is.

use planner::QueryPlan;

use super::PlanSize;

impl PlanSize {
    /// Counts the requests of a plan, and the longest chain of those that wait for each other.
    pub(super) fn of(plan: &QueryPlan) -> Self {
        Self {
            requests: plan.fetches.len(),
            steps: plan.steps().into_iter().max().unwrap_or_default(),
        }
    }
}
