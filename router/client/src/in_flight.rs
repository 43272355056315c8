//! Equal queries that are in flight to one subgraph: sent once, answered to all.

use std::fmt;
use std::hash::BuildHasher;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use executor::SubgraphResponse;
use futures_util::FutureExt;
use futures_util::future::{Shared, WeakShared};
use hashbrown::{DefaultHashBuilder, HashTable};
use http::HeaderMap;

use crate::failure::Failure;

/// What comes of a query.
pub(crate) type Answer = Result<SubgraphResponse, Failure>;

/// A query that any number of requests wait for. It goes on as long as one of them does, whichever that is.
pub(crate) type Sent = Shared<Pin<Box<dyn Future<Output = Answer> + Send>>>;

/// The queries in flight to one subgraph. As many at most as there are requests to the router in flight.
#[derive(Default)]
pub(crate) struct InFlight {
    queries: Mutex<HashTable<Query>>,
    /// Seeded: clients must not be able to make bodies collide.
    hasher: DefaultHashBuilder,
    next: AtomicU64,
}

struct Query {
    id: u64,
    hash: u64,
    body: Bytes,
    /// What is passed on of the client's headers: clients that are not equal there may get different answers.
    headers: HeaderMap,
    sent: WeakShared<Pin<Box<dyn Future<Output = Answer> + Send>>>,
}

impl InFlight {
    /// The query that is equal and in flight, or else a new one; and whether there was one.
    pub(crate) fn join<F>(
        self: &Arc<Self>,
        body: &Bytes,
        headers: &HeaderMap,
        send: impl FnOnce() -> F,
    ) -> (Sent, bool)
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let hash = self.hasher.hash_one(body);
        let mut queries = self.queries.lock().unwrap_or_else(PoisonError::into_inner);
        let known = queries.find(hash, |known| {
            known.hash == hash && known.body == *body && known.headers == *headers
        });
        if let Some(sent) = known.and_then(|known| known.sent.upgrade()) {
            return (sent, true);
        }
        let entry = Entry {
            of: Arc::clone(self),
            id: self.next.fetch_add(1, Ordering::Relaxed),
            hash,
        };
        let id = entry.id;
        let answer = send();
        let sent = async move {
            let _entry = entry;
            answer.await
        };
        let sent = sent.boxed().shared();
        if let Some(weak) = sent.downgrade() {
            let query = Query {
                id,
                hash,
                body: body.clone(),
                headers: headers.clone(),
                sent: weak,
            };
            queries.insert_unique(hash, query, |known| known.hash);
        }
        (sent, false)
    }
}

impl fmt::Debug for InFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFlight").finish_non_exhaustive()
    }
}

/// Takes a query off the list when its answer is there or nobody waits for it any more.
struct Entry {
    of: Arc<InFlight>,
    id: u64,
    hash: u64,
}

impl Drop for Entry {
    fn drop(&mut self) {
        let queries = self.of.queries.lock();
        let mut queries = queries.unwrap_or_else(PoisonError::into_inner);
        let own = queries.find_entry(self.hash, |known| known.id == self.id);
        if let Ok(own) = own {
            own.remove();
        }
    }
}

#[cfg(test)]
mod tests;
