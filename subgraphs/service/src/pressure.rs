//! Whether the runtime keeps up with what is asked of it.
//!
//! What is short and cheap is answered on the runtime, and waits for nothing. But hundreds of connections that all send such requests at once make everybody
//! wait for a few milliseconds of each. A tick that does not come shows it. Until it comes again only the least is computed on the runtime, and the rest
//! on the pool, whose queue has an end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::time::MissedTickBehavior;
use tokio_util::task::AbortOnDropHandle;

/// The time between two ticks.
const TICK: Duration = Duration::from_millis(15);

/// A runtime that has not ticked for this long is behind.
const LATE: Duration = Duration::from_millis(35);

/// How long it is thought to be after it was: what made it late comes again as soon as it is let.
const WARY: Duration = Duration::from_secs(1);

/// What a request may be to be computed on the runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bound {
    /// Bytes of what it brings.
    pub(crate) bytes: usize,
    /// Units of work.
    pub(crate) work: u64,
}

/// The pressure on the runtime of a program; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Pressure(Arc<Ticks>);

#[derive(Debug)]
struct Ticks {
    began: Instant,
    /// When it ticked last, in microseconds since it began; [`NEVER`] while nobody ticks.
    last: AtomicU64,
    /// Until when it is thought to be behind.
    wary: AtomicU64,
}

const NEVER: u64 = u64::MAX;

impl Pressure {
    /// None, until somebody [ticks](Self::tick).
    pub(crate) fn new() -> Self {
        Self(Arc::new(Ticks {
            began: Instant::now(),
            last: AtomicU64::new(NEVER),
            wary: AtomicU64::new(0),
        }))
    }

    /// Ticks on the runtime that this is called in, until what it gives is dropped.
    pub(crate) fn tick(&self) -> AbortOnDropHandle<()> {
        let ticks = Arc::clone(&self.0);
        AbortOnDropHandle::new(tokio::spawn(async move {
            let mut interval = tokio::time::interval(TICK);
            interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                interval.tick().await;
                ticks.tick();
            }
        }))
    }

    /// `usual`, or `least` while the runtime is behind.
    pub(crate) fn bound(&self, usual: Bound, least: Bound) -> Bound {
        match self.is_high(Instant::now()) {
            true => least,
            false => usual,
        }
    }

    /// Lets other connections go first while the runtime is behind: one whose client sends a request after the other, without waiting for answers, would
    /// have a dozen of them answered in one turn.
    pub(crate) async fn take_turns(&self, now: Instant) {
        if self.is_high(now) {
            tokio::task::yield_now().await;
        }
    }

    /// From now on it is high.
    #[cfg(test)]
    pub(crate) fn rise(&self) {
        self.0.last.store(0, Ordering::Relaxed);
        self.0.wary.store(NEVER, Ordering::Relaxed);
    }

    fn is_high(&self, now: Instant) -> bool {
        let last = self.0.last.load(Ordering::Relaxed);
        if last == NEVER {
            return false;
        }
        let now = micros(now.saturating_duration_since(self.0.began));
        now.saturating_sub(last) > micros(LATE) || now < self.0.wary.load(Ordering::Relaxed)
    }
}

impl Ticks {
    fn now(&self) -> u64 {
        micros(self.began.elapsed())
    }

    fn tick(&self) {
        let now = self.now();
        let last = self.last.swap(now, Ordering::Relaxed);
        if last != NEVER && now.saturating_sub(last) > micros(LATE) {
            let until = now.saturating_add(micros(WARY));
            self.wary.store(until, Ordering::Relaxed);
        }
    }
}

fn micros(time: Duration) -> u64 {
    // Of half a million years.
    u64::try_from(time.as_micros()).unwrap_or(NEVER - 1)
}

#[cfg(test)]
mod tests;
