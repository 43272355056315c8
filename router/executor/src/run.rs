//! One execution under way: which fetches can be sent, what is sent, and the data so far. No IO.

mod prepare;

use bytes::Bytes;
use planner::{ConditionId, FetchId, QueryPlan};

use crate::answer::Intake;
use crate::body::RequestBody;
use crate::client::{Entities, FetchError, SubgraphResponse};
use crate::complete::{Completion, MARGIN};
use crate::counts::InitialCounts;
use crate::error::ErrorList;
use crate::fault::{Fault, Faults};
use crate::introspect::Introspection;
use crate::json::{self, Forms, ObjectId, Tree};
use crate::memory::{End, Grants, LONG, Pace};
use crate::missing::Missing;
use crate::pass;
use crate::represent::{Met, Targets};
use crate::request::Options;
use crate::response::{Response, Stats, ended};
use crate::variables::Variables;

/// In place of the number of those it waits for: a fetch was answered or left out.
const DONE: usize = usize::MAX;

/// A fetch to be sent.
pub(crate) struct Ready {
    pub(crate) fetch: FetchId,
    pub(crate) body: RequestBody,
    pub(crate) entities: Entities,
}

/// The state of one execution. `'a` is the lifetime of the plan and of the bytes received.
pub(crate) struct Run<'a> {
    plan: &'a QueryPlan,
    /// The name of the client's operation.
    name: Option<&'a str>,
    variables: &'a Variables,
    options: &'a Options,
    /// The value of each condition of the plan.
    conditions: Vec<bool>,
    /// Of streamed lists.
    counts: InitialCounts,
    /// All data so far, merged.
    tree: Tree<'a>,
    /// Where it has what is asked of it.
    forms: Forms<'a>,
    root: ObjectId,
    /// For each fetch, how many of those it depends on are not done; then [`DONE`].
    waiting_for: Vec<usize>,
    /// For each fetch that was sent, and each of its `_entities` fields, where the answers go; one for a root below the root.
    targets: Vec<Vec<Targets>>,
    /// The last stamp used on the tree.
    stamp: u32,
    /// What was met when paths were followed.
    met: Met,
    faults: Faults<'a>,
    stats: Stats,
    grants: Grants<'a>,
    /// What was granted for a response that was given up.
    spare: Vec<u8>,
}

impl<'a> Run<'a> {
    /// An execution of which nothing is done.
    pub(crate) fn new(
        plan: &'a QueryPlan,
        name: Option<&'a str>,
        variables: &'a Variables,
        options: &'a Options,
        grants: Grants<'a>,
    ) -> Self {
        let conditions = plan.conditions.iter();
        let fetches = plan.fetches.iter();
        let mut tree = Tree::default();
        Self {
            plan,
            name,
            variables,
            options,
            conditions: conditions
                .map(|condition| variables.satisfy(condition))
                .collect(),
            counts: InitialCounts::of(plan, variables),
            root: tree.new_object(),
            tree,
            forms: Forms::default(),
            waiting_for: fetches
                .clone()
                .map(|fetch| fetch.depends_on.len())
                .collect(),
            targets: fetches.map(|_| Vec::new()).collect(),
            stamp: 0,
            met: Met::default(),
            faults: Faults::default(),
            stats: Stats::default(),
            grants,
            spare: Vec::new(),
        }
    }

