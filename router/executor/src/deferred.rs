//! Incremental delivery: the initial response as soon as its fetches are done, then what was deferred, part by part: fragments, and the later
//! items of lists.
//!
//! How the parts are written is up to their [`Format`].

mod format;
mod write;

use std::sync::OnceLock;

use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt};
use planner::{FetchId, QueryPlan};

use crate::client::SubgraphClient;
use crate::complete::Completion;
use crate::drive::{self, Answer, Drive};
use crate::introspect::{self, Introspection};
use crate::pending::Pending;
use crate::request::ExecutionRequest;
use crate::response::{Response, Stats, exhausted, refuse};

pub use self::format::Format;
use self::format::{Subsequent, announce};

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
    /// There was no memory to go on.
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
                return self.exhausted();
            }
            match self.phase {
                Phase::Initial if self.are_done(|id, plan| !plan.fetches[id].deferred) => {
                    let _turn = introspect::turn(client, self.introspection.is_some()).await;
                    let part = self.initial();
                    if self.drive.run.is_exhausted() {
                        return self.exhausted();
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
        let is_ready = |pending: &mut Pending<'r>| {
            let part = plan.deferred.get(usize::from(pending.part.0));
            part.is_none_or(|part| part.fetches.iter().all(|&id| run.is_done(id)))
        };
        self.pending.extract_if(.., is_ready).collect()
    }

    /// For each fault, whether it is to be reported now: those of these fetches that were not yet.
    fn due(&mut self, of: impl Fn(FetchId) -> bool) -> Vec<bool> {
        let faults = self.drive.run.faults();
        self.reported.resize(faults.len(), false);
        let due = faults.iter().zip(&self.reported).map(|(fault, reported)| {
            let mut fetches = (0u32..).map(FetchId).zip(&self.request.plan.fetches);
            !reported && fetches.any(|(id, fetch)| of(id) && fault.is_of(fetch))
        });
        due.collect()
    }

    /// For each fetch, whether it brings some of these, or something that is asked for on the way to them.
    fn brought(&self, ready: &[Pending<'r>]) -> Vec<bool> {
        let plan = self.request.plan;
        let mut brought = vec![false; plan.fetches.len()];
        for pending in ready {
            let part = plan.deferred.get(usize::from(pending.part.0));
            for fetch in part.into_iter().flat_map(|part| &part.fetches) {
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

    /// The last part, in place of what there is no memory for; nothing after it.
    fn exhausted(&mut self) -> Option<Part> {
        let refused = exhausted(self.drive.run.stats());
        let errors = refused.body.strip_prefix(b"{").unwrap_or_default();
        let errors = errors.strip_suffix(b"}").unwrap_or_default();
        let body = match self.phase {
            Phase::Over => return None,
            Phase::Initial => [b"{\"data\":null,", errors, b",\"hasNext\":false}"].concat(),
            Phase::Deferred => format::exhausted(self.format, &self.pending, errors),
        };
        self.phase = Phase::Over;
        self.pending.clear();
        Some(Part {
            body,
            error_codes: refused.error_codes,
            has_next: false,
        })
    }

    fn initial(&mut self) -> Part {
        let fetches = &self.request.plan.fetches;
        let due = self.due(|id| !fetches[id.0 as usize].deferred);
        let (root, root_type) = (self.drive.run.root(), self.request.root_type());
        let buffer = self.drive.run.buffer();
        let mut completion = self
            .drive
            .run
            .completion(self.introspection, buffer, b"{\"data\":");
        completion.due = due;
        completion.data(root, root_type);
        let Completion {
            mut out,
            errors,
            notes,
            pending,
            introspection,
            due,
            ..
        } = completion;
        self.introspection = introspection;
        self.end_for_introspection();
        errors.write(&mut out);
        notes.write_notes(&mut out);
        self.settle(&due);
        self.pending = pending;
        self.number(0);
        announce(
            self.format,
            self.pending.iter(),
            self.request.plan,
            &mut out,
        );
        self.end(out, errors.codes)
    }

    fn deferred_part(&mut self, ready: Vec<Pending<'r>>) -> Option<Part> {
        let part = self.deferred(ready);
        match self.drive.run.is_exhausted() {
            true => self.exhausted(),
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

    /// Writes these, and what becomes ready by it.
    fn deferred(&mut self, mut ready: Vec<Pending<'r>>) -> Part {
        let plan = self.request.plan;
        let mut subsequent = Subsequent::new(self.format);
        let mut codes = Vec::new();
        // For each fault, whether one of these parts has reported it: the last part reports the rest.
        let mut reported: Vec<bool> = Vec::new();
        let (first_new, mut written) = (self.next_id, Vec::new());
        // Memory for the room that the output has as it begins is asked for with what is added to it.
        let mut granted = subsequent.out.capacity();
        while !ready.is_empty() && !self.drive.run.is_exhausted() {
            let last = ready.len() - 1;
            let all = self.drive.is_idle();
            let brought = self.brought(&ready);
            let mut due = self.due(|id| all || brought.get(id.0 as usize) == Some(&true));
            // What is about items that come later is due with them.
            for (of, is_due) in [(&self.pending, false), (&ready, true)] {
                for fault in of.iter().flat_map(Pending::withheld) {
                    if self.reported.get(*fault) == Some(&false)
                        && let Some(due) = due.get_mut(*fault)
                    {
                        *due = is_due;
                    }
                }
            }
            for (index, pending) in ready.iter().enumerate() {
                subsequent.begin(pending, plan);
                let room = subsequent.out.capacity();
                if room > granted && !self.drive.run.take(room - granted) {
                    break;
                }
                let root = self.drive.run.root();
                let introspection = self.introspection;
                let out = std::mem::take(&mut subsequent.out);
                let mut completion = self.drive.run.completion(introspection, out, b"");
                completion.due = due;
                if !reported.is_empty() {
                    completion.reported = std::mem::take(&mut reported);
                }
                pending.write(&mut completion, root);
                if index == last {
                    completion.report_rest(&pending.steps());
                }
                let (errors, notes, more, lost);
                Completion {
                    out: subsequent.out,
                    errors,
                    notes,
                    pending: more,
                    introspection: self.introspection,
                    reported,
                    due,
                    lost,
                    granted,
                    ..
                } = completion;
                self.end_for_introspection();
                subsequent.end(pending, lost, (&errors, &notes), plan);
                codes.extend(errors.codes);
                let from = self.pending.len();
                self.pending.extend(more);
                self.number(from);
            }
            self.settle(&due);
            written.extend(ready);
            ready = self.take_ready();
        }
        let new = written.iter().chain(&self.pending);
        let out = subsequent.finish(new.filter(|one| one.id >= first_new), plan);
        self.end(out, codes)
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
