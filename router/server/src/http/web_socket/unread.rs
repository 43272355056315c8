//! Bytes that were read and not yet looked at.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

use super::frame::LONGEST_HEAD;

/// Bytes that are kept for reading.
const BUFFER: usize = 4 * 1024;

const _: () = assert!(LONGEST_HEAD < BUFFER, "a head has room");

/// What was read of a connection, up to some bound.
pub(super) struct Unread {
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
}

impl Unread {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self {
            buffer: vec![0; BUFFER].into(),
            start: 0,
            end: 0,
        }
    }

    /// What there is.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Passes over as many bytes, which are there.
    pub(super) fn pass(&mut self, count: usize) {
        self.start = self.end.min(self.start + count);
    }

    /// Passes over all of it.
    pub(super) fn clear(&mut self) {
        self.start = self.end;
    }

    /// What there is of the next so many bytes, which are passed over.
    pub(super) fn piece(&mut self, most: u64) -> &mut [u8] {
        let there = self.end - self.start;
        let count = usize::try_from(most).map_or(there, |most| most.min(there));
        let from = self.start;
        self.start += count;
        &mut self.buffer[from..self.start]
    }

    /// Reads more; how much. There has to be room, which there is when no more than a part of a head is left. It may be dropped: nothing is lost.
    pub(super) async fn fill(&mut self, io: &mut (impl AsyncRead + Unpin)) -> io::Result<usize> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let count = io.read(&mut self.buffer[self.end..]).await?;
        self.end += count;
        Ok(count)
    }
}
