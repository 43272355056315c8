//! The arithmetic of a token bucket, as the generic cell rate algorithm has it: all that is kept of a bucket is when it will be full again.
//!
//! The same arithmetic is in the script that Redis runs ([`super::shared`]). Times are microseconds since some moment.

use settings::units::Rate;

use super::micros;

/// A bucket of tokens, which come back at a rate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    /// How long one token takes to come back.
    pub(super) interval: f64,
    /// How many there are when it is full.
    pub(super) capacity: u64,
}

/// The outcome of taking some.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Taken {
    /// How long until this many can be taken; nothing where they were.
    pub(super) wait: f64,
    /// How long until the bucket is full.
    pub(super) full_in: f64,
}

impl Bucket {
    pub(super) fn new(rate: Rate, capacity: u64) -> Self {
        Self {
            interval: micros(rate.per) / rate.count as f64,
            capacity,
        }
    }

    /// How long the whole of it takes to come back.
    pub(super) fn window(&self) -> f64 {
        self.interval * self.capacity as f64
    }

    /// Takes an amount. More than there can be is taken from a full bucket, and comes back before anything else can be taken.
    pub(super) fn take(&self, full_at: &mut f64, now: f64, amount: f64) -> Taken {
        let empty_for = full_at.max(now) - now;
        let after = empty_for + amount * self.interval;
        let most = self.interval * amount.max(self.capacity as f64);
        match after <= most {
            true => {
                *full_at = now + after;
                Taken {
                    wait: 0.0,
                    full_in: after,
                }
            }
            false => Taken {
                wait: after - most,
                full_in: empty_for,
            },
        }
    }
}

impl Taken {
    pub(super) fn is_allowed(&self) -> bool {
        self.wait <= 0.0
    }

    /// In seconds, at least 1.
    pub(super) fn retry_after(&self) -> u64 {
        seconds(self.wait).max(1)
    }
}

/// Whole seconds, rounded up.
pub(super) fn seconds(micros: f64) -> u64 {
    // A float that is too large becomes the largest number there is.
    (micros / 1e6).ceil() as u64
}

#[cfg(test)]
mod tests {
    use settings::units::parse_rate;

    use super::*;

    fn bucket(rate: &str, capacity: u64) -> Bucket {
        Bucket::new(parse_rate(rate).expect("a rate"), capacity)
    }

    #[test]
    fn a_full_bucket_gives_what_it_holds_and_then_its_rate() {
        let bucket = bucket("10/s", 3);
        let mut full_at = 0.0;
        let mut now = 5e6;
        for _ in 0..3 {
            assert!(bucket.take(&mut full_at, now, 1.0).is_allowed());
        }
        let refused = bucket.take(&mut full_at, now, 1.0);
        assert_eq!((refused.wait, refused.full_in), (100_000.0, 300_000.0));
        now += 100_000.0;
        assert!(bucket.take(&mut full_at, now, 1.0).is_allowed());
        assert!(!bucket.take(&mut full_at, now, 1.0).is_allowed());
        // After a long time it is full and no fuller.
        now += 1e12;
        let allowed = (0..100).filter(|_| bucket.take(&mut full_at, now, 1.0).is_allowed());
        assert_eq!(allowed.count(), 3);
    }

    #[test]
    fn what_is_refused_takes_nothing() {
        let bucket = bucket("1/h", 1);
        let mut full_at = 0.0;
        assert!(bucket.take(&mut full_at, 0.0, 1.0).is_allowed());
        let before = full_at;
        for _ in 0..1000 {
            let taken = bucket.take(&mut full_at, 0.0, 1.0);
            assert_eq!(taken.retry_after(), 3600);
        }
        assert_eq!(full_at, before);
    }

    #[test]
    fn more_than_a_bucket_holds_is_taken_when_it_is_full_and_paid_for() {
        let bucket = bucket("10/s", 10);
        let mut full_at = 0.0;
        assert!(bucket.take(&mut full_at, 0.0, 1.0).is_allowed());
        assert_eq!(bucket.take(&mut full_at, 0.0, 50.0).wait, 100_000.0);
        assert!(bucket.take(&mut full_at, 1e6, 50.0).is_allowed());
        assert_eq!(bucket.take(&mut full_at, 1e6, 1.0).retry_after(), 5);
        assert!(bucket.take(&mut full_at, 5.2e6, 1.0).is_allowed());
    }

    #[test]
    fn the_largest_amounts_stay_numbers() {
        let bucket = bucket("1/h", 1);
        let mut full_at = 0.0;
        assert!(bucket.take(&mut full_at, 0.0, u64::MAX as f64).is_allowed());
        let taken = bucket.take(&mut full_at, 0.0, u64::MAX as f64);
        assert!(taken.retry_after() > 1_000_000 && taken.wait.is_finite());
    }
}
