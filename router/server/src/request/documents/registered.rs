//! Documents that clients have made known by their hash
//! ([automatic persisted queries](https://www.apollographql.com/docs/apollo-server/performance/apq)).

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder};

use super::Hash;

/// Bytes of all of them.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// What an entry takes beside its text.
const OVERHEAD: usize = 128;

/// Where they are kept. A store that replicas share is another variant: asking it waits, and what it does not answer is not known.
#[derive(Debug)]
pub(super) enum Registered {
    /// By this replica, for itself; the least useful go first.
    InMemory(InMemory),
}

/// The documents of one replica.
pub(super) struct InMemory(Cache<Hash, Arc<str>, Weight>);

#[derive(Clone)]
struct Weight;

impl Weighter<Hash, Arc<str>> for Weight {
    fn weight(&self, _: &Hash, text: &Arc<str>) -> u64 {
        u64::try_from(OVERHEAD + text.len()).unwrap_or(u64::MAX)
    }
}

impl Registered {
    pub(super) fn in_memory() -> Self {
        Self::within(MAX_BYTES)
    }

    fn within(bytes: u64) -> Self {
        let options = OptionsBuilder::new()
            .estimated_items_capacity(4_096)
            .weight_capacity(bytes)
            // A text must fit into one.
            .shards(1)
            .build()
            .expect("both capacities are given");
        let (hasher, lifecycle) = (DefaultHashBuilder::default(), DefaultLifecycle::default());
        Self::InMemory(InMemory(Cache::with_options(
            options, Weight, hasher, lifecycle,
        )))
    }

    /// The document of a hash.
    pub(super) async fn get(&self, hash: &Hash) -> Option<Arc<str>> {
        match self {
            Self::InMemory(InMemory(cache)) => cache.get(hash),
        }
    }

    /// Makes a document known; whether it was not.
    pub(super) async fn put(&self, hash: Hash, text: &str) -> bool {
        match self {
            Self::InMemory(InMemory(cache)) => {
                let is_new = cache.peek(&hash).is_none();
                if is_new {
                    cache.insert(hash, text.into());
                }
                is_new
            }
        }
    }
}

impl std::fmt::Debug for InMemory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InMemory")
            .field("entries", &self.0.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn their_bytes_are_bounded() {
        let registered = Registered::within(10_000);
        for n in 0..1_000_u32 {
            let mut hash = [0; 32];
            hash[..4].copy_from_slice(&n.to_be_bytes());
            registered.put(hash, &"x".repeat(500)).await;
        }
        let Registered::InMemory(InMemory(cache)) = &registered;
        assert!(cache.weight() <= 10_000, "{}", cache.weight());
        assert!(!cache.is_empty());
        registered.put([255; 32], &"x".repeat(20_000)).await;
        assert_eq!(registered.get(&[255; 32]).await, None, "it is too large");
    }
}
