//! The log as a developer reads it: a line for each operation, and what went wrong.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use abaque_edge::request::access::ACCESS_LOG;

/// The width of the column with the operation.
const OPERATION: usize = 32;

/// What is shown of an event of the log, which is one line of JSON; `None` for what is not shown.
pub(super) fn of(line: &[u8]) -> Option<String> {
    let event: Map<String, Value> = serde_json::from_slice(line).ok()?;
    let text = |key: &str| event.get(key).and_then(Value::as_str);
    if text("target") == Some(ACCESS_LOG) {
        return request(&event);
    }
    let level = match text("level")? {
        "ERROR" => "error",
        "WARN" => "warning",
        _ => "note",
    };
    let mut shown = format!("{level}: {}", text("message").unwrap_or_default());
    const NO_DETAIL: [&str; 6] = [
        "timestamp",
        "level",
        "message",
        "target",
        "span",
        "request_id",
    ];
    for (key, value) in event
        .iter()
        .filter(|(key, _)| !NO_DETAIL.contains(&key.as_str()))
    {
        let _ = match value {
            Value::String(text) => write!(shown, " {key}={text}"),
            other => write!(shown, " {key}={other}"),
        };
    }
    shown.push('\n');
    Some(shown)
}

/// `query Top    12.3 ms  3 fetches`, and what went wrong. Pages, and plans that were only looked at, are not shown.
fn request(event: &Map<String, Value>) -> Option<String> {
    let text = |key: &str| event.get(key).and_then(Value::as_str);
    let number = |key: &str| event.get(key).and_then(Value::as_u64).unwrap_or_default();
    let outcome = text("outcome")?;
    if event.contains_key("dry_run") {
        return None;
    }
    let operation = match text("operation_type") {
        Some(kind) => format!("{kind} {}", text("operation_name").unwrap_or("(no name)")),
        None => format!("status {}", number("status")),
    };
    let duration = event.get("duration_ms").and_then(Value::as_f64);
    let fetches = match number("fetches") {
        1 => "1 fetch".to_owned(),
        fetches => format!("{fetches} fetches"),
    };
    let mut shown = format!(
        "{operation:<OPERATION$} {:>10.1} ms  {fetches:<10}",
        duration.unwrap_or_default()
    );
    if outcome != "ok" {
        let _ = write!(shown, "  {outcome}");
    }
    if let Some(codes) = text("error_codes") {
        let _ = write!(shown, "  {codes}");
    }
    shown.truncate(shown.trim_end().len());
    shown.push('\n');
    Some(shown)
}

#[cfg(test)]
mod tests;
