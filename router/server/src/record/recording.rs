//! All operations that are recorded, within their bounds, and the file that they are in.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::config::Config;
use super::document::{Document, Entry};
use super::metrics::Metrics;
use super::operation::{Description, Recorded, RecordedHash, Sighting};
use crate::clock::unix_seconds;
use crate::text_file;

/// What clients send: bounded, and written to a file from time to time.
#[derive(Debug)]
pub(crate) struct Recording {
    config: Config,
    metrics: Metrics,
    kept: Mutex<Kept>,
    /// Whether something was seen that is not in the file.
    is_changed: AtomicBool,
}

#[derive(Debug, Default)]
struct Kept {
    operations: HashMap<RecordedHash, Arc<Recorded>>,
    /// Bytes, estimated.
    bytes: usize,
}

/// An operation in a recording; each execution is noted through it.
#[derive(Clone, Debug)]
pub(crate) struct Handle {
    recording: Arc<Recording>,
    operation: Arc<Recorded>,
}

impl Recording {
    /// Goes on with what an earlier run wrote.
    pub(crate) fn begin(config: &Config, recorder: &abaque_edge::Recorder) -> Arc<Self> {
        let recording = Self {
            config: config.clone(),
            metrics: Metrics::new(recorder),
            kept: Mutex::default(),
            is_changed: AtomicBool::new(false),
        };
        for entry in recording.read() {
            let recorded = Arc::new(Recorded::of_entry(entry));
            recording.keep(&mut recording.kept(), &recorded);
        }
        recording.fit(&mut recording.kept());
        Arc::new(recording)
    }

    /// An operation that was prepared, and is going to be sent.
    pub(crate) fn enroll(self: &Arc<Self>, described: Description) -> Handle {
        let now = unix_seconds(SystemTime::now());
        let mut kept = self.kept();
        let hash = RecordedHash::of(&described.text);
        let operation = match kept.operations.get(&hash) {
            Some(known) => {
                known.uses(described.coordinates);
                Arc::clone(known)
            }
            None => {
                let new = Arc::new(Recorded::new(described, now));
                self.keep(&mut kept, &new);
                self.fit(&mut kept);
                new
            }
        };
        drop(kept);
        Handle {
            recording: Arc::clone(self),
            operation,
        }
    }

    /// Everything that was seen.
    pub(crate) fn document(&self) -> Document {
        self.since(0)
    }

    /// What was seen within the last `window`.
    pub(crate) fn within(&self, window: Duration) -> Vec<Entry> {
        let now = unix_seconds(SystemTime::now());
        self.since(now.saturating_sub(window.as_secs())).operations
    }

    fn since(&self, seconds: u64) -> Document {
        let seen: Vec<Arc<Recorded>> = {
            let kept = self.kept();
            let operations = kept.operations.values();
            let seen = operations.filter(|one| one.count() > 0 && one.last_seen() >= seconds);
            seen.cloned().collect()
        };
        Document::new(seen.iter().map(|recorded| recorded.entry()).collect())
    }

    /// Writes the file again and again; it ends when it is dropped.
    pub(crate) async fn run(self: Arc<Self>) {
        loop {
            tokio::time::sleep(self.config.interval).await;
            self.write().await;
        }
    }

    /// Writes the file, if there is something new.
    pub(crate) async fn write(self: &Arc<Self>) {
        let Some(path) = self.config.file.clone() else {
            return;
        };
        if !self.is_changed.swap(false, Relaxed) {
            return;
        }
        let recording = Arc::clone(self);
        let writing = move || recording.write_to(&path);
        if let Err(error) = tokio::task::spawn_blocking(writing).await {
            tracing::error!(%error, "writing the recorded operations did not end well");
        }
    }

    fn write_to(&self, path: &Path) {
        let now = unix_seconds(SystemTime::now());
        let document = self.since(now.saturating_sub(self.config.keep.as_secs()));
        if let Err(error) = text_file::replace(path, &document.to_json()) {
            // It is tried again.
            self.is_changed.store(true, Relaxed);
            tracing::warn!(path = %path.display(), %error, "the recorded operations cannot be written");
        }
    }

