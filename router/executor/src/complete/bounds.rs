//! What completion may take: memory for what it writes and announces, and work for what comes to nothing.

use std::sync::Arc;

use planner::ObjectShape;

use super::{Completion, MARGIN, Mark, Nulled};
use crate::json::ObjectId;
use crate::memory::{End, LONG, Pace};
use crate::path::Path;
use crate::pending::{DataStep, Pending};

/// What cutting off takes beside the bytes.
const CUT: usize = 16;

/// Objects of more keys than this are searched or indexed each time they are met.
const WIDE: usize = 1024;

/// The work that takes for each of the keys, and the bytes of the index.
const SEARCH: usize = 64;

/// No more fragments and ends of lists are delivered later, of all places together: each takes memory, and a part of its own.
pub(crate) const MAX_DEFERRED: usize = 100_000;

impl<'a> Completion<'_, 'a> {
    /// Whether nothing of the response is used.
    pub(super) fn is_stopped(&self) -> bool {
        self.late || self.grants.are_exhausted()
    }

    /// After a null that is the null of what is being walked too: whether the rest of that is walked, for what subgraphs reported in it.
    #[cold]
    pub(super) fn goes_on_muted(&mut self) -> bool {
        let goes_on = !self.faults.list.is_empty() && !self.is_stopped();
        self.muted |= goes_on;
        goes_on
    }

    /// Asks for memory to write more; when there is none, nothing of the response is used.
    #[cold]
    pub(super) fn grow(&mut self) -> bool {
        if self.pace == Pace::Brief && self.out.len() > LONG {
            self.late = true;
        }
        if self.is_stopped() {
            return false;
        }
        let written = self.out.capacity().max(self.granted);
        let more = (written / 2).max(4 * MARGIN);
        if !self.grants.take(written + more - self.granted) {
            return false;
        }
        self.granted = written + more;
        self.out.reserve_exact(self.granted - self.out.len());
        true
    }

    /// Asks for the memory that the last value took beyond what was granted.
    pub(super) fn settle(&mut self) {
        let beyond = self.out.capacity().saturating_sub(self.granted);
        if beyond > 0 && self.grants.take(beyond) {
            self.granted += beyond;
        }
    }

    /// Counts work that is in no response.
    #[inline(never)]
    pub(super) fn spend(&mut self, units: usize) -> Result<(), Nulled> {
        self.spent = self.spent.saturating_add(units);
        if self.pace == Pace::Brief && self.spent > LONG {
            self.late = true;
        }
        self.grants.spend(units, self.tree.text_parsed());
        match self.is_stopped() {
            true => Err(Nulled),
            false => Ok(()),
        }
    }

    /// The work of finding fields in an object whose form is not known, where it is more than is usual. Memory is granted for an index.
    pub(super) fn search(&mut self, object: ObjectId) -> Result<usize, Nulled> {
        // There is none in a shorter text.
        if self.tree.text_parsed() < WIDE {
            return Ok(0);
        }
        let work = match self.tree.width(object) {
            0..=WIDE => return Ok(0),
            width => width * SEARCH,
        };
        if work > self.indexed && !self.grants.take(work - self.indexed) {
            return Err(Nulled);
        }
        self.indexed = self.indexed.max(work);
        Ok(work)
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            out: self.out.len(),
            pending: self.pending.len(),
        }
    }

    /// Writes null in place of what was written since.
    #[cold]
    pub(super) fn null_from(&mut self, start: Mark) -> Result<(), Nulled> {
        let cut = self.cut(start);
        self.out.extend_from_slice(b"null");
        cut
    }

    /// Cuts off what was written since.
    #[cold]
    pub(super) fn cut(&mut self, start: Mark) -> Result<(), Nulled> {
        let bytes = self.out.len() - start.out;
        self.out.truncate(start.out);
        let dropped = self.pending.drain(start.pending..);
        let (mut count, mut held) = (0, 0);
        for pending in dropped {
            count += 1;
            held += pending.bytes();
        }
        self.held.0 = self.held.0.saturating_sub(held);
        match (bytes, self.is_stopped()) {
            (_, true) => Err(Nulled),
            // What is written instead is in the response.
            (0, false) => Ok(()),
            (_, false) => self.spend(bytes + CUT * (count + 1)),
        }
    }

    /// Announces the fragments of an object that come later.
    pub(super) fn defer(
        &mut self,
        shape: &'a ObjectShape,
        type_name: &'a str,
        path: &Path<'_, 'a>,
    ) -> Result<(), Nulled> {
        let mut steps: Option<Arc<[DataStep<'a>]>> = None;
        for deferred in &shape.deferred {
            if self.holds(deferred.condition) {
                let part = self.part_within(deferred.part);
                // Those of one object have its path in common.
                let steps = steps.get_or_insert_with(|| path.data_steps().into());
                let pending = Pending::fragment(part, deferred, type_name, steps);
                self.announce(pending)?;
            }
        }
        Ok(())
    }

    /// Announces what comes later.
    pub(super) fn announce(&mut self, pending: Pending<'a>) -> Result<(), Nulled> {
        if self.announced + self.pending.len() >= MAX_DEFERRED {
            self.grants.end(End::Deferred);
            return Err(Nulled);
        }
        let (held, granted) = &mut self.held;
        *held += pending.bytes();
        if self.pace == Pace::Brief && *held > LONG {
            self.late = true;
            return Err(Nulled);
        }
        if *held > *granted {
            if !self.grants.take(*held - *granted) {
                return Err(Nulled);
            }
            *granted = *held;
        }
        self.pending.push(pending.within(self.within));
        Ok(())
    }
}
