//! Incremental delivery: the initial response as soon as its fetches are done, then what was deferred, part by part: fragments, and the later
//! items of lists.
//!
//! How the parts are written is up to their [`Format`].

mod format;
mod round;
mod write;

use std::sync::OnceLock;

use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt};
use planner::{DeferredPart, FetchId, QueryPlan};
use rustc_hash::FxHashSet;

use crate::client::SubgraphClient;
use crate::complete::{Completion, MARGIN};
use crate::drive::{self, Answer, Drive};
use crate::error::request_error_body;
use crate::fault::{Fault, Origin};
use crate::introspect::{self, Introspection};
use crate::memory::{self, Pace};
use crate::pending::Pending;
use crate::request::ExecutionRequest;
use crate::response::{Response, Stats, error_of, refuse};

pub use self::format::Format;
use self::format::announce;
use self::round::Round;

/// The answers of subgraphs, which the data borrows from: kept by the caller of the execution.
#[derive(Debug)]
pub struct Answers {
    /// One slot a fetch.
    slots: Vec<OnceLock<Bytes>>,
}

impl Answers {
    /// Room for those of one execution of a plan.
    pub fn new(plan: &QueryPlan) -> Self {
        Self {
            slots: drive::slots(plan),
        }
    }
}

/// One part of a response.
#[derive(Debug)]
pub struct Part {
    /// JSON.
    pub body: Vec<u8>,
    /// The code of each error in it.
    pub error_codes: Vec<String>,
    /// Whether others follow.
    pub has_next: bool,
}

/// More things than this at once are long work to write.
const FEW: usize = 16;

/// An execution whose response comes in parts.
pub struct Incremental<'r, C> {
    request: ExecutionRequest<'r, C>,
    drive: Drive<'r, C, BoxFuture<'r, Answer>>,
    introspection: Option<Introspection<'r>>,
    phase: Phase,
    pending: Vec<Pending<'r>>,
    format: Format,
    /// The next id.
    next_id: u32,
    /// For each fault so far, whether it was reported.
    reported: Vec<bool>,
}

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    /// The initial response is not there yet.
    Initial,
    Deferred,
    /// It ended before it was done.
    Over,
}

impl<'r, C: SubgraphClient> Incremental<'r, C> {
    /// An execution of which nothing is done.
    ///
    /// # Errors
    ///
    /// The response, when introspection is asked for and not allowed.
    pub fn new(
        request: ExecutionRequest<'r, C>,
        answers: &'r Answers,
        format: Format,
    ) -> Result<Self, Box<Response>> {
        let introspection = match introspect::prepare(&request) {
            Ok(introspection) => introspection,
            Err(error) => return Err(Box::new(refuse(&[error]))),
        };
        let send = |plan, ready, client| drive::send(plan, ready, client).boxed();
        Ok(Self {
            introspection,
            drive: Drive::new(&request, &answers.slots, send),
            request,
            phase: Phase::Initial,
            pending: Vec::new(),
            format,
            next_id: 0,
            reported: Vec::new(),
        })
    }

    /// What was asked so far.
    pub fn stats(&self) -> Stats {
        self.drive.run.stats()
    }

    /// The next part, as soon as all that it needs is there.
    pub async fn next(&mut self) -> Option<Part> {
        let client = self.request.client;
        loop {
            if self.drive.run.is_exhausted() {
                return self.ended();
            }
            match self.phase {
                Phase::Initial if self.are_done(|id, plan| !plan.fetches[id].deferred) => {
                    let _turn = introspect::turn(client, self.introspection.is_some()).await;
                    let part = self.initial();
                    if self.drive.run.is_exhausted() {
                        return self.ended();
                    }
                    self.phase = Phase::Deferred;
                    return Some(part);
                }
                Phase::Initial => {}
                Phase::Over => return None,
                Phase::Deferred if self.pending.is_empty() => return None,
                Phase::Deferred => {
                    let ready = self.take_ready();
                    if !ready.is_empty() {
                        let _turn = introspect::turn(client, self.introspection.is_some()).await;
                        return self.deferred_part(ready);
                    }
                }
            }
            self.drive.send();
            if let Some(answer) = self.drive.answer().await {
                self.drive.take(answer);
            } else if self.phase == Phase::Deferred {
                // Nothing is under way any more: whatever is pending is all there.
                let rest = std::mem::take(&mut self.pending);
                let _turn = introspect::turn(client, self.introspection.is_some()).await;
                return self.deferred_part(rest);
            }
        }
    }

