//! The configuration in effect, as YAML that reads back.

use indexmap::IndexMap;
use serde_json::{Value, json};

/// Every value in effect, recorded while it was read and in that order: defaults and variables are filled in, and what may be secret is hidden.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown(IndexMap<String, Tree>);

/// What stands under a name.
#[derive(Clone, Debug, PartialEq)]
enum Tree {
    Section(Shown),
    Value(Value),
}

impl Shown {
    /// Notes a value.
    pub(crate) fn insert(&mut self, path: &[String], value: Value) {
        if let Some((last, sections)) = path.split_last() {
            self.enter(sections)
                .0
                .insert(last.clone(), Tree::Value(value));
        }
    }

    /// The section at a path, which is shown even if nothing comes to stand in it.
    pub(crate) fn enter(&mut self, path: &[String]) -> &mut Self {
        path.iter().fold(self, |section, name| {
            let entry = section.0.entry(name.clone());
            let tree = entry.or_insert_with(|| Tree::Section(Self::default()));
            if let Tree::Value(_) = tree {
                *tree = Tree::Section(Self::default());
            }
            match tree {
                Tree::Section(section) => section,
                Tree::Value(_) => unreachable!("it has just become a section"),
            }
        })
    }

    /// One object.
    pub fn to_json(&self) -> Value {
        let entries = self.0.iter().map(|(name, tree)| {
            let value = match tree {
                Tree::Section(section) => section.to_json(),
                Tree::Value(value) => value.clone(),
            };
            (name.clone(), value)
        });
        Value::Object(entries.collect())
    }

    /// YAML in block style, in the order of reading.
    pub fn to_yaml(&self) -> String {
        let mut out = String::new();
        self.block(0, &mut out);
        out
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
                Tree::Section(section) if section.0.is_empty() => out.push_str(": {}\n"),
                Tree::Section(section) => {
                    out.push_str(":\n");
                    section.block(indent + 2, out);
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
