//! Equal queries that are in flight are sent once.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::Either;
use metrics::Counter;

use super::{Answer, Expiry, Fetch, Request};
use crate::failure::Failure;
use crate::in_flight::{InFlight, Question, Sent};

/// Lets queries join an equal one that is in flight.
#[derive(Debug)]
pub(crate) struct Dedupe<S> {
    inner: Arc<S>,
    /// `None` when each is sent by itself.
    in_flight: Option<Arc<InFlight>>,
    /// Queries that got the answer of an equal one.
    joined: Counter,
}

impl<S: Fetch + 'static> Dedupe<S> {
    pub(crate) fn new(inner: S, enabled: bool, joined: Counter) -> Self {
        Self {
            inner: Arc::new(inner),
            in_flight: enabled.then(Arc::default),
            joined,
        }
    }

    pub(crate) fn inner(&self) -> &S {
        &self.inner
    }

    /// Sends a request by itself.
    // In a box: all futures that this one is in, which are moved as they are made, are smaller without it.
    pub(crate) fn fetch_alone(&self, request: Request) -> Pin<Box<impl Future<Output = Answer>>> {
        Box::pin(async move { self.inner.fetch(&request).await })
    }

    /// Sends a query, unless an equal one is in flight. A request that joins may have more time left than the one that sent it, so the query itself has all its `timeout`.
    // All but the waiting is done at once, so that there need be no room for the request beside what sends it.
    pub(crate) fn fetch(
        &self,
        mut request: Request,
        timeout: Duration,
    ) -> impl Future<Output = Answer> {
        let in_flight = self.in_flight.as_ref().filter(|_| request.idempotent);
        let (Some(in_flight), Some(body)) = (in_flight, request.payload.json().cloned()) else {
            return Either::Left(self.fetch_alone(request));
        };
        let expiry = request.expiry;
        request.expiry = Expiry::within(timeout, None);
        let passed_on = request.passed_on.clone();
        let timing = request.timing.clone();
        let question = Question {
            body: &body,
            from: request.unnamed_from,
            headers: &passed_on,
            route: request.route,
        };
        let (sent, joined) = in_flight.join(question, |entry| {
            let inner = Arc::clone(&self.inner);
            async move {
                let answer = inner.fetch(&request).await;
                drop(entry);
                answer
            }
        });
        if joined {
            self.joined.increment(1);
            if let Some(timing) = &timing {
                timing.join();
            }
        }
        Either::Right(within(expiry, sent))
    }
}

/// What is sent has the same time, unless the client has less.
async fn within(expiry: Expiry, sent: Sent) -> Answer {
    match expiry.failure() {
        Failure::Deadline => tokio::time::timeout_at(expiry.at, sent)
            .await
            .unwrap_or(Err(Failure::Deadline)),
        _ => sent.await,
    }
}
