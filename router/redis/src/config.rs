//! The section `redis` of the configuration.

use std::time::Duration;

use serde_json::json;
use settings::Section;

use crate::address::Address;

/// What replicas share.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where it is; `None` where replicas share nothing.
    pub address: Option<Address>,
    /// How long an answer is waited for.
    pub timeout: Duration,
}

impl Config {
    /// Reads the section.
    pub fn read(section: Section<'_>) -> Self {
        let config = Self {
            address: section
                .key("url", "A Redis that the replicas of the router share. While it is gone, or slow, each replica does without it at once, says so in the log and by `router_redis_up`, and takes it up again when it is back.")
                .secret(
                    "a URL such as redis://redis.internal:6379, redis://:${REDIS_PASSWORD}@redis.internal/2, or rediss:// for TLS",
                    |text| text.parse::<Address>().ok(),
                    |address: &Address| json!(address.to_string()),
                ),
            timeout: section
                .key("timeout", "How long an answer of Redis is waited for. One that comes later counts as none, and Redis as gone.")
                .duration(Duration::from_millis(50), Duration::from_millis(1)..=Duration::from_secs(10)),
        };
        section.end();
        config
    }
}
