//! How large the plan of an operation is.

use planner::QueryPlan;

use super::PlanSize;

impl PlanSize {
    /// Counts the requests of a plan, and the longest chain of those that wait for each other.
    pub(super) fn of(plan: &QueryPlan) -> Self {
        // What a fetch depends on comes before it.
        let mut depths: Vec<usize> = Vec::with_capacity(plan.fetches.len());
        for fetch in &plan.fetches {
            let before = fetch
                .depends_on
                .iter()
                .filter_map(|id| depths.get(usize::try_from(id.0).ok()?));
            depths.push(1 + before.max().copied().unwrap_or_default());
        }
        Self {
            requests: plan.fetches.len(),
            steps: depths.into_iter().max().unwrap_or_default(),
        }
    }
}
