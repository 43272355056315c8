//! Chooses which requests are sent: the smallest set that still brings everything in the fewest steps.
//!
//! A request without which something would be missing is *forced*. When the forced ones do not suffice, branch and bound decides
//! about the others one by one: each is sent, or it is not, which forces further ones. A branch ends when it cannot become smaller
//! than the best set so far; the first of these comes from a greedy descent. The trials are bounded: when none is left, the best set
//! so far is taken, which can then be larger than the smallest.

use crate::search::entries::Reach;
use crate::search::ids::BatchId;
use crate::search::steps::{Requests, Timetable};
use crate::work::Work;

/// A request: a batch and a step.
pub(crate) type Request = (BatchId, u8);

/// Finds the requests, beside those of `sent`, by which `wanted` comes within `last` steps. `budget` bounds the work of the
/// trials, in units.
pub(crate) fn choose(
    reach: &Reach,
    sent: &Requests,
    last: u8,
    wanted: &[usize],
    budget: usize,
    work: &Work,
) -> Requests {
    let trial = (reach.size().max(1) + wanted.len() / 4) * usize::from(last);
    let mut search = Search {
        reach,
        last,
        wanted,
        trials: budget.min(work.left() / 2) / trial,
        trial,
        work,
        best: (sent.clone(), usize::MAX),
    };
    let mut candidates = candidates(reach, last);
    candidates.retain(|&(batch, step)| !sent.contains(batch, step));
    let mut full = sent.clone();
    for &request in &candidates {
        full.insert(request);
    }
    let (forced, free) = search.force(&full, &candidates);
    let mut included = sent.clone();
    for &request in &forced {
        included.insert(request);
    }
    if search.suffices(&included) {
        return included;
    }
    let (greedy, size) = search.descend(&full, &free);
    search.best = (greedy, forced.len() + size);
    search.branch(&full, &included, forced.len(), &free);
    search.best.0
}

/// The requests by which anything comes at all.
pub(crate) fn candidates(reach: &Reach, last: u8) -> Vec<Request> {
    let all = Requests::all(reach.batches);
    let table = Timetable::within(reach, &all, last);
    let mut found: Vec<Request> = Vec::new();
    for (entry, index) in reach.entries.iter().zip(0..) {
        for step in 1..=last {
            let request = (entry.batch, step);
            let starts = entry.root && step == 1
                || table.can_jump(reach, &all, crate::search::ids::EntryId(index), step);
            if starts && !found.contains(&request) {
                found.push(request);
            }
        }
    }
    found.sort_unstable_by_key(|&(batch, step)| (step, batch));
    found
}

struct Search<'a> {
    reach: &'a Reach,
    last: u8,
    wanted: &'a [usize],
    /// Trials left.
    trials: usize,
    /// What one takes.
    trial: usize,
    work: &'a Work,
    /// The smallest set so far, and its size.
    best: (Requests, usize),
}

impl Search<'_> {
    /// Whether these requests bring all; taken for untrue when no trial is left.
    fn suffices(&mut self, requests: &Requests) -> bool {
        if self.trials == 0 {
            return false;
        }
        self.trials -= 1;
        self.work.take(self.trial);
        let table = Timetable::run(self.reach, requests, self.last, self.wanted);
        self.wanted
            .iter()
            .all(|&leaf| table.ready(leaf) <= self.last)
    }

    /// Parts requests into those that `allowed` cannot spare, and the others.
    fn force(&mut self, allowed: &Requests, requests: &[Request]) -> (Vec<Request>, Vec<Request>) {
        requests.iter().copied().partition(|&request| {
            let mut without = allowed.clone();
            without.remove(request);
            !self.suffices(&without)
        })
    }

    /// Takes requests away, late ones first, while the rest suffices; gives that and how many of `free` are in it.
    fn descend(&mut self, full: &Requests, free: &[Request]) -> (Requests, usize) {
        let mut kept = full.clone();
        let mut size = free.len();
        for &request in free.iter().rev() {
            let mut without = kept.clone();
            without.remove(request);
            if self.suffices(&without) {
                kept = without;
                size -= 1;
            }
        }
        (kept, size)
    }

    /// Decides about `free` requests; `allowed` are all that are not excluded, and suffice.
    fn branch(&mut self, allowed: &Requests, included: &Requests, size: usize, free: &[Request]) {
        if size >= self.best.1 || self.trials == 0 {
            return;
        }
        if self.suffices(included) {
            self.best = (included.clone(), size);
            return;
        }
        let Some((&request, rest)) = free.split_first().filter(|_| size + 1 < self.best.1) else {
            return;
        };
        let mut with = included.clone();
        with.insert(request);
        self.branch(allowed, &with, size + 1, rest);
        let mut without = allowed.clone();
        without.remove(request);
        if !self.suffices(&without) {
            return;
        }
        let (forced, rest) = self.force(&without, rest);
        let mut with = included.clone();
        for &request in &forced {
            with.insert(request);
        }
        self.branch(&without, &with, size + forced.len(), &rest);
    }
}
