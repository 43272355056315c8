//! The `record` section.

use std::path::PathBuf;
use std::time::Duration;

use settings::Section;

const MIB: usize = 1024 * 1024;
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What is kept of the operations that clients send. That the section is there switches recording on.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where it is kept beyond the end of the process.
    pub file: Option<PathBuf>,
    /// The share of requests that are recorded, from 0 to 1.
    pub sample: f64,
    /// Distinct operations at most.
    pub operations: usize,
    /// Bytes in memory at most, estimated.
    pub size: usize,
    /// For how long an operation is kept that is seen no more.
    pub keep: Duration,
    /// Between two times of writing the file.
    pub interval: Duration,
}

impl Config {
    pub(crate) fn read(section: Section<'_>) -> Self {
        let config = Self {
            file: section
                .key("file", "The file in which the recording is kept; it is read at start and written whole. Each replica needs one of its own: `router record merge` unites them. Without it, the recording ends with the process.")
                .path(),
            sample: share(&section
                .key("sample", "The share of requests that are recorded; each recorded request counts once.")
                .text("100%", "a percentage above 0 and up to 100, such as 100% or 0.5%", |text| share(text).is_some()))
                .unwrap_or(1.0),
            operations: section
                .key("operations", "Distinct operations that are kept; beyond that, those sent least often make room.")
                .count(10_000, 1..=100_000),
            size: section
                .key("size", "Memory for the recording (an estimate); beyond that, the operations sent least often make room.")
                .size(32 * MIB, 64 * 1024..=1024 * MIB),
            keep: section
                .key("keep", "For how long an operation is kept that nobody sends any more.")
                .duration(90 * DAY, HOUR..=3650 * DAY),
            interval: section
                .key("interval", "How often the file is written, if there is something new.")
                .duration(Duration::from_secs(30), Duration::from_millis(10)..=HOUR),
        };
        section.end();
        config
    }
}

/// Reads a percentage as a share of 1.
fn share(text: &str) -> Option<f64> {
    let digits = text.strip_suffix('%')?;
    let plain = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    let percent: f64 = digits.parse().ok().filter(|_| digits.bytes().all(plain))?;
    (percent > 0.0 && percent <= 100.0).then_some(percent / 100.0)
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn a_share_is_a_percentage() {
        assert_eq!(share("100%"), Some(1.0));
        assert_eq!(share("0.5%"), Some(0.005));
        for text in [
            "0%", "101%", "1", "%", "-1%", "1e1%", "inf%", "NaN%", "1.2.3%",
        ] {
            assert_eq!(share(text), None, "{text}");
        }
    }
}
