//! A run with what it had after each of its steps, so that one which differs from it only from some step on need not begin anew.

use crate::search::entries::Reach;
use crate::search::ids::MAX_STEPS;
use crate::search::steps::{Requests, Timetable};

/// What a run had after each step.
#[derive(Clone)]
pub(crate) struct History {
    /// By the number of steps done, from 0.
    tables: Vec<Timetable>,
}

impl History {
    /// The run of these requests, up to step `last`.
    pub(crate) fn of(reach: &Reach, requests: &Requests, last: u8) -> Self {
        let mut history = Self {
            tables: vec![Timetable::empty(reach)],
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

    /// Whether `wanted`, which this run brings, would still come with these requests, which differ from its own in step `at` alone.
    pub(crate) fn still_brings(
        &self,
        reach: &Reach,
        requests: &Requests,
        at: u8,
        wanted: &[usize],
    ) -> bool {
        let mut table = self.before(at).clone();
        for step in at..=self.last() {
            table.step(reach, requests, step);
            // What comes later follows from what is there, by requests that are the same.
            let same = table.ready == self.tables[usize::from(step)].ready;
            if same || table.has_all(wanted) {
                return true;
            }
        }
        wanted.is_empty()
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
        let progress = table.step(reach, requests, self.last() + 1);
        self.tables.push(table);
        progress
    }
}
