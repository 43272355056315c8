//! A bounded number of places: the bound is given when one is taken, so that those that are taken count whatever it is later.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The places that are taken. Clones count together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places(Arc<AtomicUsize>);

/// The right to one; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Place(Arc<AtomicUsize>);

impl Places {
    /// One more, unless `max` or more are taken.
    pub(crate) fn take(&self, max: usize) -> Option<Place> {
        let more = |taken: usize| (taken < max).then_some(taken + 1);
        let taken = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        taken.ok().map(|_| Place(Arc::clone(&self.0)))
    }

    /// Whether `max` or more are taken.
    pub(crate) fn are_taken(&self, max: usize) -> bool {
        self.0.load(Ordering::Relaxed) >= max
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_have_a_place_count_against_another_bound() {
        let places = Places::default();
        let first = places.take(2);
        let second = places.clone().take(2);
        assert!(first.is_some() && second.is_some());
        assert!(places.take(2).is_none());
        assert!(places.are_taken(2) && !places.are_taken(3));
        assert!(places.take(1).is_none());
        drop(first);
        assert!(places.take(1).is_none());
        drop(second);
        assert!(places.take(1).is_some());
        assert!(places.take(0).is_none());
    }
}
