//! What composition and loading report: located, coded, sorted, and meant to be read by people.

use std::fmt;
use std::ops::Range;

use apollo_compiler::parser::LineColumn;
use serde::Serialize;

use crate::bounds::{MAX_LOCATIONS, Tally, shorten};
use crate::code::Code;
use crate::severity::Severity;
use crate::wording::visible;

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

    /// The subgraph that the finding is about, as said or by its first place.
    pub fn about(&self) -> Option<&str> {
        let place = || self.locations.first()?.subgraph.as_deref();
        self.subgraph.as_deref().or_else(place)
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
///
/// It is bounded, as what subgraphs publish can be wrong in every character: it keeps the first 100 errors and the first 100 hints of each
/// subgraph, 1,000 of each in all, and [counts](Self::omitted) the others; of messages beyond 4 KiB it leaves out the middle, and of more
/// than 32 places the last ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    tally: Tally,
}

impl Diagnostic {
    /// Shortens what it carries.
    fn shorten(&mut self) {
        shorten(&mut self.message);
        if let Some(help) = &mut self.help {
            shorten(help);
        }
        self.locations.truncate(MAX_LOCATIONS);
        self.locations.shrink_to_fit();
    }
}

impl Diagnostics {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends one finding, or counts it when there are enough of its kind.
    pub fn push(&mut self, mut diagnostic: Diagnostic) {
        if self.tally.admit(diagnostic.severity, diagnostic.about()) {
            diagnostic.shorten();
            self.list.push(diagnostic);
        }
    }

    /// Appends the findings of another run, with those that it only counted.
    pub fn append(&mut self, other: Diagnostics) {
        for severity in [Severity::Error, Severity::Hint] {
            self.omit(severity, other.omitted(severity));
        }
        self.extend(other);
    }

    /// Whether a further finding about a subgraph (`None`: about no single one) would only be counted, so that its message need not be made.
    pub fn is_full(&self, severity: Severity, subgraph: Option<&str>) -> bool {
        self.tally.is_full(severity, subgraph)
    }

    /// Counts findings without making them.
    pub fn omit(&mut self, severity: Severity, number: usize) {
        self.tally.omit(severity, number);
    }

    /// How many findings were only counted.
    pub fn omitted(&self, severity: Severity) -> usize {
        self.tally.omitted(severity)
    }

    /// How many findings of a severity there are, those that were only counted included.
    pub fn count(&self, severity: Severity) -> usize {
        let kept = self.iter().filter(|d| d.severity == severity).count();
        kept + self.omitted(severity)
    }

    /// How many findings there are, those that were only counted included.
    pub fn total(&self) -> usize {
        self.len() + self.omitted(Severity::Error) + self.omitted(Severity::Hint)
    }

    /// Whether any finding stops composition.
    pub fn has_errors(&self) -> bool {
        self.omitted(Severity::Error) > 0 || self.iter().any(|d| d.severity == Severity::Error)
    }

    /// Whether there is no finding at all.
    pub fn is_empty(&self) -> bool {
        self.total() == 0
    }

    /// How many findings are kept.
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
        for finding in findings {
            self.push(finding);
        }
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(findings: I) -> Self {
        let mut diagnostics = Self::new();
        diagnostics.extend(findings);
        diagnostics
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
        for (severity, noun) in [(Severity::Error, "errors"), (Severity::Hint, "hints")] {
            match self.omitted(severity) {
                0 => {}
                1 => write!(f, "\n… and 1 more of the {noun}")?,
                number => write!(f, "\n… and {number} more {noun}")?,
            }
        }
        Ok(())
    }
}
