//! Whether a program wants traffic: set by the program, and probed by its orchestrator.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};

/// The readiness of a program; clones share it.
///
/// Liveness needs no state: a program that answers at all is alive.
#[derive(Clone, Debug)]
pub struct Health {
    /// `Err` holds why no traffic is wanted.
    state: Arc<RwLock<Result<(), Cow<'static, str>>>>,
}

impl Health {
    /// Not ready, because `starting`.
    #[must_use]
    pub fn new() -> Self {
        Self {
            state: Arc::new(RwLock::new(Err(Cow::Borrowed("starting")))),
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

impl Default for Health {
    fn default() -> Self {
        Self::new()
    }
}
