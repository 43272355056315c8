//! What an execution takes, memory and work: asked for before it is taken.

use crate::client::SubgraphClient;

/// Work on more bytes than this takes long enough for the caller to be warned of it.
pub(crate) const LONG: usize = 128 * 1024;

/// Why an execution ends before its response is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Memory was refused.
    Memory,
    /// Completion took more work than it may for nothing that is in the response.
    Work,
    /// The response is awaited no longer.
    Late,
    /// More places have something that is delivered later than there may be.
    Deferred,
}

/// How long work may take where it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Others wait for the thread: work that turns out to be [`LONG`] is given up, to be done from the beginning elsewhere.
    Brief,
    /// As long as it takes.
    Long,
}

/// What is small is asked for together with what follows, in steps of this many bytes.
const STEP: usize = 4 * 1024;

/// What is written for one field and thrown away again may come to this many bytes, however little data there is.
const MAX_VAIN: usize = 64 * 1024 * 1024;
/// Beside that, to this many times the answers of subgraphs.
const TIMES_ANSWERS: usize = 64;

/// How much work may be in no response, beside what the size of the answers allows: bytes that are written and cut off again, and what is
/// looked at without anything being written. A unit takes a few nanoseconds.
const WORK: usize = 1 << 27;

/// The same for each byte of the answers. An object that comes to nothing, since a non-null field is null, is at one place in most answers:
/// then it takes less than that, whatever it is.
const WORK_PER_BYTE: usize = 16;

/// After as many units of such work the time is looked at: a few milliseconds.
const LOOK: usize = 1 << 20;

/// What grants memory and time; nothing where as much is granted as is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a>(Option<&'a dyn Grantor>);

impl<'a> Source<'a> {
    pub(crate) fn of<C: SubgraphClient>(client: &'a C) -> Self {
        Self(Some(client))
    }

    /// Whether what takes long has to end.
    pub(crate) fn is_late(self) -> bool {
        self.0.is_some_and(Grantor::is_late)
    }
}

impl std::fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").finish_non_exhaustive()
    }
}

/// Where an execution asks for memory, and what work it has done.
pub(crate) struct Grants<'a> {
    source: Source<'a>,
    /// The work of all completions so far that is in no response.
    spent: usize,
    ended: Option<End>,
    /// What was taken and not asked for yet.
    owed: usize,
    /// What was granted for what is held during one piece of work.
    scratch: usize,
    /// How many bytes were written in vain for the field that is being asked for.
    vain: usize,
}

/// What of a client grants memory, whatever kind of client it is.
trait Grantor: Sync {
    fn grants(&self, bytes: usize) -> bool;
    fn is_late(&self) -> bool;
}

impl<C: SubgraphClient> Grantor for C {
    fn grants(&self, bytes: usize) -> bool {
        self.grant(bytes)
    }

    fn is_late(&self) -> bool {
        SubgraphClient::is_late(self)
    }
}

impl<'a> Grants<'a> {
    /// What the client grants.
    pub(crate) fn of<C: SubgraphClient>(client: &'a C) -> Self {
        Self::from_source(Source::of(client))
    }

    /// As much as is asked for.
    pub(crate) fn any() -> Self {
        Self::from_source(Source(None))
    }

    /// What a source grants.
    pub(crate) fn from_source(source: Source<'a>) -> Self {
        Self {
            source,
            spent: 0,
            ended: None,
            owed: 0,
            scratch: 0,
            vain: 0,
        }
    }

    /// Asks for more memory; what was refused once is refused for good.
    pub(crate) fn take(&mut self, bytes: usize) -> bool {
        let is_granted = |grantor: &dyn Grantor| grantor.grants(bytes);
        if self.ended.is_none() && !self.source.0.is_none_or(is_granted) {
            self.ended = Some(End::Memory);
        }
        self.ended.is_none()
    }

    /// The same for a few bytes, which are asked for once there are more.
    #[inline]
    pub(crate) fn owe(&mut self, bytes: usize) -> bool {
        self.owed = self.owed.saturating_add(bytes);
        if self.owed < STEP {
            return self.ended.is_none();
        }
        let owed = std::mem::take(&mut self.owed);
        self.take(owed)
    }

    /// Asks for what is held during a piece of work only: after it the next one has it, so that the most that was held at once is all that is
    /// asked for.
    pub(crate) fn borrow(&mut self, bytes: usize) -> bool {
        if bytes <= self.scratch {
            return self.ended.is_none();
        }
        let more = bytes - std::mem::replace(&mut self.scratch, bytes);
        self.take(more)
    }

    /// Begins to write what is asked for by one field.
    pub(crate) fn begin_field(&mut self) {
        self.vain = 0;
    }