    /// Whether there is no memory to go on, or something else ends the execution.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.grants.are_exhausted()
    }

    /// Why the execution ends before its response is written, if it does.
    pub(crate) fn ended(&self) -> Option<End> {
        self.grants.ended()
    }

    /// Where memory is asked for.
    pub(crate) fn grants(&mut self) -> &mut Grants<'a> {
        &mut self.grants
    }

    /// Ends the execution for lack of memory.
    pub(crate) fn exhaust(&mut self) {
        self.grants.exhaust();
    }

    /// Whether so little was answered that writing it is usually no long work.
    pub(crate) fn is_small(&self) -> bool {
        self.text_parsed() <= LONG
    }

    /// How many bytes of answers there are.
    pub(crate) fn text_parsed(&self) -> usize {
        self.tree.text_parsed()
    }

    /// The fetches that depend on nothing.
    pub(crate) fn start(&mut self) -> Vec<Ready> {
        let mut ready = Vec::new();
        for id in self.ids() {
            if self.plan.fetches[id.0 as usize].depends_on.is_empty() {
                self.prepare(id, &mut ready);
            }
        }
        ready
    }

    /// Adds the fetches that the end of one makes ready.
    pub(crate) fn finish(&mut self, done: FetchId, ready: &mut Vec<Ready>) {
        let mut done = vec![done];
        while let Some(id) = done.pop() {
            self.waiting_for[id.0 as usize] = DONE;
            for other in self.ids() {
                let index = other.0 as usize;
                let needs = self.plan.fetches[index].depends_on.iter();
                let needs = needs.filter(|needed| **needed == id).count();
                if needs > 0 && self.waiting_for[index] != DONE {
                    let left = self.waiting_for[index].saturating_sub(needs);
                    self.waiting_for[index] = left;
                    if left == 0 && !self.prepare_one(other, ready) {
                        done.push(other);
                    }
                }
            }
        }
    }

    fn ids(&self) -> impl Iterator<Item = FetchId> + use<> {
        let count = u32::try_from(self.plan.fetches.len()).unwrap_or(u32::MAX);
        (0..count).map(FetchId)
    }

    fn holds(&self, condition: Option<ConditionId>) -> bool {
        condition.is_none_or(|id| self.conditions.get(id.0 as usize).copied().unwrap_or(false))
    }

    /// Takes the answer of a fetch in; `keep` keeps the bytes for as long as the data is used.
    pub(crate) fn receive(
        &mut self,
        id: FetchId,
        result: Result<SubgraphResponse, FetchError>,
        keep: impl FnOnce(Bytes) -> Option<&'a Bytes>,
    ) -> bool {
        let fetch = &self.plan.fetches[id.0 as usize];
        let reveal = self
            .options
            .reveal_errors
            .get(usize::from(fetch.subgraph.0));
        let targets = std::mem::take(&mut self.targets[id.0 as usize]);
        let intake = Intake {
            fetch,
            targets: &targets,
            root: self.root,
            tree: &mut self.tree,
            faults: &mut self.faults,
            grants: &mut self.grants,
            reveal: reveal.copied().unwrap_or(false),
            max_errors: self.options.max_errors,
        };
        match result {
            Ok(response) => {
                if let Some(body) = keep(response.body) {
                    let sizes = json::measure(body);
                    if intake.grants.take(sizes.memory()) {
                        return intake.receive(response.status, body, sizes);
                    }
                }
            }
            Err(FetchError::Exhausted) => intake.grants.exhaust(),
            Err(error) => intake.fail(&error),
        }
        true
    }

    /// The response, where an answer is just that.
    pub(crate) fn pass(&mut self, answer: &Bytes) -> Option<Response> {
        let len = pass::response_len(self.plan, &self.conditions, answer)?;
        // A slow client may keep it for a while.
        if !self.grants.take(len) {
            return Some(ended(End::Memory, self.stats));
        }
        Some(Response {
            body: answer.slice(..len),
            error_codes: Vec::new(),
            executed: true,
            has_extensions: false,
            exhausted: false,
            stats: self.stats,
        })
    }

    /// Whether a fetch was answered or left out.
    pub(crate) fn is_done(&self, id: FetchId) -> bool {
        self.waiting_for[id.0 as usize] == DONE
    }

    /// Begins to write what is there, after `lead`.
    pub(crate) fn completion(
        &mut self,
        introspection: Option<Introspection<'a>>,
        mut out: Vec<u8>,
        lead: &[u8],
        pace: Pace,
    ) -> Completion<'_, 'a> {
        out.extend_from_slice(lead);
        Completion {
            granted: out.capacity(),
            grants: &mut self.grants,
            plan: self.plan,
            conditions: &self.conditions,
            counts: &self.counts,
            within: None,
            tree: &self.tree,
            forms: &mut self.forms,
            introspection,
            faults: &self.faults,
            reported: vec![false; self.faults.list.len()],
            told: Default::default(),
            missing: Missing::default(),
            due: Vec::new(),
            errors: ErrorList::new(self.options.max_errors),
            notes: ErrorList::new(self.options.max_errors),
            muted: false,
            lost: None,
            pending: Vec::new(),
            out,
            pace,
            late: false,
            spent: 0,
            indexed: 0,
            announced: 0,
            held: (0, 0),
        }
    }

    /// Room for a response that has all the data so far.
    pub(crate) fn buffer(&mut self) -> Vec<u8> {
        if self.spare.capacity() > 0 {
            return std::mem::take(&mut self.spare);
        }
        // What several places shared was parsed once and is written for each.
        let parsed = self.tree.text_parsed();
        let capacity = parsed + parsed / 4 + 2 * MARGIN;
        match self.grants.take(capacity) {
            true => Vec::with_capacity(capacity),
            false => Vec::new(),
        }
    }

    /// Keeps the room of a response that was given up.
    pub(crate) fn give_back(&mut self, mut buffer: Vec<u8>) {
        buffer.clear();
        self.spare = buffer;
    }

    /// The faults so far.
    pub(crate) fn faults(&self) -> &[Fault<'a>] {
        &self.faults.list
    }

    /// The root object.
    pub(crate) fn root(&self) -> ObjectId {
        self.root
    }

    /// What was asked so far.
    pub(crate) fn stats(&self) -> Stats {
        self.stats
    }

    /// Writes the response; nothing when that takes longer than it may.
    pub(crate) fn complete(
        &mut self,
        introspection: Option<Introspection<'a>>,
        root_type: &'a str,
        pace: Pace,
    ) -> Option<Response> {
        let (root, buffer) = (self.root, self.buffer());
        let mut completion = self.completion(introspection, buffer, b"{\"data\":", pace);
        completion.data(root, root_type);
        let Completion {
            mut out,
            errors,
            notes,
            introspection,
            late,
            ..
        } = completion;
        if let Some(end) = self.ended() {
            return Some(ended(end, self.stats));
        }
        if introspection
            .as_ref()
            .is_some_and(Introspection::is_exhausted)
        {
            return Some(ended(End::Memory, self.stats));
        }
        if late {
            self.give_back(out);
            return None;
        }
        let beside = errors.size() + notes.size();
        if beside > 0 && !self.grants.make_room(&mut out, beside + MARGIN) {
            return Some(ended(End::Memory, self.stats));
        }
        errors.write(&mut out);
        notes.write_notes(&mut out);
        out.push(b'}');
        // A slow client may keep it for a while.
        if out.capacity() - out.len() > out.len() / 4 {
            out.shrink_to_fit();
        }
        Some(Response {
            body: out.into(),
            error_codes: errors.codes,
            executed: true,
            has_extensions: !notes.codes.is_empty(),
            exhausted: false,
            stats: self.stats,
        })
    }
}
