//! What `${…}` in values stands for: variables of the environment, and the contents of files.
//!
//! A file is read once for a whole configuration, however often it is named, so that all of its values are of one moment.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The longest text that is taken from a file, in bytes.
pub(crate) const MAX_FILE_TEXT: u64 = 64 * 1024;

/// What a variable holds.
type Environment<'e> = &'e dyn Fn(&str) -> Option<String>;

/// Where texts come from that are not in the configuration itself.
pub(crate) struct Sources<'e> {
    environment: Environment<'e>,
    /// The folder that relative paths are relative to.
    base: PathBuf,
    read: RefCell<BTreeMap<PathBuf, Result<String, String>>>,
}

impl<'e> Sources<'e> {
    pub(crate) fn new(environment: Environment<'e>, base: &Path) -> Self {
        Self {
            environment,
            base: base.to_owned(),
            read: RefCell::default(),
        }
    }

    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        (self.environment)(name)
    }

    /// The text of a file, without the line ending at its end.
    ///
    /// # Errors
    /// A sentence that names the file, and nothing of what it holds.
    pub(crate) fn file(&self, path: &str) -> Result<String, String> {
        let path = self.base.join(path);
        let mut read = self.read.borrow_mut();
        let text = read.entry(path).or_insert_with_key(|path| {
            read_text(path).map_err(|reason| format!("the file {}: {reason}", path.display()))
        });
        text.clone()
    }

    /// The files that were named.
    pub(crate) fn into_files(self) -> Vec<PathBuf> {
        self.read.into_inner().into_keys().collect()
    }
}

fn read_text(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(path);
    opened
        .and_then(|file| file.take(MAX_FILE_TEXT + 1).read_to_end(&mut bytes))
        .map_err(|error| format!("it cannot be read: {error}"))?;
    if bytes.len() as u64 > MAX_FILE_TEXT {
        return Err(format!("it has more than {MAX_FILE_TEXT} bytes"));
    }
    let mut text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}
