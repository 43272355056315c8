//! The way of a request to a subgraph, in one expression: [`Stack`](crate::place_stack::Stack). Each layer is a struct with one `fetch`; what is not configured costs a comparison.
//!
//! From the outside in:
//!
//! - [`Dedupe`]: equal queries are sent once. What keeps entities belongs before it: it sees representations, and asks for those that it lacks;
//! - [`Routed`]: it goes to one of the subgraph's places, each of which has all that follows for itself;
//! - [`Record`]: one request is counted once, however many attempts it takes;
//! - [`Breaker`]: a subgraph that fails too often is not asked for a while;
//! - [`Retry`]: queries that found nobody are sent again, within a budget;
//! - [`Limit`]: a bounded number at once;
//! - [`Timeout`]: the time that it may take;
//! - [`Exchange`]: one request, one answer.
//!
//! A layer that hands the rest of the way on as an argument pins it first: an `async fn` holds a future that it is given twice, so that each such layer
//! would double what is moved and allocated for a request.

mod breaker;
mod budget;
mod dedupe;
mod exchange;
mod gradient;
mod limit;
mod record;
mod retry;
mod routed;
mod timeout;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use abaque_edge::{RequestId, TraceContext};
use executor::SubgraphResponse;
use http::HeaderMap;
use tokio::time::Instant;

use crate::failure::Failure;
use crate::observed::Timing;
use crate::payload::Payload;
use crate::spent::Spent;

pub use self::breaker::{BreakerConfig, BreakerState};
pub use self::exchange::beginning;
pub use self::retry::RetryConfig;

pub(crate) use self::breaker::{Breaker, Circuit};
pub(crate) use self::dedupe::Dedupe;
pub(crate) use self::exchange::Exchange;
pub use self::exchange::is_response;
pub(crate) use self::limit::Limit;
pub(crate) use self::record::Record;
pub(crate) use self::retry::{Retry, failed};
pub(crate) use self::routed::Routed;
pub(crate) use self::timeout::Timeout;

/// What comes of a request.
pub(crate) type Answer = Result<SubgraphResponse, Failure>;

/// A layer.
pub(crate) trait Fetch: Send + Sync {
    /// Sends a request, if that is the layer's decision, and gives what comes of it.
    fn fetch(&self, request: &Request) -> impl Future<Output = Answer> + Send;
}

/// A request on its way. It borrows nothing, since others may wait for its answer when who sent it is gone.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) payload: Payload,
    /// Before that stand the kind of the operation and its name, which change nothing of the answer to a query.
    pub(crate) unnamed_from: usize,
    /// What is passed on of the client's headers.
    pub(crate) passed_on: HeaderMap,
    pub(crate) id: Option<RequestId>,
    pub(crate) trace: Option<TraceContext>,
    /// Which of the subgraph's other places it goes to; `None` for its own.
    pub(crate) route: Option<usize>,
    /// Whether it may be sent again.
    pub(crate) idempotent: bool,
    /// Whether it finds out if the subgraph has recovered: then it is sent once all the same.
    pub(crate) is_probe: AtomicBool,
    /// When its answer must be there.
    pub(crate) expiry: Expiry,
    /// Until when who asked first waits for it: others may have joined whose requests last longer.
    pub(crate) awaited: Instant,
    /// Where the times of sending and answering are noted.
    pub(crate) timing: Option<Arc<Timing>>,
    /// Where it is noted that it is sent again.
    pub(crate) spent: Option<Arc<Spent>>,
}

impl Request {
    /// Whether only the subgraph makes it last: what has files lasts as long as its client takes to send them.
    fn waits_for_subgraph(&self) -> bool {
        self.payload.json().is_some()
    }
}

/// Whether a body begins and ends as an object does. One that breaks off does not, but for a few places at which it may; all of it is read elsewhere.
fn is_whole(body: &[u8]) -> bool {
    let body = body.trim_ascii();
    body.first() == Some(&b'{') && body.last() == Some(&b'}')
}

/// When a request is given up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expiry {
    pub(crate) at: Instant,
    failure: Why,
}

#[derive(Clone, Copy, Debug)]
enum Why {
    Deadline,
    Timeout(Duration),
}

impl Expiry {
    /// After `timeout`, or at the client's deadline if that is sooner.
    pub(crate) fn within(timeout: Duration, deadline: Option<Instant>) -> Self {
        let at = Instant::now() + timeout;
        match deadline {
            Some(deadline) if deadline < at => Self {
                at: deadline,
                failure: Why::Deadline,
            },
            _ => Self {
                at,
                failure: Why::Timeout(timeout),
            },
        }
    }

    /// That it was given up.
    pub(crate) fn failure(&self) -> Failure {
        match self.failure {
            Why::Deadline => Failure::Deadline,
            Why::Timeout(timeout) => Failure::Timeout(timeout),
        }
    }
}

#[cfg(test)]
mod tests;
