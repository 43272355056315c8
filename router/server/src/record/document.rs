//! A recording as JSON: what the file holds, and what the admin port answers.

use serde::{Deserialize, Serialize};

use super::durations::quantile;
use crate::clock;

/// The version of the format.
const VERSION: u32 = 1;

/// All operations of a recording, those sent most often first.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Document {
    version: u32,
    pub(crate) operations: Vec<Entry>,
}

/// One operation of it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Entry {
    /// The first 16 bytes of the SHA-256 of the text, hexadecimal.
    #[serde(default)]
    pub(crate) hash: String,
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(rename = "type")]
    pub(crate) operation_type: String,
    /// Without literals, and valid all the same.
    pub(crate) text: String,
    /// Requests that were recorded.
    pub(crate) count: u64,
    /// Those among them whose answer had errors.
    #[serde(default)]
    pub(crate) errors: u64,
    /// Seconds of Unix time; RFC 3339 in the document.
    #[serde(with = "time")]
    pub(crate) first_seen: u64,
    #[serde(with = "time")]
    pub(crate) last_seen: u64,
    /// Who sent it; requests that name no client are in the count alone.
    #[serde(default)]
    pub(crate) clients: Vec<ClientEntry>,
    #[serde(default)]
    pub(crate) coordinates: Vec<String>,
    #[serde(default)]
    pub(crate) duration: DurationEntry,
}

/// A client of an operation.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ClientEntry {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) version: Option<String>,
    #[serde(default)]
    pub(crate) count: u64,
}

/// How long executing took.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct DurationEntry {
    /// What half of the executions do not exceed, in milliseconds, to a quarter.
    #[serde(default)]
    p50_ms: Option<f64>,
    /// What nineteen of twenty do not exceed.
    #[serde(default)]
    p95_ms: Option<f64>,
    /// What they come from: where buckets end (microseconds, exclusive), and how many each has.
    #[serde(default)]
    pub(super) buckets_us: Vec<(u64, u32)>,
}

impl From<Vec<(u64, u32)>> for DurationEntry {
    fn from(buckets_us: Vec<(u64, u32)>) -> Self {
        let millis = |share| Some(quantile(&buckets_us, share)? as f64 / 1000.0);
        Self {
            p50_ms: millis(0.5),
            p95_ms: millis(0.95),
            buckets_us,
        }
    }
}

impl Document {
    /// A document of these operations.
    pub(super) fn new(mut operations: Vec<Entry>) -> Self {
        let rank = |entry: &Entry| (u64::MAX - entry.count, entry.hash.clone());
        operations.sort_by_cached_key(rank);
        Self {
            version: VERSION,
            operations,
        }
    }

    /// Reads a document.
    ///
    /// # Errors
    /// Why the text is none.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let document: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match document.version {
            VERSION => Ok(document),
            other => Err(format!(
                "version {other} of the format is not known here; expected {VERSION}"
            )),
        }
    }

    pub(crate) fn to_json(&self) -> String {
        // Maps with keys that are no strings would be an error, and there are none.
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        text + "\n"
    }
}

/// Seconds of Unix time as RFC 3339.
mod time {
    use std::time::{Duration, UNIX_EPOCH};

    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use super::clock;

    pub(super) fn serialize<S: Serializer>(seconds: &u64, to: S) -> Result<S::Ok, S::Error> {
        let time = UNIX_EPOCH.checked_add(Duration::from_secs(*seconds));
        to.serialize_str(&clock::rfc3339(time.unwrap_or(UNIX_EPOCH)))
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<u64, D::Error> {
        let text = String::deserialize(from)?;
        clock::parse_rfc3339(&text).ok_or_else(|| {
            D::Error::custom(format!(
                "\"{text}\" is no time such as 2027-01-31T12:00:00Z"
            ))
        })
    }
}
