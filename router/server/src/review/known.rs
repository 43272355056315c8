//! Operations that clients send: documents, folders of them, manifests of persisted documents.

use std::path::{Path, PathBuf};

use crate::persisted::manifest::{self, Client, Entry};
use crate::text_file::read as read_text;

/// One document, and what is known of its use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownOperation {
    /// Where it is from, for people: a path, and in a manifest the id.
    pub(crate) file: String,
    pub(crate) text: String,
    /// How often it was seen.
    pub(crate) seen: Option<u64>,
    /// Who sent it: names, with versions.
    pub(crate) clients: Vec<String>,
}

/// How much is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Bytes of one document.
    pub(crate) document: usize,
    /// Bytes of one manifest.
    pub(crate) manifest: usize,
    /// Documents in all.
    pub(crate) documents: usize,
}

/// Reads every operation at these paths: files (`.graphql`, `.gql`, `.json`), folders, and globs of them. A document that is there
/// several times counts once, with what is known of all.
///
/// # Errors
///
/// A path that names nothing or cannot be read, a manifest that is none, or more than the bounds allow.
pub(crate) fn read_operations(
    paths: &[PathBuf],
    bounds: Bounds,
) -> Result<Vec<KnownOperation>, String> {
    let mut files = Vec::new();
    for path in paths {
        find(path, &mut files, bounds)?;
    }
    files.sort();
    files.dedup();
    let mut operations: indexmap::IndexMap<String, KnownOperation> = indexmap::IndexMap::new();
    for file in &files {
        for operation in read(file, bounds)? {
            let known = operations.entry(operation.text.clone());
            match known {
                indexmap::map::Entry::Vacant(vacant) => drop(vacant.insert(operation)),
                indexmap::map::Entry::Occupied(mut known) => known.get_mut().join(operation),
            }
            if operations.len() > bounds.documents {
                return Err(format!(
                    "more than {} operations: name fewer files",
                    bounds.documents
                ));
            }
        }
    }
    Ok(operations.into_values().collect())
}

impl KnownOperation {
    fn join(&mut self, other: Self) {
        self.seen = match (self.seen, other.seen) {
            (Some(a), Some(b)) => Some(a.saturating_add(b)),
            (a, b) => a.or(b),
        };
        for client in other.clients {
            if !self.clients.contains(&client) {
                self.clients.push(client);
            }
        }
    }
}

/// The files at a path, which can be a glob.
fn find(path: &Path, files: &mut Vec<PathBuf>, bounds: Bounds) -> Result<(), String> {
    let shown = path.display();
    if path.is_dir() {
        return walk(path, files, 0, bounds);
    }
    if path.exists() {
        files.push(path.to_owned());
        return Ok(());
    }
    let pattern = path
        .to_str()
        .ok_or_else(|| format!("{shown}: the path is not UTF-8"))?;
    if !pattern.contains(['*', '?', '[']) {
        return Err(format!("{shown}: no such file or folder"));
    }
    let found = glob::glob(pattern).map_err(|error| format!("{shown}: {error}"))?;
    let before = files.len();
    for entry in found {
        let entry = entry.map_err(|error| format!("{shown}: {error}"))?;
        match entry.is_dir() {
            true => walk(&entry, files, 0, bounds)?,
            false => files.push(entry),
        }
    }
    match files.len() > before {
        true => Ok(()),
        false => Err(format!("{shown}: no file matches")),
    }
}

/// The documents and manifests in a folder and below.
fn walk(
    folder: &Path,
    files: &mut Vec<PathBuf>,
    depth: usize,
    bounds: Bounds,
) -> Result<(), String> {
    /// Folders in folders; links can lead in circles.
    const MAX_DEPTH: usize = 32;
    let cannot = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        if path.is_dir() {
            if depth < MAX_DEPTH {
                walk(&path, files, depth + 1, bounds)?;
            }
        } else if is_document(&path) || has_extension(&path, "json") {
            files.push(path);
        }
        if files.len() > bounds.documents {
            return Err(format!(
                "{}: more than {} files",
                folder.display(),
                bounds.documents
            ));
        }
    }
    Ok(())
}

fn read(file: &Path, bounds: Bounds) -> Result<Vec<KnownOperation>, String> {
    let shown = file.display();
    let cannot = |error: String| format!("{shown}: {error}");
    if !has_extension(file, "json") {
        let text = read_text(file, bounds.document).map_err(cannot)?;
        return Ok(vec![KnownOperation {
            file: shown.to_string(),
            text,
            seen: None,
            clients: Vec::new(),
        }]);
    }
    let text = read_text(file, bounds.manifest).map_err(cannot)?;
    let entries = manifest::read(&text).map_err(|error| format!("{shown}: {error}"))?;
    let file = shown.to_string();
    Ok(entries
        .into_iter()
        .map(|entry| known(entry, &file))
        .collect())
}

/// An operation of a file with many.
fn known(entry: Entry, file: &str) -> KnownOperation {
    let named = entry.id.or(entry.name);
    let client = |client: Client| match client.version {
        Some(version) => format!("{} {version}", client.name),
        None => client.name,
    };
    KnownOperation {
        file: named.map_or_else(|| file.to_owned(), |name| format!("{file} {name}")),
        text: entry.body,
        seen: entry.count,
        clients: entry.clients.into_iter().map(client).collect(),
    }
}

fn is_document(path: &Path) -> bool {
    has_extension(path, "graphql") || has_extension(path, "gql")
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension()
        .is_some_and(|extension| extension == wanted)
}
