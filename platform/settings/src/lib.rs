//! One YAML file as typed configuration.
//!
//! A program reads its file in one function: it asks a [`Section`] for its keys, one after the other, and says what the value of each must be.
//! From that one function come, without a second list to keep in step:
//!
//! - the configuration, or every mistake in the file with its place ([`load`], [`parse`]);
//! - what is in effect, with defaults and variables filled in and secrets hidden ([`Shown`]);
//! - the keys there are, as a JSON Schema for editors and as a table for a manual ([`keys`], [`json_schema`], [`table`]).
//!
//! The stages: `yaml` makes a tree whose nodes know their places; [`Section`] hands out its keys; `key` and `compound` read the kinds of values
//! there are, in the [`units`] that people write; `expand` replaces environment variables and the names of files (`sources`); `fingerprint` says
//! which values differ between two readings ([`Shown::differences`]).
//!
//! **Invariants**
//!
//! - Reading never stops at a mistake: it is noted, the default stands in, and the next key is read.
//! - A variable is expanded after the YAML is read, so what it holds can never add keys.
//! - A value that may be secret is in no message and not in what is shown; what comes from a file may be.
//!
//! ```
//! struct Server {
//!     workers: usize,
//! }
//!
//! let read = |root: settings::Section<'_>| {
//!     let server = Server { workers: root.key("workers", "Threads that serve.").count(4, 1..=64) };
//!     root.end();
//!     server
//! };
//! let (server, shown) = settings::parse("workers: ${WORKERS:-8}", "a.yaml".as_ref(), &|_| None, read).expect("this is right");
//! assert_eq!(server.workers, 8);
//! assert_eq!(shown.to_yaml(), "workers: 8\n");
//!
//! let wrong = settings::parse("worker: 8", "a.yaml".as_ref(), &|_| None, read).err().expect("the key is not known");
//! assert_eq!(wrong.to_string(), "a.yaml:1:1: worker: this key is not known\n  expected \"workers\", perhaps");
//! ```

mod compound;
mod credentials;
mod describe;
mod expand;
mod finding;
mod fingerprint;
mod key;
mod key_doc;
mod kind;
mod listen;
mod named_texts;
mod path;
mod reader;
mod section;
mod shown;
mod sources;
pub mod units;
mod yaml;

use std::path::Path;

pub use self::compound::{Alternative, Named};
pub use self::describe::{json_schema, keys, table};
pub use self::finding::{ConfigError, Finding, Place};
pub use self::key::Key;
pub use self::key_doc::KeyDoc;
pub use self::listen::Listen;
pub use self::section::Section;
pub use self::shown::{Shown, without_query};

use self::reader::Reader;
use self::sources::Sources;
use self::yaml::{Node, Value};

/// Reads a file by `read`; `${…}` comes from the process's environment, and relative paths are relative to the file.
///
/// # Errors
/// Every mistake that was found.
pub fn load<T>(
    file: &Path,
    read: impl FnOnce(Section<'_>) -> T,
) -> Result<(T, Shown), ConfigError> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        let message = format!("the file cannot be read: {error}");
        ConfigError::new(file, "", vec![Finding::at(Place::START, message)])
    })?;
    parse(&text, file, &|name| std::env::var(name).ok(), read)
}

/// Reads values that came one by one, as options of a command line do: each the text of a key of the whole. Nothing is replaced in them.
///
/// # Errors
/// Every mistake that was found, by its key; places mean nothing.
pub fn values<T>(
    given: impl IntoIterator<Item = (String, String)>,
    read: impl FnOnce(Section<'_>) -> T,
) -> Result<(T, Shown), Vec<Finding>> {
    let entries = given.into_iter().map(|(name, text)| {
        let node = Node {
            place: Place::START,
            value: Value::Scalar(text),
        };
        (name, Place::START, node)
    });
    let node = Node {
        place: Place::START,
        value: Value::Mapping(entries.collect()),
    };
    let reader = Reader::new(None, Path::new(""));
    let value = read(Section::root(&reader, node));
    let (findings, shown) = reader.end();
    match findings.is_empty() {
        true => Ok((value, shown)),
        false => Err(findings),
    }
}

/// Reads a text as though it stood in `file`.
///
/// # Errors
/// Every mistake that was found.
pub fn parse<T>(
    text: &str,
    file: &Path,
    environment: &dyn Fn(&str) -> Option<String>,
    read: impl FnOnce(Section<'_>) -> T,
) -> Result<(T, Shown), ConfigError> {
    let fail = |findings| ConfigError::new(file, text, findings);
    let node = yaml::parse(text).map_err(|finding| fail(vec![finding]))?;
    let base = file.parent().unwrap_or(Path::new(""));
    let reader = Reader::new(Some(Sources::new(environment, base)), base);
    reader.fingerprint(&node);
    let value = read(Section::root(&reader, node));
    let (findings, shown) = reader.end();
    match findings.is_empty() {
        true => Ok((value, shown)),
        false => Err(fail(findings)),
    }
}
