//! Whether the documents fit a schema: each is prepared, so that it is known when it is first asked for.
//!
//! This is done before the schema is served, off the threads that serve, one document after the other and for a bounded time; what is left then is prepared
//! when it is asked for, and `unchecked` says how much that is.

use std::sync::Arc;

use federation::Cancellation;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::Library;
use crate::prepare::{Operations, Preparer};
use crate::refusal::Refusal;

/// Documents whose errors are reported.
const MAX_TOLD: usize = 100;

/// Characters of a document that name it, where it has no other name.
const MAX_BEGINNING: usize = 80;

/// The outcome of a check.
#[derive(Debug)]
pub(crate) struct Fit {
    /// The hash of the schema.
    pub(crate) schema: String,
    /// Documents that can be executed.
    pub(crate) fitting: usize,
    /// Documents that cannot.
    pub(crate) unfit: usize,
    /// Documents that there was no time for.
    pub(crate) unchecked: usize,
    /// Some of the unfit: how they begin, and why.
    told: Vec<(String, String)>,
}

impl Fit {
    /// Prepares each document for a schema, until it is done, called off, or late.
    pub(crate) async fn of(
        library: &Library,
        schema: String,
        operations: &Arc<Operations>,
        preparer: &Preparer,
        cancellation: &Cancellation,
        late: Instant,
    ) -> Self {
        let mut fit = Self {
            schema,
            fitting: 0,
            unfit: 0,
            unchecked: 0,
            told: Vec::new(),
        };
        for (index, text) in library.texts().iter().enumerate() {
            if cancellation.is_cancelled() || Instant::now() >= late {
                fit.unchecked = library.len() - index;
                break;
            }
            match operations.warm(preparer, text).await {
                Ok(()) => fit.fitting += 1,
                Err(Refusal::Timeout | Refusal::TooManyPreparations(_) | Refusal::Internal(_)) => {
                    fit.unchecked += 1;
                }
                Err(refusal) => fit.tell(text, &refusal),
            }
        }
        fit
    }

    fn tell(&mut self, text: &str, refusal: &Refusal) {
        self.unfit += 1;
        if self.told.len() < MAX_TOLD {
            let words: Vec<&str> = text.split_whitespace().take(20).collect();
            let beginning = words.join(" ").chars().take(MAX_BEGINNING).collect();
            let first = refusal.shown().into_iter().next();
            let why = first.map_or_else(|| refusal.to_string(), |first| first.message);
            self.told.push((beginning, why));
        }
    }

    /// Tells operators of documents that cannot be executed.
    pub(super) fn log(&self) {
        for (document, why) in self.told.iter().take(20) {
            tracing::warn!(
                schema = self.schema,
                document,
                why,
                "a persisted document does not fit the schema"
            );
        }
        tracing::info!(
            schema = self.schema,
            fitting = self.fitting,
            unfit = self.unfit,
            unchecked = self.unchecked,
            "the persisted documents were checked"
        );
    }

    pub(super) fn to_json(&self) -> Value {
        let told = self.told.iter();
        let told = told.map(|(document, error)| json!({ "document": document, "error": error }));
        json!({
            "schema": self.schema,
            "fitting": self.fitting,
            "unfit": self.unfit,
            "unchecked": self.unchecked,
            "documents": told.collect::<Vec<_>>(),
        })
    }
}
