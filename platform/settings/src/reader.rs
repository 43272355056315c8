//! Collects, while a file is read, what is wrong, what is in effect and every key there is.
//!
//! The same reading code, run over an empty file, gives the list of keys for the JSON Schema and the manual.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use crate::expand::{expand, has_variable};
use crate::finding::{Finding, Place};
use crate::fingerprint::Fingerprint;
use crate::key_doc::KeyDoc;
use crate::path::KeyPath;
use crate::shown::Shown;
use crate::sources::Sources;
use crate::yaml::Node;

/// What may appear between braces.
const EXPANDABLE: &str =
    "a variable that is set, ${NAME:-default}, or a file that can be read, ${file:/path}";

/// Collects what the sections find.
pub(crate) struct Reader<'e> {
    /// `None` when values are taken as they are.
    sources: Option<Sources<'e>>,
    base: PathBuf,
    findings: RefCell<Vec<Finding>>,
    shown: RefCell<Shown>,
    /// The keys asked for so far; `None` when nobody wants to know.
    keys: Option<RefCell<Vec<KeyDoc>>>,
}

impl<'e> Reader<'e> {
    /// `base` is the folder that relative paths are relative to; without `sources` nothing is replaced in values.
    pub(crate) fn new(sources: Option<Sources<'e>>, base: &Path) -> Self {
        Self {
            sources,
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
            ..Reader::new(Some(Sources::new(&|_| None, Path::new(""))), Path::new(""))
        }
    }

    pub(crate) fn documents(&self) -> bool {
        self.keys.is_some()
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

    /// What was shown under a path becomes a list.
    pub(crate) fn show_list(&self, path: &KeyPath) {
        self.shown.borrow_mut().list(path.names());
    }

    pub(crate) fn place(&self, path: &KeyPath, place: Place) {
        self.shown.borrow_mut().put(path.names(), place);
    }

    /// Notes what every value of the file comes to.
    pub(crate) fn fingerprint(&self, root: &Node) {
        if let Some(sources) = &self.sources {
            self.shown.borrow_mut().fingerprint = Fingerprint::of(root, sources);
        }
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
        let sources = self.sources.as_ref();
        let Some(sources) = sources.filter(|_| text.contains('$')) else {
            return Some(text.to_owned());
        };
        match expand(text, sources) {
            Ok(text) => Some(text),
            Err(message) => {
                self.report(Finding {
                    key: key.to_owned(),
                    place,
                    message: format!("{message} (in \"{text}\")"),
                    expected: has_variable(text).then(|| EXPANDABLE.to_owned()),
                });
                None
            }
        }
    }

    /// What was found, and what is in effect.
    pub(crate) fn end(self) -> (Vec<Finding>, Shown) {
        let mut shown = self.shown.into_inner();
        shown.files = self.sources.map(Sources::into_files).unwrap_or_default();
        (self.findings.into_inner(), shown)
    }

    pub(crate) fn keys(self) -> Vec<KeyDoc> {
        self.keys.map(RefCell::into_inner).unwrap_or_default()
    }
}
