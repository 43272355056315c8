//! The schema that is served, and how it comes to be.
//!
//! - [`source`]: one look at a subgraph or a file: its SDL, or why there is none;
//! - [`sources`]: those that the configuration names, and what each last said;
//! - [`watch`]: a task per source that looks again and again;
//! - [`compose`]: the task that hears what they saw, composes when a text changed, and publishes what composed;
//! - [`discovering`]: Services that are subgraphs, where the configuration wants them;
//! - [`documents`]: persisted documents, which are checked against it;
//! - [`making`]: from texts to a schema ready for service, on a thread that gives way to those that serve;
//! - [`gate`]: whether a new schema breaks operations that clients send;
//! - [`members`]: which sources there are now, as Services join and leave, and what may be composed of them;
//! - [`seed`], [`offer`]: the schema of a sibling, for a router that cannot compose one, and what this one has to offer;
//! - [`kept`]: the last good supergraph on disk, for the next start;
//! - [`changes`]: how it differs from the one before;
//! - [`serving`]: one schema in service, with everything that belongs to it and ends with it;
//! - [`current`]: the schema that the requests of one configuration are answered by;
//! - [`terms`]: what the configuration says about it, which changes while it serves;
//! - [`status`]: what `/composition` shows.

mod changes;
mod compose;
mod current;
mod discovering;
pub(crate) mod documents;
mod features;
pub(crate) mod gate;
mod kept;
mod logged;
mod making;
mod members;
mod offer;
mod seed;
mod serving;
mod source;
mod sources;
mod status;
mod terms;
mod watch;

pub(crate) use self::compose::Composer;
pub(crate) use self::current::{Configured, Current};
pub(crate) use self::making::{compose_sources, contracted};
pub(crate) use self::serving::Serving;
pub(crate) use self::source::Source;
pub(crate) use self::sources::configured_sources;
pub(crate) use self::status::{SchemaStatus, SourceState, Status};
pub(crate) use self::terms::Terms;
#[cfg(test)]
pub(crate) use self::terms::{OF_ALL, OF_DISCOVERY, OF_OPERATIONS, OF_SOURCES};
pub(crate) use crate::text_file::read as read_text;

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use tokio::sync::watch as channel;

use self::gate::Decision;
use self::offer::Offer;
use crate::persisted::Persisted;
use crate::reload::in_service::InService;

/// The schema in service and the state of its sources; shared by requests and the composer.
#[derive(Debug)]
pub(crate) struct Schemas {
    current: ArcSwapOption<Serving>,
    /// What siblings may have of it.
    offer: ArcSwapOption<Offer>,
    status: channel::Sender<Arc<Status>>,
    /// Counts the schemas that have been put into service.
    changes: channel::Sender<u64>,
    /// Counts the requests to look at all sources now.
    refresh: channel::Sender<u64>,
    /// The hash of the schema that an operator lets through the gate.
    accepted: channel::Sender<Option<String>>,
    /// What clients ask for by an id.
    persisted: ArcSwapOption<Persisted>,
    /// Which configuration is in service.
    pub(crate) configuration: InService,
}

/// Why nothing is let through the gate.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotAccepted {
    #[error("no schema waits to be accepted")]
    NothingWaits,
    #[error("the schema that waits to be accepted is {0}")]
    Another(String),
}

impl Schemas {
    /// Nothing is in service yet.
    pub(crate) fn new(configuration: InService) -> Self {
        Self {
            current: ArcSwapOption::empty(),
            offer: ArcSwapOption::empty(),
            status: channel::Sender::default(),
            changes: channel::Sender::new(0),
            refresh: channel::Sender::new(0),
            accepted: channel::Sender::new(None),
            persisted: ArcSwapOption::empty(),
            configuration,
        }
    }

    /// The schema in service. Requests have that of their configuration: [`Current`].
    pub(crate) fn current(&self) -> Option<Arc<Serving>> {
        self.current.load_full()
    }

    /// Tells when there is another schema in service.
    pub(crate) fn changes(&self) -> channel::Receiver<u64> {
        self.changes.subscribe()
    }

    /// What clients ask for by an id, where there is any.
    pub(crate) fn persisted(&self) -> Option<Arc<Persisted>> {
        self.persisted.load_full()
    }

    /// What new schemas are checked against from now on.
    pub(crate) fn set_persisted(&self, persisted: Option<Arc<Persisted>>) {
        self.persisted.store(persisted);
    }

    pub(crate) fn status(&self) -> Arc<Status> {
        self.status.borrow().clone()
    }

    /// Hears of every change of the status.
    pub(crate) fn statuses(&self) -> channel::Receiver<Arc<Status>> {
        self.status.subscribe()
    }

    /// Asks for a look at every source, out of turn.
    pub(crate) fn refresh(&self) {
        self.refresh
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Lets a schema through that the gate refused.
    ///
    /// # Errors
    /// It is not what was refused last.
    pub(crate) fn accept(&self, hash: &str) -> Result<(), NotAccepted> {
        let status = self.status();
        let judgement = status.gate.as_ref();
        match judgement.filter(|judgement| judgement.decision == Decision::Refused) {
            None => Err(NotAccepted::NothingWaits),
            Some(judgement) if judgement.hash != hash => {
                Err(NotAccepted::Another(judgement.hash.clone()))
            }
            Some(_) => {
                self.accepted.send_replace(Some(hash.to_owned()));
                Ok(())
            }
        }
    }

    fn acceptances(&self) -> channel::Receiver<Option<String>> {
        self.accepted.subscribe()
    }

    fn refreshes(&self) -> channel::Receiver<u64> {
        self.refresh.subscribe()
    }

    /// The schema in service, for siblings; `None` while it is not whole.
    pub(crate) fn offer(&self) -> Option<Arc<Offer>> {
        self.offer.load_full()
    }

    fn set_offer(&self, offer: Option<Offer>) {
        self.offer.store(offer.map(Arc::new));
    }

    fn put(&self, serving: Arc<Serving>) {
        self.current.store(Some(serving));
    }

    /// Says that there is another schema in service.
    pub(crate) fn announce(&self) {
        self.changes
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    fn publish(&self, status: Status) {
        self.status.send_replace(Arc::new(status));
    }
}
