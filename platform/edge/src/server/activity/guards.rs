//! What a connection does for as long as one of these is not dropped.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::OwnedSemaphorePermit;

use super::{Activity, Allowance};

/// This many requests may be given up before a client is thought to do nothing else.
const GIVEN_UP: usize = 100;

/// A request is being answered.
#[derive(Debug)]
pub(in crate::server) struct Busy {
    pub(super) activity: Arc<Activity>,
    /// Its place, when it began beside another.
    pub(super) _beside: Option<OwnedSemaphorePermit>,
}

impl Busy {
    /// What the client of this request may send beside requests.
    pub(in crate::server) fn allowance(&self) -> &Allowance {
        &self.activity.allowance
    }
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

/// A request waits for its client to send more of its body, or for its turn.
#[derive(Debug)]
pub(in crate::server) struct Awaiting(pub(super) Arc<Activity>);

impl Drop for Awaiting {
    fn drop(&mut self) {
        self.0.awaiting.fetch_sub(1, Ordering::SeqCst);
    }
}

/// An answer waits for its client to take a piece of it.
#[derive(Debug)]
pub(in crate::server) struct Unread(pub(super) Arc<Activity>);

impl Drop for Unread {
    fn drop(&mut self) {
        self.0.unread.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A request that has no answer yet.
#[derive(Debug)]
pub(in crate::server) struct Attempt(pub(super) Option<Arc<Activity>>);

impl Attempt {
    /// It has one now.
    pub(in crate::server) fn answered(mut self) {
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
            activity.wishes.say(&activity.wishes.abused);
        }
    }
}
