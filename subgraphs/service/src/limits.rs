//! What one request may cost.

use std::time::Duration;

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
    /// Longer requests that are computed at once; as many as there are cores.
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

impl Default for Capacity {
    fn default() -> Self {
        Self {
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            queue: 32,
            bodies_bytes: 32 * 1024 * 1024,
            answers_bytes: 48 * 1024 * 1024,
            answer_timeout: Duration::from_secs(60),
            streams: 64,
        }
    }
}
