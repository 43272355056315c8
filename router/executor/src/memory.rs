//! The memory that an execution takes: asked for before it is taken.

use crate::client::SubgraphClient;

/// Work on more bytes than this takes long enough for the caller to be warned of it.
const LONG: usize = 128 * 1024;

/// Where an execution asks for memory.
pub(crate) struct Grants<'a> {
    /// `None` where as much is granted as is asked for.
    grantor: Option<&'a dyn Grantor>,
    exhausted: bool,
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
            exhausted: false,
        }
    }

    /// As much as is asked for.
    pub(crate) fn any() -> Self {
        Self {
            grantor: None,
            exhausted: false,
        }
    }

    /// Asks for more; what was refused once is refused for good.
    pub(crate) fn take(&mut self, bytes: usize) -> bool {
        let is_granted = |grantor: &dyn Grantor| grantor.grants(bytes);
        self.exhausted = self.exhausted || !self.grantor.is_none_or(is_granted);
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
