//! What a connection is doing, so that one that does nothing can make room for one that will.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio::time::Instant;

use super::frames::Allowance;
use super::heads::{Head, Heads};
use super::size::Size;
use super::wishes::{Wish, Wishes};

mod guards;

pub(super) use guards::{Attempt, Awaiting, Busy, Unread};

/// What all connections of a listener share.
#[derive(Debug)]
pub(super) struct Waiting {
    began: Instant,
    /// Whether somebody waits for a connection to become idle.
    wanted: AtomicBool,
    idle: Notify,
    heads: Heads,
    /// Places of requests beside another one of the same connection.
    pub(super) beside: Arc<Size>,
    /// How long, in microseconds, a client may take for a piece of an answer while others wait for its place.
    reader_patience: u64,
}

impl Waiting {
    /// What the connections of a listener share that may have this many requests beside others over one connection, and whose clients are waited for this long
    /// while others want their places.
    pub(super) fn new(beside: usize, reader_patience: Duration) -> Arc<Self> {
        Arc::new(Self {
            beside: Size::new(beside),
            reader_patience: u64::try_from(reader_patience.as_micros()).unwrap_or(NEVER),
            began: Instant::now(),
            wanted: AtomicBool::new(false),
            idle: Notify::new(),
            heads: Heads::default(),
        })
    }

    /// Says whether [`Self::until_idle`] is waited for.
    pub(super) fn want(&self, wanted: bool) {
        self.wanted.store(wanted, Ordering::SeqCst);
    }

    /// Waits until some connection has become idle since it was wanted.
    pub(super) async fn until_idle(&self) {
        self.idle.notified().await;
    }

    fn now(&self) -> u64 {
        // Microseconds of half a million years.
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX - 1)
    }
}

/// How much later, in microseconds, a connection that waits for its client is thought to have begun to.
const RELUCTANCE: u64 = 1_000_000;

/// No moment of the listener's clock.
const NEVER: u64 = u64::MAX;

/// What one connection is doing.
#[derive(Debug)]
pub(super) struct Activity {
    waiting: Arc<Waiting>,
    /// When it became idle, in microseconds since the listener began, unless it is not.
    since: AtomicU64,
    /// Requests that are being answered.
    active: AtomicUsize,
    /// When the first of them began.
    began: AtomicU64,
    /// Of them, those that wait for more of their bodies, or for their turns.
    awaiting: AtomicUsize,
    /// Requests that have been answered.
    answered: AtomicUsize,
    /// Requests whose clients did not wait for the answer.
    given_up: AtomicUsize,
    /// What is wished of the connection, by somebody else than its client.
    wishes: Wishes,
    /// Since when the client has not taken the piece that is being written; [`NEVER`] while it takes what there is.
    stalled: AtomicU64,
    /// The requests whose answers wait for the client, though the connection does not: over HTTP/2 each has a window of its own.
    unread: AtomicUsize,
    /// When a piece of such an answer was handed over last.
    handed: AtomicU64,
    /// What it has read of a request that has not begun.
    head: Head,
    /// What its client may send beside requests.
    pub(super) allowance: Allowance,
    /// Whether it has become another protocol's, and is never idle again.
    is_another: AtomicBool,
    /// Its place. Given back when this is gone and not before: a connection that had none any more, but still seemed idle, would be asked pointlessly to
    /// make room.
    _place: OwnedSemaphorePermit,
}

impl Activity {
    /// A new connection, which is idle: it has not asked for anything.
    pub(super) fn new(waiting: &Arc<Waiting>, place: OwnedSemaphorePermit) -> Arc<Self> {
        Arc::new(Self {
            since: AtomicU64::new(waiting.now()),
            active: AtomicUsize::new(0),
            began: AtomicU64::new(0),
            awaiting: AtomicUsize::new(0),
            answered: AtomicUsize::new(0),
            given_up: AtomicUsize::new(0),
            wishes: Wishes::default(),
            waiting: Arc::clone(waiting),
            stalled: AtomicU64::new(NEVER),
            unread: AtomicUsize::new(0),
            handed: AtomicU64::new(0),
            head: Head::default(),
            allowance: Allowance::unlimited(),
            is_another: AtomicBool::new(false),
            _place: place,
        })
    }

