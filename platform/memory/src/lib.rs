//! The memory that all requests hold together: their bodies, the answers of subgraphs, the data made of them, and responses until the
//! client has them.
//!
//! It is reserved before it is taken, in steps as bytes come, and given back when the last who uses it is gone. Where it is full:
//!
//! - A request that holds little ([`FREE`]) is not counted, so that small ones pass while large ones wait.
//! - A request that holds nothing yet waits until its deadline; one that holds something already waits a second only. So requests
//!   that wait for each other end, and what they held becomes free for others.
//! - Bodies that are being read have half of it at most, and so have responses that are being sent: clients that send or read slowly
//!   leave the rest to requests that are executed. What subscriptions keep for as long as they are open has a quarter.
//! - While an operation is executed it does not wait: the work between two requests to subgraphs is done or refused.

mod account;
mod container;
mod gather;
mod part;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use ::metrics::{Counter, Gauge};
use abaque_edge::Recorder;
use abaque_edge::metrics::{Kind, Label, Metric, Unit, Values};
use settings::Section;
use tokio::sync::Semaphore;

pub use self::account::Account;
pub use self::container::limit;
pub use self::gather::Gather;
use self::part::Part;

/// What one account may hold without being counted, in bytes. The bound on connections bounds it.
pub const FREE: usize = 16 * 1024;

/// Memory is counted in units of this many bytes.
const UNIT: usize = 1024;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// How much there is, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// For all requests together.
    pub total: usize,
    /// For one request.
    pub request: usize,
}

impl Config {
    /// Reads the keys of the section `limits`.
    pub fn read(limits: &Section<'_>) -> Self {
        Self {
            total: limits
                .key("memory", "What all requests may hold together: bodies, answers of subgraphs and what is made of them, responses that clients have not read yet. More wait; then they are answered 503 with `MEMORY_EXHAUSTED`. What a request holds of less than 16 KiB is not counted. The schema and `plan_cache` come on top. In a container they get at most a third of its memory.")
                .size(256 * MIB, MIB..=1024 * 1024 * MIB),
            request: limits
                .key("request_memory", "What one request may hold of it; one that needs more is answered 503 with `REQUEST_MEMORY_EXCEEDED`.")
                .size(192 * MIB, MIB..=1024 * 1024 * MIB),
        }
    }
}

/// What is exported of it.
pub const METRICS: &[Metric] = &[
    Metric {
        name: "router_memory_held_bytes",
        kind: Kind::Gauge,
        unit: Some(Unit::Bytes),
        help: "Memory that requests hold: bodies, answers of subgraphs and what is made of them, responses that are not sent yet.",
        labels: &[],
    },
    Metric {
        name: "router_memory_limit_bytes",
        kind: Kind::Gauge,
        unit: Some(Unit::Bytes),
        help: "Memory that all requests may hold together.",
        labels: &[],
    },
    Metric {
        name: "router_memory_refusals_total",
        kind: Kind::Counter,
        unit: None,
        help: "Times that a request was refused memory: because all was taken, or because it had its share.",
        labels: &[Label {
            name: "reason",
            values: Values::OneOf(Exhausted::LABELS),
        }],
    },
];

/// Why there is no more memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exhausted {
    /// All that there is, is taken.
    All,
    /// The request has its share.
    Share,
}

impl Exhausted {
    /// Every variant as a metric label's value.
    pub const LABELS: &[&str] = &["all", "share"];
}

/// What all requests share.
#[derive(Debug)]
pub struct Memory {
    /// Units that nobody holds.
    free: Part,
    /// Of bodies that are being read.
    bodies: Part,
    /// Of responses that are being sent.
    responses: Part,
    /// Of subscriptions that are open.
    subscriptions: Part,
    /// Of one request, in bytes.
    share: AtomicUsize,
    /// In units.
    limit: AtomicUsize,
    metrics: OnceLock<Observed>,
}

#[derive(Debug)]
struct Observed {
    held: Gauge,
    limit: Gauge,
    /// In the order of [`Exhausted::LABELS`].
    refusals: Vec<Counter>,
}

