//! What every value of a file came to, as numbers: so that two readings can be compared without keeping what may be secret.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::expand::expand;
use crate::sources::Sources;
use crate::yaml::{Node, Value};

/// The values of a file by their paths, each as a number.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Fingerprint(BTreeMap<Vec<String>, u64>);

impl Fingerprint {
    /// The file as it is, with variables and files filled in.
    pub(crate) fn of(root: &Node, sources: &Sources<'_>) -> Self {
        let mut fingerprint = Self::default();
        fingerprint.add(&mut Vec::new(), root, sources);
        fingerprint
    }

    fn add(&mut self, path: &mut Vec<String>, node: &Node, sources: &Sources<'_>) {
        let mut hasher = DefaultHasher::new();
        match &node.value {
            Value::Null => {}
            // Why it cannot be expanded is reported when it is read.
            Value::Scalar(text) => expand(text, sources).ok().hash(&mut hasher),
            Value::Float(number) => number.to_bits().hash(&mut hasher),
            Value::Sequence(items) => {
                "sequence".hash(&mut hasher);
                for (index, item) in items.iter().enumerate() {
                    path.push(index.to_string());
                    self.add(path, item, sources);
                    path.pop();
                }
            }
            Value::Mapping(entries) => {
                "mapping".hash(&mut hasher);
                for (name, _, value) in entries {
                    path.push(name.clone());
                    self.add(path, value, sources);
                    path.pop();
                }
            }
        }
        self.0.insert(path.clone(), hasher.finish());
    }

    /// The paths of which the values differ, or that only one of the two has; in order.
    pub(crate) fn differences<'f>(
        &'f self,
        other: &'f Self,
    ) -> impl Iterator<Item = &'f [String]> + 'f {
        let here = self.0.iter();
        let changed = here.filter(|(path, value)| other.0.get(*path) != Some(value));
        let gone = other.0.keys().filter(|path| !self.0.contains_key(*path));
        let mut paths: Vec<&[String]> = changed
            .map(|(path, _)| path.as_slice())
            .chain(gone.map(Vec::as_slice))
            .collect();
        paths.sort_unstable();
        paths.into_iter()
    }
}
