//! What is reported about requests and schemas: the catalog of metrics and the handles that are made from it, and which spans are exported where.

pub(crate) mod config;
mod metrics;

pub(crate) use self::metrics::{Metrics, SourceMetrics};
pub use self::metrics::{Outcome, catalog};
