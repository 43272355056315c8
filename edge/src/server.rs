//! Serving an app on a listener: bounded connections, slow clients cut, and a drain at the end.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::response::Response;
use http::header::CONNECTION;
use http::{HeaderValue, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tower::{Service, ServiceExt};

use self::stall::WriteBound;

mod oversized;
mod stall;

/// Waited before the next `accept` after one failed for want of a resource, such as file descriptors.
const ACCEPT_BACK_OFF: Duration = Duration::from_millis(100);

/// What a server grants its clients.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// How long a client may take to send the head of a request. It runs while a kept-alive connection is idle too, so
    /// it is also how long an idle connection is kept.
    pub header_read_timeout: Duration,
    /// How long a client may leave the bytes of an answer unread.
    pub write_timeout: Duration,
    /// How long connections are still accepted once the shutdown began, so that whoever balances the load has time to notice.
    pub drain_delay: Duration,
    /// How long requests in flight may take to end after that.
    pub drain_timeout: Duration,
    /// Connections open at once; further ones wait in the backlog of the kernel.
    pub max_connections: usize,
    /// Bytes that the head of a request may have, and of the body that is read ahead. At least 8 KiB.
    pub max_buffer: usize,
}

impl Default for Bounds {
    /// 60 s, 30 s, no delay, 25 s (an orchestrator kills after 30 s), 4096 connections, 64 KiB.
    fn default() -> Self {
        Self {
            header_read_timeout: Duration::from_secs(60),
            write_timeout: Duration::from_secs(30),
            drain_delay: Duration::ZERO,
            drain_timeout: Duration::from_secs(25),
            max_connections: 4096,
            max_buffer: 64 * 1024,
        }
    }
}

/// The least buffer that hyper accepts.
const MIN_BUFFER: usize = 8 * 1024;

/// Serves `app`, an [`axum::Router`] or another service, on `listener` over HTTP/1.1 until `shutdown` resolves, then drains.
///
/// For [`Bounds::drain_delay`] all goes on, but every answer has `connection: close`: a client that keeps its connection leaves with
/// an answer, rather than by a connection that is closed under its next request.
///
/// Draining: no connection is accepted any more, idle ones are closed, requests in flight are finished and answered with
/// `connection: close`. What is not finished after [`Bounds::drain_timeout`] is cut.
///
/// # Errors
/// None from connections or `accept`, which are logged and survived; only a listener without an address.
pub async fn serve<S>(
    listener: TcpListener,
    app: S,
    bounds: Bounds,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()>
where
    S: Service<Request<Incoming>, Response = Response, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    let address = listener.local_addr()?;
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let leaving = Arc::new(AtomicBool::new(false));
    let app = {
        let leaving = Arc::clone(&leaving);
        app.map_response(move |response| match leaving.load(Ordering::Relaxed) {
            true => closing(response),
            false => response,
        })
    };
    let end = async {
        shutdown.await;
        leaving.store(true, Ordering::Relaxed);
        tokio::time::sleep(bounds.drain_delay).await;
    };

    tokio::select! {
        never = accept_all(&listener, app, bounds, &graceful, &mut connections) => match never {},
        () = end => {}
    }
    drop(listener);

    let in_flight = connections.len();
    tracing::debug!(%address, in_flight, "draining");
    if tokio::time::timeout(bounds.drain_timeout, graceful.shutdown())
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

/// Accepts connections and spawns their service, for ever.
async fn accept_all<S>(
    listener: &TcpListener,
    app: S,
    bounds: Bounds,
    graceful: &GracefulShutdown,
    connections: &mut JoinSet<()>,
) -> Infallible
where
    S: Service<Request<Incoming>, Response = Response, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    let permits = Arc::new(Semaphore::new(
        bounds.max_connections.min(Semaphore::MAX_PERMITS),
    ));
    let http = protocol(bounds);
    loop {
        // A place first, then a connection: what has no place waits in the backlog.
        let permit = Arc::clone(&permits)
            .acquire_owned()
            .await
            .expect("the semaphore is never closed");
        let stream = accept(listener).await;
        // Answers are written whole: waiting to fill a segment only delays them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
        // Finished connections leave the set here, so it is bounded by the permits and one more.
        while connections.try_join_next().is_some() {}
        let service = serve_connection(
            WriteBound::new(stream, bounds.write_timeout),
            app.clone(),
            http.clone(),
            graceful.watcher(),
            permit,
        );
        connections.spawn(service);
    }
}

fn protocol(bounds: Bounds) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(bounds.header_read_timeout)
        .max_buf_size(bounds.max_buffer.max(MIN_BUFFER));
    http
}

/// The next connection. Errors of one connection are passed over; for want of a resource it waits and tries again.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) if is_connection_error(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept connections for a moment");
                tokio::time::sleep(ACCEPT_BACK_OFF).await;
            }
        }
    }
}

/// The client was gone before it was accepted.
fn is_connection_error(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

async fn serve_connection<S>(
    stream: WriteBound,
    app: S,
    http: http1::Builder,
    watcher: Watcher,
    permit: OwnedSemaphorePermit,
) where
    S: Service<Request<Incoming>, Response = Response, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    let served =
        watcher.watch(http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app)));
    if let Err(error) = served.await {
        tracing::debug!(%error, "a connection ended early");
    }
    drop(permit);
}

#[cfg(test)]
mod tests;
