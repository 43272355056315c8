//! Prepared operations by their exact text, kept within a bound of memory.
//!
//! A cache belongs to one schema: with a new schema comes an empty one, and requests under way keep the old one. Concurrent
//! misses of one operation prepare it once. What was refused is kept too: it costs as much to find out again.

use std::sync::Arc;
use std::time::Instant as Clock;

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, Equivalent, Options, OptionsBuilder, Weighter};
use tokio::time::Instant;

use super::overrides::Labels;
use super::{Prepared, prepare};
use crate::deep_stack;
use crate::priority;
use crate::refusal::{Internal, Refusal};
use crate::request::Pipeline;
use crate::request::parameters::Parameters;
use crate::schema::Serving;

/// For a response in parts: which of the variables that decide about `@defer` are false. `None` for one that is whole.
pub(crate) type Deferring = Option<u16>;

/// The cache of one schema.
pub(crate) struct Documents {
    cache: Cache<Key, Entry, Weight>,
}

type Entry = Result<Arc<Prepared>, Arc<Refusal>>;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    labels: Labels,
    deferring: Deferring,
    operation_name: Option<Box<str>>,
    query: Box<str>,
}

/// A [`Key`] that borrows; it hashes as the owned one does.
#[derive(Hash)]
struct Lookup<'k> {
    labels: Labels,
    deferring: Deferring,
    operation_name: Option<&'k str>,
    query: &'k str,
}

impl Equivalent<Key> for Lookup<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.query == &*key.query
            && self.labels == key.labels
            && self.deferring == key.deferring
            && self.operation_name == key.operation_name.as_deref()
    }
}

/// Bytes, estimated.
#[derive(Clone)]
struct Weight;

/// What an entry takes beside its contents.
pub(crate) const ENTRY_OVERHEAD: usize = 512;

/// The least that a shard holds.
const SHARD_BYTES: usize = 8 * 1024 * 1024;
const MAX_SHARDS: usize = 64;

impl Weighter<Key, Entry> for Weight {
    fn weight(&self, key: &Key, entry: &Entry) -> u64 {
        let name = key.operation_name.as_ref().map_or(0, |name| name.len());
        let contents = match entry {
            Ok(prepared) => prepared.weight,
            Err(refusal) => refusal.weight(),
        };
        u64::try_from(ENTRY_OVERHEAD + name + key.query.len() + contents).unwrap_or(u64::MAX)
    }
}

impl Documents {
    /// A cache of at most `bytes`.
    pub(crate) fn new(bytes: usize) -> Self {
        let (hasher, lifecycle) = (DefaultHashBuilder::default(), DefaultLifecycle::default());
        Self {
            cache: Cache::with_options(bounds(bytes), Weight, hasher, lifecycle),
        }
    }
}

/// The bounds of a cache of at most `bytes`.
pub(crate) fn bounds(bytes: usize) -> Options {
    // An estimate of what fits: it sizes the tables, not the bound.
    let items = (bytes / (16 * 1024)).clamp(16, 65_536);
    let capacity = u64::try_from(bytes).unwrap_or(u64::MAX);
    // Each shard has its share of the bound, and an entry must fit into one.
    let shards = (bytes / SHARD_BYTES).clamp(1, MAX_SHARDS);
    OptionsBuilder::new()
        .estimated_items_capacity(items)
        .weight_capacity(capacity)
        .shards(shards)
        .build()
        .expect("both capacities are given")
}

impl std::fmt::Debug for Documents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Documents")
            .field("entries", &self.cache.len())
            .finish_non_exhaustive()
    }
}

impl Pipeline {
    /// The operation of a request, from the cache or prepared now.
    pub(crate) async fn prepare(
        &self,
        serving: &Arc<Serving>,
        parameters: &Parameters<'_>,
        deferring: Deferring,
        deadline: Instant,
    ) -> Result<Arc<Prepared>, Refusal> {
        let lookup = Lookup {
            labels: serving.planners.decide(),
            deferring,
            operation_name: parameters.operation_name.as_deref(),
            query: &parameters.query,
        };
        let entry = match serving.documents.cache.get(&lookup) {
            Some(entry) => {
                self.metrics.cache_hits.increment(1);
                entry
            }
            None => {
                self.metrics.cache_misses.increment(1);
                let key = Key {
                    labels: lookup.labels,
                    deferring,
                    operation_name: lookup.operation_name.map(Into::into),
                    query: lookup.query.into(),
                };
                let made = self.prepare_once(serving, key);
                tokio::time::timeout_at(deadline, made)
                    .await
                    .map_err(|_| Refusal::Timeout)??
            }
        };
        entry.map_err(|refusal| Refusal::clone(&refusal))
    }

    /// Prepares an operation, or waits for whoever does.
    async fn prepare_once(&self, serving: &Arc<Serving>, key: Key) -> Result<Entry, Refusal> {
        let cache = &serving.documents.cache;
        let guard = match cache.get_value_or_guard_async(&key).await {
            Ok(entry) => return Ok(entry),
            Err(guard) => guard,
        };
        let turn = self.preparations.turn().await?;
        let (serving_there, config) = (Arc::clone(serving), Arc::clone(&self.config));
        let begun = Clock::now();
        let work = deep_stack::run(move || {
            let _turn = turn;
            priority::lower();
            let Key {
                labels,
                deferring,
                query,
                operation_name,
            } = key;
            prepare(
                &serving_there,
                &query,
                operation_name.as_deref(),
                labels,
                deferring,
                &config,
            )
        });
        let entry: Entry = match work.await {
            Ok(prepared) => prepared.map(Arc::new).map_err(Arc::new),
            // Not kept: a mistake of the router is no property of the operation.
            Err(failed) => return Err(Internal::Preparation(failed.to_string()).into()),
        };
        self.metrics.prepared(entry.is_ok(), begun.elapsed());
        if entry.as_ref().is_ok_and(|prepared| prepared.planned_before) {
            self.metrics.plans_reused.increment(1);
        }
        // An error here means that the entry was taken out in the meantime.
        drop(guard.insert(entry.clone()));
        self.metrics.cache_entries.set(cache.len() as f64);
        self.metrics.cache_bytes.set(cache.weight() as f64);
        Ok(entry)
    }
}
