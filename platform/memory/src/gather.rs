//! Bytes that come in pieces, in one run whose size is known before it is taken.

/// The least by which the run grows.
const STEP: usize = 64 * 1024;

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
        // No more than was announced, as long as that holds.
        let grown = wanted.max(self.granted + (self.granted / 4).max(STEP));
        let grown = grown.min(self.announced.max(wanted));
        grown - self.granted
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
