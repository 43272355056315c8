//! What one request may cost, paid as it goes.
//!
//! Bounds per field do not add up: a field can be aliased, and a fragment spread, hundreds of times. So a request has one [`Budget`], and
//! what computes for it pays there first: [`charge`] for work, [`produce`] for bytes of its answer, [`keep`] for bytes that stay in memory until it is answered. Each
//! fails once the allowance is used up or the time is over, and keeps failing, so that nothing goes on for a request that is lost. [`shared`] makes a value once for
//! all fields that need it.
//!
//! The budget of the request that is being computed is known by its task: functions need no parameter for it, and cost nothing where there
//! is none, as in a test of a function.

use std::any::Any;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::erreur::{Cause, Erreur, Resultat};

#[cfg(test)]
mod tests;

/// Values that one request keeps for its other fields: more are made again.
const MAX_SHARED: usize = 32;

/// Bytes of what they were made from.
const MAX_SHARED_BYTES: usize = 4 << 20;

tokio::task_local! {
    static CURRENT: Arc<Budget>;
}

/// What a request may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Units of work. One is what it takes to read a value of a series, or to add it to a sum: a quarter of a microsecond or less.
    pub work: u64,
    /// Bytes of its answer.
    pub answer: u64,
    /// Bytes that it keeps while it is computed, beside the text of its answer.
    pub kept: u64,
    /// When its time is over, unless it is [renewed](Budget::renew).
    pub deadline: Instant,
}

/// The account of one request.
#[derive(Debug)]
pub struct Budget {
    allowance: Allowance,
    made: Instant,
    /// When its time is over, in microseconds since it was made.
    until: AtomicU64,
    work: AtomicU64,
    answer: AtomicU64,
    kept: AtomicU64,
    /// Whether nobody waits for it any more.
    abandoned: AtomicBool,
    /// Whether there is a failure.
    is_lost: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failure: Option<Erreur>,
    shared: Vec<Shared>,
    shared_bytes: usize,
}

/// A value, and what it was made from.
#[derive(Debug)]
struct Shared {
    kind: &'static str,
    source: Box<[u8]>,
    value: Arc<dyn Any + Send + Sync>,
}

impl Budget {
    /// A budget of which nothing is used.
    #[must_use]
    pub fn new(allowance: Allowance) -> Arc<Budget> {
        let made = Instant::now();
        Arc::new(Budget {
            allowance,
            made,
            until: AtomicU64::new(micros(made, allowance.deadline)),
            work: AtomicU64::new(0),
            answer: AtomicU64::new(0),
            kept: AtomicU64::new(0),
            abandoned: AtomicBool::new(false),
            is_lost: AtomicBool::new(false),
            state: Mutex::default(),
        })
    }

    /// Computes `future` on this budget.
    pub async fn scope<F: Future>(self: Arc<Self>, future: F) -> F::Output {
        CURRENT.scope(self, future).await
    }

    /// Computes on this budget.
    pub fn sync_scope<T>(self: Arc<Self>, compute: impl FnOnce() -> T) -> T {
        CURRENT.sync_scope(self, compute)
    }

    /// Gives what is computed from now on its own time: an event of a stream has one, and all of them have one budget.
    pub fn renew(&self, deadline: Instant) {
        let until = micros(self.made, deadline);
        self.until.store(until, Ordering::Relaxed);
    }

    /// Why the request is lost, if it is.
    #[must_use]
    pub fn failure(&self) -> Option<Erreur> {
        self.state().failure.clone()
    }

    /// The units of work that were paid.
    #[must_use]
    pub fn work(&self) -> u64 {
        self.work.load(Ordering::Relaxed)
    }

    /// Pays `units` of work.
    ///
    /// # Errors
    /// As [`charge`].
    pub fn pay_work(&self, units: u64) -> Resultat<()> {
        self.goes_on()?;
        let paid = self.work.fetch_add(units, Ordering::Relaxed) + units;
        if paid > self.allowance.work {
            return Err(self.fail("units of work in a request", self.allowance.work, paid));
        }
        self.in_time()
    }

    /// Pays `bytes` of the answer.
    ///
    /// # Errors
    /// As [`produce`].
    pub fn pay_answer(&self, bytes: u64) -> Resultat<()> {
        self.goes_on()?;
        let paid = self.answer.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if paid > self.allowance.answer {
            return Err(self.fail("bytes in an answer", self.allowance.answer, paid));
        }
        Ok(())
    }

    /// Pays `bytes` that are kept.
    ///
    /// # Errors
    /// As [`keep`].
    pub fn pay_kept(&self, bytes: u64) -> Resultat<()> {
        self.goes_on()?;
        let paid = self.kept.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if paid > self.allowance.kept {
            return Err(self.fail("bytes kept for a request", self.allowance.kept, paid));
        }
        Ok(())
    }

    /// Lets go of all that is kept: what comes of the request is there, or an event of it, and may wait long for its client.
    pub fn forget(&self) {
        let mut state = self.state();
        let forgotten = std::mem::take(&mut state.shared);
        state.shared_bytes = 0;
        self.kept.store(0, Ordering::Relaxed);
        // Nobody waits for the lock meanwhile.
        drop(state);
        drop(forgotten);
    }

