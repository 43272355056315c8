//! How long something took, counted in buckets: constant memory, percentiles that can be added up.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

/// Of each power of two.
const PARTS: u64 = 4;
/// The first bucket ends at 20 µs, the last one has everything above 4 minutes.
const FIRST: u32 = 4;
const LAST: u32 = 27;
const BUCKETS: usize = ((LAST - FIRST + 1) as usize) * (PARTS as usize);

/// Counts of durations. A bucket ends at most a quarter above its beginning.
#[derive(Debug)]
pub(super) struct Durations([AtomicU32; BUCKETS]);

impl Durations {
    pub(super) fn new() -> Self {
        Self(std::array::from_fn(|_| AtomicU32::new(0)))
    }

    pub(super) fn count(&self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.add(bucket_of(micros), 1);
    }

    /// Adds what [`Self::buckets`] gave, of this recording or of another one.
    pub(super) fn add_all(&self, buckets: &[(u64, u32)]) {
        for (end, count) in buckets {
            self.add(bucket_of(end.saturating_sub(1)), *count);
        }
    }

    /// The buckets that hold something: where each ends (microseconds, exclusive), and how many it has.
    pub(super) fn buckets(&self) -> Vec<(u64, u32)> {
        let all = self.0.iter().enumerate();
        let counted = all.map(|(bucket, count)| (end_of(bucket), count.load(Relaxed)));
        counted.filter(|(_, count)| *count > 0).collect()
    }

    /// Gives the counts away: what is left counts nothing.
    pub(super) fn take(&self) -> Vec<(u64, u32)> {
        let all = self.0.iter().enumerate();
        let counted = all.map(|(bucket, count)| (end_of(bucket), count.swap(0, Relaxed)));
        counted.filter(|(_, count)| *count > 0).collect()
    }

    fn add(&self, bucket: usize, count: u32) {
        // The count saturates.
        let added = |before: u32| Some(before.saturating_add(count));
        self.0[bucket].fetch_update(Relaxed, Relaxed, added).ok();
    }
}

/// What a share of the durations does not exceed, in microseconds; `None` without any.
pub(super) fn quantile(buckets: &[(u64, u32)], share: f64) -> Option<u64> {
    let all: u64 = buckets.iter().map(|(_, count)| u64::from(*count)).sum();
    let wanted = (all as f64 * share).ceil();
    let mut so_far = 0;
    let found = buckets.iter().find(|(_, count)| {
        so_far += u64::from(*count);
        so_far as f64 >= wanted
    });
    found.map(|(end, _)| *end)
}

fn bucket_of(micros: u64) -> usize {
    let power = micros.max(1).ilog2();
    if power < FIRST {
        return 0;
    }
    let part = (micros >> (power - 2)) & (PARTS - 1);
    let bucket = u64::from(power - FIRST) * PARTS + part;
    usize::try_from(bucket).map_or(BUCKETS - 1, |bucket| bucket.min(BUCKETS - 1))
}

fn end_of(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    let (power, part) = (u64::from(FIRST) + bucket / PARTS, bucket % PARTS);
    (PARTS + part + 1) << (power - 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_duration_is_in_the_bucket_that_ends_above_it() {
        let mut before = 0;
        for bucket in 0..BUCKETS {
            let end = end_of(bucket);
            assert!(end > before, "{bucket}");
            assert_eq!(bucket_of(end - 1), bucket);
            assert_eq!(bucket_of(end), (bucket + 1).min(BUCKETS - 1));
            assert!(
                bucket == 0 || (end - before) * 4 <= before,
                "{before} to {end}"
            );
            before = end;
        }
        assert_eq!((bucket_of(0), bucket_of(u64::MAX)), (0, BUCKETS - 1));
    }

    #[test]
    fn percentiles_survive_being_written_and_added() {
        let durations = Durations::new();
        for millis in 1..=100 {
            durations.count(Duration::from_millis(millis));
        }
        let both = Durations::new();
        both.add_all(&durations.buckets());
        both.add_all(&durations.take());
        let buckets = both.buckets();
        assert!(durations.buckets().is_empty());
        assert_eq!(buckets.iter().map(|(_, n)| n).sum::<u32>(), 200);
        let median = quantile(&buckets, 0.5).expect("there is one");
        assert!((50_000..=62_500).contains(&median), "{median}");
        let high = quantile(&buckets, 0.95).expect("there is one");
        assert!((95_000..=118_750).contains(&high), "{high}");
        assert_eq!(quantile(&[], 0.5), None);
    }
}
