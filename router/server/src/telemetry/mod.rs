//! What is reported about requests and schemas: the catalog of metrics and the handles that are made from it.

mod metrics;

pub(crate) use self::metrics::{Metrics, SourceMetrics};
pub use self::metrics::{Outcome, catalog};
