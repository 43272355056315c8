//! How a schema in service differs from the one before it.

use diff::{Change, Changes, Class};
use federation::Supergraph;
use serde_json::{Value, json};

/// Changes that are kept; the others are counted.
const MAX_LISTED: usize = 100;

/// Characters of what a change replaced, or replaces it by.
const MAX_SHOWN: usize = 300;

/// The changes from the schema that was in service before.
#[derive(Clone, Debug)]
pub(crate) struct LastChanges {
    /// The first of them, those that matter most to clients first.
    pub(crate) listed: Vec<Change>,
    /// How many there are.
    pub(crate) total: usize,
    /// How many there are of each class.
    by_class: [(Class, usize); 4],
}

impl LastChanges {
    pub(super) fn between(old: &Supergraph, new: &Supergraph) -> Self {
        let mut changes = diff::diff(old.api_schema(), new.api_schema());
        changes.append(diff::diff_graphs(old, new));
        Self::of(&changes)
    }

    fn of(changes: &Changes) -> Self {
        let classes = [
            Class::Breaking,
            Class::Dangerous,
            Class::Safe,
            Class::Internal,
        ];
        let mut listed: Vec<&Change> = changes.iter().collect();
        listed.sort_by_key(|change| change.class);
        let short = |text: &Option<String>| text.as_deref().map(shortened);
        let listed = listed.into_iter().take(MAX_LISTED).map(|change| Change {
            before: short(&change.before),
            after: short(&change.after),
            ..change.clone()
        });
        Self {
            listed: listed.collect(),
            total: changes.len(),
            by_class: classes.map(|class| (class, changes.count(class))),
        }
    }

    /// What `/composition` shows of it.
    pub(super) fn to_json(&self) -> Value {
        let counts = self.by_class.iter();
        let counts: serde_json::Map<String, Value> = counts
            .map(|(class, count)| (class.as_str().to_owned(), json!(count)))
            .collect();
        json!({ "total": self.total, "counts": counts, "listed": self.listed })
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
