//! Mutations, which run to their end even when their clients have left: what one has begun at one subgraph would otherwise lack what follows at the others.
//!
//! As long as a client waits, its connection bounds what its mutation holds. From then on nothing would: so those that go on alone are bounded by their number, all that they
//! hold is counted, and the end of the router waits for them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::HeaderMap;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::context::RequestContext;
use crate::places::{Place, Places};
use crate::refusal::Refusal;
use crate::telemetry::Metrics;

/// What a mutation takes that is counted nowhere else, beside its headers: its task, and what it knows of its request.
const TASK: usize = 16 * 1024;
/// What a table takes for a header, beside its name and its value.
const HEADER: usize = 64;

/// The mutations that run. Clones count together.
#[derive(Clone, Debug)]
pub(crate) struct Mutations {
    running: TaskTracker,
    alone: Places,
    metrics: Arc<Metrics>,
}

/// Who waits for a mutation.
enum Client {
    Waits,
    Left(#[expect(dead_code, reason = "it is held")] Option<Alone>),
    /// Nothing is waited for any more.
    HasIt,
}

/// A mutation that goes on without its client.
struct Alone {
    metrics: Arc<Metrics>,
    _place: Place,
}

type Shared = Arc<Mutex<Client>>;

/// What waits for a mutation; dropped before its end, it lets it go on alone.
pub(super) struct Waiting {
    client: Shared,
    mutations: Mutations,
    context: Arc<RequestContext>,
}

/// What a mutation has until its end.
pub(super) struct Running {
    client: Shared,
    _running: TaskTrackerToken,
}

impl Mutations {
    pub(super) fn new(metrics: &Arc<Metrics>) -> Self {
        Self {
            running: TaskTracker::new(),
            alone: Places::default(),
            metrics: Arc::clone(metrics),
        }
    }

    /// One more, unless as many as may go on without their clients.
    pub(super) fn begin(
        &self,
        context: &Arc<RequestContext>,
        max: usize,
    ) -> Result<(Waiting, Running), Refusal> {
        if self.alone.are_taken(max) {
            return Err(Refusal::TooManyMutations(max));
        }
        let client = Arc::new(Mutex::new(Client::Waits));
        let running = Running {
            client: Arc::clone(&client),
            _running: self.running.token(),
        };
        let waiting = Waiting {
            client,
            mutations: self.clone(),
            context: Arc::clone(context),
        };
        Ok((waiting, running))
    }

    /// Waits for all of them to have ended, for this long at most.
    pub(crate) async fn ended_within(&self, patience: Duration) {
        self.running.close();
        let ended = tokio::time::timeout(patience, self.running.wait()).await;
        if ended.is_err() {
            tracing::warn!(cut = self.running.len(), "mutations are cut");
        }
    }

    /// One of them is left by its client.
    fn left(&self, context: &RequestContext) -> Option<Alone> {
        // However many there are: it has begun. Those that begin from now on are refused.
        let place = self.alone.take(usize::MAX)?;
        self.metrics.mutations_alone.increment(1.0);
        if context
            .account
            .prepay(TASK + size(&context.client.headers))
            .is_err()
        {
            tracing::debug!("there is no memory to count a mutation that goes on alone");
        }
        Some(Alone {
            metrics: Arc::clone(&self.metrics),
            _place: place,
        })
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        self.metrics.mutations_alone.decrement(1.0);
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*client, Client::Waits) {
            *client = Client::Left(self.mutations.left(&self.context));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        *self.client.lock().unwrap_or_else(PoisonError::into_inner) = Client::HasIt;
    }
}

/// What headers take, about.
fn size(headers: &HeaderMap) -> usize {
    let each = headers.iter();
    each.map(|(name, value)| name.as_str().len() + value.len() + HEADER)
        .sum()
}
