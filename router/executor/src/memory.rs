//! The memory that an execution takes: asked for before it is taken.

use crate::client::SubgraphClient;

/// Work on more bytes than this takes long enough for the caller to be warned of it.
const LONG: usize = 128 * 1024;

/// What is small is asked for together with what follows, in steps of this many bytes.
const STEP: usize = 4 * 1024;

/// What is written for one field and thrown away again may come to this many bytes, however little data there is.
const MAX_VAIN: usize = 64 * 1024 * 1024;
/// Beside that, to this many times the answers of subgraphs.
const TIMES_ANSWERS: usize = 64;

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

/// Where an execution asks for memory.
pub(crate) struct Grants<'a> {
    source: Source<'a>,
    exhausted: bool,
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
            exhausted: false,
            owed: 0,
            scratch: 0,
            vain: 0,
        }
    }

    /// Asks for more; what was refused once is refused for good.
    pub(crate) fn take(&mut self, bytes: usize) -> bool {
        let is_granted = |grantor: &dyn Grantor| grantor.grants(bytes);
        self.exhausted = self.exhausted || !self.source.0.is_none_or(is_granted);
        !self.exhausted
    }

    /// The same for a few bytes, which are asked for once there are more.
    #[inline]
    pub(crate) fn owe(&mut self, bytes: usize) -> bool {
        self.owed = self.owed.saturating_add(bytes);
        if self.owed < STEP {
            return !self.exhausted;
        }
        let owed = std::mem::take(&mut self.owed);
        self.take(owed)
    }

    /// Asks for what is held during a piece of work only: after it the next one has it, so that the most that was held at once is all that is
    /// asked for.
    pub(crate) fn borrow(&mut self, bytes: usize) -> bool {
        if bytes <= self.scratch {
            return !self.exhausted;
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
        !self.exhausted
    }

    /// Ends the execution.
    pub(crate) fn exhaust(&mut self) {
        self.exhausted = true;
    }

    /// Whether something was refused.
    pub(crate) fn are_exhausted(&self) -> bool {
        self.exhausted
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
        // By a part of what there is, so that few moves are enough.
        let more = (bytes - free).max(self.text.capacity() / 2);
        if !self.grants.take(more) {
            return false;
        }
        self.text.reserve_exact(free + more);
        self.counted = self.counted.saturating_add(more);
        true
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
