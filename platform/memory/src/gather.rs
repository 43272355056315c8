//! Bytes that come in pieces, in one run whose size is known before it is taken.

use crate::FREE;

/// The least by which the run grows.
const STEP: usize = 64 * 1024;
/// The most by which it grows ahead of what has come, where nobody said how much will.
const MOST_AHEAD: usize = 1024 * 1024;

/// What has come so far.
#[derive(Debug)]
pub struct Gather {
    bytes: Vec<u8>,
    /// How many bytes there may be without asking.
    granted: usize,
    announced: usize,
}

impl Gather {
    /// Nothing yet, of this many bytes if that was announced.
    pub fn new(announced: usize) -> Self {
        Self {
            bytes: Vec::new(),
            granted: 0,
            announced,
        }
    }

    /// The bytes that have come.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing has come.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// How many bytes must be granted before the piece can be added.
    pub fn missing(&self, piece: usize) -> usize {
        let wanted = self.bytes.len() + piece;
        if wanted <= self.granted {
            return 0;
        }
        let quarter = self.granted / 4;
        let grown = if wanted <= self.announced {
            // No more than was announced, as long as that holds.
            (self.granted + quarter.max(STEP)).min(self.announced)
        } else {
            // By a part of what there is, so that pieces of single bytes do not move all of it each time; what is little stays uncounted.
            let ahead = self.granted + quarter.min(MOST_AHEAD);
            if wanted <= FREE {
                ahead.min(FREE)
            } else {
                ahead
            }
        };
        grown.max(wanted) - self.granted
    }

    /// These were granted.
    pub fn grant(&mut self, bytes: usize) {
        self.granted += bytes;
        // Once a good part has come, room for all that was announced: what is not written to takes no memory, and nothing has to be moved
        // when more comes.
        let room = match self.granted.saturating_mul(4) >= self.announced {
            true => self.granted.max(self.announced),
            false => self.granted,
        };
        self.bytes.reserve_exact(room - self.bytes.len());
    }

    /// Adds a piece, for which there is room.
    pub fn add(&mut self, piece: &[u8]) {
        self.bytes.extend_from_slice(piece);
    }

    /// All of it.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}
