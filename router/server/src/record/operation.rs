//! One operation that clients send, and what is counted of it: without a lock, without allocating.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::document::{ClientEntry, Entry};
use super::durations::Durations;

/// Clients that are counted separately for one operation.
const MAX_CLIENTS: usize = 32;

/// Seconds between two of the moments at which one that goes on is seen.
const TOUCHED_EVERY: u64 = 60;

/// What is known of an operation before anybody has sent it.
#[derive(Clone, Debug)]
pub(crate) struct Description {
    pub(crate) name: Option<String>,
    /// `query`, `mutation` or `subscription`.
    pub(crate) operation_type: &'static str,
    /// The operation and its fragments, without literals.
    pub(crate) text: String,
    /// The schema coordinates that it uses, sorted.
    pub(crate) coordinates: Vec<String>,
}

/// A request for an operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sighting<'s> {
    pub(crate) is_error: bool,
    /// How long executing took, where it was executed to its end.
    pub(crate) duration: Option<Duration>,
    pub(crate) client_name: Option<&'s str>,
    pub(crate) client_version: Option<&'s str>,
}

/// An operation with its counts.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) hash: RecordedHash,
    name: Option<String>,
    operation_type: String,
    text: String,
    coordinates: Mutex<Vec<String>>,
    count: AtomicU64,
    errors: AtomicU64,
    /// Seconds of Unix time.
    first_seen: AtomicU64,
    last_seen: AtomicU64,
    durations: Durations,
    clients: RwLock<Vec<Client>>,
    /// Whether it is in the recording: it can have made room for another one.
    pub(super) is_kept: AtomicBool,
}

#[derive(Debug)]
struct Client {
    name: Box<str>,
    version: Option<Box<str>>,
    count: AtomicU64,
}

/// Names a recorded operation: the first 16 bytes of the SHA-256 of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct RecordedHash([u8; 16]);

impl RecordedHash {
    pub(super) fn of(text: &str) -> Self {
        let mut hash = [0; 16];
        hash.copy_from_slice(&Sha256::digest(text.as_bytes())[..16]);
        Self(hash)
    }
}

impl std::fmt::Display for RecordedHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Recorded {
    pub(super) fn new(described: Description, now: u64) -> Self {
        Self {
            hash: RecordedHash::of(&described.text),
            name: described.name,
            operation_type: described.operation_type.to_owned(),
            text: described.text,
            coordinates: Mutex::new(described.coordinates),
            count: AtomicU64::new(0),
            errors: AtomicU64::new(0),
            first_seen: AtomicU64::new(now),
            last_seen: AtomicU64::new(now),
            durations: Durations::new(),
            clients: RwLock::default(),
            is_kept: AtomicBool::new(false),
        }
    }

    /// Counts a request at this second of Unix time. Returns the bytes that it takes more than before: a client that is new.
    pub(super) fn saw(&self, sighting: &Sighting<'_>, now: u64) -> usize {
        self.count.fetch_add(1, Relaxed);
        self.errors.fetch_add(sighting.is_error.into(), Relaxed);
        self.last_seen.fetch_max(now, Relaxed);
        if let Some(duration) = sighting.duration {
            self.durations.count(duration);
        }
        let Some(name) = sighting.client_name else {
            return 0;
        };
        let version = sighting.client_version;
        let clients = self.clients.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.iter().find(|client| client.is(name, version)) {
            client.count.fetch_add(1, Relaxed);
            return 0;
        }
        drop(clients);
        self.add_client(name, version, 1)
    }

    /// Is in use: a subscription that goes on. Returns whether that is worth knowing: whether it is a while since it was seen.
    pub(super) fn touch(&self, now: u64) -> bool {
        let is_news = now >= self.last_seen.load(Relaxed).saturating_add(TOUCHED_EVERY);
        if is_news {
            self.last_seen.fetch_max(now, Relaxed);
        }
        is_news
    }

