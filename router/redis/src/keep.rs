//! One connection after the other, and what is done while there is none.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ::metrics::{Gauge, Histogram};
use abaque_edge::Recorder;
use abaque_edge::metrics::{DURATION_BUCKETS, Kind, Label, Metric, Unit, Values};
use arc_swap::ArcSwapOption;
use rustls::ClientConfig;

use crate::address::Address;
use crate::config::Config;
use crate::connection::{Connection, Driver};
use crate::protocol::{Answer, Command};

/// The wait after a connection ended, which doubles with each that did not last.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// A connection that lasted this long was a good one.
const LASTED: Duration = Duration::from_secs(10);

const UP: &str = "router_redis_up";
const DURATION: &str = "router_redis_request_duration_seconds";
const OUTCOMES: &[&str] = &["answered", "failed", "timeout"];

/// What is exported of it.
pub const METRICS: &[Metric] = &[
    Metric {
        name: UP,
        kind: Kind::Gauge,
        unit: None,
        help: "1 while the Redis that replicas share answers and does what it is asked; 0 while it does not, or there is none.",
        labels: &[],
    },
    Metric {
        name: DURATION,
        kind: Kind::Histogram(DURATION_BUCKETS),
        unit: Some(Unit::Seconds),
        help: "Requests to the Redis that replicas share, by how they ended.",
        labels: &[Label {
            name: "outcome",
            values: Values::OneOf(OUTCOMES),
        }],
    },
];

/// A Redis that may be gone; clones share their connection.
#[derive(Clone)]
pub struct Redis {
    shared: Arc<Shared>,
}

struct Shared {
    address: Address,
    tls: Arc<ClientConfig>,
    timeout: Duration,
    /// What it has to do before it is used.
    proof: Command,
    /// `None` while it is gone.
    connection: ArcSwapOption<Connection>,
    up: Gauge,
    /// In the order of [`OUTCOMES`].
    durations: Vec<Histogram>,
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis")
            .field("address", &self.shared.address)
            .finish_non_exhaustive()
    }
}

impl Redis {
    /// The Redis of the configuration, if it names one, and what keeps a connection to it, which runs for ever. A connection is used when it has answered `proof`
    /// with no error, which is of the kind of what it will be asked: a Redis that answers may take no writes, or not from us.
    pub fn new(
        config: &Config,
        tls: Arc<ClientConfig>,
        recorder: &Recorder,
        proof: Command,
    ) -> Option<(Self, impl Future<Output = ()> + Send + use<>)> {
        let durations = OUTCOMES
            .iter()
            .map(|outcome| recorder.histogram(DURATION, &[("outcome", outcome)]));
        let shared = Arc::new(Shared {
            address: config.address.clone()?,
            tls,
            timeout: config.timeout,
            proof,
            connection: ArcSwapOption::empty(),
            up: recorder.gauge(UP, &[]),
            durations: durations.collect(),
        });
        let redis = Self {
            shared: Arc::clone(&shared),
        };
        Some((redis, async move { shared.keep().await }))
    }

    /// Asks; `None` when Redis is gone, does not answer in time, or answers with an error. It then counts as gone until it answers again.
    pub async fn ask(&self, command: Command) -> Option<Answer> {
        let shared = &self.shared;
        let connection = shared.connection.load_full()?;
        let began = Instant::now();
        // Too many under way are a Redis that is too slow.
        let answer = match connection.ask(command) {
            Some(answer) => tokio::time::timeout(shared.timeout, answer).await.ok(),
            None => None,
        };
        let (outcome, answered) = match answer {
            Some(Ok(Answer::Error(error))) => (1, Err(error)),
            Some(Ok(answer)) => (0, Ok(answer)),
            Some(Err(_)) => (1, Err("the connection ended".to_owned())),
            None => (2, Err("it did not answer in time".to_owned())),
        };
        if let Some(duration) = shared.durations.get(outcome) {
            duration.record(began.elapsed());
        }
        answered
            .map_err(|reason| shared.give_up(&connection, reason))
            .ok()
    }
}

/// There is a connection, until this is dropped: also with a configuration that names no Redis any more.
struct Up<'g>(&'g Gauge);

impl<'g> Up<'g> {
    fn new(gauge: &'g Gauge) -> Self {
        gauge.increment(1.0);
        Self(gauge)
    }
}

impl Drop for Up<'_> {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

impl Shared {
    /// Nobody asks by that connection any more.
    fn give_up(&self, connection: &Arc<Connection>, reason: String) {
        self.connection.compare_and_swap(connection, None);
        connection.fail(reason);
    }

    /// Makes one connection after the other, for ever.
    async fn keep(&self) {
        let mut wait = FIRST_WAIT;
        // Each change is logged once, however long it lasts.
        let mut is_logged = false;
        loop {
            let opened =
                Connection::open(&self.address, &self.tls, self.timeout, &self.proof).await;
            let reason = match opened {
                Ok((connection, driver)) => {
                    tracing::info!(redis = %self.address, "Redis answers: replicas count together");
                    is_logged = false;
                    let began = Instant::now();
                    let reason = self.use_up(connection, driver).await;
                    if began.elapsed() > LASTED {
                        wait = FIRST_WAIT;
                    }
                    reason
                }
                Err(error) => error.to_string(),
            };
            if !std::mem::replace(&mut is_logged, true) {
                tracing::warn!(redis = %self.address, reason, "Redis is gone: each replica counts for itself until it is back");
            }
            // Replicas that lost it together do not come back together.
            tokio::time::sleep(wait.mul_f64(0.5 + 0.5 * fastrand::f64())).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    /// Uses a connection to its end, and says why it ended.
    async fn use_up(&self, connection: Connection, driver: Driver) -> String {
        let connection = Arc::new(connection);
        self.connection.store(Some(Arc::clone(&connection)));
        let _up = Up::new(&self.up);
        let reason = tokio::select! {
            ended = driver.run() => match ended {
                Ok(()) => "nobody asks any more".to_owned(),
                Err(error) => error.to_string(),
            },
            reason = connection.failed() => reason,
        };
        self.connection.store(None);
        reason
    }
}
