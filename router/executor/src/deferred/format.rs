//! How the parts of a response are written.

use crate::complete::MARGIN;
use crate::error::ErrorList;
use crate::json;
use crate::memory::Grants;
use crate::path::{Step, size_of_path, write_path};
use crate::pending::Pending;
use planner::QueryPlan;

/// A format of incremental delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `deferSpec=20220824`: `{"data":…,"errors":…,"hasNext":true}`, then `{"incremental":[{"label":…,"path":[…],"data":…,"errors":…}],"hasNext":…}`,
    /// where a list has `"items":[…]` in place of `data`, and its path ends with the position of the first of them
    /// (<https://github.com/graphql/graphql-wg/blob/main/rfcs/DeferStream.md>).
    Labelled,
    /// `incrementalSpec=v0.2`: what is to come is announced under an id, `"pending":[{"id":…,"path":[…],"label":…}]`, given as
    /// `"incremental":[{"id":…,"data":…,"errors":…}]` (`"items":[…]` of a list), and closed by `"completed":[{"id":…}]`, with errors where it could not be given
    /// (<https://github.com/graphql/defer-stream-wg/discussions/69>). It is what graphql-js 17 writes.
    Numbered,
}

/// One response after the initial one, as it is written.
pub(super) struct Subsequent {
    format: Format,
    pub(super) out: Vec<u8>,
    /// Items of `completed`.
    completed: Vec<u8>,
    /// Where the item begins that is being written.
    begun: usize,
    is_empty: bool,
}

const OPEN: &[u8] = b"{\"incremental\":[";

impl Subsequent {
    pub(super) fn new(format: Format) -> Self {
        Self {
            format,
            out: OPEN.to_vec(),
            completed: Vec::new(),
            begun: OPEN.len(),
            is_empty: true,
        }
    }

    /// Begins an item, up to what it delivers; returns whether there is room for it.
    pub(super) fn begin(
        &mut self,
        pending: &Pending<'_>,
        plan: &QueryPlan,
        grants: &mut Grants<'_>,
    ) -> bool {
        let steps = pending.first_steps();
        let has_room = grants.make_room(&mut self.out, size_of_lead(pending, &steps, plan));
        if has_room {
            self.begin_at(pending, &steps, plan);
        }
        has_room
    }

    fn begin_at(&mut self, pending: &Pending<'_>, steps: &[Step<'_>], plan: &QueryPlan) {
        self.begun = self.out.len();
        if !self.is_empty {
            self.out.push(b',');
        }
        self.out.push(b'{');
        match self.format {
            Format::Labelled => {
                if write_label(pending, plan, &mut self.out) {
                    self.out.push(b',');
                }
                self.out.extend_from_slice(b"\"path\":");
                write_path(steps.iter().copied(), &mut self.out);
            }
            Format::Numbered => write_id(pending.id, &mut self.out),
        }
        self.out.push(b',');
        self.out.extend_from_slice(pending.member().as_bytes());
        self.out.push(b':');
    }

    /// Ends the item, after what it delivers has been written. A list that is not whole is followed by what is wrong with its first item that is `lost`.
    pub(super) fn end(
        &mut self,
        pending: &Pending<'_>,
        lost: Option<usize>,
        (errors, notes): (&ErrorList, &ErrorList),
        plan: &QueryPlan,
        grants: &mut Grants<'_>,
    ) {
        let beside = errors.size() + notes.size() + MARGIN;
        let lead = size_of_lead(pending, &pending.first_steps(), plan);
        if !grants.make_room(&mut self.out, beside + lead)
            || !grants.make_room(&mut self.completed, beside)
        {
            return;
        }
        // Neither an object nor a list ends like that.
        let is_null = self.out.ends_with(b"null");
        let has_failed = self.format == Format::Numbered && is_null;
        if has_failed {
            self.out.truncate(self.begun);
        } else {
            notes.write_notes(&mut self.out);
            match lost {
                None => errors.write(&mut self.out),
                Some(_) => errors.write_before(&mut self.out),
            }
            self.out.push(b'}');
            self.is_empty = false;
        }
        match (self.format, lost) {
            (Format::Numbered, _) => {
                let lead: &[u8] = if self.completed.is_empty() {
                    b"{"
                } else {
                    b",{"
                };
                self.completed.extend_from_slice(lead);
                write_id(pending.id, &mut self.completed);
                match lost {
                    Some(_) => errors.write_after(&mut self.completed),
                    None if has_failed => errors.write(&mut self.completed),
                    None => {}
                }
                self.completed.push(b'}');
            }
            (Format::Labelled, None) => {}
            (Format::Labelled, Some(index)) => {
                let mut steps = pending.steps();
                steps.push(Step::Index(index));
                self.begin_at(pending, &steps, plan);
                self.out.extend_from_slice(b"null");
                errors.write_after(&mut self.out);
                self.out.push(b'}');
            }
        }
    }

    /// The response but for its end; `announced` is what it announces.
    pub(super) fn finish<'p, 'a: 'p>(
        mut self,
        announced: impl Iterator<Item = &'p Pending<'a>>,
        plan: &QueryPlan,
        grants: &mut Grants<'_>,
    ) -> Vec<u8> {
        if !grants.make_room(&mut self.out, self.completed.len() + MARGIN) {
            return self.out;
        }
        match self.is_empty && self.format == Format::Numbered {
            true => self.out.truncate(1),
            false => self.out.extend_from_slice(b"],"),
        }
        if !self.completed.is_empty() {
            self.out.extend_from_slice(b"\"completed\":[");
            self.out.append(&mut self.completed);
            self.out.extend_from_slice(b"],");
        }
        self.out.pop();
        announce(self.format, announced, plan, &mut self.out, grants);
        self.out
    }
}

