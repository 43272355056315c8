//! What one request may cost.

use std::time::{Duration, Instant};

use valeurs::budget::Allowance;

/// The bounds of a request. In the data of the schema (`ctx.data::<Limits>()`), and given to each operation of the REST API, for those that the domain must keep
/// itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Levels of fields below each other in an operation.
    pub depth: usize,
    /// Sum of the complexities of an operation's fields (1 each unless the schema says otherwise), fragments expanded.
    pub complexity: usize,
    /// Levels of selection sets below each other, those of fragments included.
    pub recursion: usize,
    /// Directives in one place.
    pub directives: usize,
    /// Names, numbers, texts and punctuation of a document, its long lists of numbers apart; and fields and variables of all its operations together, with their
    /// fragments expanded.
    pub tokens: usize,
    /// Units of work of a request, by [`valeurs::budget`]: one is what it takes to read a value, a quarter of a microsecond or less. The
    /// values in arguments, each at each use, are counted before anything is computed.
    pub work: u64,
    /// Bytes of an answer.
    pub answer_bytes: usize,
    /// Bytes that a request keeps: of the values of its answer, until they are written, and of what several of its fields share.
    pub kept_bytes: usize,
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// Values of one series: kept by the domain.
    pub series_length: usize,
    /// Representations in one `_entities` field.
    pub entities: usize,
    /// From the head of a request until its answer; the time for one event of a stream.
    pub request_timeout: Duration,
    /// Values of the series that a stream goes through: kept by the domain.
    pub stream_values: usize,
    /// From the first to the last event of a stream.
    pub stream_duration: Duration,
}

/// What JSON and GraphQL grow by where they are not nearly all brackets: a representation with a short key is some 27 times as large as its text.
const GROWTH: usize = 16;

impl Limits {
    /// What a request may use until its time is over.
    pub(crate) fn allowance(&self, deadline: Instant) -> Allowance {
        Allowance {
            work: self.work,
            answer: self.answer_bytes as u64,
            kept: self.kept_bytes as u64,
            deadline,
        }
    }

    /// Bytes of memory for the variables of a request, and as many again for the value of one argument with all that its variables hold.
    pub(crate) fn values_bytes(&self) -> usize {
        self.body_bytes.saturating_mul(GROWTH)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 20,
            complexity: 1_000,
            recursion: 32,
            directives: 16,
            tokens: 20_000,
            work: 10_000_000,
            answer_bytes: 8 * 1024 * 1024,
            kept_bytes: 32 * 1024 * 1024,
            body_bytes: 1024 * 1024,
            series_length: 10_000,
            entities: 1_000,
            request_timeout: Duration::from_secs(10),
            stream_values: 1_000,
            stream_duration: Duration::from_secs(600),
        }
    }
}

/// What all requests together may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Longer requests that are computed at once; as many as there are cores, and memory for: with 256 MiB it is one.
    pub threads: usize,
    /// Further ones that wait for that. Beyond it they are refused with 503.
    pub queue: usize,
    /// Bytes of bodies that are being received or computed. Beyond it they are refused with 503.
    pub bodies_bytes: usize,
    /// Bytes of answers that are not read yet, of those with more than 16 KiB. Beyond it slow readers are cut off, and then answers are refused with 503.
    pub answers_bytes: usize,
    /// The longest time for reading an answer.
    pub answer_timeout: Duration,
    /// Subscriptions open at once, and as many WebSockets. Beyond it they are refused with 503.
    pub streams: usize,
}

/// Bytes of memory that a request may take while it is computed.
const COMPUTED: usize = 128 * 1024 * 1024;

/// And while it is read on the runtime, with what is executed there of it.
const READ: usize = 16 * 1024 * 1024;

/// And the program by itself.
const PROGRAM: usize = 16 * 1024 * 1024;

impl Capacity {
    /// As many threads as there are cores, unless so much memory is too little for each of them to compute the largest request, beside the bodies and the answers that
    /// there may be. A container is often given the cores of its machine, and a small part of its memory.
    pub(crate) fn threads_within(&self, memory: Option<usize>) -> usize {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let beside = self.bodies_bytes.saturating_add(self.answers_bytes);
        let most = memory.map_or(cores, |bytes| bytes.saturating_sub(beside) / COMPUTED);
        cores.min(most).max(1)
    }

    /// The longer requests that may be read on the runtime at once: as many as there are cores, and memory for beside all others.
    pub(crate) fn readings_within(&self, memory: Option<usize>) -> usize {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let computed = self.threads.saturating_mul(COMPUTED);
        let beside = [self.bodies_bytes, self.answers_bytes, computed, PROGRAM];
        let beside = beside.into_iter().fold(0, usize::saturating_add);
        let most = memory.map_or(cores, |bytes| bytes.saturating_sub(beside) / READ);
        cores.min(most).max(1)
    }
}

impl Default for Capacity {
    fn default() -> Self {
        let one = Self {
            threads: 1,
            queue: 32,
            bodies_bytes: 32 * 1024 * 1024,
            answers_bytes: 48 * 1024 * 1024,
            answer_timeout: Duration::from_secs(60),
            streams: 64,
        };
        Self {
            threads: one.threads_within(memory::limit()),
            ..one
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_no_more_threads_than_memory_for_what_they_compute() {
        const MIB: usize = 1024 * 1024;
        let capacity = Capacity::default();
        let cores = capacity.threads_within(None);
        for (memory, threads) in [(64, 1), (256, 1), (335, 1), (336, 2), (80 + 3 * 128, 3)] {
            let within = capacity.threads_within(Some(memory * MIB));
            assert_eq!(within, threads.min(cores), "{memory} MiB");
        }
        // Large answers that wait leave less for it.
        let waiting = Capacity {
            answers_bytes: 304 * MIB,
            ..capacity
        };
        assert_eq!(waiting.threads_within(Some(336 * MIB)), 1);
    }

    #[test]
    fn there_are_no_more_readings_than_memory_for_what_they_read() {
        const MIB: usize = 1024 * 1024;
        let capacity = Capacity {
            threads: 1,
            ..Capacity::default()
        };
        let cores = capacity.readings_within(None);
        for (memory, readings) in [(64, 1), (240, 1), (256, 2), (272, 3)] {
            let within = capacity.readings_within(Some(memory * MIB));
            assert_eq!(within, readings.min(cores), "{memory} MiB");
        }
    }
}
