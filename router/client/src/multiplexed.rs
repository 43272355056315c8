//! Connections of HTTP/2 to one place, each for as many requests at once as its server allows. When all have as many, another one is opened
//! (<https://www.rfc-editor.org/rfc/rfc9113#section-5.1.2>).
//!
//! A connection whose other end has gone without a word looks like one to a slow server. So none carries a new request once one was given up on it and
//! nothing was answered meanwhile; those that wait on it learn by a ping that nobody answers.

mod spread;

use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use abaque_edge::causes::chain;
use futures_util::task::AtomicWaker;
use http::{Request, Response, Uri};
use hyper::body::Incoming;
use hyper::client::conn::http2::{self, Builder, SendRequest};
use hyper::rt::{Read, Write};
use hyper_util::client::legacy::connect::Connection as _;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::Instant;
use tower::ServiceExt;

use crate::broken::Broken;
use crate::connector::Https;
use crate::payload::HttpBody;
use crate::pool::{Keeping, Over};

/// After so long without anything from the other end it is pinged, where requests wait for it.
pub(crate) const PING: Duration = Duration::from_secs(10);
/// The connection ends when that is not answered in this time.
pub(crate) const PONG: Duration = Duration::from_secs(20);
/// Until a server has said how many requests it takes at once (<https://www.rfc-editor.org/rfc/rfc9113#section-6.5.2>).
const INITIALLY: usize = 100;

/// The connections to one place.
pub(crate) struct Multiplexed {
    connector: Https,
    /// Scheme and authority are what counts.
    url: Uri,
    keeping: Keeping,
    /// Whether HTTP/2 is spoken there without asking.
    prior: bool,
    /// Whether it is spoken there, as far as is known.
    is_spoken: AtomicBool,
    open: Mutex<Open>,
    /// One is opened at a time.
    opening: tokio::sync::Mutex<()>,
    /// Counts those that could not be opened.
    failed: AtomicU64,
    /// Whether a further one is being opened, beside those that have room.
    is_spreading: AtomicBool,
}

#[derive(Default)]
struct Open {
    connections: Vec<Arc<Connection>>,
    /// Whether a task closes those that nobody uses.
    is_watched: bool,
}

struct Connection {
    sender: SendRequest<HttpBody>,
    /// When it is too old to be used again.
    retires: Instant,
    allowed: Arc<Allowed>,
    state: Mutex<State>,
}

/// How many requests a server takes at once over a connection.
struct Allowed {
    streams: AtomicUsize,
    /// Wakes the task that reads it.
    task: AtomicWaker,
}

struct State {
    /// Requests whose answers have not been read to their end.
    under_way: usize,
    /// Heads of answers, and refusals, that have come.
    heard: u64,
    /// When a request last began or ended.
    used: Instant,
    /// Whether one was waited for in vain.
    is_silent: bool,
}

/// The part that a request has of a connection, up to the end of its answer.
pub(crate) struct Turn {
    connection: Arc<Connection>,
    /// What had been heard on the connection when it began; `None` once it has an answer.
    unanswered: Option<u64>,
}

/// What comes of a request.
pub(crate) enum Sent {
    /// The head of its answer.
    Answered(Response<Incoming>, Turn),
    /// Nothing of it was sent: something else is spoken there.
    NotSpoken(Request<HttpBody>),
}

/// What comes of having a connection opened.
enum Opened {
    /// One with room for a request; whether others may have used it before.
    Turn(Turn, bool),
    /// Another request has had one opened, or has learned that there is none.
    ByAnother,
    NotSpoken,
}

impl Multiplexed {
    /// No connection yet. Unless `prior`, nothing is known of what is spoken there.
    pub(crate) fn new(connector: Https, url: Uri, keeping: Keeping, prior: bool) -> Self {
        Self {
            connector,
            url,
            keeping,
            prior,
            is_spoken: AtomicBool::new(prior),
            open: Mutex::default(),
            opening: tokio::sync::Mutex::default(),
            failed: AtomicU64::new(0),
            is_spreading: AtomicBool::new(false),
        }
    }

