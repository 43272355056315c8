//! A mistake in the configuration: the key, the place, the value, and what was expected.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::credentials::without_credentials;

/// A 1-based line and column, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// 1-based.
    pub line: u32,
    /// 1-based, in characters.
    pub column: u32,
}

impl Place {
    /// The first character of the file.
    pub const START: Place = Place { line: 1, column: 1 };
}

impl From<serde_saphyr::Location> for Place {
    fn from(location: serde_saphyr::Location) -> Self {
        let clamp = |n: u64| u32::try_from(n).unwrap_or(u32::MAX).max(1);
        Place {
            line: clamp(location.line()),
            column: clamp(location.column()),
        }
    }
}

/// What is said about a value that may hold a secret.
pub(crate) const HIDDEN: &str = "this value is not right; it is not shown, as it may hold a secret";

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The key, with dots between its parts; empty when the file as a whole is meant.
    pub key: String,
    /// Where it is.
    pub place: Place,
    /// What is wrong, with the value.
    pub message: String,
    /// What was expected instead.
    pub expected: Option<String>,
}

impl Finding {
    pub(crate) fn at(place: Place, message: impl Into<String>) -> Self {
        Self {
            key: String::new(),
            place,
            message: message.into(),
            expected: None,
        }
    }

    /// The sentence, key first.
    pub fn sentence(&self) -> String {
        if self.key.is_empty() {
            self.message.clone()
        } else {
            format!("{}: {}", self.key, self.message)
        }
    }
}

/// Everything that is wrong with a configuration.
#[derive(Debug)]
pub struct ConfigError {
    /// The file, as it was named.
    pub file: PathBuf,
    /// Its text, without what may be a secret; empty when it could not be read. Columns are those of the file.
    pub text: String,
    /// At least one, by place.
    pub findings: Vec<Finding>,
}

impl ConfigError {
    /// What is wrong with a text that is in `file`; by place.
    pub fn new(file: &Path, text: &str, mut findings: Vec<Finding>) -> Self {
        // Stable: what concerns several keys comes after what concerns one.
        findings.sort_by_key(|finding| finding.place);
        findings.dedup();
        Self {
            file: file.to_owned(),
            text: presentable(text, &findings),
            findings,
        }
    }
}

/// A text without the credentials of its URLs, and without the values that must not be shown: their lines are hidden from there on.
fn presentable(text: &str, findings: &[Finding]) -> String {
    let text = without_credentials(text);
    let hidden: Vec<Place> = findings
        .iter()
        .filter(|finding| finding.message == HIDDEN)
        .map(|finding| finding.place)
        .collect();
    if hidden.is_empty() {
        return text.into_owned();
    }
    let mut shown = String::with_capacity(text.len());
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let columns = hidden.iter().filter(|place| place.line == number);
        let from = columns.map(|place| place.column).min();
        for (column, c) in (1..).zip(line.chars()) {
            let is_hidden = from.is_some_and(|from| column >= from) && !c.is_whitespace();
            shown.push(if is_hidden { '*' } else { c });
        }
    }
    shown
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.findings.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            let Place { line, column } = finding.place;
            write!(
                f,
                "{}:{line}:{column}: {}",
                self.file.display(),
                finding.sentence()
            )?;
            if let Some(expected) = &finding.expected {
                write!(f, "\n  expected {expected}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
