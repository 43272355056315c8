//! Whether the files of a request can be sent with what asks for them: they are read once, while they are sent.

use planner::{Fetch, FetchTarget, QueryPlan};

use crate::variables::Variables;

/// Why files cannot go to where an operation has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misplaced {
    /// More than one request to subgraphs has them; a file is sent as it comes, once.
    Several,
    /// The request that has them asks for something of an entity, and so waits for others.
    Entity,
}

/// Whether all files go with one request, for root fields, which is sent at once.
///
/// # Errors
/// Why they do not.
pub fn check_files(plan: &QueryPlan, variables: &Variables) -> Result<(), Misplaced> {
    if variables.files().is_empty() {
        return Ok(());
    }
    let is_sent = |fetch: &&Fetch| {
        fetch.condition.is_none_or(|id| {
            let condition = plan.conditions.get(id.0 as usize);
            condition.is_some_and(|condition| variables.satisfy(condition))
        })
    };
    let has_files = |fetch: &&Fetch| variables.files_of(fetch).next().is_some();
    let mut fetches = plan.fetches.iter().filter(is_sent).filter(has_files);
    let first = fetches.next();
    if fetches.next().is_some() {
        return Err(Misplaced::Several);
    }
    match first.map(|fetch| &fetch.target) {
        Some(FetchTarget::Entities(_) | FetchTarget::RootAt(_)) => Err(Misplaced::Entity),
        Some(FetchTarget::Root) | None => Ok(()),
    }
}