    fn add_client(&self, name: &str, version: Option<&str>, count: u64) -> usize {
        let mut clients = self.clients.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.iter().find(|client| client.is(name, version)) {
            client.count.fetch_add(count, Relaxed);
            return 0;
        }
        if clients.len() >= MAX_CLIENTS {
            return 0;
        }
        let client = Client {
            name: name.into(),
            version: version.map(Into::into),
            count: AtomicU64::new(count),
        };
        let weight = client.weight();
        clients.push(client);
        weight
    }

    /// The schema that it is valid by now may call what it uses by other names.
    pub(super) fn uses(&self, coordinates: Vec<String>) {
        *self
            .coordinates
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = coordinates;
    }

    /// Adds what an entry counts.
    pub(super) fn add(&self, entry: &Entry) {
        self.count.fetch_add(entry.count, Relaxed);
        self.errors.fetch_add(entry.errors, Relaxed);
        self.first_seen.fetch_min(entry.first_seen, Relaxed);
        self.last_seen.fetch_max(entry.last_seen, Relaxed);
        self.durations.add_all(&entry.duration.buckets_us);
        for client in &entry.clients {
            self.add_client(&client.name, client.version.as_deref(), client.count);
        }
    }

    pub(super) fn of_entry(entry: Entry) -> Self {
        let recorded = Self {
            hash: RecordedHash::of(&entry.text),
            name: entry.name.clone(),
            operation_type: entry.operation_type.clone(),
            text: entry.text.clone(),
            coordinates: Mutex::new(entry.coordinates.clone()),
            count: AtomicU64::new(0),
            errors: AtomicU64::new(0),
            first_seen: AtomicU64::new(entry.first_seen),
            last_seen: AtomicU64::new(entry.last_seen),
            durations: Durations::new(),
            clients: RwLock::default(),
            is_kept: AtomicBool::new(false),
        };
        recorded.add(&entry);
        recorded
    }

    /// What is written of it.
    pub(super) fn entry(&self) -> Entry {
        let clients = self.clients.read().unwrap_or_else(PoisonError::into_inner);
        let clients = clients.iter().map(|client| ClientEntry {
            name: client.name.to_string(),
            version: client.version.as_deref().map(str::to_owned),
            count: client.count.load(Relaxed),
        });
        let coordinates = self
            .coordinates
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Entry {
            hash: self.hash.to_string(),
            name: self.name.clone(),
            operation_type: self.operation_type.clone(),
            text: self.text.clone(),
            count: self.count(),
            errors: self.errors.load(Relaxed),
            first_seen: self.first_seen.load(Relaxed),
            last_seen: self.last_seen(),
            clients: clients.collect(),
            coordinates: coordinates.clone(),
            duration: self.durations.buckets().into(),
        }
    }

    /// The same, and from here on it counts from nothing.
    pub(super) fn take(&self) -> Entry {
        let mut entry = self.entry();
        entry.count = self.count.swap(0, Relaxed);
        entry.errors = self.errors.swap(0, Relaxed);
        entry.duration = self.durations.take().into();
        let mut clients = self.clients.write().unwrap_or_else(PoisonError::into_inner);
        clients.clear();
        entry
    }

    pub(super) fn count(&self) -> u64 {
        self.count.load(Relaxed)
    }

    pub(super) fn last_seen(&self) -> u64 {
        self.last_seen.load(Relaxed)
    }

    /// In bytes, estimated.
    pub(super) fn weight(&self) -> usize {
        let coordinates = self
            .coordinates
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let coordinates = coordinates.iter();
        let clients = self.clients.read().unwrap_or_else(PoisonError::into_inner);
        size_of::<Self>()
            + self.text.len()
            + self.name.as_ref().map_or(0, String::len)
            + coordinates
                .map(|coordinate| size_of::<String>() + coordinate.len())
                .sum::<usize>()
            + clients.iter().map(Client::weight).sum::<usize>()
    }
}

impl Client {
    fn is(&self, name: &str, version: Option<&str>) -> bool {
        *self.name == *name && self.version.as_deref() == version
    }

    fn weight(&self) -> usize {
        size_of::<Self>() + self.name.len() + self.version.as_ref().map_or(0, |text| text.len())
    }
}
