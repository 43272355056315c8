//! What is reported about requests and schemas: the catalog of metrics and the handles that are made from it, and which spans are exported where.

mod catalog;
mod clients;
pub(crate) mod config;
mod metrics;
mod outcome;

pub use self::catalog::catalog;
pub(crate) use self::clients::Clients;
pub(crate) use self::metrics::{Metrics, SourceMetrics};
pub use self::outcome::Outcome;
pub(crate) use self::outcome::SubscriptionEnd;
