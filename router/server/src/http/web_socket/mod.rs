//! WebSockets of clients: [`graphql-transport-ws`](https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md).
//!
//! - here: who may open one; [`handshake`]: how that is asked for;
//! - [`socket`]: the connection below it; [`unread`], [`frame`], [`reading`]: from bytes to messages, which are counted as they come;
//! - [`message`]: what is said on it; [`allowance`]: how much of that may ask for nothing;
//! - [`session`]: what the client says about itself;
//! - [`connection`]: one that is open;
//! - [`operation`]: one operation on it.
//!
//! A `subscribe` message goes the way of any request. The access log has a line for each operation, and one for the handshake.

mod allowance;
mod connection;
mod frame;
mod handshake;
mod message;
mod operation;
mod reading;
mod session;
mod socket;
mod unread;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use http::header::{COOKIE, HOST, HeaderMap, ORIGIN, UPGRADE};
use http::request::Parts;
use http::{Method, header};
use tokio_util::task::TaskTracker;

use self::connection::Connection;
use self::handshake::Handshake;
use self::message::End;
use self::socket::Socket;
use super::{cors, detached};
use crate::config::Config;
use crate::places::{Place, Places};
use crate::refusal::Refusal;
use crate::request::Pipeline;
use crate::telemetry::Metrics;

pub(super) const PROTOCOL: &str = "graphql-transport-ws";

/// The message around a request.
const AROUND: usize = 1024;

/// The WebSockets that are open.
#[derive(Clone, Debug)]
pub(crate) struct Sockets {
    places: Places,
    max: usize,
    /// Operations that began beside others of their sockets.
    beside: Places,
    /// As over HTTP/2: what operations hold is bounded by their number, and connections bound that of sockets only.
    max_beside: usize,
    open: TaskTracker,
    metrics: Arc<Metrics>,
}

/// The right to be open; dropping it gives the place back.
struct Admitted {
    metrics: Arc<Metrics>,
    _place: Place,
}

impl Sockets {
    pub(crate) fn new(config: &Config, metrics: &Arc<Metrics>) -> Self {
        Self {
            places: Places::default(),
            max: config.subscriptions.sockets,
            beside: Places::default(),
            max_beside: config.limits.connections,
            open: TaskTracker::new(),
            metrics: Arc::clone(metrics),
        }
    }

    /// The same under another configuration, with those that are open.
    pub(crate) fn again(&self, config: &Config) -> Self {
        Self {
            max: config.subscriptions.sockets,
            ..self.clone()
        }
    }

    /// Waits for all of them to have ended, for this long at most.
    pub(crate) async fn closed_within(&self, patience: Duration) {
        self.open.close();
        if tokio::time::timeout(patience, self.open.wait())
            .await
            .is_err()
        {
            tracing::warn!(cut = self.open.len(), "WebSockets are cut");
        }
    }

    fn admit(&self) -> Result<Admitted, Refusal> {
        let place = self.places.take(self.max);
        let place = place.ok_or(Refusal::TooManySockets(self.max))?;
        self.metrics.sockets.increment(1.0);
        Ok(Admitted {
            metrics: Arc::clone(&self.metrics),
            _place: place,
        })
    }

    /// A place for an operation beside others of its socket.
    fn beside(&self) -> Result<Place, Refusal> {
        let place = self.beside.take(self.max_beside);
        place.ok_or(Refusal::TooManyBeside(self.max_beside))
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.metrics.sockets.decrement(1.0);
    }
}

/// Whether the request asks for a WebSocket, and clients may have any.
pub(super) fn is_wanted(head: &Parts, config: &Config) -> bool {
    let upgrade = head.headers.get(UPGRADE);
    config.subscriptions.web_socket
        && head.method == Method::GET
        && upgrade.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Opens a WebSocket.
pub(super) async fn open(
    pipeline: &Arc<Pipeline>,
    sockets: &Sockets,
    head: &mut Parts,
    address: Option<IpAddr>,
) -> Result<Response, Refusal> {
    let handshake = Handshake::read(head)?;
    check_origin(&mut head.headers, &pipeline.config.cors)?;
    let place = sockets.admit()?;
    let response = handshake.response();
    let (pipeline, sockets) = (Arc::clone(pipeline), sockets.clone());
    let open = sockets.open.token();
    let headers = detached::of_operations(std::mem::take(&mut head.headers));
    tokio::spawn(async move {
        let is_spoken = handshake.is_spoken();
        // Without it the client is gone.
        if let Ok(upgraded) = handshake.upgraded().await {
            let socket = Socket::new(upgraded, Arc::clone(&pipeline.memory));
            match is_spoken {
                true => {
                    let connection = Connection::new(pipeline, socket, sockets, headers, address);
                    connection.run().await;
                }
                // Clients learn the reason by a code of the protocol; of the answer to a handshake most of them see nothing.
                false => socket.close(not_acceptable()).await,
            }
        }
        drop((place, open));
    });
    Ok(response)
}

/// Closes the socket of a client that names other subprotocols, or none.
fn not_acceptable() -> End {
    let reason = format!("Subprotocol not acceptable: only {PROTOCOL} is spoken here");
    End::closed(4406, reason)
}

/// Browsers let pages of any origin open a WebSocket, with the user's cookies, and only say which it is: pages of this origin may, and those that may call.
fn check_origin(headers: &mut HeaderMap, cors: &cors::Config) -> Result<(), Refusal> {
    let Some(origin) = headers.get(ORIGIN) else {
        return Ok(());
    };
    let said = headers.get("sec-fetch-site");
    let authority = |origin: &str| Some(origin.split_once("://")?.1.to_owned());
    let origin = origin.to_str().map_err(|_| Refusal::CrossSite)?;
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let is_same = said.is_some_and(|site| site.as_bytes() == b"same-origin")
        || authority(origin).as_deref() == host;
    if is_same {
        return Ok(());
    }
    if !cors.allows(origin) {
        return Err(Refusal::CrossSite);
    }
    // A browser asks nobody whether they may be sent here.
    if !cors.credentials {
        headers.remove(COOKIE);
        headers.remove(header::AUTHORIZATION);
    }
    Ok(())
}
