//! Incremental delivery: the initial response as soon as its fetches are done, then what was deferred, part by part.
//!
//! How the parts are written is up to their [`Format`].

mod format;

use std::sync::OnceLock;

use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::{FuturesUnordered, StreamExt};
use planner::{DeferredId, DeferredShape, FetchId, ObjectShape, QueryPlan};

use crate::client::{FetchError, SubgraphClient, SubgraphResponse};
use crate::complete::Completion;
use crate::execute::{ExecutionRequest, Response, Stats, exhausted, refuse, report, send};
use crate::introspect::{self, Introspection};
use crate::json::{ObjectId, Tree, Value};
use crate::memory::{self, Grants};
use crate::path::{Path, Step};
use crate::run::{Ready, Run};

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
            slots: plan.fetches.iter().map(|_| OnceLock::new()).collect(),
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

/// An object of which something is delivered later.
#[derive(Debug)]
pub(crate) struct Pending<'a> {
    /// What it is announced under; 0 until it is.
    id: u32,
    part: DeferredId,
    shape: &'a ObjectShape,
    type_name: Box<str>,
    path: Vec<OwnedStep>,
}

#[derive(Debug)]
enum OwnedStep {
    Key { response: Box<str>, data: Box<str> },
    Index(usize),
}

impl OwnedStep {
    fn get(&self) -> Step<'_> {
        match self {
            Self::Key { response, .. } => Step::Key(response),
            Self::Index(index) => Step::Index(*index),
        }
    }
}

impl<'a> Pending<'a> {
    pub(crate) fn new(deferred: &'a DeferredShape, type_name: &str, path: &Path<'_>) -> Self {
        let own = |(step, data): (Step<'_>, &str)| match step {
            Step::Key(response) => OwnedStep::Key {
                response: response.into(),
                data: data.into(),
            },
            Step::Index(index) => OwnedStep::Index(index),
        };
        Self {
            id: 0,
            part: deferred.part,
            shape: &deferred.shape,
            type_name: type_name.into(),
            path: path.data_steps().into_iter().map(own).collect(),
        }
    }

    fn steps(&self) -> Vec<Step<'_>> {
        self.path.iter().map(OwnedStep::get).collect()
    }

    /// The object as it is now: fetches that came since may have put another one in its place.
    fn object(&self, tree: &Tree<'_>, root: ObjectId) -> Option<ObjectId> {
        let mut at = Value::Object(root);
        for step in &self.path {
            at = match (step, at) {
                (OwnedStep::Key { data, .. }, Value::Object(object)) => tree.get(object, data)?,
                (OwnedStep::Index(index), Value::List(items)) => tree.item(items, *index)?,
                _ => return None,
            };
        }
        match at {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }
}

type Answer = (FetchId, Result<SubgraphResponse, FetchError>);

