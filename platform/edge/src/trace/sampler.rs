//! Which traces that start here are recorded.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::ids::TraceId;

/// Decides about traces for which no caller has decided.
#[derive(Debug)]
pub struct Sampler(Kind);

#[derive(Debug)]
enum Kind {
    /// Traces whose lowest 56 bits are at least this.
    Share(u64),
    Rate(Rate),
}

/// The bits of a trace id that are random for certain.
const RANDOM_BITS: u32 = 56;

impl Sampler {
    /// A share of all traces, from 0 to 1. All that sample the same share by the same rule decide alike
    /// ([consistent probability sampling](https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/)).
    #[must_use]
    pub fn share(share: f64) -> Self {
        let all = (1_u64 << RANDOM_BITS) as f64;
        let rejected = (1.0 - share.clamp(0.0, 1.0)) * all;
        // Saturates, and a share is a number.
        Self(Kind::Share(rejected as u64))
    }

    /// This many in a time, and those of a second at once.
    #[must_use]
    pub fn rate(count: u64, per: Duration) -> Self {
        let interval = per.as_nanos() / u128::from(count.max(1));
        let interval = u64::try_from(interval).unwrap_or(u64::MAX).max(1);
        Self(Kind::Rate(Rate {
            since: Instant::now(),
            interval,
            most: interval.max(SECOND),
            full_at: AtomicU64::new(0),
        }))
    }

    pub(super) fn samples(&self, trace: TraceId) -> bool {
        match &self.0 {
            Kind::Share(rejected) => {
                let random = trace.number() & ((1 << RANDOM_BITS) - 1);
                random >= u128::from(*rejected)
            }
            Kind::Rate(rate) => {
                let now = u64::try_from(rate.since.elapsed().as_nanos()).unwrap_or(u64::MAX);
                rate.takes(now)
            }
        }
    }
}

const SECOND: u64 = 1_000_000_000;

/// A bucket that is known by the moment at which it is full again. In nanoseconds.
#[derive(Debug)]
struct Rate {
    since: Instant,
    /// From one to the next.
    interval: u64,
    /// What can be saved up.
    most: u64,
    /// Since `since`.
    full_at: AtomicU64,
}

impl Rate {
    fn takes(&self, now: u64) -> bool {
        let take = |full_at: u64| {
            let next = full_at.max(now).saturating_add(self.interval);
            (next - now <= self.most).then_some(next)
        };
        let order = Ordering::Relaxed;
        self.full_at.fetch_update(order, order, take).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_the_traces_is_sampled_by_their_ids() {
        let sampled = |share: f64| {
            let sampler = Sampler::share(share);
            let ids = (0..1000_u128).map(|n| TraceId::new(n << (RANDOM_BITS - 10) | 1 << 100));
            ids.flatten().filter(|id| sampler.samples(*id)).count()
        };
        assert_eq!(sampled(0.0), 0);
        assert_eq!(sampled(1.0), 1000);
        // Of 1024, of which the lower 1000 were looked at.
        assert_eq!(sampled(0.5), 488);
        assert_eq!(sampled(2.0), 1000);
        assert_eq!(sampled(-1.0), 0);
    }

    #[test]
    fn a_rate_is_kept_and_what_was_not_used_is_saved_for_a_second() {
        let Sampler(Kind::Rate(rate)) = Sampler::rate(5, Duration::from_secs(1)) else {
            panic!("it is a rate");
        };
        let taken = |now: u64| (0..10).filter(|_| rate.takes(now)).count();
        assert_eq!(taken(0), 5);
        assert_eq!(taken(SECOND / 5), 1);
        assert_eq!(taken(100 * SECOND), 5);
        assert_eq!(taken(100 * SECOND), 0);
    }

    #[test]
    fn a_rate_of_less_than_one_a_second_lets_one_through() {
        let Sampler(Kind::Rate(rate)) = Sampler::rate(1, Duration::from_secs(60)) else {
            panic!("it is a rate");
        };
        assert!(rate.takes(0));
        assert!(!rate.takes(59 * SECOND));
        assert!(rate.takes(61 * SECOND));
    }
}
