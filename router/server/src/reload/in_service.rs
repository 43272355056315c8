//! Which configuration is in service, and what is wrong with the newest one: for the admin port and for metrics.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use abaque_edge::Recorder;
use abaque_edge::metrics::{Kind, Label, Metric, Unit, Values};
use metrics::{Counter, Gauge};
use serde_json::{Value, json};

use crate::clock::{rfc3339, unix_seconds};

const RELOADS: &str = "router_configuration_reloads_total";
const FAILING: &str = "router_configuration_failing";
const TAKEN_OVER_AT: &str = "router_configuration_last_success_timestamp_seconds";
const HELD: &str = "router_configurations_held";
const RESTART: &str = "router_configuration_restart_keys";

/// What is exported of it.
pub(crate) const METRICS: &[Metric] = &[
    Metric {
        name: RELOADS,
        kind: Kind::Counter,
        unit: None,
        help: "Configurations that were read again: taken over, or refused as they are wrong.",
        labels: &[Label {
            name: "outcome",
            values: Values::OneOf(&["taken_over", "refused"]),
        }],
    },
    Metric {
        name: FAILING,
        kind: Kind::Gauge,
        unit: None,
        help: "1 while the newest configuration is wrong and an older one is in service.",
        labels: &[],
    },
    Metric {
        name: TAKEN_OVER_AT,
        kind: Kind::Gauge,
        unit: Some(Unit::Seconds),
        help: "When the configuration came into service, in Unix time.",
        labels: &[],
    },
    Metric {
        name: HELD,
        kind: Kind::Gauge,
        unit: None,
        help: "Configurations in use: the one in service, and older ones while requests go on that began with them.",
        labels: &[],
    },
    Metric {
        name: RESTART,
        kind: Kind::Gauge,
        unit: None,
        help: "Keys of the configuration that have changed and that only a restart takes over.",
        labels: &[],
    },
];

/// Characters that are kept of what is wrong.
const MAX_ERROR: usize = 4_000;

/// The state of the configuration.
#[derive(Debug)]
pub(crate) struct InService {
    state: Mutex<State>,
    taken_over: Counter,
    refused: Counter,
    failing: Gauge,
    taken_over_at: Gauge,
    restart: Gauge,
    held: Gauge,
}

#[derive(Debug)]
struct State {
    /// 1 for the one that the router was started with.
    generation: u64,
    since: SystemTime,
    failure: Option<Failure>,
    needs_restart: Vec<String>,
}

#[derive(Debug)]
struct Failure {
    since: SystemTime,
    error: String,
}

/// What belongs to a configuration and counts it for as long as it is there.
#[derive(Debug)]
pub(crate) struct Held(Gauge);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

impl InService {
    /// The configuration that the router is started with.
    pub(crate) fn first(recorder: &Recorder) -> Self {
        let reloads = |outcome| recorder.counter(RELOADS, &[("outcome", outcome)]);
        let since = SystemTime::now();
        let first = Self {
            state: Mutex::new(State {
                generation: 1,
                since,
                failure: None,
                needs_restart: Vec::new(),
            }),
            taken_over: reloads("taken_over"),
            refused: reloads("refused"),
            failing: recorder.gauge(FAILING, &[]),
            taken_over_at: recorder.gauge(TAKEN_OVER_AT, &[]),
            restart: recorder.gauge(RESTART, &[]),
            held: recorder.gauge(HELD, &[]),
        };
        first.taken_over_at.set(unix_seconds(since) as f64);
        first
    }

    /// Counts a configuration until what is returned is dropped.
    pub(crate) fn hold(&self) -> Held {
        self.held.increment(1.0);
        Held(self.held.clone())
    }

    /// Another one is in service, except for these keys.
    pub(crate) fn taken_over(&self, needs_restart: Vec<String>) {
        let now = SystemTime::now();
        self.taken_over.increment(1);
        self.taken_over_at.set(unix_seconds(now) as f64);
        self.restart.set(needs_restart.len() as f64);
        self.failing.set(0.0);
        let mut state = self.state();
        *state = State {
            generation: state.generation + 1,
            since: now,
            failure: None,
            needs_restart,
        };
    }

    /// The newest file is wrong.
    pub(crate) fn refused(&self, error: &str) {
        self.refused.increment(1);
        self.failing.set(1.0);
        let mut state = self.state();
        let before = state.failure.take();
        state.failure = Some(Failure {
            since: before.map_or_else(SystemTime::now, |before| before.since),
            error: error.chars().take(MAX_ERROR).collect(),
        });
    }

    /// The newest file says what is in service.
    pub(crate) fn unchanged(&self) {
        self.failing.set(0.0);
        self.state().failure = None;
    }

    /// What `/composition` shows.
    pub(crate) fn to_json(&self) -> Value {
        let state = self.state();
        json!({
            "generation": state.generation,
            "since": rfc3339(state.since),
            "failure": state.failure.as_ref().map(|failure| json!({
                "since": rfc3339(failure.since),
                "error": failure.error,
            })),
            "needsRestart": state.needs_restart,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
