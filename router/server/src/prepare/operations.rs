//! The operations of one schema: found prepared, or prepared now, once for all who ask at the same time.

use std::sync::Arc;
use std::time::Instant as Clock;

use abaque_edge::trace::{Attribute, Recording as Spans, SpanKind};
use access::Access;
use apollo_compiler::Name;
use apollo_compiler::executable::Operation;
use cost::CostModel;
use federation::Supergraph;
use memory::Account;
use tokio::time::Instant;

use super::copies::Copies;
use super::documents::{Documents, Entry, Key, Lookup};
use super::overrides::{Labels, Planners};
use super::permits::Permits;
use super::plans::Plans;
use super::recorded;
use super::variant::{Deferring, Variant};
use super::{Prepared, Unprepared, prepare};
use crate::config::Config;
use crate::record::Recording;
use crate::refusal::{Internal, Refusal};
use crate::telemetry::Metrics;
use crate::{deep_stack, priority};

/// What preparing takes, whatever the schema.
#[derive(Debug)]
pub(crate) struct Preparer {
    pub(super) metrics: Arc<Metrics>,
    recording: Option<Arc<Recording>>,
    permits: Arc<Permits>,
}

impl Preparer {
    pub(crate) fn new(
        config: &Config,
        metrics: Arc<Metrics>,
        recording: Option<Arc<Recording>>,
    ) -> Self {
        Self {
            recording,
            permits: Arc::new(Permits::new(&config.operations)),
            metrics,
        }
    }

    /// One that shares the permits of this one: those who have one count for both.
    pub(crate) fn again(&self) -> Self {
        Self {
            metrics: Arc::clone(&self.metrics),
            recording: self.recording.clone(),
            permits: Arc::clone(&self.permits),
        }
    }
}

/// What of a request says which operation is meant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'t> {
    pub(crate) query: &'t str,
    pub(crate) operation_name: Option<&'t str>,
    /// Where it is recorded that it had to be prepared, if it is.
    pub(crate) spans: Option<&'t Arc<Spans>>,
    /// What the request holds that sends it, if one does.
    pub(crate) account: Option<&'t Account>,
}

/// Says which of the variables that decide about `@defer` and `@stream` are false, as [`Deferring::Unless`] has them; of an operation in its text.
pub(crate) type Decide = Box<dyn FnOnce(&Operation, &str, &[Name]) -> Result<u16, Refusal> + Send>;

/// A supergraph's planners, and what was prepared with them. It ends with its schema.
pub(crate) struct Operations {
    pub(super) supergraph: Arc<Supergraph>,
    pub(crate) planners: Planners,
    /// What not everybody may see, if there is such a thing.
    pub(crate) access: Option<Access>,
    /// Weights, where costs are estimated.
    pub(super) costs: Option<CostModel>,
    /// What operations are prepared by. A request that began with another configuration leaves nothing here that this one forbids.
    pub(super) config: Arc<Config>,
    pub(super) documents: Documents,
    pub(super) plans: Plans,
}

impl Operations {
    pub(crate) fn new(supergraph: &Arc<Supergraph>, config: &Arc<Config>) -> Self {
        let access = Access::of(supergraph, &config.delegated_features);
        let named = access.iter().flat_map(|access| access.policies());
        for policy in named.filter(|name| !config.authorization.policies.contains_key(*name)) {
            tracing::warn!(
                policy,
                "the schema names a policy that authorization.policies does not have: it never holds"
            );
        }
        Self {
            supergraph: Arc::clone(supergraph),
            planners: Planners::new(supergraph, config),
            access,
            costs: config.cost.model(supergraph),
            config: Arc::clone(config),
            documents: Documents::new(config.operations.plan_cache / 2),
            plans: Plans::new(config.operations.plan_cache / 2),
        }
    }

    /// The operation of a text.
    ///
    /// # Errors
    /// Why it cannot be executed, or that it was not prepared before the deadline.
    pub(crate) async fn get(
        self: &Arc<Self>,
        preparer: &Preparer,
        text: Text<'_>,
        variant: Variant,
        deadline: Instant,
    ) -> Result<Arc<Prepared>, Refusal> {
        self.find(preparer, text, variant, None, None, deadline)
            .await
    }

