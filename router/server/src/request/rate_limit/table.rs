//! The buckets of this replica: a fixed number of them, however many clients there are.
//!
//! Each key has a place among a few, by its hash. One that is new takes the place of the bucket that will be full first: most often it is full already, and
//! nothing is forgotten by it. To be forgotten sooner a client would have to come from more places than there are, within the time that its bucket takes
//! to fill. The hash has a key of its own for each process, so that nobody can choose among whom a place is.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::bucket::{Bucket, Taken};
use super::key::Key;
use super::{Policy, micros};

/// Sets of places, a power of two: 131,072 keys in some 3 MiB.
const SETS: usize = 1 << 14;
const PLACES: usize = 8;

/// One key.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    hash: u64,
    /// When its buckets are full, by policy.
    full_at: [f64; 2],
}

/// The buckets.
#[derive(Debug)]
pub(super) struct Table {
    sets: Box<[Mutex<[Place; PLACES]>]>,
    hasher: RandomState,
    began: Instant,
}

impl Table {
    pub(super) fn new() -> Self {
        Self {
            sets: (0..SETS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            began: Instant::now(),
        }
    }

    /// Takes from the bucket of a key.
    pub(super) fn take(
        &self,
        key: &Key<'_>,
        policy: Policy,
        bucket: &Bucket,
        amount: f64,
    ) -> Taken {
        let now = micros(self.began.elapsed());
        self.take_at(self.hasher.hash_one(key), policy, bucket, amount, now)
    }

    fn take_at(&self, hash: u64, policy: Policy, bucket: &Bucket, amount: f64, now: f64) -> Taken {
        let set = &self.sets[hash as usize % SETS];
        let mut set = set.lock().unwrap_or_else(PoisonError::into_inner);
        let known = set.iter().position(|place| place.hash == hash);
        let index = known.unwrap_or_else(|| {
            let index = first_to_be_full(&set);
            set[index] = Place {
                hash,
                ..Place::default()
            };
            index
        });
        let [requests, cost] = &mut set[index].full_at;
        let full_at = match policy {
            Policy::Requests => requests,
            Policy::Cost => cost,
        };
        bucket.take(full_at, now, amount)
    }
}

fn first_to_be_full(set: &[Place; PLACES]) -> usize {
    let full_at = |place: &Place| place.full_at[0].max(place.full_at[1]);
    let each = set.iter().enumerate();
    each.min_by(|(_, one), (_, other)| full_at(one).total_cmp(&full_at(other)))
        .map_or(0, |(index, _)| index)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use settings::units::Rate;

    use super::*;

    fn bucket() -> Bucket {
        let rate = Rate {
            count: 2,
            per: Duration::from_secs(60),
        };
        Bucket::new(rate, rate.count)
    }

    #[test]
    fn keys_and_policies_are_counted_apart() {
        let table = Table::new();
        let allowed = |header: &'static [u8], policy| {
            let key = Key::Header(header);
            let bucket = bucket();
            table.take(&key, policy, &bucket, 1.0).is_allowed()
        };
        for key in [&b"a"[..], b"b"] {
            for policy in [Policy::Requests, Policy::Cost] {
                let each = [1, 2, 3].map(|_| allowed(key, policy));
                assert_eq!(each, [true, true, false]);
            }
        }
    }

    #[test]
    fn a_million_keys_take_no_more_room_than_a_few() {
        let (table, bucket) = (Table::new(), bucket());
        let used = allocation_counter::measure(|| {
            for number in 0..1_000_000_u64 {
                let header = number.to_le_bytes();
                let taken = table.take(&Key::Header(&header), Policy::Requests, &bucket, 1.0);
                assert!(
                    taken.is_allowed(),
                    "a key that is new has all of its tokens"
                );
            }
        });
        assert_eq!(used.bytes_total, 0, "it is all taken at the beginning");
    }

    #[test]
    fn a_bucket_in_use_outlasts_those_that_are_full_again() {
        let (table, bucket) = (Table::new(), bucket());
        let take = |hash: u64, now: f64| table.take_at(hash, Policy::Requests, &bucket, 1.0, now);
        let busy = 1;
        assert!(take(busy, 0.0).is_allowed());
        assert!(take(busy, 0.0).is_allowed());
        // They belong to the same set, and are full sooner.
        for number in 1..=1000 {
            assert!(take(busy + number * SETS as u64, 0.0).is_allowed());
        }
        assert!(!take(busy, 1e6).is_allowed(), "it was not forgotten");
    }
}
