//! What composition and loading report: located, coded, sorted, and meant to be read by people.

use std::fmt;
use std::ops::Range;

use apollo_compiler::parser::LineColumn;
use serde::Serialize;

use crate::code::Code;
use crate::wording::visible;

/// How much a [`Diagnostic`] weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// There is no supergraph until this is mended.
    Error,
    /// The supergraph composes; a person may still want to know.
    Hint,
}

/// A place in the SDL of one subgraph (or of a supergraph, where `subgraph` is `None`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Location {
    /// The subgraph whose SDL is meant.
    pub subgraph: Option<String>,
    /// 1-based line in that SDL.
    pub line: u32,
    /// 1-based column, in characters.
    pub column: u32,
    /// 1-based line of the last character.
    pub end_line: u32,
    /// 1-based column just past the last character.
    pub end_column: u32,
}

impl Location {
    /// What a range found by the GraphQL parser covers, in the SDL of a subgraph or of the supergraph.
    pub fn new(subgraph: Option<&str>, range: &Range<LineColumn>) -> Self {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            subgraph: subgraph.map(str::to_owned),
            line: number(range.start.line),
            column: number(range.start.column),
            end_line: number(range.end.line),
            end_column: number(range.end.column),
        }
    }

    /// The same, or the last visible character before it where it is behind the end of its line in this text.
    #[must_use]
    pub fn within(mut self, text: &str) -> Self {
        let number = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
        let place = (number(self.line), number(self.column));
        let (line, column) = visible(text, place.0, place.1);
        if (line, column) != place {
            let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            self.line = number(line);
            self.column = number(column);
            self.end_line = self.line;
            self.end_column = self.column.saturating_add(1);
        }
        self
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether it stops composition.
    pub severity: Severity,
    /// The public code of the Federation specification.
    pub code: Code,
    /// What is wrong, in one or a few sentences, naming schema coordinates (`Type.field`).
    pub message: String,
    /// What to change, where that can be said.
    pub help: Option<String>,
    /// The subgraph the finding is about, where it is one.
    pub subgraph: Option<String>,
    /// Every place concerned; the first is the primary one.
    pub locations: Vec<Location>,
}

impl Diagnostic {
    /// An error without subgraph, location or help yet.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A hint without subgraph, location or help yet.
    pub fn hint(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Hint, code, message)
    }

    fn new(severity: Severity, code: Code, message: impl Into<String>) -> Self {
        Self {
            severity,
            code,
            message: message.into(),
            help: None,
            subgraph: None,
            locations: Vec::new(),
        }
    }

    /// Names the subgraph that the finding is about.
    #[must_use]
    pub fn in_subgraph(mut self, name: impl Into<String>) -> Self {
        self.subgraph = Some(name.into());
        self
    }

    /// Adds a place; the first one added is the primary one.
    #[must_use]
    pub fn at(mut self, location: impl Into<Option<Location>>) -> Self {
        self.locations.extend(location.into());
        self
    }

    /// Says what to change.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The order in which people read: errors first, then by place, code and message.
    fn sort_key(&self) -> (Severity, Option<&Location>, &str, Option<&str>, &str) {
        (
            self.severity,
            self.locations.first(),
            self.code.as_str(),
            self.subgraph.as_deref(),
            &self.message,
        )
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Hint => "hint",
        };
        write!(f, "{severity}[{}]", self.code)?;
        let place = self.locations.first();
        let subgraph = place.and_then(|place| place.subgraph.as_ref());
        if let Some(subgraph) = subgraph.or(self.subgraph.as_ref()) {
            write!(f, " {subgraph}")?;
        }
        if let Some(place) = place {
            write!(f, ":{}:{}", place.line, place.column)?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

/// All findings of one run. Stages append to it and never return early.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends one finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Whether any finding stops composition.
    pub fn has_errors(&self) -> bool {
        self.iter().any(|d| d.severity == Severity::Error)
    }

    /// Whether there is no finding at all.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many findings there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The findings, in the present order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// Sorts by severity, place, code and message, and drops repetitions.
    pub fn sort(&mut self) {
        self.list.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        self.list.dedup();
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, findings: I) {
        self.list.extend(findings);
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(findings: I) -> Self {
        Self {
            list: findings.into_iter().collect(),
        }
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.list.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}
