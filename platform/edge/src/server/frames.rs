//! What a client of HTTP/2 may send beside its requests.
//!
//! Frames that control the connection (PING, SETTINGS, PRIORITY, WINDOW_UPDATE, empty DATA and the like,
//! [RFC 9113, section 10.5](https://www.rfc-editor.org/rfc/rfc9113#section-10.5)) belong to no request that could be refused, and each costs the server as much
//! as the client. So every byte that is read is taken from an allowance, and what requests, their bodies and their answers account for is given back.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Bytes that may come without a request: more than a client can send of bodies before they are read, and a head.
const MOST: i64 = 256 * 1024;
/// Bytes that come back each second.
const PER_SECOND: u64 = 16 * 1024;
/// What a request accounts for beside its head: its frames, those that end it, and what a client asks of the connection meanwhile.
const BESIDE_A_REQUEST: usize = 256;
/// What a piece of an answer does: windows for the stream and for the connection, and a PING that measures how fast it came.
const BESIDE_A_PIECE: usize = 64;

/// The allowance of one connection.
#[derive(Debug)]
pub(super) struct Allowance {
    left: AtomicI64,
    /// When bytes came back last, by the clock of the listener.
    since: AtomicU64,
}

impl Allowance {
    /// That of a connection which has no such frames.
    pub(super) fn unlimited() -> Self {
        Self {
            left: AtomicI64::new(i64::MAX),
            since: AtomicU64::new(0),
        }
    }

    /// From now on there is a limit.
    pub(super) fn limit(&self, now: u64) {
        self.since.store(now, Ordering::Relaxed);
        self.left.store(MOST, Ordering::Relaxed);
    }

    /// Whether there is a limit.
    pub(super) fn is_limited(&self) -> bool {
        // Without one it is never used up to a half.
        self.left.load(Ordering::Relaxed) < i64::MAX / 2
    }

    /// Takes what was read; false when more came than may. `now` is in microseconds.
    pub(super) fn spend(&self, bytes: usize, now: impl FnOnce() -> u64) -> bool {
        let bytes = signed(bytes);
        if self.left.fetch_sub(bytes, Ordering::Relaxed) >= bytes {
            return true;
        }
        let now = now();
        let passed = now.saturating_sub(self.since.swap(now, Ordering::Relaxed));
        let back = passed.saturating_mul(PER_SECOND) / 1_000_000;
        let back = i64::try_from(back).unwrap_or(MOST).min(MOST);
        self.left.fetch_add(back, Ordering::Relaxed) + back >= 0
    }

    /// A request came, whose head is of this size.
    pub(super) fn request(&self, head: usize) {
        self.give(head.saturating_add(BESIDE_A_REQUEST));
    }

    /// A piece of a body was read. Frames of few bytes account for themselves in part only.
    pub(super) fn body(&self, bytes: usize) {
        self.give(bytes.saturating_add(bytes / 4));
    }

    /// A piece of an answer is written.
    pub(super) fn piece(&self) {
        self.give(BESIDE_A_PIECE);
    }

    fn give(&self, bytes: usize) {
        if self.left.load(Ordering::Relaxed) < MOST {
            self.left.fetch_add(signed(bytes), Ordering::Relaxed);
        }
    }
}

fn signed(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
