//! A run with what it had after each of its steps, so that one which differs from it only from some step on need not begin anew.

use crate::search::entries::Reach;
use crate::search::ids::{BatchId, MAX_STEPS, NEVER};
use crate::search::steps::{Requests, Timetable};

/// What a run had after each step.
#[derive(Clone)]
pub(crate) struct History {
    /// By the number of steps done, from 0.
    tables: Vec<Timetable>,
    /// Who brought each leaf.
    bringers: Vec<Bringer>,
}

/// Who brings a leaf at the step at which it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bringer {
    Nobody,
    One(BatchId),
    Several,
}

impl Bringer {
    fn and(self, batch: BatchId) -> Self {
        match self {
            Self::Nobody => Self::One(batch),
            Self::One(known) if known == batch => self,
            Self::One(_) | Self::Several => Self::Several,
        }
    }
}

impl History {
    /// The run of these requests, up to step `last`.
    pub(crate) fn of(reach: &Reach, requests: &Requests, last: u8) -> Self {
        let mut history = Self {
            tables: vec![Timetable::empty(reach)],
            bringers: vec![Bringer::Nobody; reach.leaves.len()],
        };
        history.extend(reach, requests, last);
        history
    }

    /// With every request allowed, up to the step at which `wanted` are all there or after which nothing more can come.
    pub(crate) fn earliest(reach: &Reach, wanted: &[usize]) -> Self {
        let all = Requests::all(reach.batches);
        let mut history = Self::of(reach, &all, 0);
        while history.last() < MAX_STEPS {
            let progress = history.step(reach, &all);
            if history.end().has_all(wanted) || !progress {
                break;
            }
        }
        history
    }

    /// Goes on up to step `last`.
    pub(crate) fn extend(&mut self, reach: &Reach, requests: &Requests, last: u8) {
        while self.last() < last {
            self.step(reach, requests);
        }
    }

    /// Does step `from` and those after it again, with other requests than before.
    pub(crate) fn redo(&mut self, reach: &Reach, requests: &Requests, from: u8) {
        let last = self.last();
        let ready = self.tables[usize::from(last)].ready.iter();
        for (bringer, _) in self
            .bringers
            .iter_mut()
            .zip(ready)
            .filter(|(_, ready)| **ready >= from)
        {
            *bringer = Bringer::Nobody;
        }
        self.tables.truncate(usize::from(from));
        self.extend(reach, requests, last);
    }

    /// What it would have come to if step `from` and those after it had been done with these requests.
    pub(crate) fn otherwise(&self, reach: &Reach, requests: &Requests, from: u8) -> Timetable {
        let mut table = self.before(from).clone();
        for step in from..=self.last() {
            table.step(reach, requests, step);
        }
        table
    }

    /// Whether `wanted`, which this run brings, would still come without one of its requests; `requests` are the others.
    pub(crate) fn still_brings(
        &self,
        reach: &Reach,
        requests: &Requests,
        (batch, at): (BatchId, u8),
        wanted: &[usize],
    ) -> bool {
        let there = &self.tables[usize::from(at)].ready;
        let lost = |leaf: usize| there[leaf] == at && self.bringers[leaf] == Bringer::One(batch);
        // A request brings what is resolved in its own batch.
        if !(0..there.len()).any(lost) {
            return true;
        }
        if at == self.last() {
            return !wanted.iter().any(|&leaf| lost(leaf));
        }
        let mut table = self.tables[usize::from(at)].clone();
        for leaf in (0..there.len()).filter(|&leaf| lost(leaf)) {
            table.ready[leaf] = NEVER;
        }
        // An entry that had leaves to give at this step must give them again.
        table.at_hand.clone_from(&self.before(at).at_hand);
        for step in at + 1..=self.last() {
            table.step(reach, requests, step);
            // What comes later follows from what is there, by requests that are the same.
            let same = table.ready == self.tables[usize::from(step)].ready;
            if same || table.has_all(wanted) {
                return true;
            }
        }
        false
    }

    /// The number of steps done.
    pub(crate) fn last(&self) -> u8 {
        u8::try_from(self.tables.len() - 1).unwrap_or(MAX_STEPS)
    }

    /// What is there after the last.
    pub(crate) fn end(&self) -> &Timetable {
        &self.tables[self.tables.len() - 1]
    }

    fn before(&self, step: u8) -> &Timetable {
        &self.tables[usize::from(step) - 1]
    }

    fn step(&mut self, reach: &Reach, requests: &Requests) -> bool {
        let mut table = self.end().clone();
        let step = self.last() + 1;
        let bringers = &mut self.bringers;
        let progress = table.step_telling(reach, requests, step, |leaf, batch| {
            bringers[leaf] = bringers[leaf].and(batch);
        });
        self.tables.push(table);
        progress
    }
}
