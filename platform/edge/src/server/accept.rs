//! Accepts connections, each of which gets one of the bounded places.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use futures_util::FutureExt;
use http::Request;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::Service;

use super::connection::{Connection, Protocols};
use super::places::Places;
use super::size;
use super::stall::WriteBound;
use super::{Bounds, Guarded, RequestBody};
use crate::tls::Tls;

/// Connections that wait for their places together, beside the first of them.
const MOST_ARRIVED: usize = 15;

/// Waited before the next `accept` after one failed for lack of a resource, such as file descriptors.
const ACCEPT_BACK_OFF: Duration = Duration::from_millis(100);

/// Accepts connections and spawns their service, for ever.
pub(super) async fn accept_all<S>(
    listener: &TcpListener,
    tls: Option<&Arc<Tls>>,
    app: Guarded<S>,
    granted: watch::Receiver<Bounds>,
    drained: &watch::Receiver<()>,
    connections: &mut JoinSet<()>,
) -> Infallible
where
    S: Service<Request<RequestBody>, Response = Response, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    let first = *granted.borrow();
    let mut places = Places::new(first.max_connections, first.reader_patience);
    let sizes = (Arc::clone(&places.size), Arc::clone(&places.waiting.beside));
    tokio::select! {
        never = size::follow(granted.clone(), sizes) => never,
        never = accept_each(listener, tls, app, granted, drained, connections, &mut places) => never,
    }
}

/// Accepts connections, each of which is served within the bounds that are granted when it comes.
async fn accept_each<S>(
    listener: &TcpListener,
    tls: Option<&Arc<Tls>>,
    app: Guarded<S>,
    mut granted: watch::Receiver<Bounds>,
    drained: &watch::Receiver<()>,
    connections: &mut JoinSet<()>,
    places: &mut Places,
) -> Infallible
where
    S: Service<Request<RequestBody>, Response = Response, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    let mut protocols = Protocols::new(*granted.borrow_and_update());
    let mut arrived = VecDeque::new();
    loop {
        // A connection first, then its place: only one that has come makes another leave.
        let (stream, peer) = match arrived.pop_front() {
            Some(first) => first,
            None => accept(listener, places).await,
        };
        // Where one has to wait for another to leave, those behind it need not wait one by one.
        while places.are_taken()
            && arrived.len() < MOST_ARRIVED
            && let Some(Ok(next)) = listener.accept().now_or_never()
        {
            arrived.push_back(next);
        }
        let activity = places.take(1 + arrived.len()).await;
        // Answers are written whole: waiting to fill a segment only delays them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
        if granted.has_changed().unwrap_or(false) {
            protocols = Protocols::new(*granted.borrow_and_update());
        }
        // Finished connections leave the set here, so it is bounded by the places and one more.
        while connections.try_join_next().is_some() {}
        let connection = Box::new(Connection {
            peer,
            app: app.clone(),
            protocols: protocols.clone(),
            drained: drained.clone(),
            activity: Arc::clone(&activity),
        });
        let write_timeout = protocols.bounds.write_timeout;
        let stream = WriteBound::new(stream, write_timeout, activity);
        connections.spawn(connection.serve(stream, tls.cloned()));
    }
}

/// The next connection. Errors of one connection are passed over; for lack of a resource an idle connection is closed, and after a moment it tries again.
async fn accept(listener: &TcpListener, places: &mut Places) -> (TcpStream, SocketAddr) {
    let mut failed = false;
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
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
