//! Kept-alive HTTP/1.1 connections to one place.
//!
//! A connection serves one exchange at a time and is kept when the answer has been read to its end. The one that was used last is used
//! first, so that those that a burst needed grow old and are closed. None is used for ever: its name may have come to mean other replicas. And where one brings no answer in
//! time, its host may be gone without a word: those that nobody has used since are closed too, so that one request finds that out and not one for each.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use abaque_edge::causes::chain;
use abaque_edge::quiet::Quiet;
use http::header::{HOST, HeaderValue, PROXY_AUTHORIZATION};
use http::{Request, Response, Uri};
use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;
use tokio::time::Instant;
use tower::ServiceExt;

use crate::broken::Broken;
use crate::connector::Direct;
use crate::payload::HttpBody;

/// More idle connections than this are not kept: more than any subgraph's requests in flight are useless.
const MAX_IDLE: usize = 1024;
/// In bytes: what is read at once, and no longer may the head of an answer be. Each connection keeps such a buffer when it has had a long answer.
const BUFFER: usize = 32 * 1024;

/// A request that is given up sooner says nothing of the host.
const SILENT: Duration = Duration::from_secs(1);

type Sender = SendRequest<HttpBody>;

/// How long connections are kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keeping {
    /// While nobody uses them.
    pub(crate) idle: Duration,
    /// However much they are used.
    pub(crate) age: Duration,
}

impl Keeping {
    /// When a connection that is opened now is too old to be used again. Those that are opened together are not closed together.
    pub(crate) fn retires(self) -> Instant {
        Instant::now() + self.age.mul_f64(1.0 - 0.1 * fastrand::f64())
    }
}

/// A connection, and when it is too old to be used again.
#[derive(Debug)]
struct Connection {
    sender: Sender,
    retires: Instant,
}

/// Which connection a request is sent over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    /// One that is kept, where there is one.
    Kept,
    /// A new one: those that are kept may have ended, too.
    New,
}

/// The connections to one host and port.
pub(crate) struct Pool {
    dial: Dial,
    host: HeaderValue,
    /// What the proxy wants to know, where there is one.
    authorization: Option<HeaderValue>,
    protocol: Builder,
    keeping: Keeping,
    idle: Mutex<Idle>,
}

/// What a pool connects to.
#[derive(Debug)]
pub(crate) enum Dial {
    /// Scheme and authority are what counts: of the place itself, or of a proxy.
    Network(Direct, Uri),
    /// A socket of this machine.
    Socket(PathBuf),
}

#[derive(Default)]
struct Idle {
    /// The one that was used last is last.
    kept: Vec<(Connection, Instant)>,
    /// Whether a task closes those that grow old.
    is_watched: bool,
}

/// A connection whose answer is being read.
#[derive(Debug)]
pub(crate) struct Lease {
    connection: Connection,
    pool: Arc<Pool>,
}

impl Pool {
    /// No connection yet; `None` when the URL has no host.
    pub(crate) fn new(
        url: &Uri,
        dial: Dial,
        authorization: Option<HeaderValue>,
        keeping: Keeping,
    ) -> Option<Self> {
        let host = match url.port_u16() {
            None | Some(80) => HeaderValue::from_str(url.host()?),
            Some(port) => HeaderValue::from_str(&format!("{}:{port}", url.host()?)),
        };
        let mut protocol = Builder::new();
        protocol.max_buf_size(BUFFER);
        Some(Self {
            dial,
            host: host.ok()?,
            authorization,
            protocol,
            keeping,
            idle: Mutex::default(),
        })
    }

