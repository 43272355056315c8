//! Several recordings as one: those of the replicas of a router.

use indexmap::IndexMap;
use indexmap::map::Entry as Place;

use super::document::Document;
use super::operation::Recorded;

/// Adds up what they saw of each operation.
pub(crate) fn merge(documents: impl IntoIterator<Item = Document>) -> Document {
    let mut merged: IndexMap<String, Recorded> = IndexMap::new();
    let entries = documents
        .into_iter()
        .flat_map(|document| document.operations);
    for entry in entries {
        match merged.entry(entry.text.clone()) {
            Place::Occupied(known) => {
                let known = known.into_mut();
                if entry.last_seen >= known.last_seen() {
                    known.uses(entry.coordinates.clone());
                }
                known.add(&entry);
            }
            Place::Vacant(free) => drop(free.insert(Recorded::of_entry(entry))),
        }
    }
    Document::new(merged.values().map(Recorded::entry).collect())
}
