//! The operations that clients really send, for `router check` and for the gate before a new schema.
//!
//! - [`operation`]: one of them and its counts, which a request adds to without a lock and without allocating;
//! - [`recording`]: all of them, bounded in number and bytes, and written to a file;
//! - [`document`]: that file, which the admin port ([`admin`]) answers too; [`merge`](merge()): several as one;
//! - [`durations`]: percentiles in constant memory.
//!
//! What is kept of a request is which operation it was, whether it went wrong, how long it took, and the name and version that its client gives. No variables, no
//! literals, no other header.

pub(crate) mod admin;
pub(crate) mod config;
mod document;
mod durations;
mod merge;
mod metrics;
mod operation;
mod recording;

pub(crate) use self::document::{Document, Entry};
pub(crate) use self::merge::merge;
pub(crate) use self::metrics::METRICS;
pub(crate) use self::operation::{Description, Sighting};
pub(crate) use self::recording::{Handle, Recording};
