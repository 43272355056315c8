//! Before a new schema serves, the operations that were used most on the one before are prepared on it, so that they are not all prepared while their
//! clients wait. It is done where the schema is made: on a thread that gives way to those that serve.

use std::sync::Arc;
use std::time::{Duration, Instant};

use access::Access;
use settings::Section;

use super::documents::Key;
use super::operations::Operations;
use super::overrides::Labels;
use super::permits::Turn;
use super::variant::Variant;
use super::{Prepared, Unprepared, prepare};

use crate::record::Recording;

/// How much is prepared before a schema serves.
#[derive(Clone, Debug)]
pub struct Config {
    /// At most this many operations, those used most first.
    pub operations: usize,
    /// For at most this long.
    pub within: Duration,
}

impl Config {
    pub(crate) fn read(section: Section<'_>) -> Self {
        let config = Self {
            operations: section
                .key("operations", "How many operations are prepared on a new schema before it serves: those that were used most on the one before. `0` prepares none.")
                .count(500, 0..=100_000),
            within: section
                .key("within", "For how long at most; the new schema serves then, whatever is left.")
                .duration(Duration::from_secs(5), Duration::from_millis(1)..=Duration::from_secs(300)),
        };
        section.end();
        config
    }
}

impl Operations {
    /// Prepares what was used most of `previous`, and says how many operations are there now. What does not fit this schema is left out.
    ///
    /// Operations of progressive overrides that are decided request by request are prepared as though none were on.
    pub(crate) fn warm_up(&self, previous: &Self, recording: Option<&Arc<Recording>>) -> usize {
        let terms = &self.config.schema.warm_up;
        let begun = Instant::now();
        let mut warmed = 0;
        for (key, before) in previous.most_used(terms.operations) {
            if begun.elapsed() >= terms.within {
                break;
            }
            let mut text = key.text();
            if let Some(sample) = &before.sample {
                text.query = sample;
            }
            // Rules have other numbers there.
            let rights = |access: &Access| {
                let before = previous.access.as_ref();
                access.translate(before, key.variant.rights)
            };
            let rights = self.access.as_ref().map(rights).unwrap_or_default();
            let variant = Variant {
                rights,
                ..key.variant
            };
            let prepare = |may_be_large| {
                let shared = key.shared;
                prepare(self, text, variant, None, shared, recording, may_be_large)
            };
            let prepared = match (prepare(false), Turn::if_free) {
                // While clients wait for one, it is left to them.
                (Err(Unprepared::Large(_)), if_free) => match if_free() {
                    Some(_turn) => prepare(true),
                    None => continue,
                },
                (prepared, _) => prepared,
            };
            let Ok(prepared) = prepared else { continue };
            // Half, so that what is not used any more gives way with time.
            prepared.set_uses(before.uses() / 2);
            self.documents
                .cache
                .insert(key.of(variant), Ok(Arc::new(prepared)));
            warmed += 1;
        }
        warmed
    }

    /// The operations that were used most, up to a number of them.
    fn most_used(&self, most: usize) -> Vec<(Key, Arc<Prepared>)> {
        if most == 0 {
            return Vec::new();
        }
        let entries = self.documents.cache.iter();
        let mut used: Vec<(Key, Arc<Prepared>)> = entries
            .filter(|(key, _)| key.variant.labels == Labels::default())
            .filter_map(|(key, entry)| Some((key, entry.ok()?)))
            .filter(|(_, prepared)| prepared.uses() > 0)
            .collect();
        used.sort_by_key(|(_, prepared)| std::cmp::Reverse(prepared.uses()));
        used.truncate(most);
        used
    }
}
