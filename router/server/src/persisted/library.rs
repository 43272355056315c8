//! What the configured files have, by id.
//!
//! An id is looked up in memory and nowhere else: none is ever part of a path. Ids of the form `sha256:…`
//! ([GraphQL over HTTP](https://graphql.github.io/graphql-over-http/draft/#sec-SHA256-Hex-Document-Identifier)) must be the hash of their document.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use super::manifest;
use crate::text_file::read as read_text;

/// How much is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Bytes of one document.
    pub(crate) document: usize,
    /// Bytes of all documents, and of one file.
    pub(crate) total: usize,
    /// Documents in all.
    pub(crate) documents: usize,
}

impl Bounds {
    /// 100,000 documents that have 256 MiB together, each as long as a request may be.
    pub(crate) fn new(document: usize) -> Self {
        Self {
            document,
            total: 256 * 1024 * 1024,
            documents: 100_000,
        }
    }
}

/// Bytes of an id.
const MAX_ID: usize = 256;

/// Folders in folders; links can lead in circles.
const MAX_DEPTH: usize = 16;

/// Documents by their ids.
#[derive(Debug, Default)]
pub(crate) struct Library {
    documents: HashMap<Box<str>, Arc<str>>,
    /// Each text once, in the order in which it was read.
    texts: Vec<Arc<str>>,
    bytes: usize,
    pub(crate) stamp: Stamp,
}

/// Which files there were, of which length and age: equal as long as nothing was changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stamp(Vec<(PathBuf, u64, Option<SystemTime>)>);

impl Stamp {
    /// Looks at the files without reading them.
    ///
    /// # Errors
    ///
    /// A path that names nothing, or more files than there may be documents.
    pub(crate) fn of(path: &Path, bounds: Bounds) -> Result<Self, String> {
        let mut files = Vec::new();
        let about = metadata(path)?;
        match about.is_dir() {
            true => walk(path, &mut files, 0, bounds)?,
            false => files.push((path.to_owned(), about.len(), about.modified().ok())),
        }
        files.sort();
        Ok(Self(files))
    }
}

fn metadata(path: &Path) -> Result<std::fs::Metadata, String> {
    std::fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn walk(
    folder: &Path,
    files: &mut Vec<(PathBuf, u64, Option<SystemTime>)>,
    depth: usize,
    bounds: Bounds,
) -> Result<(), String> {
    let cannot = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        // Where Kubernetes mounts files, what is hidden is there twice.
        let is_hidden = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if is_hidden {
            continue;
        }
        let about = metadata(&path)?;
        if about.is_dir() {
            if depth < MAX_DEPTH {
                walk(&path, files, depth + 1, bounds)?;
            }
        } else if is_document(&path) || is_manifest(&path) {
            files.push((path, about.len(), about.modified().ok()));
        }
        if files.len() > bounds.documents {
            let (folder, most) = (folder.display(), bounds.documents);
            return Err(format!("{folder}: more than {most} files"));
        }
    }
    Ok(())
}

fn is_document(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "graphql" || extension == "gql")
}

fn is_manifest(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "json")
}

impl Library {
    /// Reads a file or a folder.
    ///
    /// # Errors
    ///
    /// What cannot be read, is no manifest, or is more than the bounds allow; an id that stands for two documents, or is not the hash that it says.
    pub(crate) fn read(path: &Path, bounds: Bounds) -> Result<Self, String> {
        // Before they are read: what changes in the meantime is seen by the next look.
        let stamp = Stamp::of(path, bounds)?;
        let mut library = Self::default();
        for (file, ..) in &stamp.0 {
            library
                .read_file(file, bounds)
                .map_err(|error| format!("{}: {error}", file.display()))?;
        }
        library.stamp = stamp;
        Ok(library)
    }

    fn read_file(&mut self, file: &Path, bounds: Bounds) -> Result<(), String> {
        if is_document(file) {
            let text = read_text(file, bounds.document)?;
            // Builds hash what they print, which has no line end after it.
            let trimmed = text.trim();
            let ids = [sha256(trimmed), sha256(&text)];
            return self.add(&ids, trimmed, bounds);
        }
        let text = read_text(file, bounds.total)?;
        for entry in manifest::read(&text)? {
            let id = entry.id.unwrap_or_else(|| sha256(&entry.body));
            if id
                .strip_prefix("sha256:")
                .is_some_and(|hash| hash != sha256(&entry.body))
            {
                return Err(format!(
                    "\"{}\" is not the hash of its document",
                    shown(&id)
                ));
            }
            self.add(&[normal_id(&id).to_owned()], &entry.body, bounds)?;
        }
        Ok(())
    }

    fn add(&mut self, ids: &[String], text: &str, bounds: Bounds) -> Result<(), String> {
        if text.len() > bounds.document {
            return Err(format!(
                "a document has more than {} bytes",
                bounds.document
            ));
        }
        let text: Arc<str> = text.into();
        let mut is_new = false;
        for id in ids {
            if id.is_empty() || id.len() > MAX_ID {
                return Err(format!("an id is empty, or has more than {MAX_ID} bytes"));
            }
            match self.documents.get(id.as_str()) {
                Some(known) if *known == text => {}
                Some(_) => return Err(format!("\"{}\" stands for two documents", shown(id))),
                None => {
                    self.documents.insert(id.as_str().into(), Arc::clone(&text));
                    is_new = true;
                }
            }
        }
        if is_new {
            self.bytes = self.bytes.saturating_add(text.len());
            self.texts.push(text);
        }
        if self.texts.len() > bounds.documents {
            return Err(format!(
                "there are more than {} documents",
                bounds.documents
            ));
        }
        if self.bytes > bounds.total {
            return Err(format!(
                "the documents have more than {} bytes",
                bounds.total
            ));
        }
        Ok(())
    }

    /// The document of an id. Hexadecimal digits of a hash may be capital letters.
    pub(crate) fn get(&self, id: &str) -> Option<Arc<str>> {
        let id = normal_id(id);
        let as_hash = || {
            let is_hash = id.len() == 64 && id.bytes().all(|digit| digit.is_ascii_hexdigit());
            is_hash.then(|| id.to_ascii_lowercase())
        };
        let found = self.documents.get(id);
        found.or_else(|| self.documents.get(&*as_hash()?)).cloned()
    }

    /// Documents, of which some may have several ids.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// Each document.
    pub(crate) fn texts(&self) -> &[Arc<str>] {
        &self.texts
    }
}

/// The id as it is looked up: a hash is the same with and without its prefix.
pub(crate) fn normal_id(id: &str) -> &str {
    match id.strip_prefix("sha256:") {
        Some(hash) if hash.len() == 64 => hash,
        _ => id,
    }
}

/// In hexadecimal.
fn sha256(text: &str) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing to a string does not fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

fn shown(id: &str) -> String {
    id.chars().take(80).collect()
}

#[cfg(test)]
mod tests;
