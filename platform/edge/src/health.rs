//! Whether a program wants traffic, set by the program, and whether it is alive; both are probed by its orchestrator.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

/// Between two signs of life.
const BEAT: Duration = Duration::from_secs(1);

/// A runtime that gives none for so long will not come back.
const STUCK: Duration = Duration::from_secs(30);

/// The readiness of a program, and whether it is alive; clones share it.
#[derive(Clone, Debug)]
pub struct Health {
    /// `Err` holds why no traffic is wanted.
    state: Arc<RwLock<Result<(), Cow<'static, str>>>>,
    pulse: Arc<Pulse>,
}

/// When there was the last sign of life.
#[derive(Debug)]
struct Pulse {
    /// What times are counted from.
    epoch: Instant,
    /// In milliseconds after it; 0 as long as nothing is watched.
    beat: AtomicU64,
}

impl Pulse {
    /// Milliseconds, never 0.
    fn now(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_millis()).map_or(u64::MAX, |now| now.max(1))
    }
}

impl Health {
    /// Not ready, because `starting`.
    #[must_use]
    pub fn new() -> Self {
        Self {
            state: Arc::new(RwLock::new(Err(Cow::Borrowed("starting")))),
            pulse: Arc::new(Pulse {
                epoch: Instant::now(),
                beat: AtomicU64::new(0),
            }),
        }
    }

    /// Watches the present runtime, until what is returned is dropped: while none of its tasks gets on, the program is not alive.
    pub(crate) fn watch(&self) -> JoinSet<()> {
        let pulse = Arc::clone(&self.pulse);
        let beating = async move {
            loop {
                pulse.beat.store(pulse.now(), Ordering::Relaxed);
                tokio::time::sleep(BEAT).await;
            }
        };
        [beating].into_iter().collect()
    }

    /// `Ok` while the runtime that is watched gets on, or none is.
    ///
    /// # Errors
    /// For how long it has not.
    pub(crate) fn liveness(&self) -> Result<(), Duration> {
        match self.pulse.beat.load(Ordering::Relaxed) {
            0 => Ok(()),
            beat => alive(Duration::from_millis(self.pulse.now().saturating_sub(beat))),
        }
    }

    /// Says that traffic is wanted.
    pub fn ready(&self) {
        self.set(Ok(()));
    }

    /// Says that no traffic is wanted, and why: the reason is shown at `/health/ready`.
    pub fn not_ready(&self, reason: impl Into<Cow<'static, str>>) {
        self.set(Err(reason.into()));
    }

    /// `Ok` when traffic is wanted.
    ///
    /// # Errors
    /// Why it is not.
    pub fn readiness(&self) -> Result<(), String> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state
            .as_ref()
            .copied()
            .map_err(|reason| reason.clone().into_owned())
    }

    fn set(&self, state: Result<(), Cow<'static, str>>) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

/// Whether what was heard of so long ago is alive.
fn alive(silent: Duration) -> Result<(), Duration> {
    match silent < STUCK {
        true => Ok(()),
        false => Err(silent),
    }
}

impl Default for Health {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_runtime_that_does_not_get_on_is_not_alive() {
        let health = Health::new();
        assert_eq!(health.liveness(), Ok(()));
        let watching = health.watch();
        tokio::task::yield_now().await;
        assert_ne!(health.pulse.beat.load(Ordering::Relaxed), 0);
        assert_eq!(health.liveness(), Ok(()));
        drop(watching);
        assert_eq!(alive(STUCK - BEAT), Ok(()));
        assert_eq!(alive(STUCK), Err(STUCK));
    }
}
