//! Files that clients send beside their variables
//! ([GraphQL multipart request](https://github.com/jaydenseric/graphql-multipart-request-spec)): where they are.
//!
//! A file takes the place of a null in the variables, and stays one in the text of every request: only its place is known here.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use apollo_compiler::Name;

use crate::path::{Path, Step};

/// Where the files of a request stand in its variables, by their paths, such as `images.0`.
#[derive(Clone, Debug, Default)]
pub struct FilePaths {
    files: HashMap<String, usize>,
}

impl<P: Into<String>> FromIterator<(P, usize)> for FilePaths {
    /// From paths within the variables, each with the number of its file.
    fn from_iter<I: IntoIterator<Item = (P, usize)>>(paths: I) -> Self {
        let paths = paths.into_iter();
        Self {
            files: paths.map(|(path, file)| (path.into(), file)).collect(),
        }
    }
}

impl FilePaths {
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The file that is at a place.
    pub(crate) fn at(&self, path: &Path<'_, '_>) -> Option<usize> {
        if self.is_empty() {
            return None;
        }
        self.files.get(&dotted(path)).copied()
    }

    /// The places where no file was `placed`.
    pub(crate) fn left<'f>(&'f self, placed: &[FilePlace]) -> Vec<&'f str> {
        let placed: HashSet<&str> = placed.iter().map(|place| place.given.as_str()).collect();
        let paths = self.files.keys().map(String::as_str);
        let mut left: Vec<_> = paths.filter(|path| !placed.contains(path)).collect();
        left.sort_unstable();
        left
    }
}

/// A file in coerced variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePlace {
    /// The number of the file.
    pub file: usize,
    /// The variable that it is in.
    pub variable: Name,
    /// The place within the variables as they were sent.
    given: String,
    /// The place within the variables as they are coerced, which may have lists around single values.
    pub path: String,
}

impl FilePlace {
    /// A file that is at `given`, in this many lists that it was sent without.
    pub(crate) fn new(file: usize, variable: Name, given: &Path<'_, '_>, lists: usize) -> Self {
        let given = dotted(given);
        Self {
            file,
            variable,
            path: format!("{given}{}", ".0".repeat(lists)),
            given,
        }
    }
}

fn dotted(path: &Path<'_, '_>) -> String {
    let mut text = String::new();
    for step in path.steps() {
        if !text.is_empty() {
            text.push('.');
        }
        match step {
            Step::Key(key) => text.push_str(key),
            // Writing to a string does not fail.
            Step::Index(index) => _ = write!(text, "{index}"),
        }
    }
    text
}
