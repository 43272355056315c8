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
}

impl Size {
    pub(super) fn new(most: usize) -> Arc<Self> {
        let most = within(most);
        Arc::new(Self {
            permits: Arc::new(Semaphore::new(most)),
            most: AtomicUsize::new(most),
        })
    }

    pub(super) fn most(&self) -> usize {
        self.most.load(Ordering::Relaxed)
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

    /// There are so many from now on. Where there are fewer than are taken, nobody loses one: it ends when so many have been given up, before which nobody gets one.
    fn set(&self, most: usize) -> impl Future<Output = ()> + use<> {
        let most = within(most);
        let before = self.most.swap(most, Ordering::Relaxed);
        self.permits.add_permits(most.saturating_sub(before));
        let owed = before.saturating_sub(most);
        let permits = Arc::clone(&self.permits);
        async move {
            let mut owed = owed;
            while owed > 0 {
                let part = u32::try_from(owed).unwrap_or(u32::MAX);
                let given_up = permits.acquire_many(part).await;
                given_up.expect("the semaphore is never closed").forget();
                owed -= part as usize;
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

        let mut owed = Box::pin(size.set(1));
        assert!((&mut owed).now_or_never().is_none());
        for left in [3, 2, 1] {
            assert!(taken.pop().is_some());
            assert_eq!(taken.len(), left);
            assert!(size.try_take().is_none(), "it is owed");
        }
        owed.await;
        assert_eq!((size.most(), size.is_full()), (1, true));
        taken.clear();
        let last = size.try_take();
        assert!(last.is_some() && size.try_take().is_none());
    }
}
