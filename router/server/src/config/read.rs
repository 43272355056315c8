//! Reads typed values out of the YAML tree and notes, on the way, every key there is.
//!
//! Reading never stops at a mistake: it is noted, the default stands in, and the next key is read. The same reading code, run over
//! an empty file, gives the list of keys for the JSON Schema and the manual: there is no second list to keep in step.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::expand::{expand, has_variable};
use super::finding::{Finding, Place};
use super::key::Key;
use super::yaml::{Node, Value};

/// What the manual says of one key.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyDoc {
    /// The key with dots between its parts; `<name>` stands for a name that the file chooses, `[]` for a list's element.
    pub path: String,
    /// What is expected, with bounds.
    pub kind: String,
    /// The default as it would be written; `None` when there is none.
    pub default: Option<String>,
    /// What it does.
    pub help: &'static str,
    /// The JSON Schema of its value.
    pub schema: serde_json::Value,
}

/// Collects what the sections find.
pub(super) struct Reader<'e> {
    environment: &'e dyn Fn(&str) -> Option<String>,
    base: PathBuf,
    findings: RefCell<Vec<Finding>>,
    /// The keys asked for so far; `None` when nobody wants to know.
    keys: Option<RefCell<Vec<KeyDoc>>>,
}

impl<'e> Reader<'e> {
    /// `base` is the folder that relative paths are relative to.
    pub(super) fn new(environment: &'e dyn Fn(&str) -> Option<String>, base: &Path) -> Self {
        Self {
            environment,
            base: base.to_owned(),
            findings: RefCell::default(),
            keys: None,
        }
    }

    /// A reader that is there for the keys: every section is entered, and mistakes do not matter.
    pub(super) fn documenting() -> Reader<'static> {
        Reader {
            environment: &|_| None,
            base: PathBuf::new(),
            findings: RefCell::default(),
            keys: Some(RefCell::default()),
        }
    }

    pub(super) fn documents(&self) -> bool {
        self.keys.is_some()
    }

    /// The whole file.
    pub(super) fn root(&self, node: Node) -> Section<'_> {
        Section::new(self, String::new(), node)
    }

    pub(super) fn report(&self, finding: Finding) {
        self.findings.borrow_mut().push(finding);
    }

    pub(super) fn document(&self, key: KeyDoc) {
        if let Some(keys) = &self.keys {
            keys.borrow_mut().push(key);
        }
    }

    pub(super) fn resolve(&self, path: &str) -> PathBuf {
        self.base.join(path)
    }

    /// The text with its variables replaced; `None` when that failed, which is reported.
    pub(super) fn expand(&self, key: &str, place: Place, text: &str) -> Option<String> {
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

    pub(super) fn findings(self) -> Vec<Finding> {
        self.findings.into_inner()
    }

    pub(super) fn keys(self) -> Vec<KeyDoc> {
        self.keys.map(RefCell::into_inner).unwrap_or_default()
    }
}

/// A mapping whose keys are known.
pub(super) struct Section<'r> {
    pub(super) reader: &'r Reader<'r>,
    /// Empty for the whole file.
    path: String,
    pub(super) place: Place,
    entries: RefCell<Vec<(String, Place, Node)>>,
    known: RefCell<Vec<&'static str>>,
}

impl<'r> Section<'r> {
    pub(super) fn new(reader: &'r Reader<'r>, path: String, node: Node) -> Self {
        let entries = match node.value {
            Value::Mapping(entries) => entries,
            Value::Null => Vec::new(),
            other => {
                reader.report(Finding {
                    key: path.clone(),
                    place: node.place,
                    message: format!("this is {}", other.noun()),
                    expected: Some("a mapping (key: value)".to_owned()),
                });
                Vec::new()
            }
        };
        Self {
            reader,
            path,
            place: node.place,
            entries: RefCell::new(entries),
            known: RefCell::default(),
        }
    }

    /// A key of this mapping, to be read by one of [`Key`]'s methods.
    pub(super) fn key(&self, name: &'static str, help: &'static str) -> Key<'r> {
        self.known.borrow_mut().push(name);
        let mut entries = self.entries.borrow_mut();
        let node = entries
            .iter()
            .position(|(key, ..)| key == name)
            .map(|index| entries.swap_remove(index).2);
        Key {
            reader: self.reader,
            path: join(&self.path, name),
            section: self.place,
            node,
            help,
        }
    }

    /// Whether the file has that key.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.borrow().iter().any(|(key, ..)| key == name)
    }

    /// Notes a mistake that concerns several keys of this section.
    pub(super) fn report(&self, message: impl Into<String>, expected: impl Into<String>) {
        self.reader.report(Finding {
            key: self.path.clone(),
            place: self.place,
            message: message.into(),
            expected: Some(expected.into()),
        });
    }

    /// Reports the keys that nobody asked for.
    pub(super) fn end(self) {
        let known = self.known.into_inner();
        for (name, place, _) in self.entries.into_inner() {
            let nearest = known
                .iter()
                .map(|candidate| (distance(&name, candidate), candidate))
                .min()
                .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4);
            let expected = match nearest {
                Some((_, candidate)) => format!("\"{candidate}\", perhaps"),
                None => format!("one of: {}", known.join(", ")),
            };
            self.reader.report(Finding {
                key: join(&self.path, &name),
                place,
                message: "this key is not known".to_owned(),
                expected: Some(expected),
            });
        }
    }
}

pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// [Levenshtein distance](https://en.wikipedia.org/wiki/Levenshtein_distance), for suggestions.
fn distance(a: &str, b: &str) -> usize {
    // Keys are short; an absurd one needs no suggestion.
    if a.len() > 64 {
        return usize::MAX;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

/// The JSON Schema of a value that may also be written with variables.
pub(super) fn or_variable(schema: serde_json::Value) -> serde_json::Value {
    json!({ "anyOf": [schema, { "type": "string", "pattern": "\\$\\{" }] })
}
