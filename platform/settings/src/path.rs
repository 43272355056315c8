//! The path of a key from the root of the file.

use std::fmt;

/// The names of a key and of the sections around it, outermost first. A name may hold any character.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyPath(Vec<String>);

impl KeyPath {
    pub(crate) fn join(&self, name: &str) -> Self {
        let mut names = self.0.clone();
        names.push(name.to_owned());
        Self(names)
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.0
    }
}

/// With dots between the names; empty for the whole file.
impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}
