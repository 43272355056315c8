//! Chooses which requests are sent: the smallest set that still brings everything in the fewest steps.
//!
//! A request without which something would be missing is *forced*. When the forced ones do not suffice, sets of
//! growing size are tried, so that the first one found is the smallest; a budget bounds the trials, after which the best set of a
//! greedy descent is taken. It is minimal under removal, though it can be larger than the smallest.

use federation::SubgraphId;

use crate::reach::Reach;
use crate::steps::{Requests, Timetable};

/// A request: a subgraph and a step.
type Request = (SubgraphId, u8);

/// Finds the requests by which `wanted` comes within `last` steps. `budget` bounds the work: visits of entries.
pub(crate) fn choose(
    reach: &Reach,
    subgraphs: usize,
    last: u8,
    wanted: &[usize],
    budget: usize,
) -> Requests {
    let trial = reach.entries.len().max(1) * usize::from(last);
    let mut search = Search {
        reach,
        last,
        wanted,
        trials: budget / trial,
    };
    let candidates = candidates(reach, subgraphs, last);
    let mut full = Requests::none(subgraphs);
    for &request in &candidates {
        full.insert(request);
    }
    let mut forced = Requests::none(subgraphs);
    let mut free = Vec::new();
    for &request in &candidates {
        let mut without = full.clone();
        without.remove(request);
        if search.suffices(&without) {
            free.push(request);
        } else {
            forced.insert(request);
        }
    }
    if search.suffices(&forced) {
        return forced;
    }
    let greedy = search.descend(&full, &free);
    let size = free.iter().filter(|r| greedy.contains(r.0, r.1)).count();
    for size in 1..size {
        if let Some(found) = search.combine(&forced, &free, size) {
            return found;
        }
        if search.trials == 0 {
            break;
        }
    }
    greedy
}

/// The requests by which anything comes at all.
fn candidates(reach: &Reach, subgraphs: usize, last: u8) -> Vec<Request> {
    let all = Requests::all(subgraphs);
    let table = Timetable::within(reach, &all, last);
    let mut found: Vec<Request> = Vec::new();
    for (entry, index) in reach.entries.iter().zip(0..) {
        for step in 1..=last {
            let request = (entry.lane.subgraph, step);
            let starts = entry.root && step == 1
                || table.can_jump(reach, &all, crate::reach::EntryId(index), step);
            if starts && !found.contains(&request) {
                found.push(request);
            }
        }
    }
    found.sort_unstable_by_key(|&(subgraph, step)| (step, subgraph));
    found
}

struct Search<'a> {
    reach: &'a Reach,
    last: u8,
    wanted: &'a [usize],
    /// Trials left.
    trials: usize,
}

impl Search<'_> {
    /// Whether these requests bring all; taken for untrue when no trial is left.
    fn suffices(&mut self, requests: &Requests) -> bool {
        if self.trials == 0 {
            return false;
        }
        self.trials -= 1;
        let table = Timetable::run(self.reach, requests, self.last, self.wanted);
        self.wanted
            .iter()
            .all(|&leaf| table.ready(leaf) <= self.last)
    }

    /// Takes requests away, late ones first, while the rest suffices.
    fn descend(&mut self, full: &Requests, free: &[Request]) -> Requests {
        let mut kept = full.clone();
        for &request in free.iter().rev() {
            let mut without = kept.clone();
            without.remove(request);
            if self.suffices(&without) {
                kept = without;
            }
        }
        kept
    }

    /// Tries to add `size` of the free requests to the forced ones.
    fn combine(&mut self, base: &Requests, free: &[Request], size: usize) -> Option<Requests> {
        for (index, &request) in free.iter().enumerate() {
            if free.len() - index < size || self.trials == 0 {
                return None;
            }
            let mut with = base.clone();
            with.insert(request);
            if size > 1 {
                let found = self.combine(&with, &free[index + 1..], size - 1);
                if found.is_some() {
                    return found;
                }
            } else if self.suffices(&with) {
                return Some(with);
            }
        }
        None
    }
}
