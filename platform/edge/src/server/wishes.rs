//! What is wished of a connection by somebody else than its client.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// What may be wished of a connection.
pub(super) enum Wish {
    /// To close: its place is wanted.
    Leave,
    /// To end after the requests that are in flight.
    Goodbye,
    /// To close: its answer is not to be waited for any longer.
    Cut,
    /// To close: its client gives up most of its requests, of which there have been many. Each costs a server more than it costs the client.
    Abused,
}

/// What it has been asked to do and has not done yet. One notification serves all of it: a connection looks here whenever it is woken.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    pub(super) said: Notify,
    pub(super) leave: AtomicBool,
    pub(super) goodbye: AtomicBool,
    pub(super) abused: AtomicBool,
    pub(super) cut: AtomicBool,
}

impl Wishes {
    pub(super) fn say(&self, wish: &AtomicBool) {
        wish.store(true, Ordering::SeqCst);
        self.said.notify_one();
    }
}
