//! The time that a request may take.

use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::{Answer, Exchange, Fetch, Request};
use crate::failure::Failure;

/// Gives up what takes too long: the whole of it when the request expires, and the head and the body of an answer where they have times of their own.
#[derive(Debug)]
pub(crate) struct Timeout {
    exchange: Exchange,
    /// From sending the request to the head of the answer.
    head: Option<Duration>,
    /// From there to the last byte.
    body: Option<Duration>,
}

impl Timeout {
    pub(crate) fn new(exchange: Exchange, head: Option<Duration>, body: Option<Duration>) -> Self {
        Self {
            exchange,
            head,
            body,
        }
    }
}

impl Fetch for Timeout {
    async fn fetch(&self, request: &Request) -> Answer {
        if self.head.is_some() || self.body.is_some() {
            // In a box: the future would have room for both ways at once.
            return Box::pin(self.in_parts(request)).await;
        }
        let whole = pin!(async {
            let mut answer = self.exchange.send(request).await?;
            self.exchange.receive(&mut answer, request.expiry.at).await
        });
        let ended = timeout_at(request.expiry.at, whole).await;
        ended.unwrap_or_else(|_| Err(request.expiry.failure()))
    }
}

impl Timeout {
    async fn in_parts(&self, request: &Request) -> Answer {
        let sending = pin!(self.exchange.send(request));
        let mut answer = within(self.head, request, sending).await?;
        let receiving = pin!(self.exchange.receive(&mut answer, request.expiry.at));
        within(self.body, request, receiving).await
    }
}

/// What comes of a part of a request within its time and that of the whole.
async fn within<T>(
    time: Option<Duration>,
    request: &Request,
    part: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let (at, failure) = match time.map(|time| (Instant::now() + time, time)) {
        Some((at, time)) if at < request.expiry.at => (at, Failure::Timeout(time)),
        _ => (request.expiry.at, request.expiry.failure()),
    };
    timeout_at(at, part).await.unwrap_or(Err(failure))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::stack::tests::query;

    /// It is moved a few times for each request, and there are as many as there are requests in flight.
    #[test]
    fn what_a_request_holds_while_it_waits_is_small() {
        let exchange = Exchange {
            subgraph: "a".into(),
            origin: None,
            headers: Arc::default(),
            max_response: 1,
            quotes: false,
            memory: None,
            is_compressed: false,
        };
        let (timeout, request) = (Timeout::new(exchange, None, None), query());
        let size = size_of_val(&timeout.fetch(&request));
        assert!(size < 6 * 1024, "{size} bytes");
    }
}
