//! One response after the initial one: everything that has become ready.

use planner::QueryPlan;

use super::Incremental;
use super::format::{Format, Subsequent};
use crate::client::SubgraphClient;
use crate::complete::Completion;
use crate::error::ErrorList;
use crate::json::ObjectId;
use crate::memory::{self, Grants, LONG, Pace};
use crate::pending::{Finder, Pending};

/// What is written of it so far.
pub(super) struct Round<'r> {
    subsequent: Subsequent,
    finder: Finder<'r>,
    /// It may take long where it is done.
    is_long: bool,
    codes: Vec<String>,
    /// How many notes there are.
    noted: usize,
    /// For each fault, whether it is to be reported now.
    pub(super) due: Vec<bool>,
    /// For each fault, whether something that was written has reported it: the last reports the rest.
    reported: Vec<bool>,
}

/// What came of writing one.
struct Done<'r> {
    errors: ErrorList,
    notes: ErrorList,
    /// What is delivered later of it.
    more: Vec<Pending<'r>>,
    lost: Option<usize>,
}

impl<'r> Round<'r> {
    pub(super) fn new(format: Format, root: ObjectId, is_long: bool) -> Self {
        Self {
            subsequent: Subsequent::new(format),
            finder: Finder::new(root),
            is_long,
            codes: Vec::new(),
            noted: 0,
            due: Vec::new(),
            reported: Vec::new(),
        }
    }

    /// The response but for its end, and the code of each error; `announced` is what it announces.
    pub(super) fn finish<'p>(
        self,
        announced: impl Iterator<Item = &'p Pending<'r>>,
        plan: &QueryPlan,
        grants: &mut Grants<'_>,
    ) -> (Vec<u8>, Vec<String>)
    where
        'r: 'p,
    {
        let out = self.subsequent.finish(announced, plan, grants);
        (out, self.codes)
    }
}

impl<'r, C: SubgraphClient> Incremental<'r, C> {
    /// Writes one, unless there is no room for it.
    pub(super) fn write_one(
        &mut self,
        pending: &Pending<'r>,
        is_last: bool,
        round: &mut Round<'r>,
    ) {
        let (plan, client) = (self.request.plan, self.request.client);
        let grants = self.drive.run.grants();
        if !round.subsequent.begin(pending, plan, grants) {
            return;
        }
        let may_be_brief = self.may_be_brief() && round.subsequent.out.len() <= LONG;
        let done = match round.is_long {
            true => self.complete_one(pending, is_last, round, Pace::Long),
            false => memory::work_at_length(client, may_be_brief, |pace| {
                self.complete_one(pending, is_last, round, pace)
            }),
        };
        let Some(done) = done else { return };
        let beside = (&done.errors, &done.notes);
        let grants = self.drive.run.grants();
        let subsequent = &mut round.subsequent;
        subsequent.end(pending, done.lost, beside, plan, grants);
        round.noted += done.notes.codes.len();
        round.codes.extend(done.errors.codes);
        let from = self.pending.len();
        self.pending.extend(done.more);
        self.number(from);
    }

    /// Completes one; nothing when that takes longer than it may.
    fn complete_one(
        &mut self,
        pending: &Pending<'r>,
        is_last: bool,
        round: &mut Round<'r>,
        pace: Pace,
    ) -> Option<Done<'r>> {
        let start = round.subsequent.out.len();
        let out = std::mem::take(&mut round.subsequent.out);
        let run = &mut self.drive.run;
        let mut completion = run.completion(self.introspection, out, b"", pace);
        completion.announced = usize::try_from(self.next_id).unwrap_or(usize::MAX);
        completion.due.clone_from(&round.due);
        if !round.reported.is_empty() {
            completion.reported.clone_from(&round.reported);
        }
        // What failed as a whole says so, however many errors there are.
        let max = self.request.options.max_errors;
        let errors_left = max.saturating_sub(round.codes.len());
        completion.errors.at_most(errors_left.max(1));
        completion.notes.at_most(max.saturating_sub(round.noted));
        pending.write(&mut completion, &mut round.finder);
        if is_last && !completion.late {
            completion.report_rest(&pending.steps());
        }
        let Completion {
            out,
            errors,
            notes,
            pending: more,
            introspection,
            reported,
            due,
            lost,
            late,
            ..
        } = completion;
        round.subsequent.out = out;
        if late && !run.is_exhausted() {
            round.subsequent.out.truncate(start);
            return None;
        }
        self.introspection = introspection;
        self.end_for_introspection();
        (round.reported, round.due) = (reported, due);
        Some(Done {
            errors,
            notes,
            more,
            lost,
        })
    }
}