    /// Gives the request up when what is returned is dropped: nobody waits for it any more. What computes for it fails with its next
    /// payment.
    #[must_use]
    pub fn abandoned_on_drop(self: &Arc<Self>) -> AbandonOnDrop {
        AbandonOnDrop(Some(Arc::clone(self)))
    }

    /// Whether there is time left, and somebody who waits.
    ///
    /// # Errors
    /// [`Code::Timeout`](crate::Code::Timeout).
    pub fn in_time(&self) -> Resultat<()> {
        let until = self.until.load(Ordering::Relaxed);
        if !self.abandoned.load(Ordering::Relaxed) && micros(self.made, Instant::now()) < until {
            return Ok(());
        }
        Err(self.lost(Cause::OutOfTime.into()))
    }

    /// What is lost stays so, whichever allowance was used up.
    fn goes_on(&self) -> Resultat<()> {
        if self.is_lost.load(Ordering::Relaxed)
            && let Some(failure) = self.failure()
        {
            return Err(failure);
        }
        Ok(())
    }

    fn fail(&self, what: &'static str, limit: u64, actual: u64) -> Erreur {
        let number = |n| usize::try_from(n).unwrap_or(usize::MAX);
        self.lost(Erreur::limit(what, number(limit), number(actual)))
    }

    /// The first failure is what the client gets.
    fn lost(&self, erreur: Erreur) -> Erreur {
        let first = self.state().failure.get_or_insert(erreur).clone();
        self.is_lost.store(true, Ordering::Relaxed);
        first
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves these collections whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Held while a request is waited for, see [`Budget::abandoned_on_drop`].
#[derive(Debug)]
pub struct AbandonOnDrop(Option<Arc<Budget>>);

impl AbandonOnDrop {
    /// Gives nothing up: somebody else holds the request from now on, or it is done.
    pub fn release(mut self) {
        self.0 = None;
    }
}

impl Drop for AbandonOnDrop {
    fn drop(&mut self) {
        if let Some(budget) = &self.0 {
            budget.abandoned.store(true, Ordering::Relaxed);
        }
    }
}

/// The time between two instants; none when the second is the earlier one.
fn micros(from: Instant, to: Instant) -> u64 {
    // Of half a million years.
    u64::try_from(to.saturating_duration_since(from).as_micros()).unwrap_or(u64::MAX)
}

/// The budget of the request that is being computed.
#[must_use]
pub fn current() -> Option<Arc<Budget>> {
    CURRENT.try_with(Arc::clone).ok()
}

/// Pays `units` of work before it is done. In a loop, pay for some hundred turns at once: each payment asks the clock.
///
/// # Errors
/// [`Code::LimitExceeded`](crate::Code::LimitExceeded) when the request has no more, [`Code::Timeout`](crate::Code::Timeout) when its time
/// is over.
pub fn charge(units: u64) -> Resultat<()> {
    CURRENT
        .try_with(|budget| budget.pay_work(units))
        .unwrap_or(Ok(()))
}

/// Pays `bytes` of the answer before they are kept.
///
/// # Errors
/// [`Code::LimitExceeded`](crate::Code::LimitExceeded) when the answer has as many as it may.
pub fn produce(bytes: usize) -> Resultat<()> {
    CURRENT
        .try_with(|budget| budget.pay_answer(bytes as u64))
        .unwrap_or(Ok(()))
}

/// Pays `bytes` that are kept until the request is answered: by a value of the answer, or for other fields, which may ask for none of them in the end.
///
/// # Errors
/// [`Code::LimitExceeded`](crate::Code::LimitExceeded) when the request keeps as many as it may.
pub fn keep(bytes: usize) -> Resultat<()> {
    CURRENT
        .try_with(|budget| budget.pay_kept(bytes as u64))
        .unwrap_or(Ok(()))
}

/// The value that `make` makes from `source`: once in a request, as long as there are not too many. What has the same `kind` has the same
/// type and is made in the same way.
///
/// # Errors
/// Of `make`, which is asked again the next time.
pub fn shared<T: Any + Send + Sync>(
    kind: &'static str,
    source: &[u8],
    make: impl FnOnce() -> Resultat<T>,
) -> Resultat<Arc<T>> {
    let Some(budget) = current() else {
        return make().map(Arc::new);
    };
    let known = {
        let state = budget.state();
        let mut all = state.shared.iter();
        all.find(|shared| shared.kind == kind && *shared.source == *source)
            .map(|shared| Arc::clone(&shared.value))
    };
    if let Some(known) = known.and_then(|value| value.downcast().ok()) {
        return Ok(known);
    }
    let made = Arc::new(make()?);
    let mut state = budget.state();
    if state.shared.len() < MAX_SHARED && state.shared_bytes + source.len() <= MAX_SHARED_BYTES {
        state.shared_bytes += source.len();
        let value: Arc<dyn Any + Send + Sync> = made.clone();
        let source = source.into();
        state.shared.push(Shared {
            kind,
            source,
            value,
        });
    }
    Ok(made)
}
