//! Hands out the keys of a mapping of the YAML tree.

use std::cell::RefCell;

use crate::finding::{Finding, Place};
use crate::key::Key;
use crate::path::KeyPath;
use crate::reader::Reader;
use crate::yaml::{Node, Value};

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
    /// The whole file.
    pub(crate) fn root(reader: &'r Reader<'r>, node: Node) -> Self {
        Self::new(reader, KeyPath::default(), node)
    }

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

    /// Where the value of a key is, when the file has one: `name` was asked for before.
    pub fn place_of(&self, name: &str) -> Option<Place> {
        let known = self.known.borrow();
        let asked = known.iter().find(|(known, _)| *known == name);
        asked.and_then(|(_, place)| *place)
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
        let place = self.place_of(name).unwrap_or(self.place);
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

impl<'r> Key<'r> {
    /// A mapping with known keys.
    pub fn section(self) -> Section<'r> {
        let place = self.section;
        let node = self.node.unwrap_or(Node {
            place,
            value: Value::Null,
        });
        Section::new(self.reader, self.path, node)
    }
}
