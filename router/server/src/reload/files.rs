//! The files that a configuration is made of, and whether they have changed.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;
use std::path::{Path, PathBuf};

/// The longest file that is looked at whole, in bytes; of longer ones the beginning counts, and they are refused by those who read them.
const LONGEST: u64 = 4 * 1024 * 1024;

/// What each of them holds, as a number.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Contents(BTreeMap<PathBuf, u64>);

impl Contents {
    /// Looks at files. One that cannot be read is one too.
    pub(crate) fn of<'p>(files: impl IntoIterator<Item = &'p Path>) -> Self {
        let each = files.into_iter().map(|file| (file.to_owned(), hash(file)));
        Self(each.collect())
    }

    /// Whether these files hold the same in both.
    pub(crate) fn agree<'p>(
        &self,
        other: &Self,
        files: impl IntoIterator<Item = &'p Path>,
    ) -> bool {
        let mut files = files.into_iter();
        files.all(|file| self.0.get(file) == other.0.get(file))
    }

    /// These files, with what those held of them that were looked at before.
    pub(crate) fn with_earlier(mut self, before: &Self) -> Self {
        for (file, held) in &mut self.0 {
            if let Some(then) = before.0.get(file) {
                *held = *then;
            }
        }
        self
    }
}

fn hash(file: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut bytes = Vec::new();
    let read =
        std::fs::File::open(file).and_then(|file| file.take(LONGEST).read_to_end(&mut bytes));
    match read {
        Ok(_) => bytes.hash(&mut hasher),
        Err(error) => error.to_string().hash(&mut hasher),
    }
    hasher.finish()
}
