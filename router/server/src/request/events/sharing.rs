//! Which clients share a stream.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::asked::{Asked, Source};
use super::feed::{Begin, Feed, Generation, Seat};
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
    shared: Mutex<Shared>,
}

#[derive(Default)]
struct Shared {
    feeds: HashMap<Arc<Likeness>, Arc<Feed>>,
    /// The schemas that streams are on, the newest last. After a change there are two for a while.
    schemas: Vec<Weak<Serving>>,
}

impl std::fmt::Debug for Feeds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Feeds").finish_non_exhaustive()
    }
}

impl Feeds {
    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A seat at the stream of those that are alike, where that has what comes next for the client, or at a new one; whether it is new. All whom a schema tells
    /// apart from the others of a stream in the same way thus have one, and not one each.
    pub(super) fn seat(
        &self,
        execution: Execution,
        source: Source,
        asked: &Arc<Asked>,
        begin: Begin,
    ) -> (Seat, bool) {
        let config = &execution.pipeline.config.subscriptions;
        let is_shared = config.share && source.subgraph.shares_events();
        let execution = execution.for_all();
        let new = Feed::begin(&execution, asked);
        let key = new.key();
        let mut shared = is_shared.then(|| self.shared());
        let known = shared.as_ref();
        if let Some(seat) = known.and_then(|known| known.seat(&execution, &key, &begin)) {
            return (seat, false);
        }
        let seat = new.sit_first(&begin);
        if let Some(shared) = &mut shared {
            shared.insert_or_part(key, &new, &execution.serving);
        }
        drop(shared);
        new.start(execution, source, begin);
        (seat, true)
    }

    /// A seat at the stream of those that are alike, for a client whose own stream stands apart from it, once that has what comes next for the client.
    pub(super) fn rejoined(&self, seat: &Seat) -> Option<Seat> {
        let feed = seat.feed();
        if !feed.is_apart() {
            return None;
        }
        let last_id = seat.last_id.as_ref()?;
        let shared = self.shared();
        let generation = feed.generation();
        if generation.number != seat.verified {
            return None;
        }
        let known = shared.feeds.get(&generation.likeness)?;
        known.sit_after(Some(last_id))
    }

    /// A stream goes over to another generation; it is not found any more where another one is for those who are alike in that already.
    pub(super) fn move_to(&self, feed: &Arc<Feed>, generation: &Generation, then: impl FnOnce()) {
        let mut shared = self.shared();
        if shared.remove(feed) {
            let likeness = Arc::clone(&generation.likeness);
            shared.insert_or_part(likeness, feed, &generation.serving);
        }
        then();
    }

    /// Nobody joins it any more.
    pub(super) fn forget(&self, feed: &Arc<Feed>) {
        self.shared().remove(feed);
    }

    /// A client leaves after this many events. The stream ends with its last client.
    pub(super) fn leave(&self, feed: &Arc<Feed>, at: u64) {
        let mut shared = self.shared();
        if feed.leave(at) {
            shared.remove(feed);
        }
    }
}

impl Shared {
    /// Others find it from now on, unless they find another one there.
    fn insert_or_part(&mut self, key: Arc<Likeness>, feed: &Arc<Feed>, serving: &Arc<Serving>) {
        match self.feeds.contains_key(&key) {
            true => feed.stand_apart(),
            false => self.insert(key, feed, serving),
        }
    }

    fn insert(&mut self, key: Arc<Likeness>, feed: &Arc<Feed>, serving: &Arc<Serving>) {
        self.feeds.insert(key, Arc::clone(feed));
        let is_it = |known: &Weak<Serving>| std::ptr::eq(known.as_ptr(), Arc::as_ptr(serving));
        if !self.schemas.last().is_some_and(is_it) {
            self.schemas
                .retain(|known| known.strong_count() > 0 && !is_it(known));
            self.schemas.push(Arc::downgrade(serving));
        }
    }

    /// A seat at a stream that others have, where that has what comes next.
    fn seat(&self, execution: &Execution, key: &Likeness, begin: &Begin) -> Option<Seat> {
        let known = self.feeds.get(key);
        match begin {
            Begin::Open => {
                let known = known.or_else(|| self.on_another_schema(execution, key));
                known.map(Feed::sit)
            }
            Begin::After(last_id) => known?.sit_after(last_id.as_ref()),
        }
    }

    /// Whether it was there.
    fn remove(&mut self, feed: &Arc<Feed>) -> bool {
        let key = feed.key();
        let known = self.feeds.get(&key);
        let is_it = known.is_some_and(|known| Arc::ptr_eq(known, feed));
        if is_it {
            self.feeds.remove(&key);
        }
        is_it
    }

    /// The stream of clients that are alike on another schema than that of the execution, and will be on its own, by `key`. A change of the schema reaches streams one
    /// after the other: without this, a client that comes before it has reached theirs would begin one of its own, the two could never be
    /// brought together again, and there would be more of them with each change.
    fn on_another_schema(&self, execution: &Execution, key: &Likeness) -> Option<&Arc<Feed>> {
        // What the one schema withholds, the other might not.
        if !execution.prepared.denied.is_empty() {
            return None;
        }
        let Execution {
            pipeline, context, ..
        } = execution;
        let others = self.schemas.iter().rev().filter_map(Weak::upgrade);
        let mut others = others.filter(|other| !Arc::ptr_eq(other, &execution.serving));
        others.find_map(|other| {
            let prepared = key.asked.known(pipeline, context, &other)?;
            let there = Likeness::of(pipeline, context, &key.asked, &other, &prepared);
            let feed = self.feeds.get(&there)?;
            feed.will_be(execution, key).then_some(feed)
        })
    }
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