/// Announces what is to come, where the format does and as far as there is room.
pub(super) fn announce<'p, 'a: 'p>(
    format: Format,
    pending: impl Iterator<Item = &'p Pending<'a>>,
    plan: &QueryPlan,
    out: &mut Vec<u8>,
    grants: &mut Grants<'_>,
) {
    if format != Format::Numbered {
        return;
    }
    let mut is_first = true;
    for pending in pending {
        let steps = pending.steps();
        if !grants.make_room(out, size_of_lead(pending, &steps, plan)) {
            return;
        }
        let lead: &[u8] = match std::mem::take(&mut is_first) {
            true => b",\"pending\":[{",
            false => b",{",
        };
        out.extend_from_slice(lead);
        write_id(pending.id, out);
        out.extend_from_slice(b",\"path\":");
        write_path(steps, out);
        let end = out.len();
        out.push(b',');
        if !write_label(pending, plan, out) {
            out.truncate(end);
        }
        out.push(b'}');
    }
    if !is_first {
        out.push(b']');
    }
}

/// The end of a response that cannot be gone on with: it has these members of a response. Nothing of what was announced comes any more; said
/// of the first only, since one error says it.
pub(super) fn ended(format: Format, pending: &[Pending<'_>], errors: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    match (format, pending.first()) {
        (Format::Labelled, _) => {
            out.extend_from_slice(b"{\"incremental\":[{\"path\":[],\"data\":null,");
            out.extend_from_slice(errors);
            out.extend_from_slice(b"}],");
        }
        (Format::Numbered, Some(pending)) => {
            out.extend_from_slice(b"{\"completed\":[{");
            write_id(pending.id, &mut out);
            out.push(b',');
            out.extend_from_slice(errors);
            out.extend_from_slice(b"}],");
        }
        (Format::Numbered, None) => {
            out.push(b'{');
            out.extend_from_slice(errors);
            out.push(b',');
        }
    }
    out.extend_from_slice(b"\"hasNext\":false}");
    out
}

fn write_id(id: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("\"id\":\"{id}\"").as_bytes());
}

/// How many bytes there may be before what is delivered.
fn size_of_lead(pending: &Pending<'_>, steps: &[Step<'_>], plan: &QueryPlan) -> usize {
    let label = label_of(pending, plan);
    2 * label.map_or(0, str::len) + size_of_path(steps)
}

fn label_of<'p>(pending: &Pending<'_>, plan: &'p QueryPlan) -> Option<&'p str> {
    let part = plan.deferred.get(usize::from(pending.part.0));
    part.and_then(|part| part.label.as_deref())
}

fn write_label(pending: &Pending<'_>, plan: &QueryPlan, out: &mut Vec<u8>) -> bool {
    let Some(label) = label_of(pending, plan) else {
        return false;
    };
    out.extend_from_slice(b"\"label\":");
    json::write_string(label, out);
    true
}
