//! One prepared operation for all texts that differ in their literals only ([`planner::NormalForm`]).
//!
//! The first text of a normal form is prepared like any other, with its literals in its plan: most operations are always sent with the same text. When a second
//! one comes, the operation is prepared with variables in place of the literals, and kept under the normal form. From then on such texts are
//! neither parsed nor kept: one pass over the text finds the operation and the values of those variables.
//!
//! Whatever does not fit is prepared as a text of its own: a literal that is not of the type of its place, for one, so that the mistake is reported
//! as it is in the text that was sent.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use metrics::Counter;
use planner::NormalForm;
use quick_cache::sync::Cache;
use tokio::time::Instant;

use super::Prepared;
use super::copies::Copies;
use super::documents::Lookup;
use super::operations::{Operations, Preparer, Text};
use super::variant::Variant;
use crate::refusal::Refusal;

/// The normal forms of which a text was seen lately. They are only hashes: what a collision does is that an operation is shared one text earlier.
pub(super) struct Seen {
    hasher: RandomState,
    forms: Cache<u64, ()>,
}

/// Longer texts, in bytes, share nothing: to find what they have in common takes longer than others should wait.
const LONGEST: usize = 64 * 1024;

/// Normal forms that are remembered.
const MOST: usize = 16_384;

impl Seen {
    pub(super) fn new() -> Self {
        Self {
            hasher: RandomState::new(),
            forms: Cache::new(MOST),
        }
    }

    /// Whether a text of this normal form was seen before; from now on one was.
    pub(super) fn before(&self, form: &NormalForm<'_>) -> bool {
        let hash = self.hasher.hash_one(form.text());
        let known = self.forms.get(&hash).is_some();
        if !known {
            self.forms.insert(hash, ());
        }
        known
    }
}

impl Operations {
    /// The operation of a text that is executed with variables (JSON text), and these with the values of its literals where the operation stands for all
    /// texts that differ in them.
    ///
    /// # Errors
    /// As [`Operations::get`].
    pub(crate) async fn get_with_variables(
        self: &Arc<Self>,
        preparer: &Preparer,
        text: Text<'_>,
        variant: Variant,
        variables: Option<&str>,
        deadline: Instant,
    ) -> Result<(Arc<Prepared>, Option<String>), Refusal> {
        let lookup = Lookup::new(variant, text);
        if let Some(entry) = self.documents.cache.get(&lookup) {
            preparer.metrics.cache_hits.increment(1);
            let prepared = entry.map_err(|refusal| Refusal::clone(&refusal))?;
            prepared.is_used();
            return Ok((prepared, None));
        }
        let copies = Copies::reserve(text)?;
        if let Some(form) = self.form_of(text) {
            let shared = self.shared(preparer, text, &lookup, &form, deadline);
            let (prepared, counted) = Box::pin(shared).await?;
            let filled = prepared.and_then(|prepared| {
                let filled = prepared.literals.as_ref()?.fill(&form, variables)?;
                Some((prepared, Some(filled)))
            });
            if let Some(found) = filled {
                counted.increment(1);
                return Ok(found);
            }
        }
        // In a box, like the other: most operations are known.
        let found = self.find(preparer, text, variant, None, Some(copies), deadline);
        Ok((Box::pin(found).await?, None))
    }

    /// The normal form of a text, if it may share an operation with others.
    fn form_of<'t>(&self, text: Text<'t>) -> Option<NormalForm<'t>> {
        let tokens = self.config.operations.tokens;
        let is_short = text.query.len() <= LONGEST;
        is_short.then(|| NormalForm::of(text.query, tokens))?
    }

    /// What is prepared already for a text, if anything is.
    pub(crate) fn known(&self, text: Text<'_>, variant: Variant) -> Option<Arc<Prepared>> {
        let (cache, lookup) = (&self.documents.cache, Lookup::new(variant, text));
        let by_form = || {
            let form = self.form_of(text)?;
            cache.get(&lookup.shared(&form))
        };
        cache.get(&lookup).or_else(by_form)?.ok()
    }

    /// What is prepared for all texts of a normal form, if this is not the first one of it, and where it counts.
    async fn shared<'p>(
        self: &Arc<Self>,
        preparer: &'p Preparer,
        text: Text<'_>,
        lookup: &Lookup<'_>,
        form: &NormalForm<'_>,
        deadline: Instant,
    ) -> Result<(Option<Arc<Prepared>>, &'p Counter), Refusal> {
        let (documents, metrics) = (&self.documents, &preparer.metrics);
        let shared = lookup.shared(form);
        if let Some(entry) = documents.cache.get(&shared) {
            let prepared = entry.ok();
            if let Some(prepared) = &prepared {
                prepared.is_used();
            }
            return Ok((prepared, &metrics.cache_hits));
        }
        if !documents.seen.before(form) {
            return Ok((None, &metrics.cache_misses));
        }
        let made = self.prepare_once(
            preparer,
            shared.to_key(),
            Some(text.query),
            None,
            text.spans,
        );
        let made = tokio::time::timeout_at(deadline, made)
            .await
            .map_err(|_| Refusal::Timeout)??;
        if let Err(refusal) = &made {
            metrics.cache_misses.increment(1);
            documents.cache.insert(lookup.to_key(), made.clone());
            return Err(Refusal::clone(refusal));
        }
        Ok((made.ok(), &metrics.cache_misses))
    }
}
