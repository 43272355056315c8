//! The configuration in effect, as YAML that reads back.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;

use indexmap::IndexMap;
use serde_json::{Value, json};

use crate::finding::Place;
use crate::fingerprint::Fingerprint;

/// Every value in effect, recorded while it was read and in that order: defaults and variables are filled in, and what may be secret is hidden.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    root: Mapping,
    /// Where the keys without a default that the file has are.
    places: BTreeMap<Vec<String>, Place>,
    /// What every value came to, which is not shown.
    pub(crate) fingerprint: Fingerprint,
    /// The files that values are taken from.
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Mapping(IndexMap<String, Tree>);

/// What is under a name.
#[derive(Clone, Debug, PartialEq)]
enum Tree {
    Mapping(Mapping),
    Value(Value),
}

impl Shown {
    /// Notes a value.
    pub(crate) fn insert(&mut self, path: &[String], value: Value) {
        if let Some((last, sections)) = path.split_last() {
            let section = self.root.enter(sections);
            section.0.insert(last.clone(), Tree::Value(value));
        }
    }

    /// A section is shown even if it stays empty.
    pub(crate) fn enter(&mut self, path: &[String]) {
        self.root.enter(path);
    }

    /// The values of a mapping become a list, in their order.
    pub(crate) fn list(&mut self, path: &[String]) {
        let items = self.root.enter(path).0.values();
        let items: Vec<Value> = items.map(Tree::to_json).collect();
        self.insert(path, Value::Array(items));
    }

    /// Notes where a key is.
    pub(crate) fn put(&mut self, path: &[String], place: Place) {
        self.places.insert(path.to_vec(), place);
    }

    /// Where in the file the value of a key is, when the key has no default and the file has it: for mistakes that show later.
    pub fn place(&self, path: &[&str]) -> Option<Place> {
        let path: Vec<String> = path.iter().map(|name| (*name).to_owned()).collect();
        self.places.get(&path).copied()
    }

    /// The keys, with dots between their parts, that have other values than in another reading of the file, secret ones among them.
    pub fn differences(&self, other: &Shown) -> Vec<String> {
        let paths: Vec<&[String]> = self.fingerprint.differences(&other.fingerprint).collect();
        // A key says more than the sections around it.
        let leaves = paths.iter().enumerate().filter(|(index, path)| {
            let next = paths.get(index + 1);
            next.is_none_or(|next| !next.starts_with(path))
        });
        leaves.map(|(_, path)| path.join(".")).collect()
    }

    /// Whether all values under a key are those of another reading of the file.
    pub fn is_same(&self, other: &Shown, key: &[&str]) -> bool {
        let is_under = |path: &[String]| {
            path.len() >= key.len() && path.iter().zip(key).all(|(name, key)| name == key)
        };
        let mut differences = self.fingerprint.differences(&other.fingerprint);
        !differences.any(is_under)
    }

    /// The files that values are taken from by `${file:…}`.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// One object.
    pub fn to_json(&self) -> Value {
        self.root.to_json()
    }

    /// YAML in block style, in the order of reading.
    pub fn to_yaml(&self) -> String {
        let mut out = String::new();
        self.root.block(0, &mut out);
        out
    }
}

impl Tree {
    fn to_json(&self) -> Value {
        match self {
            Self::Mapping(mapping) => mapping.to_json(),
            Self::Value(value) => value.clone(),
        }
    }
}

impl Mapping {
    /// The mapping at a path, which is made where there is none.
    fn enter(&mut self, path: &[String]) -> &mut Self {
        path.iter().fold(self, |mapping, name| {
            let entry = mapping.0.entry(name.clone());
            let tree = entry.or_insert_with(|| Tree::Mapping(Self::default()));
            if let Tree::Value(_) = tree {
                *tree = Tree::Mapping(Self::default());
            }
            match tree {
                Tree::Mapping(mapping) => mapping,
                Tree::Value(_) => unreachable!("it has just become a mapping"),
            }
        })
    }

    fn to_json(&self) -> Value {
        let entries = self
            .0
            .iter()
            .map(|(name, tree)| (name.clone(), tree.to_json()));
        Value::Object(entries.collect())
    }

    /// Block mappings; scalars and everything empty as JSON, which YAML contains.
    fn block(&self, indent: usize, out: &mut String) {
        for (name, tree) in &self.0 {
            out.push_str(&" ".repeat(indent));
            let plain = name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
            match plain {
                true => out.push_str(name),
                false => out.push_str(&json!(name).to_string()),
            }
            match tree {
                Tree::Mapping(mapping) if mapping.0.is_empty() => out.push_str(": {}\n"),
                Tree::Mapping(mapping) => {
                    out.push_str(":\n");
                    mapping.block(indent + 2, out);
                }
                // Nothing that is shown here can be read as another type when it is quoted.
                Tree::Value(value) => {
                    out.push_str(": ");
                    out.push_str(&value.to_string());
                    out.push('\n');
                }
            }
        }
    }
}

/// A URL as people are shown it: its query can hold a key.
pub fn without_query(url: &str) -> Cow<'_, str> {
    match url.split_once('?') {
        Some((place, _)) => Cow::Owned(format!("{place}?…")),
        None => Cow::Borrowed(url),
    }
}
