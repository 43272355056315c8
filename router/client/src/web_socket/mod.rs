//! Subscriptions over WebSockets, by [`graphql-transport-ws`](https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md).
//!
//! Subscriptions that are asked for with the same headers share a connection, up to [`MOST`] of them; the last one that goes closes it.
//!
//! - here: who shares which connection;
//! - [`handshake`]: connecting; [`message`]: what is said;
//! - [`connection`]: messages, and the subscriptions that they are for; [`queue`]: events until they are taken.

mod connection;
mod handshake;
mod message;
mod queue;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName};
use memory::Memory;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use self::connection::{Command, Connection};
use self::handshake::Socket;
use self::message::init_payload;
use self::queue::Queue;
use crate::config::SubscriptionSource;
use crate::failure::Failure;
use crate::headers::bytes_of;
use crate::origin::Origin;

/// Subscriptions over one connection at most.
const MOST: usize = 100;

/// The connections to one place.
#[derive(Debug)]
pub(crate) struct Sockets {
    /// How long one may be without a sign of life.
    silence: Duration,
    /// Of one event, in bytes.
    max_event: usize,
    multiplex: bool,
    /// Members of the payload of `connection_init`, and the headers that they repeat.
    init_payload: Vec<(String, HeaderName)>,
    memory: Arc<Memory>,
    slots: Mutex<HashMap<Key, Slot>>,
    /// Connections that are not shared, so far.
    opened: AtomicUsize,
}

/// What a connection is for: the headers that are passed on, and a number where one connection is not enough.
type Key = (Box<[u8]>, usize);

/// One connection.
#[derive(Debug, Default)]
struct Slot {
    /// Those who use it, or wait for it.
    users: usize,
    /// `None` until somebody has connected.
    commands: Arc<tokio::sync::Mutex<Option<UnboundedSender<Command>>>>,
}

/// The right to use a connection. The last one that is dropped closes it.
#[derive(Debug)]
struct Place {
    sockets: Arc<Sockets>,
    key: Key,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut slots = self.sockets.slots();
        if let Some(slot) = slots.get_mut(&self.key) {
            slot.users -= 1;
            if slot.users == 0 {
                slots.remove(&self.key);
            }
        }
    }
}

/// A subscription that is open.
#[derive(Debug)]
pub(crate) struct WebSocket {
    /// Whether the connection was opened for it.
    is_new: bool,
    queue: Arc<Queue>,
    commands: UnboundedSender<Command>,
    // After the others: the connection learns that this one goes before it is closed.
    _place: Place,
}

impl Drop for WebSocket {
    fn drop(&mut self) {
        // The connection may have ended.
        drop(self.commands.send(Command::Leave(Arc::clone(&self.queue))));
    }
}

impl Sockets {
    pub(crate) fn new(
        silence: Duration,
        max_event: usize,
        source: &SubscriptionSource,
        memory: &Arc<Memory>,
    ) -> Arc<Self> {
        Arc::new(Self {
            silence,
            max_event,
            multiplex: source.multiplex,
            init_payload: source.init_payload.clone(),
            memory: Arc::clone(memory),
            slots: Mutex::default(),
            opened: AtomicUsize::new(0),
        })
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<Key, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first connection for these headers that has room.
    fn place(self: &Arc<Self>, identity: &HeaderMap) -> Place {
        let headers = bytes_of(identity).into();
        let mut slots = self.slots();
        let mut key = (headers, 0);
        match self.multiplex {
            true => {
                while slots.get(&key).is_some_and(|slot| slot.users >= MOST) {
                    key.1 += 1;
                }
            }
            // One that nobody else has.
            false => key.1 = self.opened.fetch_add(1, Ordering::Relaxed),
        }
        slots.entry(key.clone()).or_default().users += 1;
        Place {
            sockets: Arc::clone(self),
            key,
        }
    }

    /// Subscribes, over a connection that there is where there is one. `body` is the GraphQL request, `headers` are those of the handshake, and `identity` those of
    /// them that say on whose behalf it is.
    pub(crate) async fn subscribe(
        self: &Arc<Self>,
        origin: &Origin,
        headers: &HeaderMap,
        identity: &HeaderMap,
        body: Bytes,
    ) -> Result<WebSocket, Failure> {
        let place = self.place(identity);
        let connected = self
            .slots()
            .get(&place.key)
            .map(|slot| Arc::clone(&slot.commands));
        let connected = connected.unwrap_or_default();
        // Others wait here until the first has connected.
        let mut connected = connected.lock().await;
        let known = connected.as_ref().filter(|commands| !commands.is_closed());
        let is_new = known.is_none();
        let commands = match known {
            Some(commands) => commands.clone(),
            None => {
                let payload = init_payload(&self.init_payload, headers);
                let socket = Socket::open(origin, headers, payload, self.max_event).await?;
                let (commands, receiver) = unbounded_channel();
                tokio::spawn(Connection::new(socket, receiver, self.silence).run());
                connected.insert(commands).clone()
            }
        };
        let queue = Arc::new(Queue::new(self.memory.shared()));
        let subscribe = Command::Subscribe {
            body,
            queue: Arc::clone(&queue),
        };
        if commands.send(subscribe).is_err() {
            return Err(Failure::Broken("the WebSocket ended".to_owned()));
        }
        Ok(WebSocket {
            is_new,
            queue,
            commands,
            _place: place,
        })
    }
}

impl WebSocket {
    /// Whether the connection was opened for it.
    pub(crate) fn is_new(&self) -> bool {
        self.is_new
    }

    /// The next event; `None` when the server has said that it was the last.
    pub(crate) async fn next(&mut self) -> Option<Result<Bytes, Failure>> {
        self.queue.next().await
    }
}
