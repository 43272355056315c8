//! The requests of one connection of HTTP/2, each a task of its own.
//!
//! A client that grants no window for an answer would keep it for ever, though the socket takes all that is written. So each task knows when a
//! piece of its answer waits for the client, and ends the stream (RST_STREAM, which discards what was handed over) when that takes too long.

use std::cell::Cell;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::rt::Executor;
use pin_project_lite::pin_project;
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep};

use super::activity::{Activity, Unread};

/// The largest piece of an answer that is handed over at once: what a client must take in the time that it has.
pub(super) const PIECE: usize = 16 * 1024;

tokio::task_local! {
    static HANDED: Cell<Handed>;
}

/// What of an answer was handed over.
#[derive(Clone, Copy, Default)]
struct Handed {
    pieces: u64,
    /// Whether the next one waits for the client to take this one, rather than for the app.
    waits: bool,
}

/// Notes that a piece was handed over, or that there is none at the moment. Outside of a stream of HTTP/2 it notes nothing.
pub(super) fn handed(piece: bool) {
    // An error says that this is no such stream.
    let _ = HANDED.try_with(|cell| {
        let Handed { pieces, .. } = cell.get();
        cell.set(Handed {
            pieces: pieces.wrapping_add(u64::from(piece)),
            waits: piece,
        });
    });
}

/// Runs the streams of one connection. They end with the last clone.
#[derive(Clone)]
pub(super) struct Streams {
    timeout: Duration,
    activity: Arc<Activity>,
    tasks: Arc<Mutex<JoinSet<()>>>,
}

impl Streams {
    /// Streams of a connection, whose client must take each piece in that time.
    pub(super) fn new(timeout: Duration, activity: &Arc<Activity>) -> Self {
        Self {
            timeout,
            activity: Arc::clone(activity),
            tasks: Arc::default(),
        }
    }
}

impl<F> Executor<F> for Streams
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        let stream = HANDED.scope(
            Cell::default(),
            Taken {
                stream,
                timeout: self.timeout,
                activity: Arc::clone(&self.activity),
                deadline: None,
                waits_for: None,
                unread: None,
            },
        );
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that have ended leave here, so that the set is bounded by the streams that there may be.
        while tasks.try_join_next().is_some() {}
        tasks.spawn(stream);
    }
}

pin_project! {
    /// A stream, until it ends or a piece of it is not taken in time; then it is dropped, which resets it.
    struct Taken<F> {
        #[pin]
        stream: F,
        timeout: Duration,
        activity: Arc<Activity>,
        // Made when something waits for the first time.
        deadline: Option<Pin<Box<Sleep>>>,
        // The piece that the deadline is for.
        waits_for: Option<u64>,
        // Tells the connection of it.
        unread: Option<Unread>,
    }
}

impl<F: Future<Output = ()>> Future for Taken<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        if this.stream.poll(context).is_ready() {
            return Poll::Ready(());
        }
        let Handed { pieces, waits } = HANDED.with(Cell::get);
        if !waits {
            *this.waits_for = None;
            *this.unread = None;
            return Poll::Pending;
        }
        let timeout = *this.timeout;
        let deadline = this
            .deadline
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
        if *this.waits_for != Some(pieces) {
            *this.waits_for = Some(pieces);
            // The one before goes after this one has come.
            *this.unread = Some(this.activity.awaits_reader());
            deadline.as_mut().reset(Instant::now() + timeout);
        }
        deadline.as_mut().poll(context)
    }
}
