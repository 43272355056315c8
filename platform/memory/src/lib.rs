//! The memory that all requests hold together: their bodies, the answers of subgraphs, the data made of them, and responses until the
//! client has them.
//!
//! It is reserved before it is taken, in steps as bytes come, and given back when the last who uses it is gone. Where it is full:
//!
//! - A request that holds little ([`FREE`]) is not counted, so that small ones pass while large ones wait.
//! - A request that holds nothing yet waits until its deadline; one that holds something already waits a second only. So requests
//!   that wait for each other end, and what they held becomes free for others.
//! - Bodies that are being read have half of it at most, and so have responses that are being sent: clients that send or read slowly
//!   leave the rest to requests that are executed.
//! - While an operation is executed it does not wait: the work between two requests to subgraphs is done or refused.

mod container;
mod gather;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use ::metrics::{Counter, Gauge};
use abaque_edge::Recorder;
use abaque_edge::metrics::{Kind, Label, Metric, Unit, Values};
use bytes::Bytes;
use settings::Section;
use tokio::sync::Semaphore;
use tokio::time::Instant;

pub use self::gather::Gather;

/// What one account may hold without being counted, in bytes. The bound on connections bounds it.
pub const FREE: usize = 16 * 1024;

/// How long an account that holds something waits for more.
const PATIENCE: Duration = Duration::from_secs(1);

/// Memory is counted in units of this many bytes.
const UNIT: usize = 1024;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// How much there is, in bytes.
#[derive(Clone, Copy, Debug)]
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
    free: Semaphore,
    /// Of bodies that are being read.
    bodies: Semaphore,
    /// Of responses that are being sent.
    responses: Semaphore,
    /// Of one request, in bytes.
    share: usize,
    /// In units.
    limit: usize,
    metrics: OnceLock<Observed>,
}

#[derive(Debug)]
struct Observed {
    held: Gauge,
    /// In the order of [`Exhausted::LABELS`].
    refusals: Vec<Counter>,
}

impl Memory {
    /// What the configuration grants, and a third of what the process may have at most: the schema, the plan cache and what the allocator
    /// keeps come on top, and a process that takes more than it may is killed with all of its requests.
    pub fn within_container(config: &Config) -> Arc<Self> {
        let granted = container::limit().map_or(config.total, |limit| config.total.min(limit / 3));
        if granted < config.total {
            tracing::info!(
                configured = config.total,
                granted,
                "limits.memory is lowered to a third of the memory that the process may have",
            );
        }
        Self::new(&Config {
            total: granted,
            ..*config
        })
    }

    /// What the configuration grants.
    pub fn new(config: &Config) -> Arc<Self> {
        let limit = (config.total / UNIT).min(Semaphore::MAX_PERMITS);
        Arc::new(Self {
            free: Semaphore::new(limit),
            bodies: Semaphore::new(limit / 2),
            responses: Semaphore::new(limit / 2),
            share: config.request.min(config.total),
            limit,
            metrics: OnceLock::new(),
        })
    }

    /// Says what is held from now on.
    pub fn observe(&self, recorder: &Recorder) {
        let refusal =
            |reason| recorder.counter("router_memory_refusals_total", &[("reason", reason)]);
        let observed = Observed {
            held: recorder.gauge("router_memory_held_bytes", &[]),
            refusals: Exhausted::LABELS.iter().copied().map(refusal).collect(),
        };
        let limit = recorder.gauge("router_memory_limit_bytes", &[]);
        limit.set((self.limit * UNIT) as f64);
        observed.held.set(0.0);
        self.metrics.get_or_init(|| observed);
    }

    /// An account for one request, with its share.
    pub fn request(self: &Arc<Self>) -> Account {
        self.account(self.share)
    }

    /// An account for what several requests may share.
    pub fn shared(self: &Arc<Self>) -> Account {
        self.account(usize::MAX)
    }

    fn account(self: &Arc<Self>, share: usize) -> Account {
        Account {
            memory: Arc::clone(self),
            share,
            state: Mutex::default(),
        }
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
            self.free.add_permits(units);
            if let Some(metrics) = self.metrics.get() {
                metrics.held.decrement((units * UNIT) as f64);
            }
        }
    }
}

/// What one request holds; given back when it is dropped.
#[derive(Debug)]
pub struct Account {
    memory: Arc<Memory>,
    share: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// In bytes.
    held: usize,
    /// What is reserved of the memory of all.
    units: usize,
    /// Of these, what a body has that is being read.
    body_units: usize,
    /// Of these, what a response has that is being sent.
    response_units: usize,
    /// Held by others on behalf of the request, in bytes: it counts against its share only.
    elsewhere: usize,
    refused: Option<Exhausted>,
}

impl State {
    /// The units that are missing for what is held.
    fn due(&self) -> usize {
        let units = match self.held > FREE {
            true => self.held.div_ceil(UNIT),
            false => 0,
        };
        units.saturating_sub(self.units)
    }
}