    fn are_done(&self, which: impl Fn(usize, &QueryPlan) -> bool) -> bool {
        let plan = self.request.plan;
        let ids = (0u32..).map(FetchId).zip(0..plan.fetches.len());
        ids.into_iter()
            .all(|(id, index)| !which(index, plan) || self.drive.run.is_done(id))
    }

    /// What is pending and has all its fetches done.
    fn take_ready(&mut self) -> Vec<Pending<'r>> {
        let (plan, run) = (self.request.plan, &self.drive.run);
        let is_ready = |part: &DeferredPart| part.fetches.iter().all(|&id| run.is_done(id));
        let ready: Vec<bool> = plan.deferred.iter().map(is_ready).collect();
        let is_ready = |pending: &mut Pending<'r>| {
            let part = ready.get(usize::from(pending.part.0));
            part.copied().unwrap_or(true)
        };
        self.pending.extract_if(.., is_ready).collect()
    }

    /// For each fault, whether it is to be reported now: those of these fetches that were not yet.
    fn due(&mut self, of: impl Fn(FetchId) -> bool) -> Vec<bool> {
        let faults = self.drive.run.faults();
        self.reported.resize(faults.len(), false);
        let fetches = (0u32..).map(FetchId).zip(&self.request.plan.fetches);
        let due = fetches.filter(|(id, _)| of(*id));
        let due: FxHashSet<Origin> = due.map(|(_, fetch)| Origin::of(&fetch.operation)).collect();
        let is_due = |(fault, reported): (&Fault<'_>, &bool)| {
            !reported && due.contains(&Origin::of(fault.operation))
        };
        faults.iter().zip(&self.reported).map(is_due).collect()
    }

    /// For each fetch, whether it brings some of these, or something that is asked for on the way to them.
    fn brought(&self, ready: &[Pending<'r>]) -> Vec<bool> {
        let plan = self.request.plan;
        let mut brought = vec![false; plan.fetches.len()];
        let mut parts = vec![false; plan.deferred.len()];
        for pending in ready {
            if let Some(part) = parts.get_mut(usize::from(pending.part.0)) {
                *part = true;
            }
        }
        for (part, is_ready) in plan.deferred.iter().zip(parts) {
            for fetch in part.fetches.iter().filter(|_| is_ready) {
                brought[fetch.0 as usize] = true;
            }
        }
        // What a fetch depends on stands before it.
        for index in (0..brought.len()).rev() {
            if brought[index] {
                for needed in &plan.fetches[index].depends_on {
                    brought[needed.0 as usize] = true;
                }
            }
        }
        brought
    }

    /// The last part, in place of what cannot be written; nothing after it.
    fn ended(&mut self) -> Option<Part> {
        let error = error_of(self.drive.run.ended()?);
        let errors = request_error_body(std::slice::from_ref(&error));
        let errors = errors.strip_prefix(b"{").unwrap_or_default();
        let errors = errors.strip_suffix(b"}").unwrap_or_default();
        let body = match self.phase {
            Phase::Over => return None,
            Phase::Initial => [b"{\"data\":null,", errors, b",\"hasNext\":false}"].concat(),
            Phase::Deferred => format::ended(self.format, &self.pending, errors),
        };
        self.phase = Phase::Over;
        self.pending.clear();
        Some(Part {
            body,
            error_codes: vec![error.code.to_owned()],
            has_next: false,
        })
    }

    /// Whether writing something is usually no long work.
    fn may_be_brief(&self) -> bool {
        self.introspection.is_none() && self.drive.run.is_small()
    }

    fn initial(&mut self) -> Part {
        let (client, may_be_brief) = (self.request.client, self.may_be_brief());
        let part = memory::work_at_length(client, may_be_brief, |pace| self.try_initial(pace));
        part.expect("only what must be brief is given up")
    }

    /// The initial response; nothing when it takes longer than it may.
    fn try_initial(&mut self, pace: Pace) -> Option<Part> {
        let fetches = &self.request.plan.fetches;
        let due = self.due(|id| !fetches[id.0 as usize].deferred);
        let (root, root_type) = (self.drive.run.root(), self.request.root_type());
        let buffer = self.drive.run.buffer();
        let run = &mut self.drive.run;
        let mut completion = run.completion(self.introspection, buffer, b"{\"data\":", pace);
        completion.due = due;
        completion.data(root, root_type);
        let Completion {
            mut out,
            errors,
            notes,
            pending,
            introspection,
            due,
            late,
            ..
        } = completion;
        if late && !run.is_exhausted() {
            run.give_back(out);
            return None;
        }
        if run
            .grants()
            .make_room(&mut out, errors.size() + notes.size() + MARGIN)
        {
            errors.write(&mut out);
            notes.write_notes(&mut out);
        }
        self.introspection = introspection;
        self.end_for_introspection();
        self.settle(&due);
        self.pending = pending;
        self.number(0);
        let grants = self.drive.run.grants();
        announce(
            self.format,
            self.pending.iter(),
            self.request.plan,
            &mut out,
            grants,
        );
        Some(self.end(out, errors.codes))
    }

    fn deferred_part(&mut self, ready: Vec<Pending<'r>>) -> Option<Part> {
        let client = self.request.client;
        let part = match ready.len() <= FEW && self.may_be_brief() {
            true => self.deferred(ready, false),
            false => memory::work(client, usize::MAX, || self.deferred(ready, true)),
        };
        match self.drive.run.is_exhausted() {
            true => self.ended(),
            false => Some(part),
        }
    }

    /// Where there was no memory for introspection, there is none for the rest.
    fn end_for_introspection(&mut self) {
        let introspection = self.introspection.as_ref();
        if introspection.is_some_and(Introspection::is_exhausted) {
            self.drive.run.exhaust();
        }
    }

    /// Gives ids to what is pending from that index on.
    fn number(&mut self, from: usize) {
        for pending in &mut self.pending[from..] {
            pending.id = self.next_id;
            self.next_id += 1;
        }
    }

    /// Writes these, and what becomes ready by it. `is_long` says whether it may take long here.
    fn deferred(&mut self, mut ready: Vec<Pending<'r>>, is_long: bool) -> Part {
        let mut round = Round::new(self.format, self.drive.run.root(), is_long);
        let (first_new, mut written) = (self.next_id, Vec::new());
        while !ready.is_empty() {
            round.due = self.due_with(&ready);
            let last = ready.len() - 1;
            for (index, pending) in ready.iter().enumerate() {
                self.write_one(pending, index == last, &mut round);
                if self.drive.run.is_exhausted() {
                    break;
                }
            }
            if self.drive.run.is_exhausted() {
                // Nothing of it is given.
                ready.append(&mut self.pending);
                self.pending = ready;
                break;
            }
            self.settle(&round.due);
            written.extend(ready);
            ready = self.take_ready();
        }
        let new = written.iter().chain(&self.pending);
        let new = new.filter(|one| one.id >= first_new);
        let grants = self.drive.run.grants();
        let (out, codes) = round.finish(new, self.request.plan, grants);
        self.end(out, codes)
    }

    /// For each fault, whether it is to be reported with these.
    fn due_with(&mut self, ready: &[Pending<'r>]) -> Vec<bool> {
        let all = self.drive.is_idle();
        let brought = self.brought(ready);
        let mut due = self.due(|id| all || brought.get(id.0 as usize) == Some(&true));
        // What is about items that come later is due with them.
        for (of, is_due) in [(&*self.pending, false), (ready, true)] {
            for fault in of.iter().flat_map(Pending::withheld) {
                if self.reported.get(*fault) == Some(&false)
                    && let Some(due) = due.get_mut(*fault)
                {
                    *due = is_due;
                }
            }
        }
        due
    }

    /// What was due has been reported.
    fn settle(&mut self, due: &[bool]) {
        for (reported, due) in self.reported.iter_mut().zip(due) {
            *reported |= due;
        }
    }

    fn end(&self, mut body: Vec<u8>, error_codes: Vec<String>) -> Part {
        let has_next = !self.pending.is_empty();
        body.extend_from_slice(if has_next {
            b",\"hasNext\":true}"
        } else {
            b",\"hasNext\":false}"
        });
        Part {
            body,
            error_codes,
            has_next,
        }
    }
}
