//! Serving an app on a listener: bounded connections, slow clients cut, and a drain at the end.
//!
//! - `accept`: connections, each with one of the bounded `places`, of which `size` says how many there are;
//! - `connection`: one of them: TLS where there is any, which version of HTTP, and its end;
//! - `preface`, `streams`, `frames`: what HTTP/2 needs beside HTTP/1.1;
//! - `graceful`: how either is served; `lent`, `streaming`: what an answer without an end needs over HTTP/1.1, and nothing else;
//! - `activity`, `heads`, `wishes`, `seldom`, `stall`, `oversized`, `body`, `answering`: what is watched of both;
//! - `followers`: requests that are sent in one piece give way to others;
//! - `cut`: the end that an app may put to the connection of an answer.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CONNECTION, CONTENT_TYPE};
use http::{HeaderValue, Request, StatusCode, Version};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::Service;

use self::accept::accept_all;
use self::connection::MIN_BUFFER;
use self::followers::Followers;
use crate::host::{self, HostError};
use crate::tls::Tls;

mod accept;
mod activity;
mod answering;
mod body;
mod connection;
mod cut;
mod followers;
mod frames;
mod graceful;
mod heads;
mod lent;
mod oversized;
mod places;
mod preface;
mod seldom;
mod size;
mod stall;
mod streaming;
mod streams;
mod wishes;

pub use self::body::RequestBody;
pub use self::cut::Cut;

/// Fields that the head of a request may have: as many as hyper takes of HTTP/1.1, and the same of HTTP/2.
pub const MAX_HEADERS: usize = 100;

/// What a server grants its clients.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// How long a client may take for the handshake of TLS, where there is TLS.
    pub handshake_timeout: Duration,
    /// How long a client may take to send the head of a request. It runs while a kept-alive connection is idle too, so
    /// it is also how long an idle connection is kept.
    pub header_read_timeout: Duration,
    /// How long a client may take for the next 16 KiB of an answer, or for all of it where it is shorter.
    pub write_timeout: Duration,
    /// The same while all places are taken and others wait for one: a client that is slower then loses its own.
    pub reader_patience: Duration,
    /// How long connections are still accepted once the shutdown began, so that load balancers have time to notice.
    pub drain_delay: Duration,
    /// How long requests in flight may take to end after that.
    pub drain_timeout: Duration,
    /// Connections open at once, at least 1. A further one takes the place of the one that has been idle longest, or has waited longest for its client; while all of them have requests
    /// in flight, it waits in the backlog of the kernel.
    pub max_connections: usize,
    /// Bytes that the head of a request may have, and of the body that is read ahead. At least 8 KiB.
    pub max_buffer: usize,
    /// Requests at once over one connection of HTTP/2; 0 for a server that speaks HTTP/1.1 only.
    pub max_streams: usize,
}

impl Default for Bounds {
    /// 10 s, 60 s, 30 s, 200 ms, no delay, 25 s (an orchestrator kills after 30 s), 4096 connections, 64 KiB, HTTP/1.1 only.
    fn default() -> Self {
        Self {
            handshake_timeout: Duration::from_secs(10),
            header_read_timeout: Duration::from_secs(60),
            write_timeout: Duration::from_secs(30),
            reader_patience: Duration::from_millis(200),
            drain_delay: Duration::ZERO,
            drain_timeout: Duration::from_secs(25),
            max_connections: 4096,
            max_buffer: 64 * 1024,
            max_streams: 0,
        }
    }
}

/// Serves `app`, an [`axum::Router`] or another service, on `listener` until `shutdown` resolves, then drains; see [`serve_over`].
///
/// # Errors
/// Those of [`serve_over`].
pub async fn serve<S>(
    listener: TcpListener,
    app: S,
    bounds: Bounds,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()>
where
    S: Service<Request<RequestBody>, Response = Response, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    let (_, granted) = watch::channel(bounds);
    serve_over(listener, None, app, granted, shutdown).await
}