    /// The operation of a text that may defer something, in whatever variant it is known. It says which variables decide; where it is not known
    /// at all, `decide` does, and the variant that comes of it is prepared, so that nothing is planned for nobody.
    ///
    /// # Errors
    /// As [`Self::get`], or what `decide` says.
    pub(crate) async fn get_undecided(
        self: &Arc<Self>,
        preparer: &Preparer,
        text: Text<'_>,
        variant: Variant,
        decide: Decide,
        deadline: Instant,
    ) -> Result<Arc<Prepared>, Refusal> {
        let variant = Variant {
            deferring: Deferring::Undecided,
            ..variant
        };
        self.find(preparer, text, variant, Some(decide), None, deadline)
            .await
    }

    /// Prepares the operation of a document that clients are going to ask for, by its name too: most clients send it; for each set of labels that a request may
    /// have on. One of several operations is prepared when it is asked for.
    ///
    /// # Errors
    /// Why it cannot be executed.
    pub(crate) async fn warm(
        self: &Arc<Self>,
        preparer: &Preparer,
        query: &str,
    ) -> Result<(), Refusal> {
        for labels in self.planners.all() {
            self.warm_with(preparer, query, labels).await?;
        }
        Ok(())
    }

    async fn warm_with(
        self: &Arc<Self>,
        preparer: &Preparer,
        query: &str,
        labels: Labels,
    ) -> Result<(), Refusal> {
        let access = self.access.as_ref();
        let variant = Variant {
            labels,
            // For clients that may see more it is prepared again, with the first of their requests.
            rights: access.map(Access::rights_of_nobody).unwrap_or_default(),
            deferring: Deferring::Nothing,
        };
        let text = Text {
            query,
            operation_name: None,
            spans: None,
            account: None,
        };
        let deadline = Instant::now() + self.config.timeouts.request;
        let prepared = match self.get(preparer, text, variant, deadline).await {
            Ok(prepared) => prepared,
            // It is valid, and the name decides.
            Err(Refusal::Operation(_)) => return Ok(()),
            Err(refusal) => return Err(refusal),
        };
        if let Some(name) = &prepared.operation.name {
            let named = Text {
                query,
                operation_name: Some(name),
                spans: None,
                account: None,
            };
            let key = Lookup::new(variant, named).to_key();
            self.documents.cache.insert(key, Ok(Arc::clone(&prepared)));
        }
        Ok(())
    }

    /// The same, where the memory of copies of the text may have been reserved already.
    pub(super) async fn find(
        self: &Arc<Self>,
        preparer: &Preparer,
        text: Text<'_>,
        variant: Variant,
        decide: Option<Decide>,
        copies: Option<Copies<'_>>,
        deadline: Instant,
    ) -> Result<Arc<Prepared>, Refusal> {
        let lookup = Lookup::new(variant, text);
        let entry = match self.documents.cache.get(&lookup) {
            Some(entry) => {
                preparer.metrics.cache_hits.increment(1);
                if let Ok(prepared) = &entry {
                    prepared.is_used();
                }
                entry
            }
            None => {
                preparer.metrics.cache_misses.increment(1);
                let _copies = copies.map_or_else(|| Copies::reserve(text), Ok)?;
                let made = self.prepare_once(preparer, lookup.to_key(), None, decide, text.spans);
                tokio::time::timeout_at(deadline, made)
                    .await
                    .map_err(|_| Refusal::Timeout)??
            }
        };
        entry.map_err(|refusal| Refusal::clone(&refusal))
    }

    /// Prepares an operation, or waits until it is prepared for another request. Where the key has a normal form, `text` is one of its texts.
    pub(super) async fn prepare_once(
        self: &Arc<Self>,
        preparer: &Preparer,
        key: Key,
        text: Option<&str>,
        decide: Option<Decide>,
        spans: Option<&Arc<Spans>>,
    ) -> Result<Entry, Refusal> {
        let span = spans.and_then(|spans| spans.open("prepare", SpanKind::Internal));
        let entry = self.prepare_or_wait(preparer, key, text, decide).await;
        if let Some(mut span) = span {
            let outcome = match &entry {
                Ok(Ok(_)) => "planned",
                Ok(Err(_)) | Err(_) => "refused",
            };
            span.describe([Attribute::text("abaque.prepare.outcome", outcome)]);
        }
        entry
    }