    /// Counts what was written and is thrown away, as the same is there already: it takes no memory, but time. `answers` is how much the subgraphs
    /// answered.
    pub(crate) fn throw_away(&mut self, bytes: usize, answers: usize) -> bool {
        self.vain = self.vain.saturating_add(bytes);
        if self.vain > MAX_VAIN.saturating_add(answers.saturating_mul(TIMES_ANSWERS)) {
            self.exhaust();
        }
        self.ended.is_none()
    }

    /// Makes room for more bytes at the end of a text, all of whose capacity was granted.
    pub(crate) fn make_room(&mut self, text: &mut Vec<u8>, bytes: usize) -> bool {
        let free = text.capacity() - text.len();
        if free >= bytes {
            return true;
        }
        // By a part of what there is, so that few moves are enough.
        let more = (bytes - free).max(text.capacity() / 2);
        let is_granted = self.take(more);
        if is_granted {
            text.reserve_exact(free + more);
        }
        is_granted
    }

    /// Counts work that is in no response. `answers` is how much the subgraphs answered.
    pub(crate) fn spend(&mut self, units: usize, answers: usize) {
        let before = self.spent;
        self.spent = before.saturating_add(units);
        if self.spent > WORK.saturating_add(answers.saturating_mul(WORK_PER_BYTE)) {
            self.end(End::Work);
        }
        if self.spent / LOOK != before / LOOK && self.source.is_late() {
            self.end(End::Late);
        }
    }

    /// Ends the execution.
    pub(crate) fn end(&mut self, end: End) {
        self.ended.get_or_insert(end);
    }

    /// Ends the execution for lack of memory.
    pub(crate) fn exhaust(&mut self) {
        self.end(End::Memory);
    }

    /// Why the execution ends, if it does.
    pub(crate) fn ended(&self) -> Option<End> {
        self.ended
    }

    /// Whether the execution ends: something was refused.
    pub(crate) fn are_exhausted(&self) -> bool {
        self.ended.is_some()
    }
}

/// A text that is written within what is granted.
pub(crate) struct Output<'o, 'a> {
    pub(crate) text: &'o mut Vec<u8>,
    pub(crate) grants: &'o mut Grants<'a>,
    /// How much room it had when it was asked for last.
    counted: usize,
}

impl<'o, 'a> Output<'o, 'a> {
    /// A text whose room as it is now is asked for elsewhere.
    pub(crate) fn new(text: &'o mut Vec<u8>, grants: &'o mut Grants<'a>) -> Self {
        let counted = text.capacity();
        Self {
            text,
            grants,
            counted,
        }
    }

    /// For how much room beyond this memory was asked for.
    pub(crate) fn asked_since(&self, before: usize) -> usize {
        self.counted.saturating_sub(before)
    }

    /// Whether more may be written: asks for what was written since.
    #[inline]
    pub(crate) fn may_grow(&mut self) -> bool {
        let room = self.text.capacity();
        if room <= self.counted {
            return !self.grants.are_exhausted();
        }
        let more = room - std::mem::replace(&mut self.counted, room);
        self.grants.owe(more)
    }

    /// Makes room for this many bytes more; they are asked for before where they are many.
    pub(crate) fn reserve(&mut self, bytes: usize) -> bool {
        let free = self.text.capacity() - self.text.len();
        if bytes <= free || bytes < STEP {
            return self.may_grow();
        }
        let before = self.text.capacity();
        let is_granted = self.grants.make_room(self.text, bytes);
        self.counted += self.text.capacity() - before;
        is_granted
    }
}

/// Does work on that many bytes.
pub(crate) fn work<C: SubgraphClient, T>(client: &C, bytes: usize, work: impl FnOnce() -> T) -> T {
    if bytes <= LONG {
        return work();
    }
    let mut work = Some(work);
    let mut done = None;
    client.work_long(&mut || {
        if let Some(work) = work.take() {
            done = Some(work());
        }
    });
    // A client that did nothing leaves it to this thread.
    done.or_else(|| work.map(|work| work()))
        .expect("it was done there or is done here")
}

/// Does work whose length shows while it is done: where it `may_be_brief`, here, and elsewhere only once it turns out to be long. It gives
/// nothing when it was given up.
pub(crate) fn work_at_length<C: SubgraphClient, T>(
    client: &C,
    may_be_brief: bool,
    mut work: impl FnMut(Pace) -> Option<T>,
) -> Option<T> {
    if may_be_brief && let Some(done) = work(Pace::Brief) {
        return Some(done);
    }
    self::work(client, usize::MAX, || work(Pace::Long))
}
