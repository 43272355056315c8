//! What replicas of the router share in Redis, and how they do without it.
//!
//! [`Redis::new`] gives a handle and a task. The task keeps one connection, which all requests share: what is asked while an answer is awaited goes out
//! behind it (pipelining). [`Redis::ask`] waits for an answer no longer than the configuration says.
//!
//! - [`Config`]: the section `redis`;
//! - `address`: its URL;
//! - `protocol`: requests and answers as they are written, [RESP 2](https://redis.io/docs/latest/develop/reference/protocol-spec/);
//! - `connection`: a stream with its requests in flight; `keep`: makes one after the other.
//!
//! **Invariants**
//!
//! - Nobody waits for a Redis that is gone: without a connection [`Redis::ask`] says so at once, and an answer that comes too late ends its connection.
//! - A connection is used only when it has answered in time.
//! - Everything that waits has a bound: requests in flight, the length and depth of an answer, the time of an attempt.
//! - No password is logged or shown.
//!
//! ```
//! let redis: redis::Address = "rediss://:secret@redis.internal/2".parse().expect("a URL");
//! assert_eq!(redis.to_string(), "rediss://redis.internal:6379/2");
//! ```

mod address;
mod config;
mod connection;
mod keep;
mod protocol;

pub use self::address::Address;
pub use self::config::Config;
pub use self::keep::{METRICS, Redis};
pub use self::protocol::{Answer, Command};
