//! Which root fields share a request: the cheapest way through all of them.

use apollo_compiler::Name;
use federation::SubgraphId;
use smallvec::smallvec;

use super::Run;
use crate::operation::collect::{Collected, CollectedFields, Selected};

/// A root field at one of its places in the response.
pub(super) struct Step<'d> {
    pub(super) key: &'d Name,
    pub(super) field: Collected<'d>,
    /// Who can be asked, and what it takes; empty for a meta-field.
    pub(super) options: Vec<(SubgraphId, Cost)>,
}

/// What it takes to answer something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cost {
    pub(super) steps: u32,
    pub(super) requests: u32,
    pub(super) weight: u64,
}

/// The cheapest way through the fields so far that ends with one option of the last one.
#[derive(Clone, Copy)]
struct Way {
    cost: Cost,
    /// The option of the field before, and whether that shares a request with this one.
    before: Option<(usize, bool)>,
}

impl Cost {
    /// Whether all comes with one request, at once.
    fn is_alone(self) -> bool {
        self.requests <= 1
    }

    fn after(self, before: Self, shared: bool) -> Self {
        let shared = u32::from(shared);
        Self {
            steps: before.steps + self.steps - shared.min(self.steps),
            requests: before.requests + self.requests - shared.min(self.requests),
            weight: before.weight.saturating_add(self.weight),
        }
    }
}

/// The fields in the order in which they are executed. One that is at several places, under different conditions, is
/// executed at the first of them that is included.
pub(super) fn in_order(collected: Selected<'_>) -> Vec<Step<'_>> {
    let mut placed = Vec::new();
    for (key, field) in collected.fields {
        for &(place, cond) in &field.places {
            let mut field = field.clone();
            field.cond = cond;
            field.places = smallvec![(place, cond)];
            let options = Vec::new();
            placed.push((
                place,
                Step {
                    key,
                    field,
                    options,
                },
            ));
        }
    }
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, step)| step).collect()
}

/// Chooses an option for each field and joins those that share a request. Meta-fields join whatever is before them.
pub(super) fn join(steps: Vec<Step<'_>>) -> Vec<Run<'_>> {
    let chosen = choose(&steps);
    let mut runs: Vec<Run<'_>> = Vec::new();
    for (step, chosen) in steps.into_iter().zip(chosen) {
        let shared = chosen.is_none_or(|(_, shared)| shared);
        let last = runs.last_mut().filter(|run| {
            // The same key at another place is another execution.
            shared && !run.selected.fields.contains_key(step.key)
        });
        let subgraph = chosen.map(|(subgraph, _)| subgraph);
        match last {
            Some(run) => {
                run.subgraph = run.subgraph.or(subgraph);
                run.selected.fields.insert(step.key, step.field);
            }
            None => runs.push(Run {
                selected: Selected {
                    fields: CollectedFields::from_iter([(step.key, step.field)]),
                    deferred: Vec::new(),
                },
                subgraph,
            }),
        }
    }
    runs
}

/// For each field, who is asked, and whether with the request of the field before; nothing for meta-fields.
fn choose(steps: &[Step<'_>]) -> Vec<Option<(SubgraphId, bool)>> {
    let fields: Vec<&Step<'_>> = steps.iter().filter(|s| !s.options.is_empty()).collect();
    let mut ways: Vec<Vec<Way>> = Vec::with_capacity(fields.len());
    for (index, field) in fields.iter().enumerate() {
        let before = index
            .checked_sub(1)
            .map(|index| (fields[index], &ways[index]));
        let reach = |&(subgraph, cost): &(SubgraphId, Cost)| {
            let Some((last, ways)) = before else {
                return Some(Way { cost, before: None });
            };
            let ways = last.options.iter().zip(ways).enumerate();
            let ways = ways.map(|(option, (&(other, alone), way))| {
                let shared = other == subgraph && alone.is_alone() && last.key != field.key;
                Way {
                    cost: cost.after(way.cost, shared),
                    before: Some((option, shared)),
                }
            });
            ways.min_by_key(|way| way.cost)
        };
        ways.push(field.options.iter().filter_map(reach).collect());
    }
    let mut chosen = Vec::with_capacity(fields.len());
    let mut option = ways
        .last()
        .and_then(|last| (0..last.len()).min_by_key(|&option| last[option].cost));
    for (field, ways) in fields.iter().zip(&ways).rev() {
        let Some(way) = option.and_then(|option| ways.get(option)) else {
            break;
        };
        let subgraph = field.options[option.unwrap_or(0)].0;
        chosen.push((subgraph, way.before.is_some_and(|(_, shared)| shared)));
        option = way.before.map(|(before, _)| before);
    }
    let mut chosen = chosen.into_iter().rev();
    let next = |step: &Step<'_>| match step.options.is_empty() {
        true => None,
        false => chosen.next(),
    };
    steps.iter().map(next).collect()
}
