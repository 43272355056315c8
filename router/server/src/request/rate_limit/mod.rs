//! How often clients may ask, and how much that may cost: a token bucket for each client, per replica or shared by all of them.
//!
//! - [`config`]: the section `rate_limit`; [`key`]: who is counted;
//! - [`bucket`]: the arithmetic; [`table`]: the buckets of this replica; [`shared`]: those of all replicas, in Redis;
//! - [`headers`]: what the client learns of its limits.

mod bucket;
mod config;
mod headers;
mod key;
mod shared;
mod table;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ::metrics::Counter;
use abaque_edge::Recorder;
use abaque_edge::metrics::{Kind, Label, Metric, Values};
use http::{HeaderMap, HeaderValue};
use redis::Redis;

use self::bucket::{Bucket, Taken};
use self::key::Key;
use self::table::Table;
use super::context::RequestContext;
use crate::refusal::Refusal;

pub use self::config::{Config, CountBy};

const DECISIONS: &str = "router_rate_limit_decisions_total";

/// What is exported of it.
pub(crate) const METRICS: &[Metric] = &[Metric {
    name: DECISIONS,
    kind: Kind::Counter,
    unit: None,
    help: "Requests and operations that rate limits let through or refused, by where they were counted: in the Redis of all replicas, or in this replica alone.",
    labels: &[
        Label {
            name: "policy",
            values: Values::OneOf(&["requests", "cost"]),
        },
        Label {
            name: "outcome",
            values: Values::OneOf(&["allowed", "refused"]),
        },
        Label {
            name: "counted",
            values: Values::OneOf(&["shared", "replica"]),
        },
    ],
}];

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    /// Requests.
    Requests,
    /// What they are estimated to cost.
    Cost,
}

impl Policy {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Cost => "cost",
        }
    }
}

/// The limits of all clients.
#[derive(Debug)]
pub(super) struct RateLimit {
    by: CountBy,
    requests: Option<Counted>,
    cost: Option<Counted>,
    table: Arc<Table>,
    redis: Option<Redis>,
    policies: HeaderValue,
}

/// One limit.
#[derive(Debug)]
struct Counted {
    policy: Policy,
    bucket: Bucket,
    /// Allowed and refused; of each, by all replicas and by this one.
    decisions: [[Counter; 2]; 2],
}

/// What of its limits a request has left, as it was counted last; for the headers of its answer.
#[derive(Debug, Default)]
pub(crate) struct Quota {
    requests: Mutex<Option<Taken>>,
    cost: Mutex<Option<Taken>>,
}

impl Quota {
    /// The same client's, as another of its requests left it: what there is less of counts.
    pub(super) fn absorb(&self, other: &Self) {
        let both = [(&self.requests, &other.requests), (&self.cost, &other.cost)];
        for (own, other) in both {
            let Some(other) = *taken(other) else {
                continue;
            };
            let mut own = taken(own);
            if own.is_none_or(|own| own.full_in < other.full_in) {
                *own = Some(other);
            }
        }
    }
}

fn taken(counted: &Mutex<Option<Taken>>) -> MutexGuard<'_, Option<Taken>> {
    counted.lock().unwrap_or_else(PoisonError::into_inner)
}

impl RateLimit {
    /// The limits that the configuration sets, if it sets any. What clients have left of the same limits before goes on.
    pub(super) fn new(
        config: &Config,
        redis: Option<Redis>,
        recorder: &Recorder,
        same: Option<&Self>,
    ) -> Option<Self> {
        let counted = |policy: Policy, bucket| {
            let counter = |outcome, counted| {
                let labels = [
                    ("policy", policy.name()),
                    ("outcome", outcome),
                    ("counted", counted),
                ];
                recorder.counter(DECISIONS, &labels)
            };
            let both = |outcome| [counter(outcome, "shared"), counter(outcome, "replica")];
            Counted {
                policy,
                bucket,
                decisions: [both("allowed"), both("refused")],
            }
        };
        let requests = config.requests.map(|rate| {
            let burst = config.burst.map_or(rate.count, |burst| burst as u64);
            counted(Policy::Requests, Bucket::new(rate, burst))
        });
        let cost = config
            .cost
            .map(|rate| counted(Policy::Cost, Bucket::new(rate, rate.count)));
        let limits = [&requests, &cost].into_iter().flatten();
        let policies = headers::policies(limits.map(|limit| (limit.policy, &limit.bucket)))?;
        Some(Self {
            by: config.by.clone(),
            requests,
            cost,
            table: same.map_or_else(|| Arc::new(Table::new()), |same| Arc::clone(&same.table)),
            redis,
            policies,
        })
    }

    /// Counts a request.
    ///
    /// # Errors
    /// Its client has made too many.
    pub(super) async fn request(&self, context: &RequestContext) -> Result<(), Refusal> {
        match &self.requests {
            Some(limit) => self.count(context, limit, 1, &context.quota.requests).await,
            None => Ok(()),
        }
    }

    /// Counts what an operation costs.
    ///
    /// # Errors
    /// The operations of its client cost too much.
    pub(super) async fn cost(&self, context: &RequestContext, cost: u64) -> Result<(), Refusal> {
        match &self.cost {
            Some(limit) => self.count(context, limit, cost, &context.quota.cost).await,
            None => Ok(()),
        }
    }

    async fn count(
        &self,
        context: &RequestContext,
        limit: &Counted,
        amount: u64,
        quota: &Mutex<Option<Taken>>,
    ) -> Result<(), Refusal> {
        let key = Key::of(&self.by, context);
        let shared = match &self.redis {
            Some(redis) => shared::take(redis, limit.policy, &key, &limit.bucket, amount).await,
            None => None,
        };
        let is_shared = shared.is_some();
        let counted = shared.unwrap_or_else(|| {
            self.table
                .take(&key, limit.policy, &limit.bucket, amount as f64)
        });
        let [allowed, refused] = &limit.decisions;
        let counters = if counted.is_allowed() {
            allowed
        } else {
            refused
        };
        counters[usize::from(!is_shared)].increment(1);
        *taken(quota) = Some(counted);
        match counted.is_allowed() {
            true => Ok(()),
            false => Err(Refusal::RateLimited {
                what: limit.policy.name(),
                after: counted.retry_after(),
            }),
        }
    }

    /// Tells the client what it has left.
    pub(super) fn tell(&self, quota: &Quota, headers: &mut HeaderMap) {
        let limits = [(&self.requests, &quota.requests), (&self.cost, &quota.cost)];
        let left = limits.into_iter().filter_map(|(limit, counted)| {
            let (limit, counted) = (limit.as_ref()?, *taken(counted));
            Some((limit.policy, &limit.bucket, counted?))
        });
        if let Some(value) = headers::left(left) {
            headers.insert(headers::RATE_LIMIT_POLICY, self.policies.clone());
            headers.insert(headers::RATE_LIMIT, value);
        }
    }
}

/// Microseconds, in which times are counted here.
fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}
