//! Which file belongs where.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};

use crate::error::UploadError;

/// What every path begins with: a file is the value of a variable, or of something in one.
const VARIABLES: &str = "variables.";

/// The part `map`: for each file the places in `operations` where it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileMap {
    /// In the order of the text.
    files: Vec<(String, Vec<String>)>,
}

impl FileMap {
    /// Reads the JSON of the part, of at most `max_files` files.
    ///
    /// # Errors
    /// It is not an object of lists of paths, has too many files, a file without a path, or the same file or path twice.
    pub fn parse(text: &[u8], max_files: usize) -> Result<Self, UploadError> {
        let mut reader = serde_json::Deserializer::from_slice(text);
        let entries = reader.deserialize_map(Entries(max_files));
        let files = entries.and_then(|files| reader.end().map(|()| files));
        let files = files.map_err(|error| {
            UploadError::Map(format!(
                "must be a JSON object whose members are lists of paths such as \"variables.file\": {error}"
            ))
        })?;
        if files.len() > max_files {
            return Err(UploadError::TooMany(max_files));
        }
        let map = Self { files };
        map.check()?;
        Ok(map)
    }

    fn check(&self) -> Result<(), UploadError> {
        let wrong = |problem: String| Err(UploadError::Map(problem));
        let (mut names, mut known) = (HashSet::new(), HashSet::new());
        for (name, paths) in &self.files {
            if !names.insert(name) {
                return wrong(format!("names the file {name:?} twice"));
            }
            if paths.is_empty() {
                return wrong(format!("has no path for the file {name:?}"));
            }
            for path in paths {
                if !path.starts_with(VARIABLES) {
                    return wrong(format!(
                        "has the path {path:?}; one that begins with \"{VARIABLES}\" was expected"
                    ));
                }
                if !known.insert(path) {
                    return wrong(format!("has the path {path:?} twice"));
                }
            }
        }
        Ok(())
    }

    /// How many bytes it takes: of short paths, many times its text.
    pub(crate) fn weight(&self) -> usize {
        let text = |text: &String| size_of::<String>() + text.capacity();
        let one = |(name, paths): &(String, Vec<String>)| {
            size_of::<Vec<String>>() + text(name) + paths.iter().map(text).sum::<usize>()
        };
        self.files.iter().map(one).sum()
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Every place of a file, with the index of the file.
    pub fn paths(&self) -> impl Iterator<Item = (usize, &str)> {
        let files = self.files.iter().enumerate();
        files.flat_map(|(index, (_, paths))| paths.iter().map(move |path| (index, path.as_str())))
    }

    /// The name of a file's part.
    pub(crate) fn name(&self, index: usize) -> &str {
        self.files.get(index).map_or("", |(name, _)| name)
    }

    /// The file of a part.
    pub(crate) fn index_of(&self, part: &str) -> Option<usize> {
        self.files.iter().position(|(name, _)| name == part)
    }
}

/// Members in their order, of which none is lost to another of the same name. One more is kept than there may be, and the rest is passed over.
struct Entries(usize);

impl<'de> Visitor<'de> for Entries {
    type Value = Vec<(String, Vec<String>)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while entries.len() <= self.0 {
            match map.next_entry()? {
                Some(entry) => entries.push(entry),
                None => return Ok(entries),
            }
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(entries)
    }
}

#[cfg(test)]
mod tests;
