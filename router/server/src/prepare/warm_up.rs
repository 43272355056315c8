//! Before a new schema serves, the operations that were used most on the one before are prepared on it, so that they are not all prepared while their
//! clients wait. It is done where the schema is made: on a thread that gives way to those that serve.

use std::sync::Arc;
use std::time::Duration;

use access::Access;
use settings::Section;
use tokio::time::Instant;

use super::documents::Key;
use super::operations::Operations;
use super::permits::Turn;
use super::variant::Variant;
use super::{Prepared, Unprepared, prepare};

use crate::record::Recording;

/// How much is prepared before a schema serves.
#[derive(Clone, Debug)]
pub struct Config {
    /// At most this many operations, those used most first.
    pub operations: usize,
    /// For at most this long, with the persisted documents.
    pub within: Duration,
}

impl Config {
    pub(crate) fn read(section: Section<'_>) -> Self {
        let config = Self {
            operations: section
                .key("operations", "How many operations are prepared on a new schema before it serves: those that were used most on the one before. `0` prepares none. Persisted documents are prepared besides.")
                .count(500, 0..=100_000),
            within: section
                .key("within", "For how long at most, persisted documents included; the new schema serves then, whatever is left.")
                .duration(Duration::from_secs(5), Duration::from_millis(1)..=Duration::from_secs(300)),
        };
        section.end();
        config
    }
}

impl Operations {
    /// Prepares what was used most of `previous` until it is late, and says how many operations are there now. What does not fit this schema is left out.
    pub(crate) fn warm_up(
        &self,
        previous: &Self,
        recording: Option<&Arc<Recording>>,
        late: Instant,
    ) -> usize {
        let most = self.config.schema.warm_up.operations;
        let mut warmed = 0;
        for (key, before) in previous.most_used(most) {
            for variant in self.variants(previous, key.variant) {
                if warmed == most || Instant::now() >= late {
                    return warmed;
                }
                warmed += usize::from(self.warm_one(&key, variant, &before, recording));
            }
        }
        warmed
    }

    /// The variants here of what was asked for in one of `previous`.
    fn variants(&self, previous: &Self, before: Variant) -> impl Iterator<Item = Variant> + use<> {
        // Rules have other numbers here, and so have labels.
        let rights = |access: &Access| access.translate(previous.access.as_ref(), before.rights);
        let rights = self.access.as_ref().map(rights).unwrap_or_default();
        let labels = self.planners.succeeding(&previous.planners, before.labels);
        labels.into_iter().map(move |labels| Variant {
            labels,
            rights,
            ..before
        })
    }

    /// Prepares what is known of the schema before; whether that is there now.
    fn warm_one(
        &self,
        key: &Key,
        variant: Variant,
        before: &Prepared,
        recording: Option<&Arc<Recording>>,
    ) -> bool {
        let mut text = key.text();
        if let Some(sample) = &before.sample {
            text.query = sample;
        }
        let prepare = |may_be_large| {
            let shared = key.shared;
            prepare(self, text, variant, None, shared, recording, may_be_large)
        };
        let prepared = match prepare(false) {
            // While clients wait for one, it is left to them.
            Err(Unprepared::Large(_)) => match Turn::if_free() {
                Some(_turn) => prepare(true),
                None => return false,
            },
            prepared => prepared,
        };
        let Ok(prepared) = prepared else { return false };
        // Half, so that what is not used any more gives way with time.
        prepared.set_uses(before.uses() / 2);
        let entry = Ok(Arc::new(prepared));
        self.documents.cache.insert(key.clone().of(variant), entry);
        true
    }

    /// The operations that were used most, up to a number of them.
    fn most_used(&self, most: usize) -> Vec<(Key, Arc<Prepared>)> {
        if most == 0 {
            return Vec::new();
        }
        let entries = self.documents.cache.iter();
        let mut used: Vec<(Key, Arc<Prepared>)> = entries
            .filter_map(|(key, entry)| Some((key, entry.ok()?)))
            .filter(|(_, prepared)| prepared.uses() > 0)
            .collect();
        used.sort_by_key(|(_, prepared)| std::cmp::Reverse(prepared.uses()));
        used.truncate(most);
        used
    }
}
