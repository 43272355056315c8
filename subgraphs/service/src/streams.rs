//! The streams of a program: how many are open, how fast they go, and their end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use abaque_edge::Recorder;
use metrics::{Counter, Gauge};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
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

    /// A place for one more stream; `None` when there is none.
    pub(crate) fn place(&self) -> Option<Place> {
        self.streams.take()
    }

    /// A place for one more WebSocket, whatever goes over it; `None` when there is none.
    pub(crate) fn socket(&self) -> Option<Place> {
        self.sockets.take()
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

/// Places, and how many are taken.
#[derive(Clone, Debug)]
struct Places {
    permits: Arc<Semaphore>,
    active: Arc<Gauge>,
}

impl Places {
    fn new(most: usize, active: Gauge) -> Self {
        active.set(0.0);
        Self {
            permits: Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS))),
            active: Arc::new(active),
        }
    }

    fn take(&self) -> Option<Place> {
        let permit = Arc::clone(&self.permits).try_acquire_owned().ok()?;
        self.active.increment(1.0);
        Some(Place {
            active: Arc::clone(&self.active),
            _permit: permit,
        })
    }
}

/// A place that is taken, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    active: Arc<Gauge>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.active.decrement(1.0);
    }
}
