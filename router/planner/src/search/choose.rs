//! Chooses which requests are sent: the smallest set that still brings everything in the fewest steps.
//!
//! A request without which something would be missing is *forced*. When the forced ones do not suffice, branch and bound decides
//! about the others one by one: each is sent, or it is not, which forces further ones. A branch ends when it cannot become smaller
//! than the best set so far; the first of these comes from a greedy descent. The trials are bounded: when none is left, the best set
//! so far is taken, which can then be larger than the smallest.

use std::borrow::Cow;

use crate::search::entries::Reach;
use crate::search::ids::{BatchId, EntryId};
use crate::search::steps::{History, Requests, Timetable};
use crate::work::Work;

/// A request: a batch and a step.
pub(crate) type Request = (BatchId, u8);

/// Finds the requests, beside those of `sent`, by which `wanted` comes as early as in the run of `all` candidates, which brings it.
/// `budget` bounds the work of the trials, in units. Beside them, those of which it is known that no others do instead.
pub(crate) fn choose(
    reach: &Reach,
    sent: &Requests,
    all: &History,
    candidates: &[Request],
    wanted: &[usize],
    budget: usize,
    work: &Work,
) -> (Requests, Vec<Request>) {
    let last = all.last();
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
    let mut full = sent.clone();
    for &request in candidates {
        full.insert(request);
    }
    let further = candidates.iter().copied();
    let further: Vec<Request> = further
        .filter(|&(batch, step)| !sent.contains(batch, step))
        .collect();
    let (forced, free) = search.force(&full, all, &further);
    let mut included = sent.clone();
    for &request in &forced {
        included.insert(request);
    }
    // Without trials, requests are taken for forced that are not.
    let known = match search.trials {
        0 => Vec::new(),
        _ => forced.clone(),
    };
    if search.suffices(&included) {
        return (included, known);
    }
    let (greedy, size) = search.descend(&full, all, &free);
    search.best = (greedy, forced.len() + size);
    search.branch(&full, &included, forced.len(), &free);
    (search.best.0, known)
}

/// The requests by which anything comes at all in the steps of a run that may send every one.
pub(crate) fn candidates(reach: &Reach, run: &History) -> Vec<Request> {
    let all = Requests::all(reach.batches);
    let table = run.end();
    let mut found: Vec<Request> = Vec::new();
    let mut known = Requests::none(reach.batches);
    for (entry, index) in reach.entries.iter().zip(0..) {
        for step in 1..=run.last() {
            let starts = !known.contains(entry.batch, step)
                && (entry.root && step == 1 || table.can_jump(reach, &all, EntryId(index), step));
            if starts {
                known.insert((entry.batch, step));
                found.push((entry.batch, step));
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
        self.may_try() && Timetable::brings(self.reach, requests, self.last, self.wanted)
    }

    /// Whether all that the run of `allowed` brings comes without one of them, too; taken for untrue when no trial is left.
    fn spares(&mut self, allowed: &mut Requests, run: &History, request: Request) -> bool {
        if !self.may_try() {
            return false;
        }
        allowed.remove(request);
        let spared = run.still_brings(self.reach, allowed, request, self.wanted);
        debug_assert_eq!(
            spared,
            Timetable::brings(self.reach, allowed, self.last, self.wanted),
            "a trial comes to what a run from the beginning comes to"
        );
        allowed.insert(request);
        spared
    }

    /// Takes a trial, where one is left.
    fn may_try(&mut self) -> bool {
        if self.trials == 0 || self.work.left() == 0 {
            return false;
        }
        self.trials -= 1;
        self.work.take(self.trial);
        true
    }

    /// Parts requests into those that `allowed`, of which this is the run, cannot spare, and the others.
    fn force(
        &mut self,
        allowed: &Requests,
        run: &History,
        requests: &[Request],
    ) -> (Vec<Request>, Vec<Request>) {
        let mut allowed = allowed.clone();
        let requests = requests.iter().copied();
        requests.partition(|&request| !self.spares(&mut allowed, run, request))
    }

    /// Takes requests away, late ones first, while the rest suffices; gives that and how many of `free` are in it.
    fn descend(&mut self, full: &Requests, run: &History, free: &[Request]) -> (Requests, usize) {
        let mut kept = full.clone();
        let mut run = Cow::Borrowed(run);
        let mut size = free.len();
        for &request in free.iter().rev() {
            if self.spares(&mut kept, &run, request) {
                kept.remove(request);
                run.to_mut().redo(self.reach, &kept, request.1);
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
        let run = History::of(self.reach, &without, self.last);
        let (forced, rest) = self.force(&without, &run, rest);
        let mut with = included.clone();
        for &request in &forced {
            with.insert(request);
        }
        self.branch(&without, &with, size + forced.len(), &rest);
    }
}
