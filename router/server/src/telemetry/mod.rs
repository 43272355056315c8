//! What is reported about requests and schemas: the catalog of metrics and the handles that are made from it, and which spans are exported where.

mod clients;
pub(crate) mod config;
mod metrics;

pub(crate) use self::clients::Clients;
pub(crate) use self::metrics::{Metrics, SourceMetrics, SubscriptionEnd};
pub use self::metrics::{Outcome, catalog};