/// Serves `app` on `listener`, with TLS or without, until `shutdown` resolves, then drains. HTTP/2 is spoken where [`Bounds::max_streams`] grants
/// requests over it: negotiated (ALPN) with TLS, and with clients that know of it without.
///
/// A request that does not name exactly one valid host is answered 400 (see [`host`]). What an app does not read of a request's body is
/// read for it, within bounds, so that the answer arrives (see [`RequestBody`]). Each request has a [`Peer`](crate::Peer) in its extensions.
///
/// For [`Bounds::drain_delay`] all goes on, but every answer has `connection: close`, or is followed by GOAWAY: a client that keeps its connection
/// leaves with an answer, rather than by a connection that is closed under its next request.
///
/// A connection that an app makes another protocol's (101) keeps its place and its bound on writes until it ends; ending it is up to the app.
///
/// Draining: no connection is accepted any more, idle ones are closed, requests in flight are finished and answered with
/// `connection: close`. What is not finished after [`Bounds::drain_timeout`] is cut.
///
/// # Errors
/// None from connections or `accept`, which are logged and survived; only a listener without an address.
pub async fn serve_over<S>(
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    app: S,
    granted: watch::Receiver<Bounds>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()>
where
    S: Service<Request<RequestBody>, Response = Response, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    let address = listener.local_addr()?;
    // Each connection has a receiver until it ends.
    let (drain, drained) = watch::channel(());
    let mut connections = JoinSet::new();
    let common = Common {
        leaving: AtomicBool::new(false),
        largest_head: granted.borrow().max_buffer.max(MIN_BUFFER),
        followers: Followers::new(),
    };
    let common = Arc::new(common);
    let app = Guarded {
        app,
        common: Arc::clone(&common),
    };
    let end = async {
        shutdown.await;
        common.leaving.store(true, Ordering::Relaxed);
        let delay = granted.borrow().drain_delay;
        tokio::time::sleep(delay).await;
    };

    tokio::select! {
        never = accept_all(&listener, tls.as_ref(), app, granted.clone(), &drained, &mut connections) => match never {},
        () = end => {}
    }
    drop((listener, drained));

    let in_flight = connections.len();
    tracing::debug!(%address, in_flight, "draining");
    // An error says that there is no connection.
    let _ = drain.send(());
    let patience = granted.borrow().drain_timeout;
    if tokio::time::timeout(patience, drain.closed())
        .await
        .is_err()
    {
        while connections.try_join_next().is_some() {}
        tracing::warn!(%address, cut = connections.len(), "the drain took too long, connections are cut");
    }
    connections.shutdown().await;
    Ok(())
}

/// The answer, and the last one of its connection; one that makes it another protocol's stays what it is.
fn closing(mut response: Response) -> Response {
    let connection = response.headers_mut().entry(CONNECTION);
    connection.or_insert(HeaderValue::from_static("close"));
    response
}

/// The app, behind what every request goes through.
#[derive(Clone)]
struct Guarded<S> {
    app: S,
    common: Arc<Common>,
}

/// What all connections share.
struct Common {
    /// Whether clients are asked to leave with their answers.
    leaving: AtomicBool,
    /// In bytes.
    largest_head: usize,
    followers: Followers,
}

impl<S> Guarded<S>
where
    S: Service<Request<RequestBody>, Response = Response, Error = Infallible> + Clone,
{
    async fn answer(self, request: Request<RequestBody>) -> Response {
        let multiplexed = request.version() == Version::HTTP_2;
        // The library of HTTP/1.1 looks at what it has read before it looks whether there is more than may be.
        if request.headers().len() > MAX_HEADERS || head_size(&request) > self.common.largest_head {
            return oversized::problem(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        }
        let Self { mut app, common } = self;
        let response = match host::check(&request) {
            // In HTTP/2 a mistake of one request says nothing of the others.
            Err(error) if multiplexed => return misdirected(error),
            Err(error) => return closing(misdirected(error)),
            Ok(()) => {
                let ready = poll_fn(|context| app.poll_ready(context)).await;
                let answered = match ready {
                    Ok(()) => app.call(request).await,
                    Err(never) => match never {},
                };
                answered.unwrap_or_else(|never| match never {})
            }
        };
        match !multiplexed && common.leaving.load(Ordering::Relaxed) {
            true => closing(response),
            false => response,
        }
    }
}

/// The bytes of a request's head: its address, and its headers as HTTP/1.1 writes them, with `: ` and the end of the line.
fn head_size<B>(request: &Request<B>) -> usize {
    let address = request.uri().path_and_query();
    let address = address.map_or(0, |address| address.as_str().len());
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| name.as_str().len() + value.len() + 4);
    address + headers.sum::<usize>()
}

/// The answer to a request without a clear host: it may have been meant for another.
fn misdirected(error: HostError) -> Response {
    tracing::debug!(%error, "a request was refused");
    let body = format!(
        r#"{{"type":"about:blank","title":"Bad Request","status":400,"detail":"{error}","code":"INVALID_HOST"}}"#
    );
    let content_type = HeaderValue::from_static("application/problem+json");
    (
        StatusCode::BAD_REQUEST,
        [(CONTENT_TYPE, content_type)],
        Body::from(body),
    )
        .into_response()
}

#[cfg(test)]
mod tests;
