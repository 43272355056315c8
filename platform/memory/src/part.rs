//! A part of the memory, whose size may change while requests hold some of it.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{AcquireError, Semaphore, SemaphorePermit, TryAcquireError};

/// Units of one part.
#[derive(Debug)]
pub(crate) struct Part {
    free: Semaphore,
    /// What is held beyond the size: nobody gets it when it is given back.
    owed: AtomicUsize,
}

impl Part {
    pub(crate) fn new(units: usize) -> Self {
        Self {
            free: Semaphore::new(units),
            owed: AtomicUsize::new(0),
        }
    }

    pub(crate) fn try_take(&self, units: u32) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        self.free.try_acquire_many(units)
    }

    /// Waits for them.
    pub(crate) async fn take(&self, units: u32) -> Result<SemaphorePermit<'_>, AcquireError> {
        self.free.acquire_many(units).await
    }

    /// What was taken and forgotten.
    pub(crate) fn give_back(&self, units: usize) {
        let paid = match self.owed.load(Ordering::Relaxed) {
            0 => 0,
            _ => self.pay(units),
        };
        self.free.add_permits(units - paid);
    }

    /// Pays of what is owed; how much.
    fn pay(&self, units: usize) -> usize {
        let paying = |owed: usize| Some(owed.saturating_sub(units));
        let owed = self
            .owed
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, paying);
        units.min(owed.unwrap_or(0))
    }

    /// Units that nobody holds.
    #[cfg(test)]
    pub(crate) fn available_permits(&self) -> usize {
        self.free.available_permits()
    }

    /// It becomes more or less.
    pub(crate) fn resize(&self, before: usize, now: usize) {
        self.give_back(now.saturating_sub(before));
        let less = before.saturating_sub(now);
        let taken = self.free.forget_permits(less);
        self.owed.fetch_add(less - taken, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes that many for longer.
    fn takes(part: &Part, units: u32) -> bool {
        let taken = part.try_take(units);
        taken.map(SemaphorePermit::forget).is_ok()
    }

    #[test]
    fn what_is_held_beyond_the_size_is_nobodys_when_it_is_given_back() {
        let part = Part::new(10);
        assert!(takes(&part, 8));
        part.resize(10, 4);
        assert!(!takes(&part, 1));
        part.give_back(5);
        assert!(takes(&part, 1));
        assert!(!takes(&part, 1), "4 of 4 are held");
        part.resize(4, 2);
        part.resize(2, 5);
        assert!(takes(&part, 1));
        assert!(!takes(&part, 1), "5 of 5 are held");
        part.give_back(5);
        assert!(takes(&part, 5) && !takes(&part, 1));
    }
}
