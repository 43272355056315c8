//! Unfinished heads of requests: how much of them all connections of a listener hold.

use std::sync::atomic::{AtomicUsize, Ordering};

/// A head of this size always finds room.
const SMALL: usize = 4 * 1024;
/// What all unfinished heads that are longer may hold together.
const ALL: usize = 16 * 1024 * 1024;
/// What one counts at most. HTTP/2 keeps no more of one, whatever else is read meanwhile.
const LONGEST: usize = 64 * 1024;

/// Those of all connections of a listener, in bytes, except for what each may always have.
#[derive(Debug, Default)]
pub(super) struct Heads(AtomicUsize);

/// That of one connection: bytes read since it is idle.
#[derive(Debug, Default)]
pub(super) struct Head(AtomicUsize);

impl Head {
    /// Counts what was read; false when all of them have grown too large for this one's.
    pub(super) fn grow(&self, bytes: usize, all: &Heads) -> bool {
        let before = self.0.fetch_add(bytes, Ordering::Relaxed);
        let more = counted(before.saturating_add(bytes)) - counted(before);
        more == 0 || all.0.fetch_add(more, Ordering::Relaxed) + more <= ALL
    }

    /// It has become a request, or is given up.
    pub(super) fn end(&self, all: &Heads) {
        let long = counted(self.0.swap(0, Ordering::Relaxed));
        if long > 0 {
            all.0.fetch_sub(long, Ordering::Relaxed);
        }
    }
}

/// What a head of this many bytes counts.
fn counted(bytes: usize) -> usize {
    bytes.min(LONGEST).saturating_sub(SMALL)
}
