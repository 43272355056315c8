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

/// What makes queries equal.
#[derive(Clone, Copy)]
pub(crate) struct Question<'q> {
    pub(crate) body: &'q Bytes,
    /// What precedes that is the name of the operation, which changes nothing.
    pub(crate) from: usize,
    /// What is passed on of the client's headers.
    pub(crate) headers: &'q HeaderMap,
    /// Which of the subgraph's places is asked.
    pub(crate) route: Option<usize>,
}

struct Query {
    id: u64,
    hash: u64,
    /// The body from the name of its operation on.
    asked: Bytes,
    /// What is passed on of the client's headers: clients that are not equal there may get different answers.
    headers: HeaderMap,
    route: Option<usize>,
    sent: WeakShared<Pin<Box<dyn Future<Output = Answer> + Send>>>,
}

impl InFlight {
    /// The query that is equal and in flight, or else a new one, and whether there was one. A new one has its entry with it for as long as it is there; `send` puts that
    /// into the future, and does not drop it.
    pub(crate) fn join<F>(
        self: &Arc<Self>,
        question: Question<'_>,
        send: impl FnOnce(Entry) -> F,
    ) -> (Sent, bool)
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let Question {
            body,
            from,
            headers,
            route,
        } = question;
        let asked = body.get(from..).unwrap_or_default();
        let hash = self.hasher.hash_one(asked);
        let mut queries = self.queries.lock().unwrap_or_else(PoisonError::into_inner);
        let known = queries.find(hash, |known| {
            known.hash == hash
                && known.asked == *asked
                && known.route == route
                && known.headers == *headers
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
        let sent = send(entry).boxed().shared();
        if let Some(weak) = sent.downgrade() {
            let query = Query {
                id,
                hash,
                asked: body.slice(body.len() - asked.len()..),
                headers: headers.clone(),
                route,
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
pub(crate) struct Entry {
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
