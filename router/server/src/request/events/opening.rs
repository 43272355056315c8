//! Opening a stream of events at a subgraph, while other things go on.

use std::sync::Arc;
use std::time::Duration;

use abaque_edge::request::in_current;
use client::{Events, Failure};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::task::JoinError;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use super::asked::Source;
use crate::request::RequestContext;

/// The first wait before a stream is opened again, which doubles with each attempt. What is waited is any part of it, so that the subscriptions of a subgraph
/// do not come back all at once.
const FIRST_WAIT: Duration = Duration::from_millis(200);
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// A stream that is being opened.
pub(super) type Opening = BoxFuture<'static, Result<Events, Failure>>;

/// Opens the stream again after a wait; of one whose events are numbered, what comes `after` an event. One that is not open within this `patience` may be later.
///
/// It is a task of its own, which ends when this is dropped: while it has one of the subgraph's turns (`max_requests`), what waits for it may be completing an event
/// that needs another one.
pub(super) fn opening(
    context: &Arc<RequestContext>,
    source: &Source,
    after: Option<&str>,
    wait: Duration,
    patience: Duration,
) -> Opening {
    let (context, source) = (Arc::clone(context), source.clone());
    let after: Option<Box<str>> = after.map(Into::into);
    let opening = async move {
        tokio::time::sleep(wait).await;
        let deadline = Instant::now() + patience;
        let again = client::Opening::Again {
            after: after.as_deref(),
        };
        let opened = source
            .subgraph
            .subscribe(source.body, &context.client, deadline, again)
            .await;
        // It is no request of a client that has run out of time, but one attempt.
        opened.map_err(|failure| match failure {
            Failure::Deadline => Failure::Timeout(patience),
            other => other,
        })
    };
    let opening = tokio::spawn(in_current(opening).in_current_span());
    let opening = AbortOnDropHandle::new(opening);
    let opened = async move {
        let ended = |error: JoinError| Err(Failure::Unanswered(error.to_string()));
        opening.await.unwrap_or_else(ended)
    };
    opened.boxed()
}

/// How long to wait before this attempt, counted from 0.
pub(super) fn back_off(attempt: u32) -> Duration {
    let longest = FIRST_WAIT.saturating_mul(1 << attempt.min(10));
    longest.min(LONGEST_WAIT).mul_f64(fastrand::f64())
}
