//! Kept-alive HTTP/1.1 connections to one place.
//!
//! A connection serves one exchange at a time and is kept when the answer has been read to its end. The one that was used last is used
//! first, so that those that a burst needed grow old and are closed.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use http::header::{HOST, HeaderValue};
use http::{Request, Response, Uri};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper_util::client::legacy::connect::HttpConnector;
use tokio::time::Instant;
use tower::ServiceExt;

use crate::transport::{Broken, chain};

/// More idle connections than this are not kept: more than any subgraph's requests in flight are of no use.
const MAX_IDLE: usize = 1024;
/// In bytes: what is read at once, and no longer may the head of an answer be. Each connection keeps such a buffer when it has had a long answer.
const BUFFER: usize = 32 * 1024;

type Sender = SendRequest<Full<Bytes>>;

/// The connections to one host and port.
pub(crate) struct Pool {
    /// Scheme and authority are what counts.
    place: Uri,
    host: HeaderValue,
    connector: HttpConnector,
    protocol: Builder,
    idle_timeout: Duration,
    idle: Mutex<Idle>,
}

#[derive(Default)]
struct Idle {
    /// The one that was used last is last.
    kept: Vec<(Sender, Instant)>,
    /// Whether a task closes those that grow old.
    is_watched: bool,
}

/// A connection whose answer is being read.
#[derive(Debug)]
pub(crate) struct Lease {
    sender: Sender,
    pool: Arc<Pool>,
}

impl Pool {
    /// No connection yet; `None` when the URL has no host.
    pub(crate) fn new(url: &Uri, connector: HttpConnector, idle_timeout: Duration) -> Option<Self> {
        let host = match url.port_u16() {
            None | Some(80) => HeaderValue::from_str(url.host()?),
            Some(port) => HeaderValue::from_str(&format!("{}:{port}", url.host()?)),
        };
        let mut protocol = Builder::new();
        protocol.max_buf_size(BUFFER);
        Some(Self {
            place: url.clone(),
            host: host.ok()?,
            connector,
            protocol,
            idle_timeout,
            idle: Mutex::default(),
        })
    }

    /// Sends a request to a path of the place and waits for the head of its answer.
    pub(crate) async fn send(
        self: &Arc<Self>,
        mut request: Request<Full<Bytes>>,
    ) -> Result<(Response<Incoming>, Lease), Broken> {
        request.headers_mut().insert(HOST, self.host.clone());
        let lease = |sender| Lease {
            sender,
            pool: Arc::clone(self),
        };
        while let Some(mut sender) = self.take() {
            if sender.ready().await.is_err() {
                // Closed while it was idle.
                continue;
            }
            match sender.try_send_request(request).await {
                Ok(response) => return Ok((response, lease(sender))),
                Err(mut failed) => match failed.take_message() {
                    // Nothing of it was sent.
                    Some(unsent) => request = unsent,
                    None => return Err(Broken::of_exchange(failed.error())),
                },
            }
        }
        let mut sender = self.connect().await?;
        let response = sender.send_request(request).await;
        let response = response.map_err(|error| Broken::of_exchange(&error))?;
        Ok((response, lease(sender)))
    }

    async fn connect(&self) -> Result<Sender, Broken> {
        let stream = self.connector.clone().oneshot(self.place.clone()).await;
        let stream = stream.map_err(|error| Broken::Unreachable(chain(&error)))?;
        let (sender, connection) = self
            .protocol
            .handshake(stream)
            .await
            .map_err(|error| Broken::of_exchange(&error))?;
        tokio::spawn(async move {
            // What goes wrong is told to the exchange that it breaks.
            connection.await.ok();
        });
        Ok(sender)
    }

    fn take(&self) -> Option<Sender> {
        let mut idle = self.lock();
        let now = Instant::now();
        loop {
            let (sender, since) = idle.kept.pop()?;
            if now.duration_since(since) >= self.idle_timeout {
                // The others are older still.
                idle.kept.clear();
            } else if !sender.is_closed() {
                return Some(sender);
            }
        }
    }

    fn keep(self: Arc<Self>, sender: Sender) {
        let mut idle = self.lock();
        if sender.is_closed() || idle.kept.len() >= MAX_IDLE {
            return;
        }
        idle.kept.push((sender, Instant::now()));
        if !std::mem::replace(&mut idle.is_watched, true) {
            tokio::spawn(Self::close_idle(Arc::downgrade(&self), self.idle_timeout));
        }
    }

    /// Closes connections that nobody uses, until there is none.
    async fn close_idle(pool: Weak<Self>, timeout: Duration) {
        let mut wait = timeout;
        loop {
            tokio::time::sleep(wait).await;
            let Some(pool) = pool.upgrade() else {
                return;
            };
            let mut idle = pool.lock();
            let now = Instant::now();
            idle.kept.retain(|(sender, since)| {
                !sender.is_closed() && now.duration_since(*since) < timeout
            });
            match idle.kept.first() {
                Some((_, oldest)) => wait = timeout.saturating_sub(now.duration_since(*oldest)),
                None => {
                    idle.is_watched = false;
                    return;
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    /// Keeps the connection for others. Only when the answer has been read to its end; dropped before, it closes the connection.
    pub(crate) fn give_back(self) {
        self.pool.keep(self.sender);
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let idle = self.lock().kept.len();
        f.debug_struct("Pool")
            .field("place", &self.place)
            .field("idle", &idle)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
