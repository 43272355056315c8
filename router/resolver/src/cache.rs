//! What was learned of names, and for how long it is used.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, timeout, timeout_at};

use crate::lookup::{Found, Missed, lookup};
use crate::{Error, Settings};

/// Names that are kept. The one that was asked for longest ago makes room.
const MAX_NAMES: usize = 1024;
/// Names that are looked up at once.
const MAX_LOOKUPS: usize = 64;
/// However short a time a server grants, a name is not looked up more often than that.
const MIN_FRESH: Duration = Duration::from_secs(1);
/// However long a time it grants, a name is looked up again after that.
const MAX_FRESH: Duration = Duration::from_secs(300);
/// Addresses are given at once for as long again as they were fresh, and at least this long.
const MIN_GRACE: Duration = Duration::from_secs(5);
/// After that the look-up of fresh ones is waited for first, this long from its beginning.
const REFRESH: Duration = Duration::from_millis(250);
/// A look-up may take this many times as long as the patience for one question.
const PATIENCES: u32 = 15;

/// The last addresses of a name, or why there is none.
type Outcome = Result<Arc<[IpAddr]>, Error>;

/// Hears how each look-up ended.
type Observer = dyn Fn(Result<(), &Error>) + Send + Sync;

/// Looks up names, and keeps what it learned. Clones share it.
#[derive(Clone)]
pub struct Resolver(Arc<Inner>);

struct Inner {
    settings: Settings,
    names: Mutex<HashMap<Box<str>, Entry>>,
    turns: Semaphore,
    observer: Box<Observer>,
}

/// A name that somebody asked for.
struct Entry {
    good: Option<Good>,
    /// Why the last look-up failed, and until when there is no other.
    failed: Option<(Error, Instant)>,
    underway: Option<Underway>,
    used: Instant,
    /// Connections that asked for it.
    turn: usize,
}

/// Addresses that were good.
struct Good {
    addresses: Arc<[IpAddr]>,
    learned: Instant,
    fresh_until: Instant,
    /// From then on they may long have been replaced: nobody has asked for the name in a while.
    old_from: Instant,
}

/// A look-up that others may wait for.
#[derive(Clone)]
struct Underway {
    begun: Instant,
    outcome: watch::Receiver<Option<Outcome>>,
}

impl Resolver {
    /// A resolver that knows no name yet.
    pub fn new(settings: Settings) -> Self {
        Self::observed(settings, |_| ())
    }

    /// The same, with a function that hears how each look-up ended. It must not wait.
    pub fn observed(
        settings: Settings,
        observer: impl Fn(Result<(), &Error>) + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Inner {
            settings,
            names: Mutex::default(),
            turns: Semaphore::new(MAX_LOOKUPS),
            observer: Box::new(observer),
        }))
    }

    /// All addresses of a name, at least one. Those that were good within [`Settings::stale`] are given at once, and learned again meanwhile when they
    /// are no longer fresh. Where that was long ago, there is a short wait for fresh ones, unless the last look-up failed.
    ///
    /// # Errors
    /// Why there is no address. For a few seconds others get the same answer without another look-up.
    pub async fn lookup(&self, name: &str) -> Outcome {
        if let Ok(address) = name.parse::<IpAddr>() {
            return Ok([address].into());
        }
        let (underway, old) = {
            let now = Instant::now();
            let mut names = self.0.names();
            let entry = entry(&mut names, name, now);
            let held = matches!(&entry.failed, Some((_, until)) if now < *until);
            if let Some(good) = &entry.good
                && now.duration_since(good.learned) < self.0.settings.stale.max(MIN_FRESH)
            {
                let addresses = Arc::clone(&good.addresses);
                let is_old = now >= good.old_from && entry.failed.is_none();
                if now < good.fresh_until || held {
                    return Ok(addresses);
                }
                let underway = self.start(entry, name);
                if !is_old || now >= underway.begun + REFRESH {
                    return Ok(addresses);
                }
                (underway, Some(addresses))
            } else {
                match &entry.failed {
                    Some((error, _)) if held => return Err(error.clone()),
                    _ => (self.start(entry, name), None),
                }
            }
        };
        let Some(old) = old else {
            return underway.ended(name).await;
        };
        let until = underway.begun + REFRESH;
        match timeout_at(until, underway.ended(name)).await {
            Ok(Ok(fresh)) => Ok(fresh),
            // They are better than none.
            Ok(Err(_)) | Err(_) => Ok(old),
        }
    }

    /// Counts the connections to a name; 0 where nothing is known of it.
    pub(crate) fn turn(&self, name: &str) -> usize {
        let mut names = self.0.names();
        let Some(entry) = names.get_mut(name) else {
            return 0;
        };
        entry.turn = entry.turn.wrapping_add(1);
        entry.turn
    }

    /// Has a name looked up, unless it is being looked up. The lookup goes on when the caller is gone, since others may wait for it.
    fn start(&self, entry: &mut Entry, name: &str) -> Underway {
        if let Some(underway) = &entry.underway
            && underway.outcome.has_changed().is_ok()
        {
            return underway.clone();
        }
        let (sender, outcome) = watch::channel(None);
        let underway = Underway {
            begun: Instant::now(),
            outcome,
        };
        entry.underway = Some(underway.clone());
        let (inner, name) = (Arc::clone(&self.0), Box::<str>::from(name));
        tokio::spawn(async move {
            let learned = inner.look(&name).await;
            (inner.observer)(learned.as_ref().map(|_| ()).map_err(|missed| &missed.error));
            sender.send_replace(Some(inner.note(&name, learned)));
        });
        underway
    }
}

