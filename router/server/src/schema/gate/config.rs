//! The keys of the gate.

use std::time::Duration;

use settings::Section;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// What happens to a schema that breaks operations which clients send: keys of the `schema` section.
#[derive(Clone, Copy, Debug)]
pub struct GateConfig {
    /// What is done about it.
    pub mode: Mode,
    /// Operations count that were seen within this time.
    pub window: Duration,
}

/// What is done about a schema that breaks operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It is not checked.
    None,
    /// It takes effect, with a warning.
    Warn,
    /// The last good schema stays in service until it is accepted.
    Refuse,
}

impl GateConfig {
    pub(crate) fn read(section: &Section<'_>) -> Self {
        let modes = [
            ("none", Mode::None),
            ("warn", Mode::Warn),
            ("refuse", Mode::Refuse),
        ];
        Self {
            mode: section
                .key("gate", "What is done about a newly composed schema that breaks an operation which `record` has seen within `schema.gate_window`. `warn` serves it and reports it in the log, under `/composition` and in the metrics; `refuse` keeps the schema in service until the change is gone, or `POST /composition/accept` lets it through.")
                .choice("warn", &modes),
            window: section
                .key("gate_window", "How long ago an operation may have been seen to count for `schema.gate`.")
                .duration(7 * DAY, Duration::from_secs(1)..=3650 * DAY),
        }
    }
}
