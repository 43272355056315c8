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
        if self.head.is_none() && self.body.is_none() {
            let whole = pin!(async {
                let head = self.exchange.send(request).await?;
                self.exchange.receive(head, request.expiry.at).await
            });
            let ended = timeout_at(request.expiry.at, whole).await;
            return ended.unwrap_or_else(|_| Err(request.expiry.failure()));
        }
        let sending = pin!(self.exchange.send(request));
        let head = within(self.head, request, sending).await?;
        let receiving = pin!(self.exchange.receive(head, request.expiry.at));
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