impl Account {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what is about to be held; gives the units that must be reserved for it.
    fn claim(&self, bytes: usize) -> Result<usize, Exhausted> {
        let mut state = self.state();
        let held = state.held.saturating_add(bytes);
        if held.saturating_add(state.elsewhere) > self.share {
            drop(state);
            return Err(self.refuse(Exhausted::Share));
        }
        state.held = held;
        Ok(state.due())
    }

    fn refuse(&self, why: Exhausted) -> Exhausted {
        self.state().refused = Some(why);
        self.memory.refused(why);
        why
    }

    fn reserved(&self, units: usize) {
        self.state().units += units;
        self.memory.took(units);
    }

    fn unclaim(&self, bytes: usize) -> Exhausted {
        let mut state = self.state();
        state.held = state.held.saturating_sub(bytes);
        drop(state);
        self.refuse(Exhausted::All)
    }

    /// Reserves more if it is there.
    pub fn grow(&self, bytes: usize) -> Result<(), Exhausted> {
        let units = self.claim(bytes)?;
        if units == 0 {
            return Ok(());
        }
        match self.memory.free.try_acquire_many(permits(units)) {
            Ok(permit) => {
                permit.forget();
                self.reserved(units);
                Ok(())
            }
            Err(_) => Err(self.unclaim(bytes)),
        }
    }

    /// Reserves more, waiting for it no longer than until the deadline.
    pub async fn grow_by(&self, bytes: usize, deadline: Instant) -> Result<(), Exhausted> {
        let units = self.claim(bytes)?;
        if units == 0 {
            return Ok(());
        }
        let until = self.patience(deadline);
        match tokio::time::timeout_at(until, self.memory.free.acquire_many(permits(units))).await {
            Ok(Ok(permit)) => {
                permit.forget();
                self.reserved(units);
                Ok(())
            }
            _ => Err(self.unclaim(bytes)),
        }
    }

    /// The same for a body that is being read.
    pub async fn grow_body(&self, bytes: usize, deadline: Instant) -> Result<(), Exhausted> {
        let units = self.claim(bytes)?;
        if units == 0 {
            return Ok(());
        }
        let (until, wanted) = (self.patience(deadline), permits(units));
        let both = async {
            let body = self.memory.bodies.acquire_many(wanted).await?;
            let free = self.memory.free.acquire_many(wanted).await?;
            body.forget();
            free.forget();
            Ok::<_, tokio::sync::AcquireError>(())
        };
        match tokio::time::timeout_at(until, both).await {
            Ok(Ok(())) => {
                self.state().body_units += units;
                self.reserved(units);
                Ok(())
            }
            _ => Err(self.unclaim(bytes)),
        }
    }

    fn patience(&self, deadline: Instant) -> Instant {
        match self.state().units {
            0 => deadline,
            _ => deadline.min(Instant::now() + PATIENCE),
        }
    }

    /// The body is there: others may be read.
    pub fn body_is_read(&self) {
        let units = std::mem::take(&mut self.state().body_units);
        self.memory.bodies.add_permits(units);
    }

    /// Counts what another account holds on behalf of this request.
    pub fn count(&self, bytes: usize) -> Result<(), Exhausted> {
        let mut state = self.state();
        state.elsewhere = state.elsewhere.saturating_add(bytes);
        let beyond = state.held.saturating_add(state.elsewhere) > self.share;
        drop(state);
        match beyond {
            true => Err(self.refuse(Exhausted::Share)),
            false => Ok(()),
        }
    }

    /// Gives back all but so many bytes.
    pub fn keep(&self, bytes: usize) {
        let mut state = self.state();
        state.held = state.held.min(bytes);
        let needed = match state.held > FREE {
            true => state.held.div_ceil(UNIT),
            false => 0,
        };
        let units = state.units.saturating_sub(needed);
        state.units -= units;
        drop(state);
        self.memory.give_back(units);
    }

    /// All that is left is a response of so many bytes, which is sent from now on.
    pub fn keep_response(&self, bytes: usize) -> Result<(), Exhausted> {
        self.keep(bytes);
        let units = self.state().units;
        if units > 0 {
            let permit = self.memory.responses.try_acquire_many(permits(units));
            permit.map_err(|_| self.refuse(Exhausted::All))?.forget();
            self.state().response_units += units;
        }
        Ok(())
    }

    /// Something was refused to another account that acts for this one.
    pub fn note(&self, why: Exhausted) {
        self.state().refused = Some(why);
    }

    /// Why something was refused, if it was.
    pub fn refusal(&self) -> Option<Exhausted> {
        self.state().refused
    }

    /// These bytes, which hold what the account has reserved until the last of them is gone.
    pub fn hold(account: Arc<Self>, bytes: Bytes) -> Bytes {
        if account.state().units == 0 {
            return bytes;
        }
        Bytes::from_owner(Held {
            bytes,
            _account: account,
        })
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        self.body_is_read();
        let State {
            units,
            response_units,
            ..
        } = std::mem::take(&mut *self.state());
        self.memory.responses.add_permits(response_units);
        self.memory.give_back(units);
    }
}

struct Held {
    bytes: Bytes,
    _account: Arc<Account>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// More than can be counted is more than there is.
fn permits(units: usize) -> u32 {
    u32::try_from(units).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