    /// Since when it is idle, by the clock of the listener; `None` while it is not.
    pub(super) fn idle_since(&self) -> Option<u64> {
        let is_idle = self.active.load(Ordering::SeqCst) == 0
            && !self.is_another.load(Ordering::SeqCst)
            && self.stalled.load(Ordering::Relaxed) == NEVER;
        is_idle.then(|| self.since.load(Ordering::SeqCst))
    }

    /// Since when its place may be another's: it is idle, or nothing goes on but that its client does not send the rest of a body or does not take its answer, or
    /// that a request which was sent before the answer to another waits for its turn: who does that sends it again when the connection is closed
    /// (<https://www.rfc-editor.org/rfc/rfc9112#section-9.3.2>).
    /// Such a one is looked at as though it had begun later: what is half done is worth more than what has not begun. A client that takes its answer
    /// piece by piece keeps its place.
    pub(super) fn spare_since(&self) -> Option<u64> {
        if self.is_another.load(Ordering::SeqCst) {
            return None;
        }
        let stalled = self.stalled.load(Ordering::Relaxed);
        if stalled != NEVER {
            return self.unread_since(stalled);
        }
        let active = self.active.load(Ordering::SeqCst);
        if active == 0 {
            return self.idle_since();
        }
        let unread = self.unread.load(Ordering::SeqCst);
        if active > unread.saturating_add(self.awaiting.load(Ordering::SeqCst)) {
            return None;
        }
        match unread {
            0 => Some(self.began.load(Ordering::SeqCst) + RELUCTANCE),
            _ => self.unread_since(self.handed.load(Ordering::Relaxed)),
        }
    }

    /// The same of a client that has not taken a piece since then.
    fn unread_since(&self, since: u64) -> Option<u64> {
        let waited = self.waiting.now().saturating_sub(since);
        (waited >= self.waiting.reader_patience).then(|| since.saturating_add(RELUCTANCE))
    }

    /// Resolves when it has been idle for this long.
    pub(super) async fn idle_for(&self, limit: Duration) {
        let limit_in_micros = u64::try_from(limit.as_micros()).unwrap_or(u64::MAX);
        loop {
            let idle = self.idle_since();
            let idle = idle.map(|since| self.waiting.now().saturating_sub(since));
            let left = match idle {
                Some(idle) if idle >= limit_in_micros => return,
                Some(idle) => Duration::from_micros(limit_in_micros - idle),
                None => limit,
            };
            tokio::time::sleep(left).await;
        }
    }

    /// Asks the connection to close, if it is still [spare](Self::spare_since) when it notices.
    pub(super) fn ask_to_leave(&self) {
        self.wishes.say(&self.wishes.leave);
    }

    /// Asks it to end after the requests that are in flight.
    pub(super) fn say_goodbye(&self) {
        self.wishes.say(&self.wishes.goodbye);
    }

    /// Ends it, whatever it is doing.
    pub(super) fn cut_off(&self) {
        self.wishes.say(&self.wishes.cut);
    }

    /// Resolves when it was asked to close, and is spare.
    pub(super) async fn asked_to_leave(&self) {
        loop {
            self.wishes.said.notified().await;
            if self.wishes.leave.swap(false, Ordering::SeqCst) && self.spare_since().is_some() {
                return;
            }
        }
    }

    /// Resolves when something is wished of the connection; one that is ending already hears no other goodbye.
    pub(super) async fn wish(&self, is_ending: bool) -> Wish {
        let Wishes {
            said,
            leave,
            goodbye,
            abused,
            cut,
        } = &self.wishes;
        loop {
            said.notified().await;
            if leave.swap(false, Ordering::SeqCst) && self.spare_since().is_some() {
                return Wish::Leave;
            }
            if cut.load(Ordering::SeqCst) {
                return Wish::Cut;
            }
            if abused.load(Ordering::SeqCst) {
                return Wish::Abused;
            }
            if goodbye.swap(false, Ordering::SeqCst) && !is_ending {
                return Wish::Goodbye;
            }
        }
    }

