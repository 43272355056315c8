//! Prepared operations by their exact text, kept within a bound of memory.
//!
//! A cache belongs to one schema: with a new schema comes an empty one, and requests under way keep the old one. Concurrent
//! misses of one operation prepare it once. What was refused is kept too: it costs as much to find out again. Texts that differ in their literals
//! share an entry ([`super::shared`]).

use std::sync::Arc;

use planner::NormalForm;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, Equivalent, Options, OptionsBuilder, Weighter};

use super::Prepared;
use super::operations::Text;
use super::shared::Seen;
use super::variant::Variant;
use crate::refusal::Refusal;

/// The cache of one schema.
pub(super) struct Documents {
    pub(super) cache: Cache<Key, Entry, Weight>,
    pub(super) seen: Seen,
}

pub(super) type Entry = Result<Arc<Prepared>, Arc<Refusal>>;

#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) variant: Variant,
    operation_name: Option<Box<str>>,
    /// Whether `query` is a normal form, without the literals of the texts.
    pub(super) shared: bool,
    /// Shared by all copies of the key.
    query: Arc<str>,
}

impl Key {
    /// The key of the same text in another variant.
    pub(super) fn of(self, variant: Variant) -> Self {
        Self { variant, ..self }
    }

    pub(super) fn text(&self) -> Text<'_> {
        Text {
            query: &self.query,
            operation_name: self.operation_name.as_deref(),
            spans: None,
            account: None,
        }
    }
}

/// A [`Key`] that borrows; it hashes as the owned one does.
#[derive(Hash)]
pub(super) struct Lookup<'k> {
    variant: Variant,
    operation_name: Option<&'k str>,
    shared: bool,
    query: &'k str,
}

impl<'k> Lookup<'k> {
    pub(super) fn new(variant: Variant, text: Text<'k>) -> Self {
        Self {
            variant,
            operation_name: text.operation_name,
            shared: false,
            query: text.query,
        }
    }

    /// The look-up of what all texts of a normal form share.
    pub(super) fn shared(&self, form: &'k NormalForm<'_>) -> Self {
        Self {
            variant: self.variant,
            operation_name: self.operation_name,
            shared: true,
            query: form.text(),
        }
    }

    pub(super) fn to_key(&self) -> Key {
        Key {
            variant: self.variant,
            operation_name: self.operation_name.map(Into::into),
            shared: self.shared,
            query: self.query.into(),
        }
    }
}

impl Equivalent<Key> for Lookup<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.query == &*key.query
            && self.variant == key.variant
            && self.shared == key.shared
            && self.operation_name == key.operation_name.as_deref()
    }
}

/// Bytes, estimated.
#[derive(Clone)]
pub(super) struct Weight;

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
    pub(super) fn new(bytes: usize) -> Self {
        let (hasher, lifecycle) = (DefaultHashBuilder::default(), DefaultLifecycle::default());
        Self {
            cache: Cache::with_options(bounds(bytes), Weight, hasher, lifecycle),
            seen: Seen::new(),
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
