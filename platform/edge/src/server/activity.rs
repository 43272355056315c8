//! What a connection is doing, so that one that does nothing can make room for one that will.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as _, Frame, SizeHint};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::streams::{self, PIECE};

/// What all connections of a listener share.
#[derive(Debug)]
pub(super) struct Waiting {
    began: Instant,
    /// Whether somebody waits for a connection to become idle.
    wanted: AtomicBool,
    idle: Notify,
    /// Bytes of unfinished heads, but for the [`SMALL_HEAD`] that each may have.
    heads: AtomicUsize,
    /// Places of requests beside another one of the same connection.
    beside: Arc<Semaphore>,
}

/// A head of this size always finds room.
const SMALL_HEAD: usize = 4 * 1024;
/// What all unfinished heads that are longer may hold together.
const ALL_HEADS: usize = 16 * 1024 * 1024;

impl Waiting {
    /// What the connections of a listener share that may have so many requests beside others over one connection.
    pub(super) fn new(beside: usize) -> Arc<Self> {
        Arc::new(Self {
            beside: Arc::new(Semaphore::new(beside)),
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

/// What the unfinished head of one connection counts at most. HTTP/2 keeps no more of one, whatever else is read meanwhile.
const LONGEST_HEAD: usize = 64 * 1024;
/// So many requests may be given up before a client is thought to do nothing else.
const GIVEN_UP: usize = 100;

/// How much later, in microseconds, a connection that waits for its client is thought to have begun to.
const RELUCTANCE: u64 = 1_000_000;

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
    /// Of them, those that wait for more of their bodies.
    awaiting: AtomicUsize,
    /// Requests that have been answered.
    answered: AtomicUsize,
    /// Requests whose clients did not wait for the answer.
    given_up: AtomicUsize,
    abused: Notify,
    /// Asks it to end after the requests that are in flight.
    goodbye: Notify,
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
    /// A new connection, which is idle: it has not asked for anything.
    pub(super) fn new(waiting: &Arc<Waiting>, place: OwnedSemaphorePermit) -> Arc<Self> {
        Arc::new(Self {
            since: AtomicU64::new(waiting.now()),
            active: AtomicUsize::new(0),
            began: AtomicU64::new(0),
            awaiting: AtomicUsize::new(0),
            answered: AtomicUsize::new(0),
            given_up: AtomicUsize::new(0),
            abused: Notify::new(),
            goodbye: Notify::new(),
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
        let is_idle = self.active.load(Ordering::SeqCst) == 0
            && !self.is_another.load(Ordering::SeqCst)
            && !self.is_stalled.load(Ordering::Relaxed);
        is_idle.then(|| self.since.load(Ordering::SeqCst))
    }

    /// Since when its place may be another's: it is idle, or nothing goes on but that its client does not send the rest of a body. Such a one is looked at as
    /// though it had begun later: what is half done is worth more than what has not begun. One that has a part of its answer keeps its place.
    pub(super) fn spare_since(&self) -> Option<u64> {
        let active = self.active.load(Ordering::SeqCst);
        let waits = active > 0
            && active == self.awaiting.load(Ordering::SeqCst)
            && !self.is_stalled.load(Ordering::Relaxed);
        match waits {
            true => Some(self.began.load(Ordering::SeqCst) + RELUCTANCE),
            false => self.idle_since(),
        }
    }

    /// Resolves when it has been idle for so long.
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
        self.leave.notify_one();
    }

    /// Resolves when it was asked to, and is spare.
    pub(super) async fn asked_to_leave(&self) {
        loop {
            self.leave.notified().await;
            if self.spare_since().is_some() {
                return;
            }
        }
    }

    /// A request is answered until the guard is dropped. `None` when it is one beside another, and there are too many such requests.
    pub(super) fn begin(self: &Arc<Self>) -> Option<Busy> {
        let before = self.active.fetch_add(1, Ordering::SeqCst);
        if before == 0 {
            self.began.store(self.waiting.now(), Ordering::SeqCst);
        }
        self.forget_head();
        let mut busy = Busy {
            activity: Arc::clone(self),
            _beside: None,
        };
        // One for each connection is bounded by the connections.
        if before > 0 {
            let places = Arc::clone(&self.waiting.beside);
            busy._beside = Some(places.try_acquire_owned().ok()?);
        }
        Some(busy)
    }

    /// A request whose client may give it up: it does, when the guard is dropped before it says that there is an answer.
    pub(super) fn attempt(self: &Arc<Self>) -> Attempt {
        Attempt(Some(Arc::clone(self)))
    }

    /// Resolves when the client gives up most of its requests, of which there have been many: each costs a server more than it costs the client.
    pub(super) async fn is_abused(&self) {
        self.abused.notified().await;
    }

    /// Asks the connection to end after the requests that are in flight.
    pub(super) fn say_goodbye(&self) {
        self.goodbye.notify_one();
    }

    /// Resolves when it was asked to.
    pub(super) async fn goodbye(&self) {
        self.goodbye.notified().await;
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

    /// A request waits for more of its body until the guard is dropped.
    pub(super) fn awaits_body(self: &Arc<Self>) -> Awaiting {
        self.awaiting.fetch_add(1, Ordering::SeqCst);
        self.tell();
        Awaiting(Arc::clone(self))
    }

    /// Counts bytes that were read; false when the heads of all connections have grown too large for this one's.
    pub(super) fn read(&self, count: usize) -> bool {
        if self.active.load(Ordering::Relaxed) > 0 {
            return true;
        }
        let before = self.head.fetch_add(count, Ordering::Relaxed);
        let more = counted(before.saturating_add(count)) - counted(before);
        more == 0 || self.waiting.heads.fetch_add(more, Ordering::Relaxed) + more <= ALL_HEADS
    }

    fn forget_head(&self) {
        let long = counted(self.head.swap(0, Ordering::Relaxed));
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

/// What a head of so many bytes counts.
fn counted(head: usize) -> usize {
    head.min(LONGEST_HEAD).saturating_sub(SMALL_HEAD)
}

impl Drop for Activity {
    fn drop(&mut self) {
        self.forget_head();
    }
}

/// A request is being answered.
#[derive(Debug)]
pub(super) struct Busy {
    activity: Arc<Activity>,
    /// Its place, when it began beside another.
    _beside: Option<OwnedSemaphorePermit>,
}

impl Drop for Busy {
    fn drop(&mut self) {
        let now = self.activity.waiting.now();
        self.activity.since.store(now, Ordering::SeqCst);
        if self.activity.active.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.activity.tell();
        }
    }
}

/// A request waits for its client to send more of its body.
#[derive(Debug)]
pub(super) struct Awaiting(Arc<Activity>);

impl Drop for Awaiting {
    fn drop(&mut self) {
        self.0.awaiting.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A request that has no answer yet.
#[derive(Debug)]
pub(super) struct Attempt(Option<Arc<Activity>>);

impl Attempt {
    /// It has one now.
    pub(super) fn answered(mut self) {
        if let Some(activity) = self.0.take() {
            activity.answered.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let Some(activity) = self.0.take() else {
            return;
        };
        let given_up = activity.given_up.fetch_add(1, Ordering::Relaxed) + 1;
        if given_up > GIVEN_UP && given_up > activity.answered.load(Ordering::Relaxed) {
            activity.abused.notify_one();
        }
    }
}

/// The body of an answer; its connection is busy until it is gone.
pub(super) struct Answering {
    body: Body,
    /// What is left of the last frame: over HTTP/2 it is handed over in pieces.
    rest: Bytes,
    is_multiplexed: bool,
    /// `None` for an answer that says that there is no place.
    _busy: Option<Busy>,
}

impl Answering {
    pub(super) fn new(body: Body, busy: Option<Busy>, is_multiplexed: bool) -> Self {
        Self {
            body,
            rest: Bytes::new(),
            is_multiplexed,
            _busy: busy,
        }
    }

    /// The next piece. The library takes one more than the client has taken, and the end without waiting for anything; so the last byte is a piece of
    /// its own, which shows that all others were taken.
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<BodyResult>> {
        if self.rest.is_empty() {
            let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
            match frame.map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(data))) => self.rest = data,
                Some(Ok(Err(other))) => return Poll::Ready(Some(Ok(other))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        let all = self.rest.len();
        let length = match self.body.is_end_stream() {
            true if all > 1 => PIECE.min(all - 1),
            _ => PIECE.min(all),
        };
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(length)))))
    }
}

type BodyResult = Result<Frame<Bytes>, axum::Error>;

impl hyper::body::Body for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<BodyResult>> {
        if !self.is_multiplexed {
            return Pin::new(&mut self.body).poll_frame(context);
        }
        let polled = self.poll_piece(context);
        streams::handed(matches!(polled, Poll::Ready(Some(_))));
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = self.body.size_hint();
        let rest = self.rest.len() as u64;
        if rest > 0 {
            let upper = hint.upper().map(|upper| upper.saturating_add(rest));
            hint.set_lower(hint.lower().saturating_add(rest));
            if let Some(upper) = upper {
                hint.set_upper(upper);
            }
        }
        hint
    }
}

/// How far apart two moments of the listener's clock are, for logs.
pub(super) fn age(waiting: &Waiting, since: u64) -> Duration {
    Duration::from_micros(waiting.now().saturating_sub(since))
}
