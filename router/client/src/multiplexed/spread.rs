//! Several connections where there is much to do: each is opened to the next address of its name, so that the replicas of a place share its load.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{Connection, Multiplexed};

/// Requests under way over the connection that has the fewest, before a further one is opened.
pub(super) const FEW: usize = 16;
/// Connections that are opened for that, whatever their server allows.
pub(super) const MOST: usize = 8;
/// How long after a connection could not be opened none is tried.
const PAUSE: Duration = Duration::from_secs(1);

impl Multiplexed {
    /// Has a further connection opened, which nobody waits for.
    pub(super) fn spread(self: &Arc<Self>) {
        if self.is_spreading.swap(true, Ordering::Relaxed) {
            return;
        }
        let place = Arc::clone(self);
        tokio::spawn(async move {
            // Where one is being opened already, that is enough.
            if let Ok(_opening) = place.opening.try_lock() {
                match place.begin().await {
                    Ok(Some(connection)) => place.keep(Arc::new(connection)),
                    Ok(None) | Err(_) => tokio::time::sleep(PAUSE).await,
                }
            }
            place.is_spreading.store(false, Ordering::Relaxed);
        });
    }

    /// Others get parts of it.
    pub(super) fn keep(self: &Arc<Self>, connection: Arc<Connection>) {
        let mut open = self.lock();
        open.connections.push(connection);
        if !std::mem::replace(&mut open.is_watched, true) {
            tokio::spawn(Self::close_idle(Arc::downgrade(self), self.keeping.idle));
        }
    }
}
