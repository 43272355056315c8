//! Durations and sizes as people write them.

use std::time::Duration;

/// Reads `250ms`, `30s`, `5m`, `1h`, `7d`.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let (digits, unit) = split(text)?;
    let amount: u64 = digits.parse().ok()?;
    let seconds = |factor: u64| amount.checked_mul(factor).map(Duration::from_secs);
    match unit {
        "ms" => Some(Duration::from_millis(amount)),
        "s" => seconds(1),
        "m" => seconds(60),
        "h" => seconds(3600),
        "d" => seconds(24 * 3600),
        _ => None,
    }
}

/// A short spelling that [`parse_duration`] reads back; a day is 24 hours.
pub fn print_duration(duration: Duration) -> String {
    const DAY: u128 = 24 * 3_600_000;
    let millis = duration.as_millis();
    match millis {
        0 => "0s".to_owned(),
        _ if millis > DAY && millis.is_multiple_of(DAY) => format!("{}d", millis / DAY),
        _ if millis.is_multiple_of(3_600_000) => format!("{}h", millis / 3_600_000),
        _ if millis.is_multiple_of(60_000) => format!("{}m", millis / 60_000),
        _ if millis.is_multiple_of(1000) => format!("{}s", millis / 1000),
        _ => format!("{millis}ms"),
    }
}

/// Reads `4096`, `512 KiB`, `2MiB`, `1 GiB`: bytes.
pub fn parse_size(text: &str) -> Option<usize> {
    let (digits, unit) = split(text)?;
    let amount: usize = digits.parse().ok()?;
    let factor = match unit {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    amount.checked_mul(factor)
}

/// The shortest spelling that [`parse_size`] reads back.
pub fn print_size(bytes: usize) -> String {
    match bytes {
        0 => "0".to_owned(),
        _ if bytes.is_multiple_of(1 << 30) => format!("{} GiB", bytes >> 30),
        _ if bytes.is_multiple_of(1 << 20) => format!("{} MiB", bytes >> 20),
        _ if bytes.is_multiple_of(1 << 10) => format!("{} KiB", bytes >> 10),
        _ => bytes.to_string(),
    }
}

/// This many in each of some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many, at least 1.
    pub count: u64,
    /// In which time: a second, a minute or an hour.
    pub per: Duration,
}

/// The largest count of a rate.
pub const MOST: u64 = 1_000_000_000;

/// Reads `100/s`, `100/m`, `100/h`: at least 1, at most [`MOST`].
pub fn parse_rate(text: &str) -> Option<Rate> {
    let (count, unit) = text.split_once('/')?;
    let digits = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
    let count = count
        .parse()
        .ok()
        .filter(|count| digits && (1..=MOST).contains(count))?;
    let per = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return None,
    };
    Some(Rate {
        count,
        per: Duration::from_secs(per),
    })
}

/// The spelling that [`parse_rate`] reads back.
pub fn print_rate(rate: Rate) -> String {
    let unit = match rate.per.as_secs() {
        0..=1 => "s",
        2..=60 => "m",
        _ => "h",
    };
    format!("{}/{unit}", rate.count)
}

fn split(text: &str) -> Option<(&str, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    (!digits.is_empty()).then_some((digits, unit.trim_start()))
}

#[cfg(test)]
mod tests;
