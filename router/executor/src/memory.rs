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

/// Where an execution asks for memory, and what work it has done.
pub(crate) struct Grants<'a> {
    /// `None` where as much is granted as is asked for.
    grantor: Option<&'a dyn Grantor>,
    /// The work of all completions so far that is in no response.
    spent: usize,
    ended: Option<End>,
}

/// What of a client grants memory, whatever kind of client it is.
trait Grantor: Sync {
    fn grants(&self, bytes: usize) -> bool;
}

impl<C: SubgraphClient> Grantor for C {
    fn grants(&self, bytes: usize) -> bool {
        self.grant(bytes)
    }
}

impl<'a> Grants<'a> {
    /// What the client grants.
    pub(crate) fn of<C: SubgraphClient>(client: &'a C) -> Self {
        Self {
            grantor: Some(client),
            spent: 0,
            ended: None,
        }
    }

    /// As much as is asked for.
    pub(crate) fn any() -> Self {
        Self {
            grantor: None,
            spent: 0,
            ended: None,
        }
    }

    /// Asks for more memory; what was refused once is refused for good.
    pub(crate) fn take(&mut self, bytes: usize) -> bool {
        let is_granted = |grantor: &dyn Grantor| grantor.grants(bytes);
        if self.ended.is_none() && !self.grantor.is_none_or(is_granted) {
            self.ended = Some(End::Memory);
        }
        self.ended.is_none()
    }

    /// Makes room for more bytes at the end of a text, all of whose capacity was granted.
    pub(crate) fn make_room(&mut self, text: &mut Vec<u8>, bytes: usize) -> bool {
        let free = text.capacity() - text.len();
        if free >= bytes {
            return true;
        }
        let more = (bytes - free).max(text.capacity() / 2);
        let is_granted = self.take(more);
        if is_granted {
            text.reserve_exact(free + more);
        }
        is_granted
    }

    /// Counts work that is in no response, of which there may be as much as `most`.
    pub(crate) fn spend(&mut self, units: usize, most: usize) {
        self.spent = self.spent.saturating_add(units);
        if self.spent > most {
            self.end(End::Work);
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