/// An execution whose response comes in parts.
pub struct Incremental<'r, C> {
    request: ExecutionRequest<'r, C>,
    answers: &'r Answers,
    run: Run<'r>,
    introspection: Option<Introspection<'r>>,
    in_flight: FuturesUnordered<BoxFuture<'r, Answer>>,
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
    Unsent,
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
        let grants = Grants::of(request.client);
        let run = Run::new(
            request.plan,
            request.operation_name,
            request.variables,
            request.options,
            grants,
        );
        Ok(Self {
            introspection,
            run,
            request,
            answers,
            in_flight: FuturesUnordered::new(),
            phase: Phase::Unsent,
            pending: Vec::new(),
            format,
            next_id: 0,
            reported: Vec::new(),
        })
    }

    /// What was asked so far.
    pub fn stats(&self) -> Stats {
        self.run.stats()
    }

    /// The next part, as soon as all that it needs is there.
    pub async fn next(&mut self) -> Option<Part> {
        loop {
            if self.run.is_exhausted() {
                return self.exhausted();
            }
            match self.phase {
                Phase::Unsent => {
                    self.phase = Phase::Initial;
                    let ready = self.run.start();
                    self.send(ready);
                }
                Phase::Initial if self.are_done(|id, plan| !plan.fetches[id].deferred) => {
                    let part = self.initial();
                    if self.run.is_exhausted() {
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
                        return self.deferred_part(ready);
                    }
                }
            }
            if let Some((id, result)) = self.in_flight.next().await {
                let slot = self.answers.slots.get(id.0 as usize);
                let run = &mut self.run;
                let bytes = result.as_ref().map_or(0, |answer| answer.body.len());
                let mut ready = Vec::new();
                let known = run.faults().len();
                memory::work(self.request.client, run.text_parsed() + bytes, || {
                    run.receive(id, result, |body| {
                        slot.map(|slot| slot.get_or_init(|| body))
                    });
                    run.finish(id, &mut ready);
                });
                let (client, plan) = (self.request.client, self.request.plan);
                report(client, plan, id, &self.run.faults()[known..]);
                self.send(ready);
            } else if self.phase == Phase::Deferred {
                // Nothing is under way any more: whatever is pending is all there.
                let rest = std::mem::take(&mut self.pending);
                return self.deferred_part(rest);
            }
        }
    }

    fn send(&mut self, ready: Vec<Ready>) {
        let (plan, client) = (self.request.plan, self.request.client);
        let sent = ready.into_iter();
        self.in_flight
            .extend(sent.map(|one| send(plan, one, client).boxed()));
    }

    fn are_done(&self, which: impl Fn(usize, &QueryPlan) -> bool) -> bool {
        let plan = self.request.plan;
        let ids = (0u32..).map(FetchId).zip(0..plan.fetches.len());
        ids.into_iter()
            .all(|(id, index)| !which(index, plan) || self.run.is_done(id))
    }

    /// What is pending and has all its fetches done.
    fn take_ready(&mut self) -> Vec<Pending<'r>> {
        let (plan, run) = (self.request.plan, &self.run);
        let is_ready = |pending: &mut Pending<'r>| {
            let part = plan.deferred.get(usize::from(pending.part.0));
            part.is_none_or(|part| part.fetches.iter().all(|&id| run.is_done(id)))
        };
        self.pending.extract_if(.., is_ready).collect()
    }

    /// For each fault, whether it is to be reported now: those of these fetches that were not yet.
    fn due(&mut self, of: impl Fn(FetchId) -> bool) -> Vec<bool> {
        let faults = self.run.faults();
        self.reported.resize(faults.len(), false);
        let due = faults.iter().zip(&self.reported).map(|(fault, reported)| {
            let mut fetches = (0u32..).map(FetchId).zip(&self.request.plan.fetches);
            !reported && fetches.any(|(id, fetch)| of(id) && fault.is_of(fetch))
        });
        due.collect()
    }

    /// The last part, in place of what there is no memory for; nothing after it.
    fn exhausted(&mut self) -> Option<Part> {
        let refused = exhausted(self.run.stats());
        let errors = refused.body.strip_prefix(b"{").unwrap_or_default();
        let errors = errors.strip_suffix(b"}").unwrap_or_default();
        let body = match self.phase {
            Phase::Over => return None,
            Phase::Unsent | Phase::Initial => {
                [b"{\"data\":null,", errors, b",\"hasNext\":false}"].concat()
            }
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
        let (root, root_type) = (self.run.root(), self.request.root_type());
        let buffer = self.run.buffer();
        let mut completion = self
            .run
            .completion(self.introspection, buffer, b"{\"data\":");
        completion.due.clone_from(&due);
        completion.data(root, root_type);
        let Completion {
            mut out,
            errors,
            notes,
            pending,
            introspection,
            ..
        } = completion;
        self.introspection = introspection;
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
        match self.run.is_exhausted() {
            true => self.exhausted(),
            false => Some(part),
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
        while !ready.is_empty() {
            let last = ready.len() - 1;
            let parts: Vec<DeferredId> = ready.iter().map(|pending| pending.part).collect();
            let all = self.in_flight.is_empty();
            let due = self.due(|id| {
                all || parts.iter().any(|part| {
                    let part = plan.deferred.get(usize::from(part.0));
                    part.is_some_and(|part| part.fetches.contains(&id))
                })
            });
            for (index, pending) in ready.iter().enumerate() {
                subsequent.begin(pending, plan);
                let root = self.run.root();
                let introspection = self.introspection;
                let out = std::mem::take(&mut subsequent.out);
                let mut completion = self.run.completion(introspection, out, b",\"data\":");
                completion.due.clone_from(&due);
                if !reported.is_empty() {
                    completion.reported = std::mem::take(&mut reported);
                }
                match pending.object(completion.tree, root) {
                    Some(object) => at(&pending.path, &Path::ROOT, &mut |path| {
                        completion.part(object, pending.shape, &pending.type_name, path);
                    }),
                    // It was there when the enclosing part was written.
                    None => completion.out.extend_from_slice(b"null"),
                }
                if index == last {
                    completion.report_rest(&pending.steps());
                }
                let (errors, notes, more);
                Completion {
                    out: subsequent.out,
                    errors,
                    notes,
                    pending: more,
                    introspection: self.introspection,
                    reported,
                    ..
                } = completion;
                subsequent.end(pending, &errors, &notes);
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

/// Calls with the path that these steps make.
fn at(steps: &[OwnedStep], above: &Path<'_>, call: &mut dyn FnMut(&Path<'_>)) {
    match steps.split_first() {
        None => call(above),
        Some((OwnedStep::Index(index), rest)) => at(rest, &above.item(*index), call),
        Some((OwnedStep::Key { response, data }, rest)) => {
            at(rest, &above.field(response, data), call);
        }
    }
}
