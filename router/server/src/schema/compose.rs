//! The task that hears what the sources say, composes when one changed, and publishes what composed.
//!
//! - here: what it waits for, and what it begins with that;
//! - [`running`]: a composition under way; [`span`]: its trace;
//! - [`meanwhile`]: what is served until the subgraphs have been seen;
//! - [`last_good`]: what is composed when some subgraphs are wrong by themselves;
//! - [`publish`]: what takes effect.

mod last_good;
mod meanwhile;
mod publish;
mod running;
mod span;

use std::sync::Arc;
use std::time::Instant;

use abaque_edge::Health;
use abaque_edge::trace::Tracer;
use discovery::Found;
use federation::Cancellation;
use tokio::sync::{mpsc, watch as channel};
use tokio::time::sleep;

use self::running::{Running, end};
use super::Schemas;
use super::current::{Configured, Current};
use super::discovering::Discovering;
use super::gate::Judgement;
use super::kept::Kept;
use super::making::{Composition, Making, NotComposed};
use super::members::{Members, Selection};
use super::seed::{Asking, Seed};
use super::sources::Watched;
use super::status::{FailureStatus, Origin, Status};
use super::terms::Terms;
use super::watch::Observation;
use crate::record::Recording;
use crate::telemetry::Metrics;

/// Observations that wait to be heard.
const OBSERVATIONS: usize = 64;

/// Composes, again and again: one composition at a time, while it goes on hearing what the sources say.
pub(crate) struct Composer {
    terms: Terms,
    /// Where requests find what is put into service.
    current: Arc<Current>,
    /// The newest configuration.
    newest: channel::Receiver<Configured>,
    metrics: Arc<Metrics>,
    health: Health,
    schemas: Arc<Schemas>,
    members: Members,
    kept: Option<Kept>,
    /// Where the schema in service comes from.
    origin: Origin,
    failure: Option<FailureStatus>,
    recording: Option<Arc<Recording>>,
    /// What the gate said about the newest schema.
    gate: Option<Arc<Judgement>>,
    /// Whether subgraphs that are missing have been waited for, and siblings been asked, for long enough.
    gives_in: bool,
}

/// What the composer waits for.
enum Happened {
    Observed(Observation),
    Discovered(Arc<Found>),
    Ended(Box<Running>, Result<Composition, NotComposed>),
    /// What a sibling has, if any does.
    Answered(Option<Seed>),
    /// A schema that the gate refused is let through.
    Accepted,
    /// Missing subgraphs have been waited for.
    Waited,
    /// Another configuration is about to be in service.
    Reconfigured(Configured),
}

impl Composer {
    pub(crate) fn new(
        schemas: Arc<Schemas>,
        mut newest: channel::Receiver<Configured>,
        metrics: Arc<Metrics>,
        health: Health,
        recording: Option<Arc<Recording>>,
    ) -> Self {
        let Configured { terms, current } = newest.borrow_and_update().clone();
        let members = Members::new(&terms, &metrics);
        let status = Status {
            schema: None,
            failure: None,
            gate: None,
            sources: members
                .watched
                .iter()
                .map(|watched| watched.status.clone())
                .collect(),
            discovery: members.found.clone(),
        };
        schemas.publish(status);
        health.not_ready(schemas.status().why_not_ready());
        let kept = Kept::of(&terms.config);
        let origin = match terms.config.supergraph {
            Some(_) => Origin::File,
            None => Origin::Composed,
        };
        Self {
            terms,
            current,
            newest,
            metrics,
            health,
            schemas,
            members,
            kept,
            origin,
            failure: None,
            recording,
            gate: None,
            gives_in: false,
        }
    }

    /// Runs until it is dropped.
    pub(crate) async fn run(mut self) {
        let (sender, mut observations) = mpsc::channel(OBSERVATIONS);
        self.members.watch(self.schemas.refreshes(), sender);
        let mut discovering = Discovering::new(&self.terms);
        let mut asking = Asking::new(&self.terms, &self.metrics);
        let mut acceptances = self.schemas.acceptances();
        self.begin_with_kept().await;
        let mut patience = Box::pin(sleep(self.terms.config.schema.partial_after));
        let mut patient = self.terms.config.schema.partial;
        let mut running: Option<Running> = None;
        // Whether a text changed that is not being composed yet.
        let mut changed = false;
        // A composition that follows on one that was called off runs to its end: texts that change all the time must not keep all others from service.
        let mut called_off = false;
        loop {
            if running.is_none() && std::mem::take(&mut changed) {
                running = self.ingredients().map(|selected| self.begin(selected));
            }
            let is_idle = running.is_none();
            let wants_seed = is_idle && !self.serves_whole() && self.members.is_stuck();
            let happened = tokio::select! {
                observed = observations.recv() => match observed {
                    Some(observed) => Happened::Observed(observed),
                    None => return,
                },
                _ = acceptances.changed() => Happened::Accepted,
                found = discovering.changed() => Happened::Discovered(found),
                (ended, made) = end(&mut running) => Happened::Ended(Box::new(ended), made),
                seed = asking.answer(), if wants_seed => Happened::Answered(seed),
                () = &mut patience, if patient => Happened::Waited,
                Ok(()) = self.newest.changed() => {
                    Happened::Reconfigured(self.newest.borrow_and_update().clone())
                }
            };
            match happened {
                Happened::Observed(first) => changed |= self.hear(first, &mut observations),
                Happened::Discovered(found) => changed |= self.members.take(found),
                Happened::Ended(ended, made) => {
                    called_off = made.is_err() && ended.cancellation.is_cancelled();
                    if !called_off {
                        running = self.ended(&ended, made);
                    }
                    changed |= called_off;
                    self.publish();
                    continue;
                }
                Happened::Reconfigured(configured) => {
                    // What is composed by the one before is not served.
                    if let Some(running) = running.take() {
                        running.cancellation.cancel();
                    }
                    let terms = &configured.terms;
                    if !terms.discover_alike(&self.terms) {
                        discovering = Discovering::new(terms);
                    }
                    asking = Asking::new(terms, &self.metrics);
                    self.take_over(configured).await;
                    (changed, called_off) = (true, false);
                }
                Happened::Answered(Some(seed)) => {
                    self.begin_with_seed(seed).await;
                    changed = true;
                }
                Happened::Accepted => changed = true,
                Happened::Answered(None) => changed |= !self.gives_in,
                Happened::Waited => (patient, changed) = (false, true),
            }
            self.gives_in = self.terms.config.schema.partial && !patient && asking.was_in_vain();
            match &running {
                Some(running) if changed && !called_off && !running.stands_in => {
                    running.cancellation.cancel();
                }
                Some(_) => {}
                None if changed && self.ingredients().is_some() => {}
                None => self.publish(),
            }
        }
    }

