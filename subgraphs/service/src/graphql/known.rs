//! Documents that were executed, kept parsed: a client sends the same few again and again, with other variables.
//!
//! What is kept is bounded in bytes, and only what was found to be valid is kept, so that a client that makes up documents cannot
//! push out more than it takes itself.

use std::sync::Arc;

use async_graphql::parser::types::ExecutableDocument;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, Equivalent, OptionsBuilder, Weighter};

use super::shortcut::Shortcut;

/// Bytes of all that are kept, as far as they are known.
const CAPACITY: u64 = 8 << 20;

/// The longest text that is kept.
pub(super) const LONGEST: usize = 4 * 1024;

/// How many there may be, for the size of tables.
const COUNT: usize = 512;

/// Parts of the cache with a lock each. A part is as large as some of the longest documents.
const SHARDS: usize = 4;

/// Bytes that a parsed document holds for each byte of its text, at most: a field with a name of one letter is 250 bytes.
const PARSED: u64 = 128;

/// What a document holds whatever its length.
const LEAST: u64 = 1024;

/// What is known of a document.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) document: ExecutableDocument,
    /// The fast path of the operation that is asked for.
    pub(super) shortcut: Option<Shortcut>,
}

/// A document and the name of an operation, as they were sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    text: Box<str>,
    operation: Option<Box<str>>,
}

impl Key {
    pub(super) fn new(text: &str, operation: Option<&str>) -> Self {
        Self {
            text: text.into(),
            operation: operation.map(Into::into),
        }
    }

    /// The name of the operation.
    pub(super) fn operation(&self) -> Option<&str> {
        self.operation.as_deref()
    }
}

/// The same, borrowed.
#[derive(Hash)]
struct KeyRef<'a> {
    text: &'a str,
    operation: Option<&'a str>,
}

impl Equivalent<Key> for KeyRef<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        *key.text == *self.text && key.operation.as_deref() == self.operation
    }
}

#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Arc<Known>> for Bytes {
    fn weight(&self, key: &Key, _: &Arc<Known>) -> u64 {
        LEAST + key.text.len() as u64 * PARSED
    }
}

/// The documents that are kept.
pub(super) struct Documents(Cache<Key, Arc<Known>, Bytes>);

impl Documents {
    pub(super) fn new() -> Self {
        let options = OptionsBuilder::new()
            .estimated_items_capacity(COUNT)
            .weight_capacity(CAPACITY)
            .shards(SHARDS)
            .build()
            .expect("both capacities are given");
        let hashing = DefaultHashBuilder::default();
        Self(Cache::with_options(
            options,
            Bytes,
            hashing,
            DefaultLifecycle::default(),
        ))
    }

    pub(super) fn get(&self, text: &str, operation: Option<&str>) -> Option<Arc<Known>> {
        if text.len() > LONGEST {
            return None;
        }
        self.0.get(&KeyRef { text, operation })
    }

    pub(super) fn keep(&self, key: Key, known: Arc<Known>) {
        self.0.insert(key, known);
    }
}

#[cfg(test)]
mod tests;
