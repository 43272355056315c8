//! What a connection is doing, so that one that does nothing can make room for one that will.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio::time::Instant;

/// What all connections of a listener share.
#[derive(Debug)]
pub(super) struct Waiting {
    began: Instant,
    /// Whether somebody waits for a connection to become idle.
    wanted: AtomicBool,
    idle: Notify,
    /// Bytes of unfinished heads, but for the [`SMALL_HEAD`] that each may have.
    heads: AtomicUsize,
}

/// A head of this size always finds room.
const SMALL_HEAD: usize = 4 * 1024;
/// What all unfinished heads that are longer may hold together.
const ALL_HEADS: usize = 16 * 1024 * 1024;

impl Waiting {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            began: Instant::now(),
            wanted: AtomicBool::new(false),
            idle: Notify::new(),
            heads: AtomicUsize::new(0),
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

/// [`Activity::since`] while a request is answered.
const BUSY: u64 = u64::MAX;

/// What one connection is doing.
#[derive(Debug)]
pub(super) struct Activity {
    waiting: Arc<Waiting>,
    /// When it became idle, in microseconds since the listener began; [`BUSY`] while it is not.
    since: AtomicU64,
    /// Whether written bytes are not taken.
    is_stalled: AtomicBool,
    /// Bytes read since it is idle.
    head: AtomicUsize,
    /// Whether it has become another protocol's, and is never idle again.
    is_another: AtomicBool,
    /// Asks it to close.
    leave: Notify,
    /// Its place. Given back when this is gone and not before: a connection that had none any more, but still seemed idle, would be asked in vain to
    /// make room.
    _place: OwnedSemaphorePermit,
}

impl Activity {
    /// Of a new connection, which is idle: it has not asked for anything.
    pub(super) fn new(waiting: &Arc<Waiting>, place: OwnedSemaphorePermit) -> Arc<Self> {
        Arc::new(Self {
            since: AtomicU64::new(waiting.now()),
            waiting: Arc::clone(waiting),
            is_stalled: AtomicBool::new(false),
            head: AtomicUsize::new(0),
            is_another: AtomicBool::new(false),
            leave: Notify::new(),
            _place: place,
        })
    }

    /// Since when it is idle, by the clock of the listener; `None` while it is not.
    pub(super) fn idle_since(&self) -> Option<u64> {
        let since = self.since.load(Ordering::SeqCst);
        (since != BUSY && !self.is_stalled.load(Ordering::Relaxed)).then_some(since)
    }

    /// Asks the connection to close, if it is still idle when it notices.
    pub(super) fn ask_to_leave(&self) {
        self.leave.notify_one();
    }

    /// Resolves when it was asked to, and is idle.
    pub(super) async fn asked_to_leave(&self) {
        loop {
            self.leave.notified().await;
            if self.idle_since().is_some() {
                return;
            }
        }
    }

    /// A request is answered until the guard is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> Busy {
        self.since.store(BUSY, Ordering::SeqCst);
        self.forget_head();
        Busy(Arc::clone(self))
    }

    /// It becomes another protocol's: it is busy until it ends.
    pub(super) fn becomes_another(&self) {
        self.is_another.store(true, Ordering::SeqCst);
    }

    pub(super) fn stalled(&self, is_stalled: bool) {
        self.is_stalled.store(is_stalled, Ordering::Relaxed);
        if !is_stalled {
            self.tell();
        }
    }

    /// Counts bytes that were read; false when the heads of all connections have grown too large for this one's.
    pub(super) fn read(&self, count: usize) -> bool {
        if self.since.load(Ordering::Relaxed) == BUSY {
            return true;
        }
        let before = self.head.fetch_add(count, Ordering::Relaxed);
        let more = count.min((before + count).saturating_sub(SMALL_HEAD));
        more == 0 || self.waiting.heads.fetch_add(more, Ordering::Relaxed) + more <= ALL_HEADS
    }

    fn forget_head(&self) {
        let long = self
            .head
            .swap(0, Ordering::Relaxed)
            .saturating_sub(SMALL_HEAD);
        if long > 0 {
            self.waiting.heads.fetch_sub(long, Ordering::Relaxed);
        }
    }

    fn tell(&self) {
        if self.waiting.wanted.load(Ordering::SeqCst) {
            self.waiting.idle.notify_one();
        }
    }
}

impl Drop for Activity {
    fn drop(&mut self) {
        self.forget_head();
    }
}

/// A request is being answered.
#[derive(Debug)]
pub(super) struct Busy(Arc<Activity>);

impl Drop for Busy {
    fn drop(&mut self) {
        if self.0.is_another.load(Ordering::SeqCst) {
            return;
        }
        let now = self.0.waiting.now();
        self.0.since.store(now, Ordering::SeqCst);
        self.0.tell();
    }
}

/// The body of an answer; its connection is busy until it is gone.
pub(super) struct Answering {
    pub(super) body: Body,
    pub(super) _busy: Busy,
}

impl hyper::body::Body for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// How far apart two moments of the listener's clock are, for logs.
pub(super) fn age(waiting: &Waiting, since: u64) -> Duration {
    Duration::from_micros(waiting.now().saturating_sub(since))
}