    /// Whether what was observed changes a text. What came in the meantime is composed with it, not after it.
    fn hear(&mut self, first: Observation, others: &mut mpsc::Receiver<Observation>) -> bool {
        let mut changed = self.members.hear(first);
        while let Ok(next) = others.try_recv() {
            changed |= self.members.hear(next);
        }
        changed
    }

    /// Whether a schema of all subgraphs is in service.
    fn serves_whole(&self) -> bool {
        self.origin != Origin::Partial && self.schemas.current().is_some()
    }

    fn making(&self) -> Making {
        Making {
            terms: self.terms.clone(),
            metrics: Arc::clone(&self.metrics),
            schemas: Arc::clone(&self.schemas),
            recording: self.recording.clone(),
        }
    }

    /// Begins a composition, which goes on by itself.
    fn begin(&self, selected: Selection) -> Running {
        let cancellation = Cancellation::default();
        Running {
            work: Box::pin(
                self.making()
                    .run(selected.ingredients, cancellation.clone()),
            ),
            cancellation,
            begun: Instant::now(),
            trace: self.terms.tracer.as_ref().and_then(Tracer::begin),
            texts: selected.texts,
            origin: selected.origin,
            stands_in: false,
        }
    }

    /// Goes over to another configuration: its sources are looked at, and the schema in service asks its subgraphs on its terms until another one has composed. Requests go to the
    /// configuration once that is ready for them.
    async fn take_over(&mut self, Configured { terms, current }: Configured) {
        self.members.take_over(&terms);
        self.kept = Kept::of(&terms.config);
        self.terms = terms;
        self.current = current;
        if let Some(served) = self.schemas.current() {
            match self.making().renew(Arc::clone(&served)).await {
                Some(renewed) => self.place(renewed),
                None => self.current.put(served),
            }
        }
        self.current.settle();
        self.publish();
    }

    /// The newest texts, once all sources have been seen.
    fn ingredients(&self) -> Option<Selection> {
        self.select(|watched| self.members.newest(watched).cloned())
    }

    fn select(&self, text: impl Fn(&Watched) -> Option<Arc<str>>) -> Option<Selection> {
        let current = self.schemas.current();
        let whole = current.as_deref().filter(|_| self.serves_whole());
        let partial = whole.is_none() && self.gives_in && self.members.all_looked_at();
        self.members.select(text, whole, partial)
    }

    /// Takes over what a composition made. What it returns is to be composed instead of it.
    fn ended(
        &mut self,
        ended: &Running,
        made: Result<Composition, NotComposed>,
    ) -> Option<Running> {
        span::end(ended, &made);
        let made = match made {
            Ok(made) => made,
            Err(failure) if ended.stands_in => {
                tracing::debug!(
                    error = failure.error,
                    "nor does it compose with the last good texts"
                );
                return None;
            }
            Err(failure) => {
                let instead = self.with_last_good(&failure);
                self.failed(failure);
                return instead;
            }
        };
        for watched in &mut self.members.watched {
            watched.good = ended
                .texts
                .get(&watched.id)
                .cloned()
                .or(watched.good.take());
        }
        self.metrics.composed.increment(1);
        self.metrics
            .composition_duration
            .record(ended.begun.elapsed());
        if !ended.stands_in {
            self.metrics.composition_failing.set(0.0);
            if self.failure.take().is_some() {
                tracing::info!("the subgraphs compose again");
            }
        }
        let before = std::mem::replace(&mut self.origin, ended.origin);
        match made {
            // The schema that the gate refused is no more.
            Composition::Same if self.gate.as_ref().is_some_and(|gate| !gate.is_served()) => {
                self.judged(None);
            }
            Composition::Same => {}
            Composition::New(serving, judgement) => {
                self.judged(judgement);
                self.serve(*serving, ended);
            }
        }
        self.tell_origin(before);
        self.offer();
        None
    }
}
