//! Serving an app on a listener: bounded connections, slow clients cut, and a drain at the end.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CONNECTION, CONTENT_TYPE};
use http::{HeaderValue, Request, StatusCode};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::{Service, ServiceExt};

use self::activity::{Activity, Answering};
use self::places::Places;
use self::stall::WriteBound;
use crate::host::{self, HostError};

mod activity;
mod body;
mod oversized;
mod places;
mod stall;

pub use self::body::RequestBody;

/// Waited before the next `accept` after one failed for want of a resource, such as file descriptors.
const ACCEPT_BACK_OFF: Duration = Duration::from_millis(100);

/// What a server grants its clients.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// How long a client may take to send the head of a request. It runs while a kept-alive connection is idle too, so
    /// it is also how long an idle connection is kept.
    pub header_read_timeout: Duration,
    /// How long a client may take for the next 16 KiB of an answer, or for all of it where it is shorter.
    pub write_timeout: Duration,
    /// How long connections are still accepted once the shutdown began, so that whoever balances the load has time to notice.
    pub drain_delay: Duration,
    /// How long requests in flight may take to end after that.
    pub drain_timeout: Duration,
    /// Connections open at once, at least 1. A further one takes the place of the one that has been idle longest; while all of them have requests
    /// in flight, it waits in the backlog of the kernel.
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
/// A request that does not name exactly one valid host is answered 400 (see [`host`]). What an app does not read of a request's body is
/// read for it, within bounds, so that the answer arrives (see [`RequestBody`]).
///
/// For [`Bounds::drain_delay`] all goes on, but every answer has `connection: close`: a client that keeps its connection leaves with
/// an answer, rather than by a connection that is closed under its next request.
///
/// A connection that an app makes another protocol's (101) keeps its place and its bound on writes until it ends; ending it is up to the app.
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
    S: Service<Request<RequestBody>, Response = Response, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    let address = listener.local_addr()?;
    // Each connection has a receiver until it ends.
    let (drain, drained) = watch::channel(());
    let mut connections = JoinSet::new();
    let leaving = Arc::new(AtomicBool::new(false));
    let app = Guarded {
        app,
        leaving: Arc::clone(&leaving),
    };
    let end = async {
        shutdown.await;
        leaving.store(true, Ordering::Relaxed);
        tokio::time::sleep(bounds.drain_delay).await;
    };

    tokio::select! {
        never = accept_all(&listener, app, bounds, &drained, &mut connections) => match never {},
        () = end => {}
    }
    drop((listener, drained));

    let in_flight = connections.len();
    tracing::debug!(%address, in_flight, "draining");
    // An error says that there is no connection.
    let _ = drain.send(());
    if tokio::time::timeout(bounds.drain_timeout, drain.closed())
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
    /// Whether clients are asked to leave with their answers.
    leaving: Arc<AtomicBool>,
}

impl<S> Guarded<S>
where
    S: Service<Request<RequestBody>, Response = Response, Error = Infallible> + Clone,
{
    async fn answer(self, request: Request<RequestBody>) -> Response {
        let response = match host::check(&request) {
            Err(error) => return closing(misdirected(error)),
            Ok(()) => match self.app.oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            },
        };
        match self.leaving.load(Ordering::Relaxed) {
            true => closing(response),
            false => response,
        }
    }
}

/// The answer to a request for nobody knows whom: it may have been meant for another.
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

/// Accepts connections and spawns their service, for ever.
async fn accept_all<S>(
    listener: &TcpListener,
    app: Guarded<S>,
    bounds: Bounds,
    drained: &watch::Receiver<()>,
    connections: &mut JoinSet<()>,
) -> Infallible
where
    S: Service<Request<RequestBody>, Response = Response, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    let mut places = Places::new(bounds.max_connections);
    let http = protocol(bounds);
    loop {
        // A connection first, then its place: only one that has come makes another leave.
        let stream = accept(listener, &mut places).await;
        let activity = places.take().await;
        // Answers are written whole: waiting to fill a segment only delays them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
        // Finished connections leave the set here, so it is bounded by the places and one more.
        while connections.try_join_next().is_some() {}
        let service = serve_connection(
            WriteBound::new(stream, bounds.write_timeout, Arc::clone(&activity)),
            app.clone(),
            http.clone(),
            drained.clone(),
            activity,
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

/// The next connection. Errors of one connection are passed over; for want of a resource an idle connection is closed, and after a moment it tries again.
async fn accept(listener: &TcpListener, places: &mut Places) -> TcpStream {
    let mut failed = false;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) if is_connection_error(&error) => {}
            Err(error) => {
                // Once, however long it lasts: a log that grows by what clients do is another way to harm.
                if !std::mem::replace(&mut failed, true) {
                    tracing::error!(%error, "cannot accept connections for a moment");
                }
                places.close_oldest_idle();
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
    app: Guarded<S>,
    http: http1::Builder,
    mut drained: watch::Receiver<()>,
    activity: Arc<Activity>,
) where
    S: Service<Request<RequestBody>, Response = Response, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    let own = Arc::clone(&activity);
    let service = service_fn(move |request| {
        let busy = own.begin();
        let (app, own) = (app.clone(), Arc::clone(&own));
        async move {
            let answer = app.answer(RequestBody::of(request)).await;
            if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
                own.becomes_another();
            }
            Ok::<_, Infallible>(answer.map(|body| Answering { body, _busy: busy }))
        }
    });
    let connection = http.serve_connection(TokioIo::new(stream), service);
    let mut served = std::pin::pin!(connection.with_upgrades());
    let mut is_draining = false;
    loop {
        tokio::select! {
            // In this order: what has come is looked at before the connection is thought idle.
            biased;
            served = &mut served => {
                if let Err(error) = served {
                    tracing::debug!(%error, "a connection ended early");
                }
                return;
            }
            _ = drained.changed(), if !is_draining => {
                is_draining = true;
                served.as_mut().graceful_shutdown();
            }
            () = activity.asked_to_leave() => return,
        }
    }
}

#[cfg(test)]
mod tests;
