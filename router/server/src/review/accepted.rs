//! Changes that were decided on: a list of coordinates and kinds, each with a reason and perhaps a last day.

use diff::{Change, Kind};
use serde::Deserialize;

/// The content of a file with accepted changes.
#[derive(Debug, Default)]
pub(crate) struct Accepted(Vec<Entry>);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    coordinate: String,
    kind: String,
    reason: String,
    /// The last day on which it counts, `YYYY-MM-DD`.
    #[serde(default)]
    until: Option<String>,
    #[serde(skip)]
    fits: bool,
}

impl Accepted {
    /// Reads a YAML list of `{ coordinate, kind, reason, until? }`; `today` is `YYYY-MM-DD`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let entries: Vec<Entry> =
            serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
        for entry in &entries {
            let kind = &entry.kind;
            if !Kind::ALL.iter().any(|known| known.as_str() == kind) {
                let known = Kind::ALL.iter().map(|known| known.as_str());
                let nearest = federation::nearest(kind, known);
                let meant = nearest
                    .map(|near| format!("; did you mean \"{near}\"?"))
                    .unwrap_or_default();
                return Err(format!(
                    "unknown kind \"{kind}\" for {}{meant}",
                    entry.coordinate
                ));
            }
            if let Some(until) = &entry.until
                && !is_date(until)
            {
                return Err(format!(
                    "invalid date \"{until}\" for {}: expected YYYY-MM-DD",
                    entry.coordinate
                ));
            }
        }
        Ok(Self(entries))
    }

    /// Why a change was accepted, if it was and that still holds.
    pub(super) fn reason(&mut self, change: &Change, today: &str) -> Option<String> {
        let fitting = self.0.iter_mut().filter(|entry| {
            entry.coordinate == change.coordinate && entry.kind == change.kind.as_str()
        });
        let mut reason = None;
        for entry in fitting {
            entry.fits = true;
            if entry.until.as_deref().is_none_or(|until| today <= until) {
                reason = Some(entry.reason.clone());
            }
        }
        reason
    }

    /// What to say about entries that no longer do anything.
    pub(super) fn stale(&self, today: &str) -> Vec<String> {
        let stale = self.0.iter().filter_map(|entry| {
            let Entry {
                coordinate,
                kind,
                until,
                fits,
                ..
            } = entry;
            match until.as_deref().filter(|until| today > *until) {
                Some(until) => Some(format!(
                    "the acceptance of {kind} {coordinate} ended on {until}"
                )),
                None if !fits => Some(format!(
                    "there is no change {kind} {coordinate} any more to accept"
                )),
                None => None,
            }
        });
        stale.collect()
    }
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && bytes.iter().enumerate().all(|(n, byte)| match n {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
        && ("01"..="12").contains(&&text[5..7])
        && ("01"..="31").contains(&&text[8..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_checked_where_they_are_read() {
        let told = |text: &str| Accepted::parse(text).map(|_| ()).expect_err("a mistake");
        let kind = told("- { coordinate: Query.a, kind: FIELD_REMOVD, reason: b }");
        assert_eq!(
            kind,
            "unknown kind \"FIELD_REMOVD\" for Query.a; did you mean \"FIELD_REMOVED\"?"
        );
        for date in [
            "2026-1-1",
            "2026-13-01",
            "2026-01-00",
            "tomorrow",
            "2026-01-01T00:00:00Z",
        ] {
            let date = told(&format!(
                "- {{ coordinate: a, kind: FIELD_REMOVED, reason: b, until: \"{date}\" }}"
            ));
            assert!(date.contains("expected YYYY-MM-DD"), "{date}");
        }
        assert!(told("- { coordinate: a, kind: FIELD_REMOVED }").contains("reason"));
        assert!(
            told("- { coordinate: a, kind: FIELD_REMOVED, reason: b, till: c }").contains("till")
        );
    }
}
