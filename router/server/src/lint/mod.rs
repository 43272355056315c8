//! What `router lint` has to say, in the formats of `router check`.
//!
//! The rules are those of the crate `lint`; [`config`] has the level of each.

pub(crate) mod config;

use std::fmt::Write as _;

use lint::Level;
use serde_json::{Value, json};

use crate::report::{Finding, github};

/// Remarks that Markdown lists; the others are counted.
const MAX_ROWS: usize = 200;

/// What was found in the SDLs.
pub(crate) struct Remarks {
    pub(crate) findings: Vec<lint::Finding>,
    /// The file that the SDL of a subgraph came from.
    pub(crate) files: Vec<(String, Option<String>)>,
}

impl Remarks {
    pub(crate) fn fails(&self) -> bool {
        self.findings
            .iter()
            .any(|found| found.level == Level::Error)
    }

    /// Each as a finding, for people.
    pub(crate) fn to_findings(&self) -> Vec<Finding> {
        self.findings.iter().map(finding).collect()
    }

    pub(crate) fn to_json(&self) -> Value {
        let listed = self.findings.iter().map(|found| {
            let mut told = finding(found).to_json();
            told["coordinate"] = json!(found.coordinate);
            told["file"] = json!(self.file(found));
            told
        });
        json!({
            "findings": listed.collect::<Vec<_>>(),
            "summary": { "errors": self.count(Level::Error), "warnings": self.count(Level::Warn) },
        })
    }

    pub(crate) fn to_markdown(&self) -> String {
        let (sign, verdict) = match (self.findings.is_empty(), self.fails()) {
            (true, _) => ("✅", "nothing to point out".to_owned()),
            (false, true) => ("❌", self.counted()),
            (false, false) => ("⚠️", self.counted()),
        };
        let mut text = format!("### {sign} Lint: {verdict}\n");
        if self.findings.is_empty() {
            return text;
        }
        text.push_str("\n| where | rule | remark |\n| --- | --- | --- |\n");
        for found in self.findings.iter().take(MAX_ROWS) {
            let place = self.file(found).or(found.location.subgraph.as_deref());
            let (place, line) = (place.unwrap_or_default(), found.location.line);
            let message = found.message.replace('|', "\\|").replace('\n', " ");
            let _ = writeln!(
                text,
                "| {place}:{line} | {} | {message} |",
                found.rule.name()
            );
        }
        let more = self.findings.len().saturating_sub(MAX_ROWS);
        if more > 0 {
            let _ = writeln!(text, "\n… and {more} more.");
        }
        text
    }

    /// Annotations of GitHub Actions, at the lines of the files.
    pub(crate) fn to_github(&self) -> String {
        let mut text = String::new();
        for found in &self.findings {
            let level = match found.level {
                Level::Error => "error",
                Level::Warn | Level::Off => "warning",
            };
            let place = self.file(found).map(|file| github::Place {
                file,
                line: found.location.line,
                column: found.location.column,
            });
            github::command(&mut text, level, found.rule.name(), place, &found.message);
        }
        let _ = writeln!(text, "lint: {}", self.counted());
        text
    }

    fn counted(&self) -> String {
        let number = |count: usize, noun: &str| match count {
            1 => format!("1 {noun}"),
            _ => format!("{count} {noun}s"),
        };
        let errors = number(self.count(Level::Error), "error");
        format!("{errors}, {}", number(self.count(Level::Warn), "warning"))
    }

    fn count(&self, level: Level) -> usize {
        let found = self.findings.iter();
        found.filter(|found| found.level == level).count()
    }

    fn file(&self, found: &lint::Finding) -> Option<&str> {
        let subgraph = found.location.subgraph.as_deref()?;
        let (_, file) = self.files.iter().find(|(name, _)| name == subgraph)?;
        file.as_deref()
    }
}

fn finding(found: &lint::Finding) -> Finding {
    let mut told = Finding::error(found.rule.name(), found.message.clone());
    if found.level != Level::Error {
        told.severity = "warning";
    }
    told.subgraph = found.location.subgraph.clone();
    told.covering(&found.location)
}
