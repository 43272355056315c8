//! Documents that clients have made known by their hash
//! ([automatic persisted queries](https://www.apollographql.com/docs/apollo-server/performance/apq)).
//!
//! Each replica keeps those that it has seen. Where replicas share a Redis, a document that one of them was sent is known to all: a replica that does not
//! know a hash asks Redis for it, and believes nothing but a text that has this hash.

use std::fmt::Write as _;
use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder};
use redis::{Answer, Command, Redis};
use sha2::{Digest, Sha256};

use super::Hash;

/// Bytes of all of them.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// What an entry takes beside its text.
const OVERHEAD: usize = 128;

/// Bytes of a document that becomes known; a longer one is sent each time. A request of a few bytes should not take what one of megabytes does.
const LONGEST: usize = 128 * 1024;

/// Seconds for which a document is shared: a week. After that, it is unknown, and clients send it again.
const SHARED_FOR: &[u8] = b"604800";

/// What is known.
#[derive(Debug)]
pub(super) struct Registered {
    memory: Arc<InMemory>,
    /// What replicas share, if they do.
    shared: Option<Redis>,
}

/// The documents of one replica; the least useful go first.
struct InMemory(Cache<Hash, Arc<str>, Weight>);

#[derive(Clone)]
struct Weight;

impl Weighter<Hash, Arc<str>> for Weight {
    fn weight(&self, _: &Hash, text: &Arc<str>) -> u64 {
        u64::try_from(OVERHEAD + text.len()).unwrap_or(u64::MAX)
    }
}

impl InMemory {
    fn within(bytes: u64) -> Self {
        let options = OptionsBuilder::new()
            .estimated_items_capacity(4_096)
            .weight_capacity(bytes)
            // A text must fit into one.
            .shards(1)
            .build()
            .expect("both capacities are given");
        let (hasher, lifecycle) = (DefaultHashBuilder::default(), DefaultLifecycle::default());
        Self(Cache::with_options(options, Weight, hasher, lifecycle))
    }
}

impl Registered {
    /// Nothing yet.
    pub(super) fn new(shared: Option<Redis>) -> Self {
        Self {
            memory: Arc::new(InMemory::within(MAX_BYTES)),
            shared,
        }
    }

    /// The same, with what replicas share from now on.
    pub(super) fn again(&self, shared: Option<Redis>) -> Self {
        Self {
            memory: Arc::clone(&self.memory),
            shared,
        }
    }

    /// The document of a hash. A Redis that does not answer knows none.
    pub(super) async fn get(&self, hash: &Hash) -> Option<Arc<str>> {
        let InMemory(cache) = &*self.memory;
        if let Some(text) = cache.get(hash) {
            return Some(text);
        }
        let command = Command::new(&[b"GET", key(hash).as_bytes()]);
        let Some(Answer::Text(bytes)) = self.shared.as_ref()?.ask(command).await else {
            return None;
        };
        // What others write there decides nothing: a text that does not have the hash is none.
        let text = std::str::from_utf8(&bytes).ok();
        let text =
            text.filter(|text| text.len() <= LONGEST && Hash::from(Sha256::digest(text)) == *hash)?;
        let text: Arc<str> = text.into();
        cache.insert(*hash, Arc::clone(&text));
        Some(text)
    }

    /// Makes a document known, unless it is too long; whether it was not.
    pub(super) async fn put(&self, hash: Hash, text: &str) -> bool {
        let InMemory(cache) = &*self.memory;
        if text.len() > LONGEST || cache.peek(&hash).is_some() {
            return false;
        }
        cache.insert(hash, text.into());
        if let Some(redis) = &self.shared {
            let key = key(&hash);
            let arguments: [&[u8]; 5] =
                [b"SET", key.as_bytes(), text.as_bytes(), b"EX", SHARED_FOR];
            // It is waited for, so that a client that has its answer finds the document at every replica.
            redis.ask(Command::new(&arguments)).await;
        }
        true
    }
}

/// Where a document is in Redis.
fn key(hash: &Hash) -> String {
    let mut key = "abaque:apq:".to_owned();
    for byte in hash {
        // Writing into a text does not fail.
        let _ = write!(key, "{byte:02x}");
    }
    key
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
        let registered = Registered {
            memory: Arc::new(InMemory::within(10_000)),
            shared: None,
        };
        for n in 0..1_000_u32 {
            let mut hash = [0; 32];
            hash[..4].copy_from_slice(&n.to_be_bytes());
            registered.put(hash, &"x".repeat(500)).await;
        }
        let InMemory(cache) = &*registered.memory;
        assert!(cache.weight() <= 10_000, "{}", cache.weight());
        assert!(!cache.is_empty());
        registered.put([255; 32], &"x".repeat(20_000)).await;
        assert_eq!(registered.get(&[255; 32]).await, None, "it is too large");
        let registered = Registered::new(None);
        assert!(registered.put([0; 32], &"x".repeat(LONGEST)).await);
        assert!(!registered.put([1; 32], &"x".repeat(LONGEST + 1)).await);
        assert_eq!(registered.get(&[1; 32]).await, None);
    }
}
