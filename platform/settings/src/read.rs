//! Hands out the keys of the YAML tree, and notes on the way what is wrong, what is in effect and every key there is.
//!
//! The same reading code, run over an empty file, gives the list of keys for the JSON Schema and the manual.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::describe::KeyDoc;
use crate::expand::{expand, has_variable};
use crate::finding::{Finding, Place};
use crate::key::Key;
use crate::path::KeyPath;
use crate::shown::Shown;
use crate::yaml::{Node, Value};

/// Collects what the sections find.
pub(crate) struct Reader<'e> {
    environment: &'e dyn Fn(&str) -> Option<String>,
    base: PathBuf,
    findings: RefCell<Vec<Finding>>,
    shown: RefCell<Shown>,
    /// The keys asked for so far; `None` when nobody wants to know.
    keys: Option<RefCell<Vec<KeyDoc>>>,
}

impl<'e> Reader<'e> {
    /// `base` is the folder that relative paths are relative to.
    pub(crate) fn new(environment: &'e dyn Fn(&str) -> Option<String>, base: &Path) -> Self {
        Self {
            environment,
            base: base.to_owned(),
            findings: RefCell::default(),
            shown: RefCell::default(),
            keys: None,
        }
    }

    /// A reader that is there for the keys: every section is entered, and mistakes do not matter.
    pub(crate) fn documenting() -> Reader<'static> {
        Reader {
            keys: Some(RefCell::default()),
            ..Reader::new(&|_| None, Path::new(""))
        }
    }

    pub(crate) fn documents(&self) -> bool {
        self.keys.is_some()
    }

    /// The whole file.
    pub(crate) fn root(&self, node: Node) -> Section<'_> {
        Section::new(self, KeyPath::default(), node)
    }

    pub(crate) fn report(&self, finding: Finding) {
        self.findings.borrow_mut().push(finding);
    }

    pub(crate) fn document(&self, key: KeyDoc) {
        if let Some(keys) = &self.keys {
            keys.borrow_mut().push(key);
        }
    }

    pub(crate) fn show(&self, path: &KeyPath, value: serde_json::Value) {
        self.shown.borrow_mut().insert(path.names(), value);
    }

    pub(crate) fn place(&self, path: &KeyPath, place: Place) {
        self.shown.borrow_mut().put(path.names(), place);
    }

    /// Shows a section, whether it holds anything or not.
    pub(crate) fn enter(&self, path: &KeyPath) {
        self.shown.borrow_mut().enter(path.names());
    }

    pub(crate) fn resolve(&self, path: &str) -> PathBuf {
        self.base.join(path)
    }

    /// The text with its variables replaced; `None` when that failed, which is reported.
    pub(crate) fn expand(&self, key: &str, place: Place, text: &str) -> Option<String> {
        if !text.contains('$') {
            return Some(text.to_owned());
        }
        match expand(text, self.environment) {
            Ok(text) => Some(text),
            Err(message) => {
                self.report(Finding {
                    key: key.to_owned(),
                    place,
                    message: format!("{message} (in \"{text}\")"),
                    expected: has_variable(text)
                        .then(|| "a variable that is set, or ${NAME:-default}".to_owned()),
                });
                None
            }
        }
    }

    /// What was found, and what is in effect.
    pub(crate) fn end(self) -> (Vec<Finding>, Shown) {
        (self.findings.into_inner(), self.shown.into_inner())
    }

    pub(crate) fn keys(self) -> Vec<KeyDoc> {
        self.keys.map(RefCell::into_inner).unwrap_or_default()
    }
}

/// A mapping whose keys are known. Several parts of a program may read theirs from one section; the last of them [ends](Section::end) it.
pub struct Section<'r> {
    pub(crate) reader: &'r Reader<'r>,
    /// Empty for the whole file.
    path: KeyPath,
    pub(crate) place: Place,
    entries: RefCell<Vec<(String, Place, Node)>>,
    known: RefCell<Vec<(&'static str, Option<Place>)>>,
}

