//! What is made of an event, and for whom.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use bytes::Bytes;

use crate::prepare::Prepared;
use crate::request::RequestContext;
use crate::request::events::asked::Asked;
use crate::request::events::sharing::Likeness;
use crate::request::execution::Execution;
use crate::schema::Serving;
use crate::telemetry::{Outcome, SubscriptionEnd};

/// What all clients of a stream get.
pub(in crate::request::events) struct Told {
    /// A GraphQL response.
    pub(in crate::request::events) body: Bytes,
    /// Whether it is about no event, and the end.
    pub(in crate::request::events) is_fatal: bool,
    /// Why the stream ends with it, if it does.
    pub(in crate::request::events) end: Option<SubscriptionEnd>,
    /// The codes of its errors.
    pub(in crate::request::events) codes: Vec<String>,
    pub(in crate::request::events) outcome: Option<Outcome>,
    /// What subgraphs were asked for it; the first client that takes it has it in its summary.
    pub(in crate::request::events) fetches: AtomicUsize,
    /// The number of the event, where it has one.
    pub(in crate::request::events) id: Option<Arc<str>>,
    /// For which clients it was made.
    pub(in crate::request::events) generation: Arc<Generation>,
}

/// Between two changes of the schema: what a stream is prepared for, and for whom.
pub(in crate::request::events) struct Generation {
    /// Counts them.
    pub(in crate::request::events) number: u64,
    pub(in crate::request::events) serving: Arc<Serving>,
    pub(in crate::request::events) prepared: Arc<Prepared>,
    pub(in crate::request::events) likeness: Arc<Likeness>,
    /// That of the client that the stream was opened for.
    pub(super) context: Arc<RequestContext>,
}

impl Generation {
    pub(super) fn of(execution: &Execution, asked: &Arc<Asked>, number: u64) -> Arc<Self> {
        Arc::new(Self {
            number,
            likeness: Arc::new(Likeness::of(
                &execution.pipeline,
                &execution.context,
                asked,
                &execution.serving,
                &execution.prepared,
            )),
            serving: Arc::clone(&execution.serving),
            prepared: Arc::clone(&execution.prepared),
            context: Arc::clone(&execution.context),
        })
    }
}
