//! Which clients share a stream.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::asked::{Asked, Source};
use super::feed::{Feed, Seat};
use crate::prepare::{Prepared, Variant};
use crate::request::execution::Execution;
use crate::request::{Pipeline, RequestContext};
use crate::schema::Serving;

/// All that the events of a subscription depend on: those that are alike have the same.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Likeness {
    asked: Arc<Asked>,
    /// The address of the schema, which anyone who has this keeps.
    serving: usize,
    /// With the rights of the client.
    variant: Variant,
    /// On whose behalf each subgraph of the plan is asked, as far as it can tell.
    identities: Vec<Box<[u8]>>,
}

impl Likeness {
    /// That of an operation, as a plan answers it to a client.
    pub(super) fn of(
        pipeline: &Pipeline,
        context: &RequestContext,
        asked: &Arc<Asked>,
        serving: &Arc<Serving>,
        prepared: &Prepared,
    ) -> Self {
        let mut asks: Vec<_> = prepared
            .plan
            .fetches
            .iter()
            .map(|fetch| fetch.subgraph)
            .collect();
        asks.sort_unstable_by_key(|subgraph| subgraph.0);
        asks.dedup();
        let subgraphs = asks.iter().filter_map(|id| serving.subgraphs.get(*id));
        Self {
            asked: Arc::clone(asked),
            serving: Arc::as_ptr(serving).addr(),
            variant: Variant {
                rights: pipeline.rights(context, serving),
                ..prepared.variant
            },
            identities: subgraphs
                .map(|subgraph| subgraph.identity(&context.client))
                .collect(),
        }
    }
}

/// The streams that others may join.
#[derive(Default)]
pub(in crate::request) struct Feeds {
    shared: Mutex<HashMap<Arc<Likeness>, Arc<Feed>>>,
}

impl std::fmt::Debug for Feeds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Feeds").finish_non_exhaustive()
    }
}

impl Feeds {
    fn shared(&self) -> MutexGuard<'_, HashMap<Arc<Likeness>, Arc<Feed>>> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A seat at the stream of those that are alike, or at a new one; whether it is new.
    pub(super) fn seat(
        &self,
        execution: Execution,
        source: Source,
        asked: &Arc<Asked>,
    ) -> (Seat, bool) {
        let config = &execution.pipeline.config.subscriptions;
        let is_shared = config.share && source.subgraph.shares_events();
        if !is_shared {
            let seat = Self::alone(execution, asked, |feed, execution| {
                feed.start(execution, source);
            });
            return (seat, true);
        }
        let execution = execution.for_all();
        let new = Feed::begin(&execution, asked, true);
        let Some(key) = new.key() else {
            new.start(execution, source);
            return (new.sit(), true);
        };
        let mut shared = self.shared();
        if let Some(known) = shared.get(&key) {
            return (known.sit(), false);
        }
        let seat = new.sit();
        shared.insert(key, Arc::clone(&new));
        drop(shared);
        new.start(execution, source);
        (seat, true)
    }

    /// A seat at a stream of its own that goes on after an event.
    pub(super) fn after(
        execution: Execution,
        source: Source,
        asked: &Arc<Asked>,
        after: Option<Arc<str>>,
    ) -> Seat {
        Self::alone(execution, asked, |feed, execution| {
            feed.start_after(execution, source, after);
        })
    }

    fn alone(
        execution: Execution,
        asked: &Arc<Asked>,
        start: impl FnOnce(&Arc<Feed>, Execution),
    ) -> Seat {
        let execution = execution.for_all();
        let feed = Feed::begin(&execution, asked, false);
        let seat = feed.sit();
        start(&feed, execution);
        seat
    }

    /// A stream goes over to another likeness; it is not found any more where another one has that already.
    pub(super) fn move_to(
        &self,
        feed: &Arc<Feed>,
        likeness: &Arc<Likeness>,
        then: impl FnOnce(Option<Arc<Likeness>>),
    ) {
        let mut shared = self.shared();
        let was_shared = remove(&mut shared, feed);
        let key = (was_shared && !shared.contains_key(likeness)).then(|| Arc::clone(likeness));
        if let Some(key) = &key {
            shared.insert(Arc::clone(key), Arc::clone(feed));
        }
        then(key);
    }

    /// Nobody joins it any more.
    pub(super) fn forget(&self, feed: &Arc<Feed>) {
        remove(&mut self.shared(), feed);
    }

    /// A client leaves after this many events. The stream ends with its last client.
    pub(super) fn leave(&self, feed: &Arc<Feed>, at: u64) {
        let mut shared = self.shared();
        if feed.leave(at) {
            remove(&mut shared, feed);
        }
    }
}

/// Whether it was there.
fn remove(shared: &mut HashMap<Arc<Likeness>, Arc<Feed>>, feed: &Arc<Feed>) -> bool {
    let Some(key) = feed.key() else {
        return false;
    };
    let is_it = shared
        .get(&key)
        .is_some_and(|known| Arc::ptr_eq(known, feed));
    if is_it {
        shared.remove(&key);
    }
    is_it
}

impl Execution {
    /// The same for all clients that are alike: what one of them holds, and its outcome, are not the others'.
    fn for_all(self) -> Self {
        Self {
            context: self.context.entry(&self.pipeline),
            ..self
        }
    }
}
