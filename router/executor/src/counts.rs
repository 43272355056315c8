//! How many items of streamed lists are delivered with what encloses them.

use planner::{DeferredId, InitialCount, QueryPlan, StreamedItems};

use crate::json::{List, Tree, Value};
use crate::variables::Variables;

/// For each deferred part of a plan, how many items of its list are delivered before; for a fragment, none.
#[derive(Debug)]
pub(crate) struct InitialCounts(Vec<usize>);

impl InitialCounts {
    /// Those of one execution. What is not a number of items counts as none: requests with such a variable are not executed.
    pub(crate) fn of(plan: &QueryPlan, variables: &Variables) -> Self {
        let counts = plan.deferred.iter().map(|part| match &part.initial {
            None => 0,
            Some(InitialCount::Fixed(count)) => usize::try_from(*count).unwrap_or(usize::MAX),
            Some(InitialCount::Variable(name)) => {
                let value = variables.get(name).and_then(|text| text.parse().ok());
                value.unwrap_or_default()
            }
        });
        Self(counts.collect())
    }

    pub(crate) fn get(&self, part: DeferredId) -> usize {
        let count = self.0.get(usize::from(part.0));
        count.copied().unwrap_or_default()
    }

    /// Which items of a list of that length are on one side of its count.
    pub(crate) fn range(
        &self,
        part: DeferredId,
        side: StreamedItems,
        len: usize,
    ) -> std::ops::Range<usize> {
        let count = self.get(part).min(len);
        match side {
            StreamedItems::First => 0..count,
            StreamedItems::Later => count..len,
        }
    }

    /// The items of a list on one side of its count.
    pub(crate) fn of_side<'t, 'a: 't>(
        &self,
        tree: &'t Tree<'a>,
        list: List<'a>,
        part: DeferredId,
        side: StreamedItems,
    ) -> impl Iterator<Item = Value<'a>> + use<'t, 'a> {
        let count = self.get(part);
        let (skipped, taken) = match side {
            StreamedItems::First => (0, count),
            StreamedItems::Later => (count, usize::MAX),
        };
        tree.items(list).skip(skipped).take(taken)
    }
}