    async fn prepare_or_wait(
        self: &Arc<Self>,
        preparer: &Preparer,
        key: Key,
        text: Option<&str>,
        decide: Option<Decide>,
    ) -> Result<Entry, Refusal> {
        let cache = &self.documents.cache;
        let guard = match cache.get_value_or_guard_async(&key).await {
            Ok(entry) => return Ok(entry),
            Err(guard) => guard,
        };
        let permit = preparer.permits.acquire().await?;
        let recording = preparer.recording.clone();
        let begun = Clock::now();
        let job = Job {
            operations: Arc::clone(self),
            key: key.clone(),
            text: text.map(Arc::from),
            recording,
            may_be_large: false,
        };
        let made = job.clone().run(key.variant, decide, permit).await?;
        let made = match made {
            // Its permit has been given back.
            Err(Unprepared::Large(variant)) => {
                let turn = preparer.permits.turn().await?;
                let job = Job {
                    may_be_large: true,
                    ..job
                };
                job.run(variant, None, turn).await?
            }
            made => made,
        };
        let entry: Entry = match made {
            Ok(prepared) => Ok(Arc::new(prepared)),
            Err(Unprepared::Refused(refusal)) => Err(Arc::new(refusal)),
            Err(Unprepared::Large(_)) => {
                let message = "a plan that may be large was given up as it is".to_owned();
                return Err(Internal::Preparation(message).into());
            }
        };
        preparer.metrics.prepared(entry.is_ok(), begun.elapsed());
        match &entry {
            // Nor are values of variables.
            Err(refusal) if matches!(&**refusal, Refusal::Variables(_)) => return Ok(entry),
            // What is wrong is wrong with this text: another one of the form may be valid.
            Err(_) if key.shared => return Ok(entry),
            Err(_) => {}
            Ok(prepared) => {
                if prepared.planned_before {
                    preparer.metrics.plans_reused.increment(1);
                }
                if prepared.variant != key.variant {
                    cache.insert(key.of(prepared.variant), entry.clone());
                }
            }
        }
        // An error here means that the entry was taken out in the meantime.
        drop(guard.insert(entry.clone()));
        self.tell(&preparer.metrics);
        Ok(entry)
    }
}

/// An operation to prepare.
#[derive(Clone)]
struct Job {
    operations: Arc<Operations>,
    key: Key,
    /// Where the key has a normal form, one of its texts.
    text: Option<Arc<str>>,
    recording: Option<Arc<Recording>>,
    may_be_large: bool,
}

impl Job {
    /// Prepares it on a thread of its own, which gives `permit` back at its end.
    async fn run(
        self,
        variant: Variant,
        decide: Option<Decide>,
        permit: impl Send + 'static,
    ) -> Result<Result<Prepared, Unprepared>, Refusal> {
        let work = deep_stack::run(move || {
            let _permit = permit;
            priority::lower(priority::PREPARING);
            let mut text = self.key.text();
            if let Some(own) = &self.text {
                text.query = own;
            }
            let (shared, recording) = (self.text.is_some(), self.recording.as_ref());
            let (operations, large) = (&self.operations, self.may_be_large);
            prepare(operations, text, variant, decide, shared, recording, large)
        });
        // Not kept: a mistake of the router is no property of the operation.
        work.await
            .map_err(|failed| Internal::Preparation(failed.to_string()).into())
    }
}

impl Operations {
    /// The text of a valid operation without its literals, for those who may see texts but not values.
    pub(crate) fn without_literals(&self, text: Text<'_>) -> Option<String> {
        let schema = self.supergraph.api_schema();
        recorded::without_literals(schema, text.query, text.operation_name)
    }

    /// Says what is kept.
    pub(crate) fn tell(&self, metrics: &Metrics) {
        let cache = &self.documents.cache;
        metrics.cache_entries.set(cache.len() as f64);
        metrics.cache_bytes.set(cache.weight() as f64);
    }
}

impl std::fmt::Debug for Operations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Operations")
            .field("documents", &self.documents)
            .field("plans", &self.plans)
            .finish_non_exhaustive()
    }
}