    /// Whether HTTP/2 is spoken there, as far as is known.
    pub(crate) fn is_spoken(&self) -> bool {
        self.is_spoken.load(Ordering::Relaxed)
    }

    /// It has been negotiated there.
    pub(crate) fn note_spoken(&self) {
        self.is_spoken.store(true, Ordering::Relaxed);
    }

    /// Sends a request and waits for the head of its answer.
    pub(crate) async fn send(
        self: &Arc<Self>,
        mut request: Request<HttpBody>,
        over: Over,
    ) -> Result<Sent, Broken> {
        loop {
            if !self.is_spoken() {
                return Ok(Sent::NotSpoken(request));
            }
            let (mut turn, is_kept) = match self.take(over) {
                Some(turn) => (turn, true),
                None => match self.open(over).await? {
                    Opened::Turn(turn, is_kept) => (turn, is_kept),
                    Opened::ByAnother => continue,
                    Opened::NotSpoken => return Ok(Sent::NotSpoken(request)),
                },
            };
            let sent = turn.connection.sender.clone().try_send_request(request);
            let sent = sent.await;
            turn.answered();
            match sent {
                Ok(response) => return Ok(Sent::Answered(response, turn)),
                Err(mut failed) => match failed.take_message() {
                    // It ended before anything was sent.
                    Some(unsent) if is_kept => request = unsent,
                    // Many requests are under way, which the server may have looked at when it ends.
                    _ => return Err(Broken::of_exchange(failed.error(), false)),
                },
            }
        }
    }

    /// A part of the connection that has the fewest requests under way.
    fn take(self: &Arc<Self>, over: Over) -> Option<Turn> {
        if over == Over::New {
            return None;
        }
        let now = Instant::now();
        let mut open = self.lock();
        open.close_unused(now, self.keeping.idle);
        let under_way = |connection: &&Arc<Connection>| connection.lock().under_way;
        let least = open.connections.iter().min_by_key(under_way)?;
        if under_way(&least) >= spread::FEW && open.connections.len() < spread::MOST {
            self.spread();
        }
        Turn::of(least, now)
    }

    async fn open(self: &Arc<Self>, over: Over) -> Result<Opened, Broken> {
        if over == Over::New {
            return self.connect(over).await;
        }
        let failed = self.failed.load(Ordering::Relaxed);
        if let Ok(_opening) = self.opening.try_lock() {
            return match self.take(over) {
                Some(turn) => Ok(Opened::Turn(turn, true)),
                None => self.connect(over).await,
            };
        }
        drop(self.opening.lock().await);
        match self.failed.load(Ordering::Relaxed) == failed {
            true => Ok(Opened::ByAnother),
            // Nobody waits for one attempt after the other.
            false => self.connect(over).await,
        }
    }

    /// A new connection, with a part of it; others get parts of it as well, where it is one to be kept.
    async fn connect(self: &Arc<Self>, over: Over) -> Result<Opened, Broken> {
        let begun = self.begin().await.inspect_err(|_| {
            self.failed.fetch_add(1, Ordering::Relaxed);
        });
        let Some(connection) = begun? else {
            self.is_spoken.store(false, Ordering::Relaxed);
            return Ok(Opened::NotSpoken);
        };
        let connection = Arc::new(connection);
        let turn = Turn::begin(&connection, &mut connection.lock(), Instant::now());
        if over == Over::Kept {
            self.keep(connection);
        }
        Ok(Opened::Turn(turn, false))
    }