impl Memory {
    /// What the configuration grants, and a third of what the process may have at most: the schema, the plan cache and what the allocator
    /// keeps come on top, and a process that takes more than it may is killed with all of its requests.
    pub fn within_container(config: &Config) -> Arc<Self> {
        Self::new(&granted(config))
    }

    /// What the configuration grants.
    pub fn new(config: &Config) -> Arc<Self> {
        let limit = units(config);
        let [free, bodies, responses, subscriptions] = parts(limit).map(Part::new);
        Arc::new(Self {
            free,
            bodies,
            responses,
            subscriptions,
            share: AtomicUsize::new(share(config)),
            limit: AtomicUsize::new(limit),
            metrics: OnceLock::new(),
        })
    }

    /// What the configuration grants from now on, within the process as in [`Self::within_container`]. Requests keep their shares, and what they hold; where that is
    /// more than there is now, others wait until so much has been given back.
    pub fn resize_within_container(&self, config: &Config) {
        let config = granted(config);
        self.share.store(share(&config), Ordering::Relaxed);
        let limit = units(&config);
        let before = self.limit.swap(limit, Ordering::Relaxed);
        let Self {
            free,
            bodies,
            responses,
            subscriptions,
            ..
        } = self;
        let sizes = parts(before).into_iter().zip(parts(limit));
        for (part, (before, now)) in [free, bodies, responses, subscriptions].iter().zip(sizes) {
            part.resize(before, now);
        }
        if let Some(metrics) = self.metrics.get() {
            metrics.limit.set((limit * UNIT) as f64);
        }
    }

    /// Says what is held from now on.
    pub fn observe(&self, recorder: &Recorder) {
        let refusal =
            |reason| recorder.counter("router_memory_refusals_total", &[("reason", reason)]);
        let observed = Observed {
            held: recorder.gauge("router_memory_held_bytes", &[]),
            limit: recorder.gauge("router_memory_limit_bytes", &[]),
            refusals: Exhausted::LABELS.iter().copied().map(refusal).collect(),
        };
        let limit = self.limit.load(Ordering::Relaxed);
        observed.limit.set((limit * UNIT) as f64);
        observed.held.set(0.0);
        self.metrics.get_or_init(|| observed);
    }

    /// An account for one request, with its share.
    pub fn request(self: &Arc<Self>) -> Account {
        self.account(self.share.load(Ordering::Relaxed))
    }

    /// An account for what several requests may share.
    pub fn shared(self: &Arc<Self>) -> Account {
        self.account(usize::MAX)
    }

    fn account(self: &Arc<Self>, share: usize) -> Account {
        Account::new(Arc::clone(self), share)
    }

    fn refused(&self, why: Exhausted) {
        let counter = self.metrics.get().map(|metrics| &metrics.refusals);
        if let Some(counter) = counter.and_then(|refusals| refusals.get(why as usize)) {
            counter.increment(1);
        }
    }

    fn took(&self, units: usize) {
        if let Some(metrics) = self.metrics.get() {
            metrics.held.increment((units * UNIT) as f64);
        }
    }

    fn give_back(&self, units: usize) {
        if units > 0 {
            self.free.give_back(units);
            if let Some(metrics) = self.metrics.get() {
                metrics.held.decrement((units * UNIT) as f64);
            }
        }
    }
}

/// The configuration, with no more than a third of what the process may have.
fn granted(config: &Config) -> Config {
    let granted = container::limit().map_or(config.total, |limit| config.total.min(limit / 3));
    if granted < config.total {
        tracing::info!(
            configured = config.total,
            granted,
            "limits.memory is lowered to a third of the memory that the process may have",
        );
    }
    Config {
        total: granted,
        ..*config
    }
}

/// All that there is, in units.
fn units(config: &Config) -> usize {
    (config.total / UNIT).min(Semaphore::MAX_PERMITS)
}

/// What one request may have, in bytes.
fn share(config: &Config) -> usize {
    config.request.min(config.total)
}

/// All of it, and what may be bodies, responses and subscriptions of it.
fn parts(units: usize) -> [usize; 4] {
    [units, units / 2, units / 2, units / 4]
}

#[cfg(test)]
mod tests;
