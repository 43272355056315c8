//! From texts to a schema ready for service: composing, loading and indexing, on a thread of its own that gives way to those that serve.

use std::sync::Arc;

use composition::Contract;
use federation::{Budget, Cancellation, Code, Diagnostic, Diagnostics, Subgraph, Supergraph};
use tokio::time::Instant;

use super::Schemas;
use super::documents;
use super::features;
use super::gate::{Decision, Gate, Judgement};
use super::serving::{SchemaHash, Serving};
use super::terms::Terms;
use crate::config::Config;
use crate::deep_stack;
use crate::record::Recording;
use crate::telemetry::Metrics;

/// The outcome of a composition.
pub(super) enum Composition {
    /// The schema that is in service.
    Same,
    /// Another one, ready for service, and what the gate said about it.
    New(Box<Serving>, Option<Arc<Judgement>>),
}

/// Why nothing came of it.
pub(crate) struct NotComposed {
    /// In a sentence.
    pub(crate) error: String,
    pub(crate) diagnostics: Arc<Diagnostics>,
    /// What the gate said about it, where that is why.
    pub(super) gate: Option<Arc<Judgement>>,
}

impl NotComposed {
    fn new(error: &str, diagnostics: Diagnostics) -> Self {
        Self {
            error: error.to_owned(),
            diagnostics: Arc::new(diagnostics),
            gate: None,
        }
    }

    fn refused(judgement: Arc<Judgement>) -> Self {
        Self {
            gate: Some(Arc::clone(&judgement)),
            ..Self::new(&judgement.sentence(), Diagnostics::new())
        }
    }
}

/// What a schema is made from.
pub(super) enum Ingredients {
    Subgraphs(Vec<Subgraph>),
    Supergraph(Arc<str>),
}

/// What making a schema needs besides its texts.
pub(super) struct Making {
    pub(super) terms: Terms,
    pub(super) metrics: Arc<Metrics>,
    pub(super) schemas: Arc<Schemas>,
    pub(super) recording: Option<Arc<Recording>>,
}

impl Making {
    /// Composes, loads and indexes, until it is done or called off.
    pub(super) async fn run(
        self,
        ingredients: Ingredients,
        cancellation: Cancellation,
    ) -> Result<Composition, NotComposed> {
        let (schemas, config) = (Arc::clone(&self.schemas), Arc::clone(&self.terms.config));
        let called_off = cancellation.clone();
        let making = deep_stack::run_behind(move || self.make(&ingredients, cancellation));
        let made = making.await.unwrap_or_else(|failed| {
            tracing::error!(%failed, "composition did not end well");
            let error = "composition failed by a mistake of the router";
            Err(NotComposed::new(error, Diagnostics::new()))
        });
        if let Ok((Composition::New(serving, _), late)) = &made
            && let Some(persisted) = schemas.persisted()
        {
            let (hash, operations) = (serving.hash.to_string(), &serving.operations);
            documents::check(&persisted, hash, operations, &config, &called_off, *late).await;
        }
        made.map(|(composition, _)| composition)
    }

    /// The same up to the documents, and until when these are checked.
    fn make(
        self,
        ingredients: &Ingredients,
        cancellation: Cancellation,
    ) -> Result<(Composition, Instant), NotComposed> {
        let config = &self.terms.config;
        let (supergraph, hints) = load(ingredients, config, cancellation)?;
        features::check(&supergraph, &config.delegated_features).map_err(|diagnostics| {
            let error = "the schema relies on features that the router does not implement";
            NotComposed::new(error, diagnostics)
        })?;
        // The sources may differ in what the supergraph does not show: then prepared operations stay.
        let hash = SchemaHash::of(supergraph.sdl());
        let previous = self.schemas.current();
        if previous
            .as_ref()
            .is_some_and(|serving| serving.hash == hash)
        {
            return Ok((Composition::Same, documents::late(config)));
        }
        let gate = Gate {
            config,
            recording: self.recording.as_ref(),
            accepted: self.schemas.acceptances().borrow().clone(),
        };
        let judgement = previous
            .as_ref()
            .and_then(|old| gate.judge(&old.supergraph, &supergraph, hash))
            .map(Arc::new);
        if let Some(judgement) = &judgement
            && judgement.decision == Decision::Refused
        {
            return Err(NotComposed::refused(Arc::clone(judgement)));
        }
        let serving = Serving::new(
            supergraph,
            hints,
            &self.terms,
            &self.metrics,
            previous.as_deref(),
        );
        let late = documents::late(config);
        if let Some(previous) = &previous {
            self.warm_up(&serving, previous, late);
        }
        Ok((Composition::New(Box::new(serving), judgement), late))
    }