    /// Opens a connection; `None` where something else is negotiated.
    async fn begin(&self) -> Result<Option<Connection>, Broken> {
        let opened = self.connector.clone().oneshot(self.url.clone()).await;
        let stream = opened.map_err(|error| Broken::Unreachable(chain(&*error)))?;
        if !self.prior && !stream.connected().is_negotiated_h2() {
            return Ok(None);
        }
        let shaken = Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .initial_max_send_streams(INITIALLY)
            .keep_alive_interval(PING)
            .keep_alive_timeout(PONG)
            .handshake(stream)
            .await;
        let (sender, connection) = shaken.map_err(|error| Broken::of_exchange(&error, false))?;
        let allowed = Arc::new(Allowed {
            streams: AtomicUsize::new(INITIALLY),
            task: AtomicWaker::new(),
        });
        tokio::spawn(Driven {
            connection,
            allowed: Arc::clone(&allowed),
        });
        Ok(Some(Connection {
            sender,
            retires: self.keeping.retires(),
            allowed,
            state: Mutex::new(State {
                under_way: 0,
                heard: 0,
                used: Instant::now(),
                is_silent: false,
            }),
        }))
    }

    /// Closes connections that nobody uses, until there is none.
    async fn close_idle(place: Weak<Self>, idle: Duration) {
        let mut wait = idle;
        loop {
            tokio::time::sleep(wait).await;
            let Some(place) = place.upgrade() else {
                return;
            };
            let mut open = place.lock();
            let now = Instant::now();
            open.close_unused(now, idle);
            let left = open.connections.iter();
            match left.map(|connection| connection.left(now, idle)).min() {
                Some(left) => wait = left,
                None => {
                    open.is_watched = false;
                    return;
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    /// Closes what is not used again, and what nobody has used for a while.
    fn close_unused(&mut self, now: Instant, idle: Duration) {
        self.connections.retain(|connection| {
            connection.is_usable(now) && !connection.left(now, idle).is_zero()
        });
    }
}

impl Connection {
    fn is_usable(&self, now: Instant) -> bool {
        now < self.retires && !self.sender.is_closed() && !self.lock().is_silent
    }

    /// How long it is kept if nobody uses it.
    fn left(&self, now: Instant, idle: Duration) -> Duration {
        let state = self.lock();
        match state.under_way {
            0 => idle.saturating_sub(now.saturating_duration_since(state.used)),
            _ => idle,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// A part of a connection, if its server takes one more request.
    fn of(connection: &Arc<Connection>, now: Instant) -> Option<Self> {
        let mut state = connection.lock();
        // One that takes none at all for now has one wait for it.
        let allowed = connection.allowed.streams.load(Ordering::Relaxed).max(1);
        (state.under_way < allowed).then(|| Self::begin(connection, &mut state, now))
    }

    fn begin(connection: &Arc<Connection>, state: &mut State, now: Instant) -> Self {
        state.under_way += 1;
        state.used = now;
        Self {
            connection: Arc::clone(connection),
            unanswered: Some(state.heard),
        }
    }

    /// Something has come of the request.
    fn answered(&mut self) {
        self.unanswered = None;
        let mut state = self.connection.lock();
        state.heard += 1;
        if state.heard == 1 {
            // What the server allows has come before its first answer.
            self.connection.allowed.task.wake();
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.connection.lock();
        state.under_way -= 1;
        state.used = Instant::now();
        // It was given up, and nothing was heard on the connection meanwhile.
        state.is_silent |= self.unanswered == Some(state.heard);
    }
}

/// A connection at work. Each time something happens on it, it is noted how many requests its server allows.
struct Driven<I: Read + Write + Send + Unpin + 'static> {
    connection: http2::Connection<I, HttpBody, TokioExecutor>,
    allowed: Arc<Allowed>,
}

impl<I> Future for Driven<I>
where
    I: Read + Write + Send + Unpin + 'static,
{
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.allowed.task.register(context.waker());
        // What goes wrong is reported to the requests that it breaks.
        let ended = Pin::new(&mut self.connection).poll(context).map(drop);
        let streams = self.connection.current_max_send_streams();
        self.allowed.streams.store(streams, Ordering::Relaxed);
        ended
    }
}

impl fmt::Debug for Multiplexed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Multiplexed")
            .field("url", &self.url)
            .field("open", &self.lock().connections.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turn")
            .field("unanswered", &self.unanswered)
            .finish_non_exhaustive()
    }
}
