//! The streams of a program: how many are open, how fast they go, and their end.
//!
//! A stream that is open is not ended for another, so that a client is never given the last places: one may have three times as many as are free beside them. That
//! is three quarters for one that is alone, as a router in front is, and three sevenths for each of two.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use abaque_edge::Recorder;
use metrics::{Counter, Gauge};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Streams that are open.
pub(crate) const ACTIVE_STREAMS: &str = "graphql_server_active_streams";
/// WebSockets that are open.
pub(crate) const ACTIVE_SOCKETS: &str = "graphql_server_active_websockets";
/// Events that were sent.
pub(crate) const STREAM_EVENTS: &str = "graphql_server_stream_events_total";

/// How long a subscription waits between two of its events, at least. A resolver that gives a stream of events finds it in the data of its
/// request, and says what it wants there; the stream itself never waits, so that its events are computed where and when there is room.
#[derive(Clone, Debug, Default)]
pub struct Pace(Arc<AtomicU64>);

impl Pace {
    /// Sets the time between two events, in whole milliseconds. It is 0 unless somebody sets it.
    pub fn set(&self, interval: Duration) {
        let millis = u64::try_from(interval.as_millis()).unwrap_or(u64::MAX);
        self.0.store(millis, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// What all streams of a program share.
#[derive(Clone, Debug)]
pub(crate) struct Streams {
    streams: Places,
    sockets: Places,
    ending: CancellationToken,
    /// What serves WebSockets, which no connection of the server does any more.
    serving: TaskTracker,
    events: Arc<Counter>,
}

impl Streams {
    pub(crate) fn new(most: usize, recorder: &Recorder) -> Self {
        Self {
            streams: Places::new(most, recorder.gauge(ACTIVE_STREAMS, &[])),
            sockets: Places::new(most, recorder.gauge(ACTIVE_SOCKETS, &[])),
            ending: CancellationToken::new(),
            serving: TaskTracker::new(),
            events: Arc::new(recorder.counter(STREAM_EVENTS, &[])),
        }
    }

    /// A place for one more stream of a [client](crate::admission::answers::Reader::client); `None` when there is none for it.
    pub(crate) fn place(&self, client: IpAddr) -> Option<Place> {
        self.streams.take(client)
    }

    /// A place for one more WebSocket, whatever goes over it; `None` when there is none for its client.
    pub(crate) fn socket(&self, client: IpAddr) -> Option<Place> {
        self.sockets.take(client)
    }

    /// Counts an event.
    pub(crate) fn event(&self) {
        self.events.increment(1);
    }

    /// Ends all streams, each with a word to its client.
    pub(crate) fn end(&self) {
        self.ending.cancel();
        self.serving.close();
    }

    /// Whether [`end`](Self::end) was called.
    pub(crate) fn is_ending(&self) -> bool {
        self.ending.is_cancelled()
    }

    /// Resolves when [`end`](Self::end) is called.
    pub(crate) async fn ending(&self) {
        self.ending.cancelled().await;
    }

    /// Counts what serves a WebSocket.
    pub(crate) fn serving<F: Future>(&self, socket: F) -> impl Future<Output = F::Output> + use<F> {
        self.serving.track_future(socket)
    }

    /// Resolves when all streams were ended and no WebSocket is left.
    pub(crate) async fn ended(&self) {
        self.serving.wait().await;
    }
}

/// How many times as many places as are free a client may have.
const SHARE: usize = 3;

/// Places, and who has them.
#[derive(Clone, Debug)]
struct Places {
    most: usize,
    taken: Arc<Mutex<Taken>>,
    active: Arc<Gauge>,
}

/// How many places are taken, and by whom.
#[derive(Debug, Default)]
struct Taken {
    all: usize,
    /// Nobody who has none.
    by_client: HashMap<IpAddr, usize>,
}

impl Places {
    fn new(most: usize, active: Gauge) -> Self {
        active.set(0.0);
        Self {
            most,
            taken: Arc::default(),
            active: Arc::new(active),
        }
    }

    fn take(&self, client: IpAddr) -> Option<Place> {
        let mut taken = lock(&self.taken);
        let free = self.most.saturating_sub(taken.all);
        let own = taken.by_client.get(&client).copied().unwrap_or_default();
        if free <= own / SHARE {
            return None;
        }
        taken.all += 1;
        taken.by_client.insert(client, own + 1);
        self.active.increment(1.0);
        Some(Place {
            active: Arc::clone(&self.active),
            taken: Arc::clone(&self.taken),
            client,
        })
    }
}

fn lock(taken: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A place that is taken, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    active: Arc<Gauge>,
    taken: Arc<Mutex<Taken>>,
    client: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        taken.all = taken.all.saturating_sub(1);
        if let Some(own) = taken.by_client.get_mut(&self.client) {
            *own -= 1;
            if *own == 0 {
                taken.by_client.remove(&self.client);
            }
        }
        self.active.decrement(1.0);
    }
}

#[cfg(test)]
mod tests;
