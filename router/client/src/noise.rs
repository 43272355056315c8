//! What a subgraph sends on a stream of events that is none: signs of life, and what nobody knows.

use tokio::time::Instant;

use crate::failure::Failure;

/// Bytes between two events, at once; a server may send padding to get through a proxy.
const MOST: usize = 64 * 1024;

/// Further ones for each second.
const RATE: f64 = 1024.0;

/// How much more of it is read. Without a bound, a subgraph that never sends an event would keep a thread busy for as long as it likes.
#[derive(Debug)]
pub(crate) struct Noise {
    left: usize,
    since: Instant,
}

impl Noise {
    /// The stream is open from now on.
    pub(crate) fn new() -> Self {
        Self {
            left: MOST,
            since: Instant::now(),
        }
    }

    /// An event has come.
    pub(crate) fn event(&mut self) {
        self.left = MOST;
    }

    /// That many bytes have come that belong to no event.
    ///
    /// # Errors
    /// [`Failure::Noise`], where they are too many.
    pub(crate) fn bytes(&mut self, bytes: usize) -> Result<(), Failure> {
        if bytes > self.left {
            let now = Instant::now();
            let passed = now.duration_since(std::mem::replace(&mut self.since, now));
            // Rounded down, and saturated.
            let more = (passed.as_secs_f64() * RATE) as usize;
            self.left = self.left.saturating_add(more).min(MOST);
        }
        let left = self.left.checked_sub(bytes);
        self.left = left.ok_or(Failure::Noise(MOST))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn signs_of_life_go_on_for_ever_and_garbage_does_not() {
        let mut noise = Noise::new();
        for _ in 0..100_000 {
            tokio::time::advance(Duration::from_millis(100)).await;
            assert_eq!(noise.bytes(100), Ok(()));
        }
        // What has not been used of the time that has passed, and once more the whole.
        let garbage = (0..).find(|_| noise.bytes(100).is_err());
        assert!(garbage.is_some_and(|lines| lines * 100 <= 2 * MOST));
        assert_eq!(noise.bytes(100), Err(Failure::Noise(MOST)));
        noise.event();
        assert_eq!(noise.bytes(MOST), Ok(()));
    }
}
