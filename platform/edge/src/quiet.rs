//! Bodies that are read to their end without waking their connection once more.
//!
//! The HTTP library wakes a connection of HTTP/1.1 with each piece of a body that is taken, so that it reads the next one. After the last piece there is none: of a
//! small request that has a small answer, a third of what wakes its tasks is this.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming};

/// A connection that is not woken by those who read the end of a body from it, with [`poll_frame`] or [`frame`].
#[derive(Debug)]
pub struct Quiet<C> {
    connection: C,
    relay: Option<Relay>,
}

/// Between what wakes a connection and its task.
#[derive(Debug)]
struct Relay {
    task: Waker,
    /// Made of [`Relayed`].
    waker: Waker,
}

/// Wakes the task, unless this thread is listening.
struct Relayed(Waker);

thread_local! {
    /// Whether this thread takes a piece of a body now.
    static IS_LISTENING: Cell<bool> = const { Cell::new(false) };
    /// Whom that would have woken.
    static HEARD: Cell<Option<Arc<Relayed>>> = const { Cell::new(None) };
}

impl<C> Quiet<C> {
    /// It is polled, and nothing else, through this.
    pub fn new(connection: C) -> Self {
        Self {
            connection,
            relay: None,
        }
    }

    /// The connection itself.
    pub fn connection(&mut self) -> &mut C {
        &mut self.connection
    }
}

impl<C: Future + Unpin> Future for Quiet<C> {
    type Output = C::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<C::Output> {
        let this = &mut *self;
        let task = context.waker();
        // Made once: a connection stays with its task.
        let relay = match &mut this.relay {
            Some(relay) if relay.task.will_wake(task) => relay,
            other => other.insert(Relay::to(task)),
        };
        Pin::new(&mut this.connection).poll(&mut Context::from_waker(&relay.waker))
    }
}

impl Relay {
    fn to(task: &Waker) -> Self {
        Self {
            task: task.clone(),
            waker: Arc::new(Relayed(task.clone())).into(),
        }
    }
}

impl Wake for Relayed {
    fn wake(self: Arc<Self>) {
        match IS_LISTENING.get() {
            true => hear(self),
            false => self.0.wake_by_ref(),
        }
    }

    fn wake_by_ref(self: &Arc<Self>) {
        match IS_LISTENING.get() {
            true => hear(Arc::clone(self)),
            false => self.0.wake_by_ref(),
        }
    }
}

/// Keeps the last one that is to be woken. A task that takes a piece just when it comes is woken itself before, and has no need of it: that is passed on.
fn hear(relayed: Arc<Relayed>) {
    if let Some(other) = HEARD.replace(Some(relayed)) {
        other.0.wake_by_ref();
    }
}

/// While it lasts, nothing that comes over [`Quiet`] connections wakes their tasks from this thread.
struct Listening;

impl Listening {
    fn begin() -> Self {
        IS_LISTENING.set(true);
        Self
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        IS_LISTENING.set(false);
    }
}

/// The next piece of a body. Its connection is woken only if there is more to come.
pub fn poll_frame(
    body: &mut Incoming,
    context: &mut Context<'_>,
) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
    let listening = Listening::begin();
    let polled = Pin::new(&mut *body).poll_frame(context);
    drop(listening);
    if let Some(connection) = HEARD.take()
        && !(polled.is_ready() && body.is_end_stream())
    {
        connection.wake();
    }
    polled
}

/// The next piece of a body, as [`poll_frame`] takes it; `None` after its end.
pub async fn frame(body: &mut Incoming) -> Option<hyper::Result<Frame<Bytes>>> {
    poll_fn(|context| poll_frame(body, context)).await
}

#[cfg(test)]
mod tests;