    /// Sends a request to a path of the place and waits for the head of its answer.
    pub(crate) fn send(
        self: &Arc<Self>,
        mut request: Request<HttpBody>,
        over: Over,
    ) -> impl Future<Output = Result<(Response<Incoming>, Lease), Broken>> {
        let headers = request.headers_mut();
        headers.insert(HOST, self.host.clone());
        if let Some(value) = &self.authorization {
            headers.insert(PROXY_AUTHORIZATION, value.clone());
        }
        // A block, which takes the request as it is: an `async fn` would have room for it twice.
        async move {
            let lease = |connection| Lease {
                connection,
                pool: Arc::clone(self),
            };
            while let Some((mut connection, taken)) = self.take(over) {
                if connection.sender.ready().await.is_err() {
                    // Closed while it was idle.
                    continue;
                }
                let unanswered = Unanswered { pool: self, taken };
                let answered = connection.sender.try_send_request(request).await;
                unanswered.ended();
                match answered {
                    Ok(response) => return Ok((response, lease(connection))),
                    Err(mut failed) => match failed.take_message() {
                        // Nothing of it was sent.
                        Some(unsent) => request = unsent,
                        None => return Err(Broken::of_exchange(failed.error(), true)),
                    },
                }
            }
            // In a box: most requests need no new connection, and what opens one is not small.
            let mut connection = Box::pin(self.connect()).await?;
            let response = connection.sender.send_request(request).await;
            let response = response.map_err(|error| Broken::of_exchange(&error, false))?;
            Ok((response, lease(connection)))
        }
    }

    async fn connect(&self) -> Result<Connection, Broken> {
        let sender = match &self.dial {
            Dial::Network(direct, url) => {
                let stream = direct.clone().oneshot(url.clone()).await;
                let stream = stream.map_err(|error| Broken::Unreachable(chain(&error)))?;
                self.begin(stream).await?
            }
            Dial::Socket(file) => {
                let stream = UnixStream::connect(file).await;
                let stream = stream
                    .map_err(|error| Broken::Unreachable(format!("{}: {error}", file.display())))?;
                self.begin(TokioIo::new(stream)).await?
            }
        };
        Ok(Connection {
            sender,
            retires: self.keeping.retires(),
        })
    }

    /// Speaks HTTP over a connection.
    async fn begin<I>(&self, stream: I) -> Result<Sender, Broken>
    where
        I: Read + Write + Unpin + Send + 'static,
    {
        let shaken = self.protocol.handshake(stream).await;
        let (sender, connection) = shaken.map_err(|error| Broken::of_exchange(&error, false))?;
        tokio::spawn(async move {
            // What goes wrong is reported to the exchange that it breaks.
            Quiet::new(connection).await.ok();
        });
        Ok(sender)
    }

    /// A connection that is kept, and when it was taken.
    fn take(&self, over: Over) -> Option<(Connection, Instant)> {
        if over == Over::New {
            return None;
        }
        let mut idle = self.lock();
        let now = Instant::now();
        loop {
            let (connection, since) = idle.kept.pop()?;
            if now.duration_since(since) >= self.keeping.idle {
                // The others have been idle for longer still.
                idle.kept.clear();
            } else if connection.is_usable(now) {
                return Some((connection, now));
            }
        }
    }

    fn keep(self: Arc<Self>, connection: Connection) {
        let mut idle = self.lock();
        let now = Instant::now();
        if !connection.is_usable(now) || idle.kept.len() >= MAX_IDLE {
            return;
        }
        idle.kept.push((connection, now));
        if !std::mem::replace(&mut idle.is_watched, true) {
            tokio::spawn(Self::close_idle(Arc::downgrade(&self), self.keeping.idle));
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
            idle.kept.retain(|(connection, since)| {
                connection.is_usable(now) && now.duration_since(*since) < timeout
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

/// A request over a kept connection whose answer has not begun; dropped, it is given up.
struct Unanswered<'p> {
    pool: &'p Pool,
    taken: Instant,
}

impl Unanswered<'_> {
    fn ended(self) {
        std::mem::forget(self);
    }
}

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        if self.taken.elapsed() >= SILENT {
            let mut idle = self.pool.lock();
            idle.kept.retain(|(_, since)| *since >= self.taken);
        }
    }
}

impl Lease {
    /// Keeps the connection for others. Only when the answer has been read to its end; dropped before, it closes the connection.
    pub(crate) fn give_back(self) {
        self.pool.keep(self.connection);
    }
}

impl Connection {
    fn is_usable(&self, now: Instant) -> bool {
        now < self.retires && !self.sender.is_closed()
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let idle = self.lock().kept.len();
        f.debug_struct("Pool")
            .field("dial", &self.dial)
            .field("idle", &idle)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
