//! How many places there are, while what is granted changes.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::Bounds;

/// So many places, each of which has a permit.
#[derive(Debug)]
pub(super) struct Size {
    permits: Arc<Semaphore>,
    most: AtomicUsize,
    /// How many are taken that there should not be any more.
    owed: AtomicUsize,
}

impl Size {
    pub(super) fn new(most: usize) -> Arc<Self> {
        let most = within(most);
        Arc::new(Self {
            permits: Arc::new(Semaphore::new(most)),
            most: AtomicUsize::new(most),
            owed: AtomicUsize::new(0),
        })
    }

    pub(super) fn most(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }

    /// How many have to be given up before there are no more than there should be.
    pub(super) fn owed(&self) -> usize {
        self.owed.load(Ordering::Relaxed)
    }

    /// The places that are taken.
    pub(super) fn taken(&self) -> usize {
        self.most().saturating_sub(self.permits.available_permits())
    }

    pub(super) fn is_full(&self) -> bool {
        self.permits.available_permits() == 0
    }

    pub(super) fn try_take(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).try_acquire_owned().ok()
    }

    /// A place, as soon as there is one.
    pub(super) async fn take(&self) -> OwnedSemaphorePermit {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        permit.expect("the semaphore is never closed")
    }

    /// There are so many from now on. Where more are taken, nobody loses one: of those that are given up, each second one at least is nobody's, until it is so.
    fn set(self: &Arc<Self>, most: usize) -> impl Future<Output = ()> + use<> {
        let most = within(most);
        let before = self.most.swap(most, Ordering::Relaxed);
        let owed = before.saturating_sub(most);
        self.permits.add_permits(most.saturating_sub(before));
        self.owed.fetch_add(owed, Ordering::Relaxed);
        let size = Arc::clone(self);
        async move {
            for _ in 0..owed {
                // One after the other, so that who waits for a place has a turn between them.
                size.take().await.forget();
                size.owed.fetch_sub(1, Ordering::Relaxed);
            }
        }
    }
}

fn within(most: usize) -> usize {
    most.clamp(1, Semaphore::MAX_PERMITS)
}

/// Has both sizes follow the connections that are granted, for ever.
pub(super) async fn follow(
    mut granted: watch::Receiver<Bounds>,
    sizes: (Arc<Size>, Arc<Size>),
) -> Infallible {
    let mut owed = FuturesUnordered::new();
    loop {
        tokio::select! {
            Ok(()) = granted.changed() => {
                let most = granted.borrow_and_update().max_connections;
                owed.push(join(sizes.0.set(most), sizes.1.set(most)));
            }
            Some(_) = owed.next() => {}
            // Nothing changes any more.
            else => return std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn places_become_more_at_once_and_fewer_as_they_are_given_up() {
        let size = Size::new(2);
        let mut taken: Vec<_> = (0..2).filter_map(|_| size.try_take()).collect();
        assert!(size.is_full());
        size.set(4).await;
        taken.extend((0..3).filter_map(|_| size.try_take()));
        assert_eq!((taken.len(), size.taken()), (4, 4));

        let mut owing = Box::pin(size.set(1));
        for owed in [3, 2, 1] {
            assert!((&mut owing).now_or_never().is_none());
            assert_eq!(size.owed(), owed);
            assert!(taken.pop().is_some());
            assert!(size.try_take().is_none(), "it is owed");
        }
        owing.await;
        assert_eq!((size.most(), size.is_full()), (1, true));
        taken.clear();
        let last = size.try_take();
        assert!(last.is_some() && size.try_take().is_none());
    }
}