    /// A request is answered until the guard is dropped. `None` when it is one beside another, and there are too many such requests.
    pub(super) fn begin(self: &Arc<Self>) -> Option<Busy> {
        let before = self.active.fetch_add(1, Ordering::SeqCst);
        if before == 0 {
            self.began.store(self.waiting.now(), Ordering::SeqCst);
        }
        self.head.end(&self.waiting.heads);
        let mut busy = Busy {
            activity: Arc::clone(self),
            _beside: None,
        };
        // One for each connection is bounded by the connections.
        if before > 0 {
            busy._beside = Some(self.waiting.beside.try_take()?);
        }
        Some(busy)
    }

    /// A request whose client may give it up: it does, when the guard is dropped before it says that there is an answer.
    pub(super) fn attempt(self: &Arc<Self>) -> Attempt {
        Attempt(Some(Arc::clone(self)))
    }

    /// It speaks HTTP/2: frames that belong to no request are limited.
    pub(super) fn limit_frames(&self) {
        self.allowance.limit(self.waiting.now());
    }

    /// It becomes another protocol's: it is busy until it ends.
    pub(super) fn becomes_another(&self) {
        self.is_another.store(true, Ordering::SeqCst);
    }

    /// Whether what its client sends is in frames.
    pub(super) fn is_framed(&self) -> bool {
        self.allowance.is_limited() || self.is_another.load(Ordering::Relaxed)
    }

    /// The client does not take what is written, until [`Self::taken`].
    pub(super) fn stalled(&self) {
        self.stalled.store(self.waiting.now(), Ordering::Relaxed);
    }

    /// The client has taken a piece.
    pub(super) fn taken(&self) {
        self.stalled.store(NEVER, Ordering::Relaxed);
        self.tell();
    }

    /// An answer waits for its client to take a piece until the guard is dropped.
    pub(super) fn awaits_reader(self: &Arc<Self>) -> Unread {
        self.handed.store(self.waiting.now(), Ordering::Relaxed);
        self.unread.fetch_add(1, Ordering::SeqCst);
        Unread(Arc::clone(self))
    }

    /// A request waits for more of its body, or for its turn, until the guard is dropped.
    pub(super) fn awaits(self: &Arc<Self>) -> Awaiting {
        self.awaiting.fetch_add(1, Ordering::SeqCst);
        self.tell();
        Awaiting(Arc::clone(self))
    }

    /// Counts bytes that were read.
    ///
    /// # Errors
    ///
    /// When the heads of all connections have grown too large for this one's, or it sends too much beside requests.
    pub(super) fn read(&self, count: usize) -> Result<(), TooMuch> {
        if !self.allowance.spend(count, || self.waiting.now()) {
            return Err(TooMuch::Frames);
        }
        // What another protocol sends is no head, and that protocol's to bound.
        if self.active.load(Ordering::Relaxed) > 0 || self.is_another.load(Ordering::Relaxed) {
            return Ok(());
        }
        let fits = self.head.grow(count, &self.waiting.heads);
        fits.then_some(()).ok_or(TooMuch::Heads)
    }

    fn tell(&self) {
        if self.waiting.wanted.load(Ordering::SeqCst) {
            self.waiting.idle.notify_one();
        }
    }
}

/// Why nothing more is read of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum TooMuch {
    #[error("there are too many unfinished heads of requests")]
    Heads,
    #[error("too many frames came that belong to no request")]
    Frames,
}

impl Drop for Activity {
    fn drop(&mut self) {
        self.head.end(&self.waiting.heads);
    }
}

/// How far apart two moments of the listener's clock are, for logs.
pub(super) fn age(waiting: &Waiting, since: u64) -> Duration {
    Duration::from_micros(waiting.now().saturating_sub(since))
}
