//! One shape for whatever is found wrong, wherever.

use std::cell::OnceCell;

use federation::{Diagnostic, Diagnostics, Severity};
use indexmap::IndexMap;
use serde_json::{Value, json};

use settings::ConfigError;

/// A finding, with its places.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    pub(crate) severity: &'static str,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    pub(crate) subgraph: Option<String>,
    /// The first is the primary one.
    pub(crate) places: Vec<Place>,
}

/// A place in one of the [`Texts`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place {
    /// The key of the text: a subgraph's name, or empty for the one text that there is.
    pub(crate) text: String,
    /// 1-based, in characters, like the column and the end.
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) end: Option<End>,
}

/// The end of a [`Place`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct End {
    pub(crate) line: u32,
    /// Exclusive.
    pub(crate) column: u32,
}

/// The texts that places are in: how each is called, and what it says.
#[derive(Default)]
pub(crate) struct Texts {
    by_key: IndexMap<String, Text>,
}

/// One of them.
pub(crate) struct Text {
    pub(crate) label: String,
    text: String,
    /// Where its lines begin, in bytes; counted when a line is first asked for.
    lines: OnceCell<Vec<usize>>,
}

impl Text {
    /// The text from a line on, which is counted from 1.
    pub(crate) fn text_from(&self, line: u32) -> Option<&str> {
        let lines = self.lines.get_or_init(|| {
            let ends = self.text.match_indices('\n').map(|(end, _)| end + 1);
            std::iter::once(0).chain(ends).collect()
        });
        let index = usize::try_from(line.checked_sub(1)?).ok()?;
        self.text
            .get(*lines.get(index)?..)
            .filter(|rest| !rest.is_empty())
    }
}

/// How many findings there are besides those that were kept.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Omitted {
    pub(crate) errors: usize,
    pub(crate) hints: usize,
}

impl Omitted {
    pub(crate) fn of(diagnostics: &Diagnostics) -> Self {
        Self {
            errors: diagnostics.omitted(Severity::Error),
            hints: diagnostics.omitted(Severity::Hint),
        }
    }

    pub(crate) fn to_json(self) -> Value {
        json!({ "errors": self.errors, "hints": self.hints })
    }
}

impl Texts {
    /// Adds a text, under what [`Place::text`] calls it and what people call it.
    pub(crate) fn add(&mut self, key: &str, label: impl Into<String>, text: impl Into<String>) {
        let text = Text {
            label: label.into(),
            text: text.into(),
            lines: OnceCell::new(),
        };
        self.by_key.insert(key.to_owned(), text);
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Text> {
        self.by_key.get(key)
    }
}

impl Finding {
    /// An error with a code and a sentence.
    pub(crate) fn error(code: &str, message: impl Into<String>) -> Self {
        Self {
            severity: "error",
            code: code.to_owned(),
            message: message.into(),
            help: None,
            subgraph: None,
            places: Vec::new(),
        }
    }

    /// Adds a place of which only the beginning is known.
    pub(crate) fn at(mut self, text: &str, line: u32, column: u32) -> Self {
        self.places.push(Place {
            text: text.to_owned(),
            line,
            column,
            end: None,
        });
        self
    }

    /// Adds a place.
    pub(crate) fn covering(mut self, location: &federation::Location) -> Self {
        self.places.push(Place::from(location));
        self
    }

    /// What is wrong with a configuration.
    pub(crate) fn of_config(error: &ConfigError) -> Vec<Self> {
        let one = |finding: &settings::Finding| {
            let expected = finding
                .expected
                .as_ref()
                .map(|expected| format!("expected {expected}"));
            let mut found = Finding::error("INVALID_CONFIGURATION", finding.sentence()).at(
                "",
                finding.place.line,
                finding.place.column,
            );
            found.help = expected;
            found
        };
        error.findings.iter().map(one).collect()
    }

    pub(crate) fn to_json(&self) -> Value {
        let first = self.places.first();
        json!({
            "severity": self.severity,
            "code": self.code,
            "message": self.message,
            "help": self.help,
            "subgraph": self.subgraph,
            "line": first.map(|place| place.line),
            "column": first.map(|place| place.column),
            "locations": self.places.iter().map(|place| json!({
                "subgraph": (!place.text.is_empty()).then_some(&place.text),
                "line": place.line,
                "column": place.column,
                "end_line": place.end.map(|end| end.line),
                "end_column": place.end.map(|end| end.column),
            })).collect::<Vec<_>>(),
        })
    }
}

impl From<&federation::Location> for Place {
    fn from(location: &federation::Location) -> Self {
        Self {
            text: location.subgraph.clone().unwrap_or_default(),
            line: location.line,
            column: location.column,
            end: Some(End {
                line: location.end_line,
                column: location.end_column,
            }),
        }
    }
}

impl From<&Diagnostic> for Finding {
    fn from(diagnostic: &Diagnostic) -> Self {
        Self {
            severity: match diagnostic.severity {
                Severity::Error => "error",
                Severity::Hint => "hint",
            },
            code: diagnostic.code.as_str().to_owned(),
            message: diagnostic.message.clone(),
            help: diagnostic.help.clone(),
            subgraph: diagnostic.about().map(str::to_owned),
            places: diagnostic.locations.iter().map(Place::from).collect(),
        }
    }
}