impl Underway {
    async fn ended(mut self, name: &str) -> Outcome {
        let ended = self.outcome.wait_for(Option::is_some).await;
        let outcome = ended.ok().and_then(|outcome| outcome.clone());
        // A look-up that ended without a word was called off with the runtime.
        outcome.unwrap_or_else(|| Err(Error::Busy(name.to_owned())))
    }
}

impl Inner {
    fn names(&self) -> MutexGuard<'_, HashMap<Box<str>, Entry>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn look(&self, name: &str) -> Result<Found, Missed> {
        let looking = async {
            let _turn = self.turns.acquire().await;
            lookup(name, &self.settings).await
        };
        let patience = self.settings.timeout.saturating_mul(PATIENCES);
        timeout(patience, looking).await.unwrap_or_else(|_| {
            Err(Missed {
                error: Error::Busy(name.to_owned()),
                ttl: MIN_FRESH,
            })
        })
    }

    /// Keeps what was learned. A failure leaves the last good addresses.
    fn note(&self, name: &str, learned: Result<Found, Missed>) -> Outcome {
        let now = Instant::now();
        let mut names = self.names();
        let entry = entry(&mut names, name, now);
        entry.underway = None;
        match learned {
            Ok(Found { addresses, ttl }) => {
                let addresses: Arc<[IpAddr]> = addresses.into();
                if entry.failed.take().is_some() {
                    tracing::info!(name, "the name has addresses again");
                }
                let fresh = ttl.clamp(MIN_FRESH, MAX_FRESH);
                entry.good = Some(Good {
                    addresses: Arc::clone(&addresses),
                    learned: now,
                    fresh_until: now + fresh,
                    old_from: now + fresh + fresh.max(MIN_GRACE),
                });
                Ok(addresses)
            }
            Err(Missed { error, ttl }) => {
                if entry.failed.is_none() {
                    let kept = match entry.good {
                        Some(_) => "its last addresses are used",
                        None => "there are none to use",
                    };
                    tracing::warn!(name, %error, "a name has no addresses; {kept}");
                }
                entry.failed = Some((error.clone(), now + ttl.max(MIN_FRESH)));
                Err(error)
            }
        }
    }
}

/// What is known of a name; for a new one the name that was used longest ago goes, where there are too many.
fn entry<'n>(names: &'n mut HashMap<Box<str>, Entry>, name: &str, now: Instant) -> &'n mut Entry {
    if names.len() >= MAX_NAMES && !names.contains_key(name) {
        let oldest = names.iter().min_by_key(|(_, entry)| entry.used);
        if let Some(oldest) = oldest.map(|(name, _)| name.clone()) {
            names.remove(&oldest);
        }
    }
    let entry = names.entry(name.into()).or_insert_with(|| Entry {
        good: None,
        failed: None,
        underway: None,
        used: now,
        turn: 0,
    });
    entry.used = now;
    entry
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver")
            .field("settings", &self.0.settings)
            .field("names", &self.0.names().len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn names_are_bounded_and_the_one_unused_longest_goes() {
        let mut names = HashMap::new();
        let start = Instant::now();
        for index in 0..MAX_NAMES * 2 {
            let now = start + Duration::from_millis(index as u64);
            entry(&mut names, &format!("n{index}"), now);
            entry(&mut names, "n0", now);
        }
        assert_eq!(names.len(), MAX_NAMES);
        assert!(names.contains_key("n0"));
        assert!(!names.contains_key("n1"));
    }
}
