//! What a scalar must be, in words and as JSON Schema.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde_json::json;

use crate::units::print_duration;

/// What a scalar must be, in words and as JSON Schema.
pub(crate) struct Kind {
    pub(crate) words: String,
    pub(crate) schema: serde_json::Value,
}

impl Kind {
    pub(crate) fn new(words: impl Into<String>, schema: serde_json::Value) -> Self {
        Self {
            words: words.into(),
            schema,
        }
    }

    /// A duration within bounds.
    pub(crate) fn duration(bounds: &RangeInclusive<Duration>) -> Self {
        Self::new(
            format!(
                "a duration such as 250ms, 30s or 5m, from {} to {}",
                print_duration(*bounds.start()),
                print_duration(*bounds.end())
            ),
            json!({ "type": "string", "pattern": "^[0-9]+ ?(ms|s|m|h|d)$" }),
        )
    }

    /// A whole number within bounds.
    pub(crate) fn count(bounds: &RangeInclusive<usize>) -> Self {
        Self::new(
            format!("a whole number from {} to {}", bounds.start(), bounds.end()),
            json!({ "type": "integer", "minimum": bounds.start(), "maximum": bounds.end() }),
        )
    }
}
