//! Ending the connection of a client that does not take its answer, at a word of the app.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::Notify;

use super::activity::Activity;

/// A word that ends the connection of an answer, whatever its client does. An app that puts a clone into the extensions of an answer may say it at any
/// moment: a body is not asked for its next piece while the client leaves the last one unread, so it cannot end by itself then.
///
/// Over HTTP/1.1 the connection closes at once. One of HTTP/2 has other requests, and one that has become another protocol's is the app's own: there the app looks whether
/// it [was said](Self::is_cut).
#[derive(Clone, Debug, Default)]
pub struct Cut(Arc<State>);

#[derive(Debug, Default)]
struct State {
    is_cut: AtomicBool,
    said: Notify,
    connection: Mutex<Weak<Activity>>,
}

impl Cut {
    /// Ends the connection.
    pub fn cut(&self) {
        self.0.is_cut.store(true, Ordering::SeqCst);
        self.0.said.notify_waiters();
        let connection = self.0.connection.lock();
        let connection = connection.unwrap_or_else(PoisonError::into_inner).upgrade();
        if let Some(activity) = connection {
            activity.cut_off();
        }
    }

    /// Whether it was said.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.0.is_cut.load(Ordering::SeqCst)
    }

    /// Resolves when it is said.
    pub async fn said(&self) {
        let mut said = std::pin::pin!(self.0.said.notified());
        // Listens before it looks, so that nothing is said in between.
        said.as_mut().enable();
        if !self.is_cut() {
            said.await;
        }
    }

    /// It is about the answer that this connection sends now.
    pub(super) fn is_for(&self, activity: &Arc<Activity>) {
        let mut connection = self
            .0
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *connection = Arc::downgrade(activity);
        drop(connection);
        if self.is_cut() {
            activity.cut_off();
        }
    }
}