    fn read(&self) -> Vec<Entry> {
        let Some(file) = self.config.file.as_deref().filter(|file| file.exists()) else {
            return Vec::new();
        };
        // Pretty JSON takes more than what it stands for.
        let max = self.config.size.saturating_mul(8);
        let read = text_file::read(file, max).and_then(|text| Document::parse(&text));
        match read {
            Ok(document) => document.operations,
            Err(error) => {
                let mut aside = file.to_owned().into_os_string();
                aside.push(".unreadable");
                let renamed = std::fs::rename(file, &aside).is_ok();
                tracing::error!(
                    path = %file.display(), error, renamed,
                    "the recorded operations cannot be read: recording begins anew"
                );
                Vec::new()
            }
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, kept: &mut Kept, operation: &Arc<Recorded>) {
        kept.bytes += operation.weight();
        operation.is_kept.store(true, Relaxed);
        kept.operations
            .insert(operation.hash, Arc::clone(operation));
        self.metrics.operations.set(kept.operations.len() as f64);
    }

    /// What has not been seen for long goes; beyond the bounds, what was sent least often, and an eighth of all with it, so that the next ones find room.
    fn fit(&self, kept: &mut Kept) {
        let config = &self.config;
        if kept.operations.len() <= config.operations && kept.bytes <= config.size {
            return;
        }
        let now = unix_seconds(SystemTime::now());
        let oldest = now.saturating_sub(config.keep.as_secs());
        let mut all: Vec<(bool, u64, u64, usize, Arc<Recorded>)> = kept
            .operations
            .values()
            .map(|one| {
                let seen = one.last_seen();
                (
                    seen >= oldest,
                    one.count(),
                    seen,
                    one.weight(),
                    Arc::clone(one),
                )
            })
            .collect();
        all.sort_by_key(|(is_fresh, count, seen, ..)| {
            std::cmp::Reverse((*is_fresh, *count, *seen))
        });
        let (most, room) = (
            config.operations - config.operations / 8,
            config.size - config.size / 8,
        );
        let before = kept.operations.len();
        (kept.operations, kept.bytes) = (HashMap::new(), 0);
        for (is_fresh, _, _, weight, one) in all {
            let fits = kept.operations.len() < most && kept.bytes + weight <= room;
            if is_fresh && fits {
                kept.bytes += weight;
                kept.operations.insert(one.hash, one);
            } else {
                one.is_kept.store(false, Relaxed);
            }
        }
        let dropped = before - kept.operations.len();
        self.metrics.dropped.increment(dropped as u64);
        self.metrics.operations.set(kept.operations.len() as f64);
    }

    /// An operation that made room for others, and was seen again.
    fn readmit(&self, operation: &Arc<Recorded>) {
        let mut kept = self.kept();
        match kept.operations.get(&operation.hash) {
            Some(known) if Arc::ptr_eq(known, operation) => return,
            Some(known) => known.add(&operation.take()),
            None => self.keep(&mut kept, operation),
        }
        self.fit(&mut kept);
    }

    fn grew(&self, bytes: usize) {
        let mut kept = self.kept();
        kept.bytes += bytes;
        self.fit(&mut kept);
    }
}

impl Handle {
    /// A request for the operation has ended. Where it is known, and its client, nothing is allocated.
    pub(crate) fn saw(&self, sighting: &Sighting<'_>) {
        let recording = &self.recording;
        let sample = recording.config.sample;
        if sample < 1.0 && fastrand::f64() >= sample {
            return;
        }
        let grown = self
            .operation
            .saw(sighting, unix_seconds(SystemTime::now()));
        if !self.operation.is_kept.load(Relaxed) {
            recording.readmit(&self.operation);
        } else if grown > 0 {
            recording.grew(grown);
        }
        // Only read while it is set: the line stays shared between processors.
        if !recording.is_changed.load(Relaxed) {
            recording.is_changed.store(true, Relaxed);
        }
    }

    /// The operation is in use: a subscription that goes on.
    pub(crate) fn touch(&self) {
        if !self.operation.touch(unix_seconds(SystemTime::now())) {
            return;
        }
        if !self.operation.is_kept.load(Relaxed) {
            self.recording.readmit(&self.operation);
        }
        self.recording.is_changed.store(true, Relaxed);
    }
}

#[cfg(test)]
mod tests;