impl<'r> Section<'r> {
    pub(crate) fn new(reader: &'r Reader<'r>, path: KeyPath, node: Node) -> Self {
        let entries = match node.value {
            Value::Mapping(entries) => entries,
            Value::Null => Vec::new(),
            other => {
                reader.report(Finding {
                    key: path.to_string(),
                    place: node.place,
                    message: format!("this is {}", other.noun()),
                    expected: Some("a mapping (key: value)".to_owned()),
                });
                Vec::new()
            }
        };
        reader.enter(&path);
        Self {
            reader,
            path,
            place: node.place,
            entries: RefCell::new(entries),
            known: RefCell::default(),
        }
    }

    /// A key of this mapping, to be read by one of [`Key`]'s methods. `help` says in the manual what it does.
    pub fn key(&self, name: &'static str, help: &'static str) -> Key<'r> {
        let mut entries = self.entries.borrow_mut();
        let node = entries
            .iter()
            .position(|(key, ..)| key == name)
            .map(|index| entries.swap_remove(index).2);
        let place = node.as_ref().map(|node| node.place);
        self.known.borrow_mut().push((name, place));
        Key {
            reader: self.reader,
            path: self.path.join(name),
            section: self.place,
            node,
            help,
        }
    }

    /// A section of its own under a key, which may be absent.
    pub fn section(&self, name: &'static str) -> Section<'r> {
        self.key(name, "").section()
    }

    /// A section of its own, when the file has its key: that it is there says something, whatever it holds.
    pub fn optional_section(&self, name: &'static str) -> Option<Section<'r>> {
        let wanted = self.has(name) || self.reader.documents();
        let key = self.key(name, "");
        wanted.then(|| key.section())
    }

    /// Whether the file has that key and nobody has asked for it yet.
    pub fn has(&self, name: &str) -> bool {
        self.entries.borrow().iter().any(|(key, ..)| key == name)
    }

    /// Where the section begins.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Notes a mistake that concerns several keys of this section.
    pub fn report(&self, message: impl Into<String>, expected: impl Into<String>) {
        self.report_at(self.path.to_string(), self.place, message, expected);
    }

    /// Notes a mistake of one of this section's keys which shows only beside others: `name` was asked for before.
    pub fn report_key(
        &self,
        name: &'static str,
        message: impl Into<String>,
        expected: impl Into<String>,
    ) {
        let known = self.known.borrow();
        let asked = known.iter().find(|(known, _)| *known == name);
        let place = asked.and_then(|(_, place)| *place).unwrap_or(self.place);
        self.report_at(self.path.join(name).to_string(), place, message, expected);
    }

    /// Notes a mistake at a place that was kept.
    pub fn report_at(
        &self,
        key: String,
        place: Place,
        message: impl Into<String>,
        expected: impl Into<String>,
    ) {
        self.reader.report(Finding {
            key,
            place,
            message: message.into(),
            expected: Some(expected.into()),
        });
    }

    /// Reports the keys that nobody asked for.
    pub fn end(self) {
        let known = self.known.into_inner();
        let known: Vec<&str> = known.into_iter().map(|(name, _)| name).collect();
        for (name, place, _) in self.entries.into_inner() {
            let expected = match nearest(&name, &known) {
                Some(candidate) => format!("\"{candidate}\", perhaps"),
                None => format!("one of: {}", known.join(", ")),
            };
            self.reader.report(Finding {
                key: self.path.join(&name).to_string(),
                place,
                message: "this key is not known".to_owned(),
                expected: Some(expected),
            });
        }
    }
}

/// The candidate that a misspelt name most likely stands for.
fn nearest<'c>(name: &str, candidates: &[&'c str]) -> Option<&'c str> {
    // Keys are short; an absurd one needs no suggestion.
    if name.len() > 64 {
        return None;
    }
    let distances = candidates
        .iter()
        .map(|candidate| (strsim::levenshtein(name, candidate), *candidate));
    distances
        .min()
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .map(|(_, candidate)| candidate)
}

/// The JSON Schema of a value that may also be written with variables.
pub(crate) fn or_variable(schema: serde_json::Value) -> serde_json::Value {
    json!({ "anyOf": [schema, { "type": "string", "pattern": "\\$\\{" }] })
}