    fn warm_up(&self, serving: &Serving, previous: &Serving, late: Instant) {
        let (operations, recording) = (&serving.operations, self.recording.as_ref());
        let warmed = operations.warm_up(&previous.operations, recording, late);
        self.metrics.warmed.increment(warmed as u64);
    }

    /// The schema in service on other terms, ready for service.
    pub(super) async fn renew(self, current: Arc<Serving>) -> Option<Serving> {
        let schemas = Arc::clone(&self.schemas);
        let config = Arc::clone(&self.terms.config);
        let renewing = deep_stack::run_behind(move || {
            let renewed = current.renewed(&self.terms, &self.metrics);
            let is_new = !Arc::ptr_eq(&renewed.operations, &current.operations);
            let late = documents::late(&self.terms.config);
            if is_new {
                self.warm_up(&renewed, &current, late);
            }
            (renewed, is_new, late)
        });
        let (renewed, is_new, late) = renewing.await.ok()?;
        if let Some(persisted) = schemas.persisted().filter(|_| is_new) {
            let (hash, operations) = (renewed.hash.to_string(), &renewed.operations);
            let never = Cancellation::default();
            documents::check(&persisted, hash, operations, &config, &never, late).await;
        }
        Some(renewed)
    }
}

/// Composes; what is wrong comes as a sentence and as diagnostics.
pub(crate) fn compose_sources(
    subgraphs: &[Subgraph],
    config: &Config,
    cancellation: Cancellation,
) -> Result<composition::Composed, NotComposed> {
    let not_made = |diagnostics| NotComposed::new("the subgraphs do not compose", diagnostics);
    check_sizes(subgraphs, config.limits.sdl_total).map_err(not_made)?;
    let budget = Budget::new(Budget::DEFAULT_UNITS, cancellation);
    composition::compose_within(subgraphs, budget).map_err(not_made)
}

/// Each SDL has a bound where it is read; this is that of all of them.
fn check_sizes(subgraphs: &[Subgraph], max: usize) -> Result<(), Diagnostics> {
    let total: usize = subgraphs.iter().map(|subgraph| subgraph.sdl.len()).sum();
    if total <= max {
        return Ok(());
    }
    let mut diagnostics = Diagnostics::new();
    let mut error = Diagnostic::error(
        Code::CompositionLimitExceeded,
        format!(
            "The SDLs of all subgraphs have {total} bytes together, more than limits.sdl_total: {max}."
        ),
    );
    let largest = subgraphs.iter().max_by_key(|subgraph| subgraph.sdl.len());
    if let Some(largest) = largest {
        let (name, bytes) = (&largest.name, largest.sdl.len());
        error = error.with_help(format!(
            "The largest is that of \"{name}\", with {bytes} bytes. Raise limits.sdl_total if all of it is meant."
        ));
    }
    diagnostics.push(error);
    Err(diagnostics)
}

fn load(
    ingredients: &Ingredients,
    config: &Config,
    cancellation: Cancellation,
) -> Result<(Arc<Supergraph>, Diagnostics), NotComposed> {
    let (supergraph, hints) = match ingredients {
        Ingredients::Supergraph(sdl) => {
            let budget = Budget::new(Budget::DEFAULT_UNITS, cancellation);
            let supergraph = Supergraph::parse_within(sdl, &budget).map_err(|diagnostics| {
                let error = "the supergraph cannot be loaded";
                NotComposed::new(error, diagnostics)
            })?;
            (Arc::new(supergraph), Diagnostics::new())
        }
        Ingredients::Subgraphs(subgraphs) => {
            let composed = compose_sources(subgraphs, config, cancellation)?;
            (composed.supergraph, composed.hints)
        }
    };
    let variant = contracted(&supergraph, &config.contract)?;
    Ok((variant.map_or(supergraph, Arc::new), hints))
}

/// The variant of a supergraph that is served, where it is one; making it again changes nothing.
pub(crate) fn contracted(
    supergraph: &Supergraph,
    contract: &Contract,
) -> Result<Option<Supergraph>, NotComposed> {
    if contract.is_empty() {
        return Ok(None);
    }
    composition::contract(supergraph, contract)
        .and_then(|sdl| Supergraph::parse(&sdl).map(Some))
        .map_err(|diagnostics| {
            let error = "what the contract shows does not hold without what it hides";
            NotComposed::new(error, diagnostics)
        })
}
